"""What is said about the whole of somebody's repositories: plain values, which reporters render."""

from __future__ import annotations

from msgspec import Struct, field

from analyzer.advice import NextStep
from analyzer.errors import FolioscopeError
from analyzer.findings import Status
from analyzer.github.facts import OwnerFacts
from analyzer.projects import Project
from analyzer.report import Report
from analyzer.roles import RoleShare
from analyzer.rubric import Criterion, Rubric
from analyzer.scorer import Scorecard, ScoredCriterion

__all__ = ["Failure", "LeftOut", "Look", "MergedCriterion", "PlannedStep", "Portfolio", "Showing", "Skill", "Strength", "Tip", "Unit"]  # fmt: skip


class Look(Struct, frozen=True):
    """The first look at a repository: what the names of its files say. No file is opened.

    Args:
        files: number of the candidate's files.
        signs: names of the signs that were seen, in the order of the table.
        impression: the first impression in one line.
        weight: how much a full analysis is likely to find; orders repositories, is no part of a score.
        readme: whether a README stands at its root.
        loose: files with code that lie at the root, beside folders.
        clutter: the first few paths that a tidy repository does not have.
        strays: files that were generated or vendored and committed.
        projects: the projects inside.
        branch: the branch that was looked at; empty where it is not known.
        speaks: whether anything speaks of machine learning or of its operation.
        folder: the folder that was looked at, from the root of the repository; empty where that is all of it.
    """

    files: int
    signs: tuple[str, ...] = ()
    impression: str = ""
    weight: int = 0
    readme: bool = False
    loose: int = 0
    clutter: tuple[str, ...] = ()
    strays: int = 0
    projects: tuple[Project, ...] = ()
    branch: str = ""
    speaks: bool = True
    folder: str = ""


class Unit(Struct, frozen=True):
    """A repository that was analyzed, or one project of it. ``name`` is unique within a portfolio."""

    name: str
    target: str
    report: Report
    look: Look | None = None

    @property
    def score(self) -> float:
        """Its own score, 0 to 100."""
        return self.report.scorecard.score


class LeftOut(Struct, frozen=True):
    """A repository that was not analyzed in full, and why."""

    name: str
    reason: str
    impression: str = ""


class Failure(Struct, frozen=True):
    """A target that could not be read, and why. It is no zero: it takes no part in the score."""

    target: str
    error: FolioscopeError


class MergedCriterion(Struct, frozen=True):
    """A criterion with the best that any unit shows.

    Args:
        scored: the decision and the points of the best unit.
        unit: the unit that shows it; empty where none does.
        also: other units that show it, the strongest first.
    """

    scored: ScoredCriterion
    unit: str
    also: tuple[str, ...] = ()

    @property
    def criterion(self) -> Criterion:
        """The criterion of the rubric."""
        return self.scored.criterion

    @property
    def status(self) -> Status:
        """The best status."""
        return self.scored.decision.status

    @property
    def points(self) -> float:
        """The points that it earns."""
        return self.scored.points


class Showing(Struct, frozen=True):
    """A technology of the checklist: the units whose code or configuration shows it, and those that only name it."""

    technology: str
    named: bool
    """Whether the guide itself names it."""
    shown_in: tuple[str, ...] = ()
    claimed_in: tuple[str, ...] = ()


class Skill(Struct, frozen=True):
    """A core skill over all units.

    ``level`` is ``strong``, ``shown``, ``begun`` or ``not shown``; ``share`` the points earned of those that the
    criteria of the skill can give, 0 to 1.
    """

    id: str
    title: str
    level: str
    share: float
    technologies: tuple[Showing, ...]
    criteria: tuple[str, ...]
    units: tuple[str, ...]


class Strength(Struct, frozen=True):
    """A unit among the strongest, with the titles of the criteria that it alone meets."""

    unit: str
    score: float
    grade: str
    sentence: str
    best_in: tuple[str, ...]


class PlannedStep(Struct, frozen=True):
    """A next step, and the unit in which it costs least."""

    unit: str
    step: NextStep


class Tip(Struct, frozen=True):
    """A presentation tip that is judged on the whole: ``units`` are those that hold it back."""

    id: str
    title: str
    status: Status
    sentence: str
    units: tuple[str, ...] = ()


class Portfolio(Struct, frozen=True):
    """The whole: the merged scorecard, what it is made of, and what to do next."""

    tool_version: str
    name: str
    rubric: Rubric
    scorecard: Scorecard
    criteria: tuple[MergedCriterion, ...]
    units: tuple[Unit, ...]
    left_out: tuple[LeftOut, ...] = ()
    failures: tuple[Failure, ...] = ()
    skills: tuple[Skill, ...] = ()
    strongest: tuple[Strength, ...] = ()
    plan: tuple[PlannedStep, ...] = ()
    roles: tuple[RoleShare, ...] = ()
    tips: tuple[Tip, ...] = ()
    owners: tuple[OwnerFacts, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def score(self) -> float:
        """The score of the whole, 0 to 100: never below that of its best unit."""
        return self.scorecard.score

    @property
    def grade(self) -> str:
        """The grade of the score, in words."""
        return self.scorecard.grade

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports of the units, in the order of the units."""
        return tuple(unit.report for unit in self.units)

    @property
    def missing(self) -> tuple[MergedCriterion, ...]:
        """What no unit shows, by the points it would earn."""
        found = [item for item in self.criteria if item.status is Status.MISSING]
        return tuple(sorted(found, key=lambda item: -item.scored.lost))
