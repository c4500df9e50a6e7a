"""The report: one tree of plain values, which reporters render and JSON carries (contract version 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from analyzer.advice import NextStep
from analyzer.annotations import Applied
from analyzer.authenticity import Authenticity
from analyzer.claims import Claim
from analyzer.excerpts import Excerpt
from analyzer.interview import Interview
from analyzer.outcomes import Outcome
from analyzer.prints import FilePrint
from analyzer.projects import Project
from analyzer.roles import RoleShare
from analyzer.rubric import Rubric
from analyzer.scorer import Scorecard
from analyzer.snapshot import Problem
from analyzer.soundness import Defect
from analyzer.technologies import Technology
from analyzer.wiring import WiringSummary

if TYPE_CHECKING:
    from analyzer.github.facts import PlatformView

__all__ = ["SCHEMA_VERSION", "Report", "ReportTarget"]

SCHEMA_VERSION = 1


class ReportTarget(Struct, frozen=True):
    """What was analyzed. ``url`` is the page of the repository; empty where it has none."""

    input: str
    owner: str
    repo: str
    ref: str
    subdir: str
    commit: str
    committed: str
    url: str

    @property
    def name(self) -> str:
        """owner/repo with the subfolder, or what was typed."""
        base = f"{self.owner}/{self.repo}" if self.owner else self.repo or self.input
        return f"{base} ({self.subdir})" if self.subdir else base

    def link(self, path: str, line: int, end_line: int) -> str:
        """The address of lines at the analyzed commit; empty where there is none."""
        if not self.url or not self.commit:
            return ""
        from urllib.parse import quote

        lines = f"#L{line}-L{end_line}" if end_line > line else f"#L{line}"
        plain = path.encode("utf-8", "surrogateescape")
        return f"{self.url}/blob/{self.commit}/{quote(plain)}{lines}"


class Report(Struct, frozen=True):
    """Everything that is said about one target."""

    tool_version: str
    target: ReportTarget
    rubric: Rubric
    scorecard: Scorecard
    technologies: tuple[Technology, ...]
    claims: tuple[Claim, ...]
    outcomes: tuple[Outcome, ...]
    authenticity: Authenticity
    next_steps: tuple[NextStep, ...]
    problems: tuple[Problem, ...]
    files: int
    interview: Interview = field(default_factory=Interview)
    roles: tuple[RoleShare, ...] = ()
    wiring: WiringSummary = field(default_factory=WiringSummary)
    defects: tuple[Defect, ...] = ()
    front_page: str = ""
    """The file that a visitor sees first: the README, or the first file of the root; empty where there is no file."""
    projects: tuple[Project, ...] = ()
    """Projects inside, where the repository holds several."""
    platform: PlatformView | None = None
    """What the platform says, where it was asked; never part of the score."""
    prints: tuple[FilePrint, ...] = ()
    """Fingerprints of the files, where they were asked for; no reporter shows them."""
    excerpts: tuple[Excerpt, ...] = ()
    configuration: Applied | None = None
