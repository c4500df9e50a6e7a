"""A finished batch as CSV and Excel: one row an applicant, best first, failures with their cause and without a score."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct, field

from analyzer.batch.cells import Cell, harmless
from analyzer.batch.likeness import Pair, Side
from analyzer.batch.ranking import Ranked

__all__ = [
    "MADE",
    "PAIR_ROWS",
    "About",
    "Add",
    "Shown",
    "csv_table",
    "person_columns",
    "shown_failure",
    "shown_rank",
    "write_pairs",
    "xlsx_table",
]


class About(Struct, frozen=True):
    """What the exports say of the whole batch.

    ``sections`` are (id, title) of the rubric, ``given`` the names of the columns that are carried along.
    """

    batch: str
    begun: str
    basis: Mapping[str, Any]
    sections: tuple[tuple[str, str], ...]
    given: tuple[str, ...] = ()
    blind: bool = False
    compared: bool = True
    notice: str = (
        "The score orders reading; it does not decide about a person. A person must look at the evidence before any "
        "decision. Failed rows were not looked at: they are no zeros."
    )


class Shown(Struct, frozen=True):
    """One applicant as tables show it: the line, its place, and what stands beside."""

    line: Mapping[str, Any]
    ranked: Ranked | None = None
    made: str = ""
    alike: tuple[str, ...] = field(default=())
    """Sentences on near-duplicates."""

    @property
    def label(self) -> str:
        """Code, name, or the first repository of an applicant without a name."""
        line = self.line
        return str(line.get("code") or line.get("applicant") or ", ".join(line["targets"][:2]) or f"row {line['row']}")


Add: TypeAlias = Callable[[Shown], object]
"""What adds an applicant to a table."""
Column: TypeAlias = tuple[str, Callable[[Shown], Cell]]
"""Header and content of a column."""
Who: TypeAlias = Callable[[Side], str]
"""Names the applicants of a side of a pair."""
MADE = "analyzed (UTC)"
"""The column of the time of the analysis, of which a blind table tells the day."""


def shown_rank(item: Ranked, made: str, alike: Iterable[str]) -> Shown:
    """An applicant with a score."""
    return Shown(item.line, item, made, tuple(alike))


def shown_failure(line: Mapping[str, Any], made: str) -> Shown:
    """An applicant without one."""
    return Shown(line, None, made)


def person_columns(given: Iterable[str]) -> list[Column]:
    """The columns that a blind table leaves out; ``given`` are the names of those that are carried along."""
    return [*_who(given), ("cause", _cause), *_where()]


def _line(name: str) -> Callable[[Shown], Cell]:
    return lambda shown: shown.line.get(name)


def _who(given: Iterable[str]) -> list[Column]:
    def carried(name: str) -> Callable[[Shown], Cell]:
        return lambda shown: shown.line["given"].get(name)

    return [
        ("row", _line("row")),
        ("applicant", _line("applicant")),
        *((name, carried(name)) for name in given),
        ("targets", lambda shown: ", ".join(shown.line["targets"])),
    ]


def _where() -> list[Column]:
    def repositories(name: str) -> Callable[[Shown], Cell]:
        return lambda shown: ", ".join(str(item[name]) for item in shown.line["repositories"] if item[name])

    return [
        ("repositories", repositories("name")),
        ("commits", repositories("commit")),
        ("subfolders", repositories("subdir")),
        ("projects inside", _projects),
    ]


def _projects(shown: Shown) -> str:
    """Projects inside that were judged for themselves, each with its score."""
    return ", ".join(f"{item['name']}: {item['score']:g}" for item in shown.line.get("projects", ()))


def _columns(about: About) -> list[Column]:
    """Header and content of each column."""

    def section(name: str) -> Callable[[Shown], Cell]:
        return lambda shown: next(
            (round(100 * item["score"] / item["max_score"], 1) if item["max_score"] else None
             for item in shown.line.get("sections", ()) if item["id"] == name), None
        )  # fmt: skip

    return [
        ("rank", lambda shown: shown.ranked.rank if shown.ranked else None),
        ("ties", lambda shown: shown.ranked.ties if shown.ranked else None),
        *([("code", _line("code"))] if about.blind else _who(about.given)),
        ("status", _line("status")),
        *([] if about.blind else [("cause", _cause)]),
        ("score", _line("score")),
        ("grade", _line("grade")),
        ("assessed %", lambda shown: round(100 * shown.line["assessed"]) if "assessed" in shown.line else None),
        *((f"{title} %", section(name)) for name, title in about.sections),
        ("top strength", _line("strength")),
        (
            "top gap",
            lambda shown: next((f"{gap['title']} (+{gap['gain']:g})" for gap in shown.line.get("gaps", ())), ""),
        ),
        ("compared with the next", lambda shown: shown.ranked.reasons if shown.ranked else ""),
        ("technologies", lambda shown: ", ".join(shown.line.get("technologies", ()))),
        ("not assessed", lambda shown: ", ".join(shown.line.get("unknown", ()))),
        ("near-duplicates", lambda shown: "; ".join(shown.alike)),
        *([] if about.blind else _where()),
        (MADE, lambda shown: shown.made),
        ("rubric", lambda shown: "{id} {version}".format(**shown.line["basis"]["rubric"])),
        ("rubric sha256", lambda shown: shown.line["basis"]["rubric"]["sha256"]),
        ("folioscope", lambda shown: shown.line["basis"]["tool"]["version"]),
    ]


def _cause(shown: Shown) -> str:
    """What was wrong; where a row has a score all the same, also with which of its targets."""
    error = shown.line["error"]
    if error:
        return _told(error)
    return "; ".join(
        _told(item) if item["target"] in item["what"] else f"{item['target']}: {_told(item)}"
        for item in shown.line.get("not_read", ())
    )


def _told(error: Mapping[str, Any]) -> str:
    return f"{error['what']}. {error['hint']}".strip()


@contextmanager
def csv_table(path: Path, about: About) -> Iterator[Add]:
    """The table as CSV in UTF-8 with a byte order mark, which Excel needs; gives what adds an applicant."""
    columns = _columns(about)
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(name) for name, _ in columns])
        yield lambda item: writer.writerow([harmless(take(item)) for _, take in columns])


@contextmanager
def xlsx_table(path: Path, about: About, pairs: Iterable[Pair], who: Who) -> Iterator[Add]:
    """The table as an Excel file, with near-duplicates and what the batch is; gives what adds an applicant."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    columns = _columns(about)
    with ExitStack() as closing:
        book = Workbook(write_only=True)
        closing.callback(book.close)
        sheet = book.create_sheet("Applicants")
        sheet.freeze_panes = "D2"

        def cell(value: Cell, *, bold: bool = False) -> Any:
            safe = harmless(value)
            if not bold and not (isinstance(safe, str) and safe.startswith(("=", "#"))):
                return safe  # a cell of its own takes twice the time
            made = WriteOnlyCell(sheet, safe)
            if isinstance(safe, str):
                made.data_type = "s"  # a text, also where it reads as a formula or an error
            if bold:
                made.font = Font(bold=True)
            return made

        sheet.append([cell(name, bold=True) for name, _ in columns])
        yield lambda item: sheet.append([cell(take(item)) for _, take in columns])
        beside = book.create_sheet("Near-duplicates")
        header, *table = pair_table(pairs, who, blind=about.blind)
        beside.append([cell(name, bold=True) for name in header])
        for values in table:
            beside.append([cell(value) for value in values])
        sheet_about = book.create_sheet("About")
        for name, value in about_rows(about):
            sheet_about.append([cell(name, bold=True), cell(value)])
        book.save(path)


