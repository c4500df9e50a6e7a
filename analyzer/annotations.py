"""What the owner says about the check, applied: criteria that do not apply, and paths left out.

Neither earns a point. A criterion that does not apply leaves the possible points, where nothing was found for it; how many
may is limited, in number and in points, and the report says what the score is without. A path left out can only lower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from analyzer.configuration import FILES, Annotation, Configuration, find_configuration
from analyzer.engine import Decision
from analyzer.errors import ConfigurationError
from analyzer.findings import Status
from analyzer.rubric import Rubric
from analyzer.snapshot import Problem

__all__ = ["Applied", "AppliedAnnotation", "OwnersWord", "excuse", "owners_word", "weaker"]

MOST_SHARE = 0.1
"""Share of the rubric's points that annotations can take out of the possible ones."""


class AppliedAnnotation(Struct, frozen=True):
    """An annotation and what came of it; ``refused`` says why it has no effect, and is empty where it has."""

    criterion: str
    reason: str
    line: int
    refused: str = ""


class Applied(Struct, frozen=True):
    """What a configuration did to a report. ``score_without`` is the score with ``--ignore-annotations``.

    ``settings`` says whether rubric, threshold and left-out paths counted (``--with-config``).
    """

    path: str
    annotations: tuple[AppliedAnnotation, ...] = ()
    score_without: float = 0.0
    settings: bool = False
    fail_under: float | None = None
    leave_out: tuple[str, ...] = ()
    left_out_files: int = 0


class OwnersWord(Struct, frozen=True):
    """What of a repository's configuration counts in one analysis. ``problems`` says why it could not be read."""

    configuration: Configuration | None = None
    settings: bool = False
    annotations: bool = True
    problems: tuple[Problem, ...] = ()

    @property
    def rubric(self) -> str:
        """The rubric to score by, or an empty string."""
        return self.configuration.rubric if self.configuration and self.settings else ""

    def left_out(self) -> Callable[[str], bool] | None:
        """Whether a path is left out; None where none is."""
        said = self.configuration if self.settings else None
        return said.leaves_out() if said and said.leave_out else None


def owners_word(
    read: Callable[[str], bytes | None], subdir: str, *, configured: bool, annotations: bool, required: bool = True
) -> OwnersWord:
    """Read the configuration of a repository.

    Args:
        read: returns the content of a path of the snapshot, or None.
        subdir: the folder that is judged.
        configured: whether its settings count. Then there must be one, and it must be right; of any other repository a
            wrong configuration is a problem of the report and has no effect.
        annotations: whether its annotations count.
        required: whether there must be one where its settings count.

    Raises:
        ConfigurationError: ``configured``, and the file is wrong, or not there and required.
    """
    try:
        found = find_configuration(read, subdir)
    except ConfigurationError as error:
        if configured:
            raise
        where = error.what.partition(",")[0].partition(" is ")[0]
        return OwnersWord(problems=(Problem(where, f"has no effect: {error.what}"),))
    if configured and required and found is None:
        raise ConfigurationError(
            f"There is no configuration: neither {FILES[0]} nor [tool.folioscope] in {FILES[-1]}",
            "folioscope init writes one; a commit is judged by the file of that commit.",
        )
    return OwnersWord(found, configured, annotations)


def excuse(
    decisions: Iterable[Decision], configuration: Configuration, rubric: Rubric
) -> tuple[tuple[Decision, ...], tuple[AppliedAnnotation, ...]]:
    """The decisions with those excused that do not apply by the owner's word, and what came of each annotation."""
    decided = {item.criterion: item for item in decisions}
    room = MOST_SHARE * sum(item.points for item in rubric.criteria if not item.bonus)
    applied: list[AppliedAnnotation] = []
    for item in configuration.not_applicable:
        criterion, decision = rubric.criterion(item.criterion), decided.get(item.criterion)
        refused = _refused(criterion.bonus if criterion else None, decision)
        if not refused and criterion and criterion.points > room:
            refused = f"annotations take out {MOST_SHARE:.0%} of the points at most"
        applied.append(AppliedAnnotation(item.criterion, item.reason, item.line, refused))
        if not refused and criterion and decision:
            room -= criterion.points
            decided[item.criterion] = _excused(decision, item, configuration.path)
    return tuple(decided.values()), tuple(applied)


def _refused(bonus: bool | None, decision: Decision | None) -> str:
    if bonus is None or decision is None:
        return "the rubric has no such criterion"
    if bonus:
        return "a bonus takes nothing from those who do not earn it"
    if decision.status.rank:
        return "something was found for it"
    if decision.status is Status.UNKNOWN:
        return "it could not be assessed"
    return ""


def _excused(decision: Decision, item: Annotation, path: str) -> Decision:
    words = f"does not apply, by the owner's word ({path}:{item.line}): {item.reason}"
    return Decision(decision.criterion, Status.UNKNOWN, words, excused=True)


def weaker(whole: Decision, reduced: Decision) -> Decision:
    """Of the decision on everything and that without what is left out, the one that earns less.

    With the same status the second, whose evidence is not left out. What could not be assessed stays so.
    """
    if whole.status is Status.UNKNOWN:
        return whole
    if reduced.status is Status.UNKNOWN and not reduced.withheld:
        return whole
    if reduced.status.rank > whole.status.rank:
        return whole
    if reduced.withheld and not whole.status.rank:
        return whole
    return reduced
