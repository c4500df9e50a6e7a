"""reStructuredText (https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html) read as Markdown, line by line.

Each line of the file becomes one line of Markdown, so that all lines stay what they are. Comments are left out: a reader
does not see them.
"""

from __future__ import annotations

import re

from analyzer.artifacts.document import Document
from analyzer.artifacts.markdown import LONGEST, parse_markdown, visible_text

__all__ = ["parse_rst"]

_UNDERLINE = re.compile(r"^([=\-~^\"'#*+.`:_])\1{2,}\s*$")
_IMAGE = re.compile(r"^\s*\.\. (?:\|[\w -]+\| )?(?:image|figure)::\s*(\S+)")
_ALT = re.compile(r"^\s+:alt:\s*(.+)")
_DIRECTIVE = re.compile(r"^(\s*)\.\. ([\w-]+)::\s*(.*)$")
_OPTION = re.compile(r"^\s+:[\w-]+:")
_COMMENT = re.compile(r"^(\s*)\.\.(?:\s+(?![_\[|])(?!\S+::)|$)")
_TARGET = re.compile(r"^\s*\.\. _`?([^:`]+)`?:\s+(\S+)\s*$")
_ANONYMOUS = re.compile(r"^\s*(?:\.\. )?__:?\s+(\S+)\s*$")
_LINK = re.compile(r"`([^`<]*?)\s*<([^>`]+)>`__?")
_NAMED = re.compile(r"`([^`]+)`(__?)(?!\w)|(?<![\w`])([A-Za-z][\w-]*)_(?![\w`])")
_GRID = re.compile(r"^\s*\+(?:[-=]{2,}\+)+\s*$")
_SIMPLE = re.compile(r"^\s*={2,}(?: +={2,})+\s*$")
_FENCE = "~~~~~~"
_CODE = {"code-block": "", "code": "", "sourcecode": "", "mermaid": "mermaid", "uml": "plantuml", "graphviz": "dot"}
_PROSE = frozenset(
    [
        "note",
        "warning",
        "tip",
        "important",
        "hint",
        "attention",
        "caution",
        "danger",
        "error",
        "admonition",
        "topic",
        "sidebar",
    ]
)


def parse_rst(path: str, text: str) -> Document:
    """Read headings, paragraphs, images, links, tables and code of a reStructuredText file; never raises."""
    return parse_markdown(path, "\n".join(_Converter(visible_text(text[:LONGEST]).split("\n")).converted()))


