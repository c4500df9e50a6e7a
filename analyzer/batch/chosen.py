"""Rows that name accounts, for a service: what is read is chosen here, where the platform is asked, and read there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from analyzer.analysis import Options, Result
from analyzer.batch.entry import done_line, entry_of, error_of
from analyzer.batch.merge import inside_of, left_out_of, merged
from analyzer.batch.rows import Row, is_account
from analyzer.batch.work import readable
from analyzer.errors import FolioscopeError, UsageError
from analyzer.report import Report
from analyzer.rubric import Rubric
from analyzer.target import parse_target

if TYPE_CHECKING:
    from analyzer.portfolio.choose import Choice

__all__ = ["Chosen", "choose_for"]


class Chosen(Struct):
    """What is to be read for an applicant who named accounts.

    ``errors`` are those of targets that may not be read. ``reports`` are those that the service gave, by target and
    subfolder, each with its error where it gave none.
    """

    row: Row
    choice: Choice
    errors: list[dict[str, Any]]
    reports: dict[tuple[str, str], Report | FolioscopeError] = field(default_factory=dict)

    @property
    def asked(self) -> Iterator[tuple[str, str]]:
        """Target and subfolder of each repository, and of each project inside one, in order."""
        for candidate in self.choice.candidates:
            yield candidate.target, candidate.options.subdir

    def line(self, rubric: Rubric, basis: Mapping[str, Any]) -> dict[str, Any]:
        """The line of the applicant, as a worker here makes it.

        Raises:
            FolioscopeError: there is no report.
        """
        from analyzer.portfolio import judge_choice

        def each(work: Iterable[tuple[str, Options]], *, jobs: int = 1) -> Iterator[Result]:
            del jobs
            for target, options in work:
                found = self.reports[target, options.subdir]
                yield Result(target, found) if isinstance(found, Report) else Result(target, error=found)

        portfolio = judge_choice(self.choice, rubric, each)
        errors = self.errors + [error_of(item.error, item.target) for item in portfolio.failures]
        found = ((place, self.reports[place]) for place in dict.fromkeys(self.asked))  # not as they came
        entries = [(place, entry_of(report)) for place, report in found if isinstance(report, Report)]
        parts = self._inside()
        wholes = [(place, entry) for place, entry in entries if place not in parts]
        line = done_line(
            self.row, merged(portfolio, [entry for _, entry in wholes]), _repositories(wholes), errors, basis
        )
        line["projects"] = _repositories((place, entry) for place, entry in entries if place in parts)
        line["left_out"] = left_out_of(portfolio)
        return line

    def _inside(self) -> set[tuple[str, str]]:
        """What lies in another of the reports, as a project of its own."""
        return {
            (target, folder)
            for (target, judged), found in self.reports.items()
            if isinstance(found, Report)
            for folder in inside_of(found)
            if folder != judged
        }


def _repositories(entries: Iterable[tuple[tuple[str, str], Mapping[str, Any]]]) -> list[dict[str, Any]]:
    return [{"target": target, **entry["repository"]} for (target, _), entry in entries]


def choose_for(row: Row, options: Options, *, whole: bool) -> Chosen:
    """Ask the platform what an applicant has, and choose what is worth a reading. Paths of this machine are refused.

    Raises:
        FolioscopeError: the platform cannot be asked, or nothing is worth it.
    """
    from analyzer.portfolio import choose_among

    options = replace(options, ref=row.ref, subdir=row.subdir)
    readable_here, errors = readable(row.targets, options)
    targets = []
    for target in readable_here:
        if is_account(target, options.hosts) or parse_target(target, hosts=options.hosts).path is None:
            targets.append(target)
        else:
            error = UsageError(f"{target} is a path of this machine", "Give its address; a service reads no paths.")
            errors.append(error_of(error, target))
    return Chosen(row, choose_among(targets, options, split=not whole), errors)
