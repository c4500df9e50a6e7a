"""Workbooks as no program writes them, from their parts."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterable

__all__ = ["entities", "row", "sheet", "workbook"]

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(content: str, more: Iterable[tuple[str, str]] = (), shared: str = "") -> bytes:
    """A workbook whose one sheet is this XML."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        + (f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/>' if shared else "")
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": content,
        **dict(more),
    }
    if shared:
        parts["xl/sharedStrings.xml"] = shared
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def row(*cells: str, number: int = 1, at: str = "") -> str:
    """A row of a sheet; ``at`` is the place that its first cell states."""
    place = f' r="{at}"' if at else ""
    inside = "".join(f'<c{place} t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{inside}</row>'


def sheet(*rows: str, before: str = "") -> str:
    """The XML of a sheet."""
    return f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def entities(external: bool = False) -> str:
    """A document type whose entity ``x`` is a billion words, or a file of the reader's machine."""
    if external:
        return '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    names = [f"x{number}" for number in range(9)]
    steps = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in itertools.pairwise(names))
    return f'<!DOCTYPE w [<!ENTITY x0 "lol">{steps}<!ENTITY x "{"&x8;" * 10}">]>'