def about_rows(about: About) -> Iterator[tuple[str, str]]:
    """What the batch is, as names and values."""
    rubric, tool = about.basis["rubric"], about.basis["tool"]
    yield "batch", about.batch
    yield "begun (UTC)", about.begun[:10] if about.blind else about.begun
    yield "rubric", f"{rubric['id']} {rubric['version']}"
    yield "rubric sha256", rubric["sha256"]
    yield "rules sha256", about.basis["rules"]
    yield "folioscope", tool["version"]
    yield "limits", ", ".join(f"{name} {value}" for name, value in about.basis["limits"].items())
    yield "note", about.notice


PAIR_ROWS = {"rows": "applicants", "with rows": "with applicants"}
"""The columns of a table of pairs that say which rows they are, and those that name the people, which a blind one has not."""


def pair_table(pairs: Iterable[Pair], who: Who, *, blind: bool) -> Iterator[tuple[Cell, ...]]:
    """The near-duplicates as a table, its header first."""
    one, other = PAIR_ROWS.items()
    shares = ("share of its text", "share of the other", "files")
    if blind:
        yield (one[0], other[0], *shares)
    else:
        yield (*one, *other, "repository", "with", *shares, "shared")
    for pair in pairs:
        names = ", ".join(pair.one.names), ", ".join(pair.other.names)
        values = pair.one.share, pair.other.share, len(pair.files)
        if blind:
            yield (*names, *values)
            continue
        files = [f"{item.path} = {item.other} ({item.likeness:g})" for item in pair.files[:50]]
        yield (
            *(names[0], who(pair.one), names[1], who(pair.other)),
            *(pair.one.name, pair.other.name, *values, "\n".join(files)),
        )


def write_pairs(path: Path, pairs: Iterable[Pair], who: Who, *, blind: bool) -> None:
    """Write the near-duplicates as CSV."""
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        for values in pair_table(pairs, who, blind=blind):
            writer.writerow([harmless(value) for value in values])