class _Converter:
    """Turns lines into lines of Markdown."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._out = [""] * len(lines)
        self._levels: list[str] = []
        self._targets = {
            match.group(1).strip().lower(): match.group(2) for line in lines if (match := _TARGET.match(line))
        }
        self._anonymous = [match.group(1) for line in lines if (match := _ANONYMOUS.match(line))]

    def converted(self) -> list[str]:
        index = 0
        while index < len(self._lines):
            index = max(self._block(index), index + 1)
        return self._out

    def _block(self, index: int) -> int:
        """Convert what begins on a line; return the line behind it."""
        line = self._lines[index]
        following = self._lines[index + 1] if index + 1 < len(self._lines) else ""
        underline = _UNDERLINE.match(following)
        if underline and line.strip() and not line[0].isspace() and len(following.strip()) >= len(line.strip()) - 2:
            mark = underline.group(1)
            if mark not in self._levels:
                self._levels.append(mark)
            self._out[index] = f"{'#' * min(self._levels.index(mark) + 1, 6)} {self._inline(line.strip())}"
            return index + 2
        if _UNDERLINE.match(line) or _ANONYMOUS.match(line):
            return index + 1
        for pattern, convert in ((_GRID, self._grid), (_SIMPLE, self._simple)):
            if pattern.match(line) and (end := convert(index)):
                return end
        if image := _IMAGE.match(line):
            alt = next((found.group(1) for found in map(_ALT.match, self._lines[index + 1 : index + 6]) if found), "")
            self._out[index] = f"![{alt.strip()}]({image.group(1)})"
            return self._past_options(index + 1)
        if directive := _DIRECTIVE.match(line):
            return self._directive(index, *directive.groups())
        if comment := _COMMENT.match(line):
            return self._body(index, len(comment.group(1)))[1]
        if line.rstrip().endswith("::"):
            self._out[index] = self._inline(line.rstrip()[:-1])
            return self._code(index, len(line) - len(line.lstrip()), "")
        self._out[index] = self._inline(line)
        return index + 1

    # -- blocks ----------------------------------------------------------------------------------------------

    def _past_options(self, index: int) -> int:
        while index < len(self._lines) and _OPTION.match(self._lines[index]):
            index += 1
        return index

    def _body(self, index: int, indent: int) -> tuple[int, int]:
        """(first line, line behind the last one) of what is indented below a line, options left out."""
        end = first = self._past_options(index + 1)
        at = first
        while at < len(self._lines):
            line = self._lines[at]
            if line.strip():
                if len(line) - len(line.lstrip()) <= indent:
                    break
                end = at + 1
            at += 1
        while first < end and not self._lines[first].strip():
            first += 1
        return first, end

    def _directive(self, index: int, indent: str, name: str, argument: str) -> int:
        if name in _CODE:
            return self._code(index, len(indent), _CODE[name] or argument.split(" ", 1)[0])
        if name == "list-table":
            return self._list_table(index, len(indent))
        if name in _PROSE:
            self._out[index] = self._inline(argument)
            first, end = self._body(index, len(indent))
            for at in range(first, end):
                self._out[at] = self._inline(self._lines[at].strip())
            return max(end, index + 1)
        self._out[index] = self._inline(argument)
        return self._past_options(index + 1)

    def _code(self, index: int, indent: int, language: str) -> int:
        first, end = self._body(index, indent)
        if first >= end:
            return index + 1
        least = min(len(line) - len(line.lstrip()) for line in self._lines[first:end] if line.strip())
        if (first - 1 > index or not self._out[index]) and not "".join(self._lines[end : end + 1]).strip():
            self._out[first - 1] = f"{_FENCE}{language}"
            for at in range(first, end):
                self._out[at] = self._lines[at][least:]
            if end < len(self._lines):
                self._out[end] = _FENCE
            return end + 1
        for at in range(first, end):  # no room for a fence: code by its indentation
            self._out[at] = "    " + self._lines[at][least:]
        return end

    # -- tables ----------------------------------------------------------------------------------------------

    def _grid(self, index: int) -> int:
        end = index
        while end < len(self._lines) and self._lines[end].strip()[:1] in ("+", "|"):
            end += 1
        rules = [at for at in range(index, end) if _GRID.match(self._lines[at])]
        head = next((at for at in rules[1:] if "=" in self._lines[at]), rules[1] if len(rules) > 1 else 0)
        rows = {
            at: [cell.strip() for cell in self._lines[at].strip().strip("|").split("|")]
            for at in range(index, end)
            if at not in rules
        }
        return self._table(index, head, end, rows)

    def _simple(self, index: int) -> int:
        starts = [match.start() for match in re.finditer(r"=+", self._lines[index])]
        rules = [index]
        at = index + 1
        while at < len(self._lines) and len(rules) < 3:
            if _SIMPLE.match(self._lines[at]):
                rules.append(at)
                if not "".join(self._lines[at + 1 : at + 2]).strip():
                    break
            at += 1
        if len(rules) < 2:
            return 0
        end, head = rules[-1] + 1, rules[1] if len(rules) > 2 else 0
        bounds = list(zip(starts, [*starts[1:], None], strict=True))
        rows = {
            at: [self._lines[at][begin:stop].strip() for begin, stop in bounds]
            for at in range(index + 1, end)
            if at not in rules
        }
        return self._table(index, head, end, rows)

    def _list_table(self, index: int, indent: int) -> int:
        first, end = self._body(index, indent)
        rows: dict[int, list[str]] = {}
        row: list[str] = []
        for at in range(first, end):
            text = self._lines[at].strip()
            if text.startswith("* -"):
                row = rows[at] = [text[3:].strip()]
            elif row and text.startswith("-"):
                row.append(text[1:].strip())
            elif row and text:
                row[-1] = f"{row[-1]} {text}"
        if not rows or len(rows[min(rows)]) < 2:
            return max(end, index + 1)
        head = min(rows) + 1
        return self._table(first - 1, head, end, {at: cells for at, cells in rows.items() if at != head})

    def _table(self, index: int, head: int, end: int, rows: dict[int, list[str]]) -> int:
        """Write rows as a table of Markdown, whose rule stands on the line ``head``; lines between rows are empty rows."""
        above = [at for at in sorted(rows) if at < head]
        if not above:
            return 0
        width = max(map(len, rows.values()))
        titles = [" ".join(filter(None, words)) for words in zip(*(rows[at] for at in above), strict=False)]
        for at in range(index + 1, end):
            self._out[at] = self._row(rows.get(at, []), width) if at > head else ""
        self._out[head - 1] = self._row(titles, width)
        self._out[head] = "|---" * width + "|"
        if not rows.get(end - 1):
            self._out[end - 1] = ""
        return end

    def _row(self, cells: list[str], width: int) -> str:
        filled = [*cells, *[""] * (width - len(cells))]
        return f"| {' | '.join(self._inline(cell).replace('|', '/') for cell in filled)} |"

    # -- text ------------------------------------------------------------------------------------------------

    def _inline(self, text: str) -> str:
        if "_" not in text:
            return text
        return _NAMED.sub(self._named, _LINK.sub(r"[\1](\2)", text))

    def _named(self, match: re.Match[str]) -> str:
        name = match.group(1) or match.group(3)
        if match.group(2) == "__":
            url = self._anonymous.pop(0) if self._anonymous else ""
        else:
            url = self._targets.get(" ".join(name.split()).lower(), "")
        return f"[{name}]({url})" if url else match.group()
