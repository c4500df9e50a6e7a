"""Lines of code with their numbers, the decisive ones marked and words coloured by Pygments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from markupsafe import Markup, escape
from msgspec import Struct
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.token import Comment, Keyword, Literal, Name, Number, String, Token, _TokenType
from pygments.util import ClassNotFound

from analyzer.excerpts import AROUND, Excerpt
from analyzer.findings import Evidence
from analyzer.reporters.words import plain_utf8, visible

__all__ = ["Code", "CodeLine", "Listing"]

_TAB = "    "
_CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"),
    (String, "s"),
    (Number, "n"),
    (Literal, "s"),
    (Keyword, "k"),
    (Name.Tag, "t"),
    (Name.Attribute, "t"),
    (Name.Decorator, "t"),
    (Name.Function, "f"),
    (Name.Class, "f"),
)
"""Few classes, so that few colours have to be told apart and kept in contrast."""


class CodeLine(Struct, frozen=True):
    """One line: its number, its text as safe HTML, and whether it is a decisive one."""

    number: int
    html: Markup
    decisive: bool


class Code(Struct, frozen=True):
    """The lines that show one piece of evidence; none where the report kept none."""

    lines: tuple[CodeLine, ...]


class Listing:
    """Finds and colours the lines of evidence in the excerpts of one report."""

    def __init__(self, excerpts: Iterable[Excerpt]) -> None:
        self._by_path: dict[str, list[Excerpt]] = {}
        for item in excerpts:
            self._by_path.setdefault(plain_utf8(item.path), []).append(item)
        self._coloured: dict[Excerpt, tuple[Markup, ...]] = {}

    def code(self, found: Evidence) -> Code:
        """The lines around evidence; the line of the evidence alone where the report has no excerpt of it."""
        last = max(found.line, found.end_line)
        for excerpt in self._by_path.get(plain_utf8(found.path), ()):
            if excerpt.line <= found.line <= excerpt.last:
                numbered = enumerate(self._lines(excerpt), excerpt.line)
                return Code(
                    tuple(
                        CodeLine(number, html, found.line <= number <= last)
                        for number, html in numbered
                        if found.line - AROUND <= number <= last + AROUND
                    )
                )
        if not found.snippet:
            return Code(())
        return Code((CodeLine(found.line, _coloured(found.path, (found.snippet,))[0], decisive=True),))

    def _lines(self, excerpt: Excerpt) -> tuple[Markup, ...]:
        if excerpt not in self._coloured:
            self._coloured[excerpt] = _coloured(excerpt.path, excerpt.lines)
        return self._coloured[excerpt]


def _coloured(path: str, lines: tuple[str, ...]) -> tuple[Markup, ...]:
    """The lines as HTML. What would act or hide (controls, bidi marks) is shown as escapes before anything else."""
    shown = [visible(line.replace("\t", _TAB)) for line in lines]
    done: list[Markup] = []
    parts: list[Markup] = []
    for kind, text in _tokens(path, "\n".join(shown)):
        name = next((name for parent, name in _CLASSES if kind in parent), "")
        for index, piece in enumerate(text.split("\n")):
            if index:
                done.append(Markup("").join(parts))
                parts = []
            if piece:
                parts.append(Markup('<i class="{}">{}</i>').format(name, piece) if name else escape(piece))
    done.append(Markup("").join(parts))
    return tuple((*done, *([Markup("")] * len(lines)))[: len(lines)])


def _tokens(path: str, text: str) -> Iterator[tuple[_TokenType, str]]:
    """Tokens with neighbours of one kind joined."""
    before: tuple[_TokenType, str] = (Token, "")
    for kind, piece in _lexer(plain_utf8(path).rsplit("/", 1)[-1]).get_tokens(text):
        if kind is before[0]:
            before = (kind, before[1] + piece)
        else:
            yield before
            before = (kind, piece)
    yield before


@lru_cache(maxsize=256)
def _lexer(name: str) -> Lexer:
    """The lexer for a file of this name; its content is never asked."""
    try:
        return get_lexer_for_filename(_ALIASES.get(name.rpartition(".")[2], name), stripnl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False)


_ALIASES = {"ipynb": "a.json", "tf": "a.tf", "tfvars": "a.tf", "dvc": "a.yaml", "lock": "a.toml", "md": "a.txt"}
"""Suffixes that stand for another kind of file; Markdown is shown as plain text."""
