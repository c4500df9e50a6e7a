"""The report for a pull request."""

from __future__ import annotations

import re

import pytest

from analyzer import Options, analyze
from analyzer.claims import Claim
from analyzer.report import ReportTarget
from analyzer.reporters.markdown import render_markdown
from analyzer.snapshot import Problem
from analyzer.technologies import Technology
from tests.conftest import FIXTURES
from tests.support import COMMIT, criterion, decision, report, rubric

RUBRIC = rubric(criterion("a.x", 3), criterion("a.y", 1, bonus=True, builds_on="a.x"), criterion("b.z", 2))
LINK = f"[`src/train.py:3`](https://github.com/o/r/blob/{COMMIT}/src/train.py#L3)"


def test_headline_sections_and_evidence_with_links():
    made = report(
        RUBRIC, decision("a.x", "met", "src/train.py:3"), decision("a.y", "met", "g.py:1"), decision("b.z", "missing")
    )
    text = render_markdown(made)
    assert text.startswith("# o/r: 61 of 100, good\n")
    assert "| A | 3 +1 bonus | 3 |" in text
    assert f"| ✅ met | Title of a.x | 3/3 | a.x is met | {LINK} |" in text
    assert "1. **Title of b.z** (+40 points, an evening). How b.z." in text
    assert f"commit `{COMMIT[:12]}`" in text


def test_what_could_not_be_assessed_is_said():
    text = render_markdown(report(RUBRIC, decision("a.x", "partial", "src/train.py:3")))
    assert "60% of the points could be assessed." in text
    assert f"a.x is partial. How a.x. Begin at {LINK}." in text


def test_technologies_claims_and_problems_are_listed():
    text = render_markdown(
        report(
            RUBRIC,
            technologies=(Technology("mlflow", "lifecycle", ()),),
            claims=(Claim("helm", "README.md", 2, "README line 2 mentions Helm; no chart was found"),),
            problems=(Problem("x.md", "not read"),),
        )
    )
    assert "**Technologies shown:** mlflow" in text
    assert "README line 2 mentions Helm; no chart was found" in text
    assert "- `x.md`: not read" in text


def test_without_steps_there_is_no_heading():
    assert "## Next steps" not in render_markdown(report(rubric(criterion("a.x")), decision("a.x", "met", "a.py:1")))


def test_without_a_page_there_are_no_links():
    target = ReportTarget("work", "", "work", "", "", "", "", "")
    text = render_markdown(report(RUBRIC, decision("a.x", "met", "src/train.py:3"), target=target))
    assert "| `src/train.py:3` |" in text
    assert "commit `" not in text


@pytest.mark.parametrize(
    "evil", ["<script>", "![x](http://e)", "[x](javascript:1)", "a|b", "`code`", "# head", "@someone"]
)
def test_text_of_a_repository_is_escaped(evil):
    made = report(RUBRIC, decision("a.x", "partial", f"{evil}.py:3"), problems=(Problem(evil, evil),))
    text = render_markdown(made)
    outside = re.sub(r"`[^`\n]*`|\]\(https://github[^)]*\)|\\.", "", text)
    assert evil not in outside
    for line in text.splitlines():
        if line.startswith("| ") and "criterion" not in line:
            cells = len(re.findall(r"(?<!\\)\|", line)) - 1
            assert cells in (3, 5), line


@pytest.mark.parametrize("name", ["exemplary", "empty-claims"])
def test_reports_of_fixtures_have_whole_tables(name):
    text = render_markdown(analyze(str(FIXTURES / name), Options(standalone=True)))
    checklist = text[text.index("## Checklist") :]
    rows = [line for line in checklist.splitlines() if line.startswith(("| ✅", "| 🟡", "| ⬜", "| ❔"))]
    assert len(rows) == 44
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)
    assert text.count("<details>") == text.count("</details>")


def test_a_bar_in_a_path_ends_no_cell_of_the_chain(tmp_path):
    code = "import pickle\nfrom fastapi import FastAPI\napp = FastAPI()\nmodel = pickle.load(open('m', 'rb'))\n"
    code += "@app.post('/predict')\ndef predict(x: dict):\n    return model.predict([x['a']]).tolist()\n"
    (tmp_path / "a|b").mkdir()
    (tmp_path / "a|b/Dockerfile").write_text("FROM python\nCOPY . .\nCMD uvicorn main:app\n")
    (tmp_path / "a|b/main.py").write_text(code)
    text = render_markdown(analyze(str(tmp_path), Options(standalone=True)))
    chain = text[text.index("## From data to alert") : text.index("## Checklist")]
    rows = [line for line in chain.splitlines() if line.startswith("| ")]
    assert any("a\\|b/" in row for row in rows)
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)
