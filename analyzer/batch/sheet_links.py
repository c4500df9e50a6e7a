"""What cells of an Excel file hold beside their values: links, and formulas without a value."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct, field

from analyzer.batch.sheets import UNREADABLE, no_sheet
from analyzer.errors import UsageError

__all__ = ["SheetLinks", "sheet_links"]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA = re.compile(r'\s*HYPERLINK\(\s*"((?:[^"]|"")*)"', re.IGNORECASE)
_SIGN = re.compile(rb"[<:](?:f|hyperlink)[ >/]")
_LONGEST_SIGN = 12
_MOST = 100_000

Place: TypeAlias = tuple[int, int]
"""Row, counted from 1, and column, counted from 0."""


class SheetLinks(Struct, frozen=True):
    """Where the cells of a sheet lead to, and those whose value only a spreadsheet program could tell."""

    links: dict[Place, str] = field(default_factory=dict)
    without_value: set[Place] = field(default_factory=set)


def sheet_links(path: Path) -> SheetLinks:
    """The links of the first sheet of an Excel file that :func:`analyzer.batch.sheets.sheet_rows` reads.

    Raises:
        UsageError: it is no Excel file, or has too many links.
    """
    from openpyxl import load_workbook

    found = SheetLinks()
    try:
        with zipfile.ZipFile(path) as archive:
            if any(_has_signs(archive, name) for name in archive.namelist()):
                book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, keep_links=False)
                # openpyxl tells links only to who loads the whole sheet, which takes fifty times its size.
                sheet: Any = book.worksheets[0]
                book.close()
                _read(archive, sheet._worksheet_path, found, path)
    except UNREADABLE as error:
        raise no_sheet(path, error) from error
    return found


def _has_signs(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a part has a formula or a link at all; most files have none, and need no second reading."""
    before = b""
    with archive.open(name) as file:
        while chunk := file.read(1 << 20):
            if _SIGN.search(before + chunk):
                return True
            before = chunk[-_LONGEST_SIGN:]
    return False


def _read(archive: zipfile.ZipFile, part: str, found: SheetLinks, path: Path) -> None:
    from openpyxl.packaging.relationship import get_dependents
    from openpyxl.xml.functions import iterparse

    folder, _, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels"
    targets = (
        {item.Id: str(item.Target) for item in get_dependents(archive, rels)} if rels in archive.namelist() else {}
    )
    with archive.open(part) as file:
        for _, element in iterparse(file):
            if element.tag == f"{_MAIN}c":
                _read_cell(element, found)
            elif element.tag == f"{_MAIN}hyperlink":
                place = _place(element.get("ref", "").partition(":")[0])
                target = targets.get(element.get(_ID, ""), "")
                if place and target:
                    found.links[place] = target
            if element.tag in (f"{_MAIN}row", f"{_MAIN}hyperlink"):
                element.clear()
            if len(found.links) + len(found.without_value) > _MOST:
                raise UsageError(f"{path} has more than {_MOST:,} links", "Save the sheet as CSV.")


def _read_cell(element: Any, found: SheetLinks) -> None:
    formula = element.find(f"{_MAIN}f")
    place = _place(element.get("r", "")) if formula is not None else None
    if place is None:
        return
    link = _FORMULA.match(formula.text or "")
    if link:
        found.links[place] = link.group(1).replace('""', '"')
    elif not element.findtext(f"{_MAIN}v"):
        found.without_value.add(place)


def _place(name: str) -> Place | None:
    from openpyxl.utils.cell import coordinate_to_tuple

    try:
        row, column = coordinate_to_tuple(name)
    except ValueError:
        return None
    return row, column - 1
