"""Reports made by hand, small enough to be read as HTML."""

from __future__ import annotations

from typing import Any

from analyzer.authenticity import Authenticity, Growth
from analyzer.claims import Claim
from analyzer.excerpts import Excerpt
from analyzer.findings import Evidence, Place
from analyzer.interview import Interview, Question
from analyzer.outcomes import Outcome
from analyzer.report import Report, ReportTarget
from analyzer.snapshot import Problem
from analyzer.soundness import Defect
from analyzer.technologies import Technology
from analyzer.wiring import Chain, Edge, Gap, Link, Node, WiringSummary
from tests.support import COMMIT, criterion, decision, report, rubric

RUBRIC = rubric(
    criterion("a.x", 3),
    criterion("a.y", 1, bonus=True, builds_on="a.x"),
    criterion("b.z", 2, example="one: 1\ntwo: 2\n"),
    criterion("c.w", 4),
)
WIRING = WiringSummary(
    nodes=(
        Node("image:Dockerfile", "image", "Dockerfile", "Dockerfile", 1),
        Node("module:src/train.py", "module", "src/train.py", "src/train.py", 1),
    ),
    edges=(Edge("image:Dockerfile", "module:src/train.py", "runs", "Dockerfile", 4),),
    gaps=(Gap("Dockerfile", 2, "image:Dockerfile", "image", "$BASE", "the name is only known when it is run"),),
    chain=Chain(
        (
            Link("data", "found", "src/train.py", "src/train.py", 1, "src/train.py reads the raw data"),
            Link("image", "missing", "", "", 0, "no image packages the code"),
        )
    ),
)


def whole(**more: Any) -> Report:
    """A report in which every part of the page has something to show."""
    parts: dict[str, Any] = {
        "technologies": (Technology("mlflow", "lifecycle", (Evidence("src/train.py", 3, 3, "import mlflow"),)),),
        "claims": (Claim("helm", "README.md", 2, "README line 2 mentions Helm; no chart was found"),),
        "outcomes": (
            Outcome("mae", 8.2, "%", "lower", "", "README.md", 5, True, Place("m.json", 2), "README line 5 states mae"),
        ),
        "authenticity": Authenticity(
            None, None, Growth(3, True, "2026-01-01", "2026-01-02", 2, 2, 1, 0.5), None, (), (("own", 7),), 0.0
        ),
        "problems": (Problem("big.bin", "not read: over the limit"),),
        "interview": Interview(
            (Question("retraining", "`src/train.py:3` trains. What then?", "src/train.py", 3, ("when",)),)
        ),
        "wiring": WIRING,
        "defects": (Defect("src/train.py", 4, "undefined-name", "frame is used and never set"),),
        "excerpts": (
            Excerpt("src/train.py", 1, ("import os", "", "import mlflow", "def train(x):", "    return 'x'")),
        ),
    }
    decisions = (
        decision("a.x", "met", "src/train.py:3"),
        decision("a.y", "missing"),
        decision("b.z", "partial", "Dockerfile:4"),
    )
    return report(RUBRIC, *decisions, **{**parts, **more})


def named(path: str, **more: Any) -> Report:
    """A report whose every text of the repository is the same string."""
    return whole(
        target=ReportTarget(path, "o", path, path, path, COMMIT, "2026-01-02T03:04:05Z", "https://github.com/o/r"),
        technologies=(Technology("mlflow", "lifecycle", (Evidence(path, 3, 3, path),)),),
        claims=(Claim("helm", path, 2, path),),
        outcomes=(Outcome("mae", 8.2, "%", "lower", path, path, 5, True, Place(path, 2), path),),
        problems=(Problem(path, path),),
        interview=Interview((Question("retraining", f"{path} `{path}`", path, 3, (path,)),), path),
        defects=(Defect(path, 4, "undefined-name", path),),
        excerpts=(Excerpt("src/train.py", 2, (path, path)),),
        wiring=WiringSummary(
            (Node("image:a", "image", path, path, 1), Node("module:b", "module", path, path, 1)),
            (Edge("image:a", "module:b", path, path, 4),),
            (Gap(path, 2, "image:a", path, path, path),),
            Chain((Link("data", "found", path, path, 1, path), Link("image", "missing", path, path, 3, path))),
        ),
        **more,
    )
