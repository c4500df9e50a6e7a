"""Markdown (CommonMark with tables) read into documents. Nothing is rendered.

Text that a reader does not see (HTML comments, hidden elements, zero-width characters) is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from html import unescape
from typing import Any

from analyzer.artifacts.document import Block, Document, Image, Link, Section

__all__ = ["LONGEST", "parse_markdown", "visible_text"]

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDING = re.compile(
    r"<(?P<tag>[a-z]\w*)\b(?=[^>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:px|pt|em|\b)|\bopacity\s*:\s*0(?:\.0+)?(?![\d.])"
    r"|[\"';\s]color\s*[:=]\s*[\"']?\s*(?:#f{3,8}\b|white\b|transparent\b|rgba?\(255\D+255\D+255)|(?:left|top|text-indent)\s*:\s*-\d{3,}"
    r"|[\"';\s](?:max-)?(?:height|width)\s*:\s*0(?![\d.])|\shidden[\s>=]|aria-hidden\s*=\s*[\"']?true))[^>]*>",
    re.IGNORECASE,
)
_EMPTY_ELEMENTS = frozenset({"img", "br", "hr", "input", "source", "meta", "link"})
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad\U000e0000-\U000e007f]")
_GLUED_HEADING = re.compile(r"^(#{1,6})(?=[^#\s!])", re.MULTILINE)
_TAG = re.compile(r"<[^>]{0,2000}>")
_IMG = re.compile(r"<(?:img|image|source|video|iframe)\b[^>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]+)[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\b[^>]*?\bhref\s*=\s*[\"']?([^\"'\s>]+)[^>]*>(.*?)(?:</a>|\Z)", re.IGNORECASE | re.DOTALL)
_HEADING_TAG = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_BARE_URL = re.compile(r"(?<![\w(<\[=])https?://[^\s<>\"'`\])]+")
_BREAK = re.compile(r"[ \t]*<br\s*/?>[ \t]*$", re.MULTILINE | re.IGNORECASE)
_BOLD_LINE = re.compile(
    r"^[ \t]*(\*\*|__)(?![-\s])([^*_\n]{2,79}?)\1:?[ \t]*(?:<br\s*/?>[ \t]*)$", re.MULTILINE | re.IGNORECASE
)
LONGEST = 1_000_000
_FENCE_END = re.compile(r"^( {0,3}(?:`{3,}|~{3,}))[ \t]+$", re.MULTILINE)
"""The end of a block of code; spaces and tabs may follow (CommonMark 0.31.2, 4.5), of which the parser knows only spaces."""


def parse_markdown(path: str, text: str) -> Document:
    """Parse Markdown; never raises."""
    import pyromark

    text = _visible(text[:LONGEST])
    if "\t\n" in text:
        text = _FENCE_END.sub(r"\1", text)
    options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TASKLISTS
    builder = _Builder(path, text)
    for event, span in pyromark.events_with_range(text, options=options):
        builder.handle(event, span["start"], span["end"])
    return builder.finished()


def visible_text(text: str) -> str:
    """The text without characters that have no width."""
    return _INVISIBLE.sub("", text)


def _blank(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n")


def _without_hidden(text: str) -> str:
    """The text without elements that are hidden, each up to its own end tag, or to the end where it has none."""
    parts: list[str] = []
    position = 0
    while match := _HIDING.search(text, position):
        parts.append(text[position : match.start()])
        end = match.end() if match.group("tag").lower() in _EMPTY_ELEMENTS else _end_of(text, match)
        parts.append("\n" * text.count("\n", match.start(), end))
        position = end
    return "".join((*parts, text[position:]))


def _end_of(text: str, opening: re.Match[str]) -> int:
    """Where an element ends, others of its kind within it counted."""
    depth = 1
    for tag in re.compile(rf"<(/?){opening.group('tag')}\b[^>]*>", re.IGNORECASE).finditer(text, opening.end()):
        depth += -1 if tag.group(1) else 1
        if depth == 0:
            return tag.end()
    return len(text)


def _visible(text: str) -> str:
    if "<!--" in text:
        text = _COMMENT.sub(_blank, text)
    if "<" in text:
        text = _without_hidden(text)
    text = _INVISIBLE.sub("", text)
    if (
        "<br" in text.lower()
    ):  # a page laid out with line breaks: bold lines are its headings, empty breaks part paragraphs
        text = _BREAK.sub("", _BOLD_LINE.sub(r"###### \2", text))
    return _GLUED_HEADING.sub(r"\1 ", text) if "#" in text else text


class _Builder:
    """Collects the parser's events into sections."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._encoded = encoded = text.encode("utf-8", "replace")
        self._starts = [0]
        position = encoded.find(b"\n")
        while position >= 0:
            self._starts.append(position + 1)
            position = encoded.find(b"\n", position + 1)
        self._sections: list[Section] = []
        self._above: list[Section] = []  # the last section of each level that the present one is within
        self._title, self._level, self._head = "", 0, 1
        self._blocks: list[Block] = []
        self._links: list[Link] = []
        self._images: list[Image] = []
        self._kinds: list[str] = []
        self._text: list[str] = []
        self._begin = 1  # the line of the text's first character; each further line of the file is a line feed in it
        self._breaks = 0
        self._lang = ""
        self._open_links: list[tuple[str, int, list[str], bool]] = []
        self._open_images: list[tuple[str, int, list[str]]] = []
        self._codes: list[str] = []
        self._strong = 0
        self._plain = False
        self._items: list[tuple[int, list[str]]] = []
        self._open = False  # whether the item's box is not ticked

    def _line(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def handle(self, event: Any, start: int, end: int) -> None:
        if isinstance(event, str):
            if event in ("SoftBreak", "HardBreak"):
                self._add("\n")
            return
        (name, value), *_ = event.items()
        if name == "Start":
            self._start(value, start)
        elif name == "End":
            self._end(value, start, end)
        elif name in ("Text", "Code"):
            self._plain = self._plain or (not self._strong and bool(str(value).strip()))
            if name == "Code":
                self._codes.append(str(value))
            if "CodeBlock" not in self._kinds and "Table" not in self._kinds:  # those begin at their fence or head
                self._reach(self._line(start))
            self._add(str(value))
        elif name == "TaskListMarker":
            self._open = not value
        elif name in ("Html", "InlineHtml"):
            self._html(str(value), self._line(start), block=name == "Html")

    def _add(self, text: str) -> None:
        if not self._open_images:  # the alternative text of an image is no prose
            self._text.append(text)
            self._breaks += text.count("\n")
        for _, _, parts, _ in self._open_links:
            parts.append(text)
        for _, _, parts in self._open_images:
            parts.append(text)

    def _reach(self, line: int) -> None:
        """Begin the text at this line, or add line feeds for what lies between and is no text: empty lines, tags."""
        if not self._text:
            self._begin = line
        elif (missing := line - self._begin - self._breaks) > 0:
            self._text.append("\n" * missing)
            self._breaks += missing

    def _clear(self) -> None:
        self._text, self._breaks = [], 0

    # -- containers ------------------------------------------------------------------------------------------

    def _start(self, value: Any, start: int) -> None:
        kind, detail = value if isinstance(value, str) else next(iter(value)), None
        if isinstance(value, Mapping):
            kind, detail = next(iter(value.items()))
        if kind in ("Paragraph", "Heading", "CodeBlock", "Table"):
            if kind != "Paragraph" or "Item" not in self._kinds or not self._text:  # else the item's next paragraph
                self._flush_item(start)
                self._clear()
                self._begin = self._line(start)
            self._plain, self._lang = False, ""
            if kind == "CodeBlock" and isinstance(detail, Mapping):
                self._lang = str(detail.get("Fenced", "")).split(None, 1)[0].lower() if detail.get("Fenced") else ""
        elif kind == "Item":
            self._flush_item(start)
            self._items.append((self._line(start), []))
            self._clear()
            self._begin, self._lang = self._line(start), ""
        elif kind == "Link" and isinstance(detail, Mapping):
            self._open_links.append((str(detail["dest_url"]), self._line(start), [], False))
        elif kind == "Image" and isinstance(detail, Mapping):
            self._open_images.append((str(detail["dest_url"]), self._line(start), []))
        elif kind == "Strong":
            self._strong += 1
        elif kind in ("TableRow", "TableHead"):
            self._add("\n")
        elif kind == "TableCell":
            self._text.append(" | ")
        self._kinds.append(kind)

    def _flush_item(self, offset: int) -> None:
        """Close the text of a list item before something is nested in it."""
        if self._items and "".join(self._text).strip() and self._kinds and "Item" in self._kinds:
            self._block("item", self._line(offset) - 1)
            self._clear()

    def _end(self, value: Any, start: int, end: int) -> None:
        kind = value if isinstance(value, str) else next(iter(value))
        if self._kinds:
            self._kinds.pop()
        while end > start and self._encoded[end - 1 : end].isspace():
            end -= 1
        last = self._line(max(end - 1, start))
        if kind == "Heading":
            self._open_section("".join(self._text), int(str(value["Heading"])[1]), self._line(start))
        elif kind == "Paragraph" and "Item" not in self._kinds:  # in an item, the next paragraph goes on with the text
            if (
                not self._plain
                and 0 < len("".join(self._text).strip()) < 80
                and self._strong == 0
                and not self._links_in(start)
            ):
                self._open_section("".join(self._text), 6, self._line(start))
            else:
                self._block("quote" if "BlockQuote" in self._kinds else "paragraph", last)
        elif kind in ("CodeBlock", "Table"):
            self._block("code" if kind == "CodeBlock" else "table", last)
        elif kind == "Item":
            self._block("item", last)
            if self._items:
                self._items.pop()
            self._clear()
        elif kind == "Link" and self._open_links:
            url, line, parts, image = self._open_links.pop()
            self._links.append(Link(self._path, url, " ".join("".join(parts).split()), line, image))
        elif kind == "Image" and self._open_images:
            source, line, parts = self._open_images.pop()
            link = self._open_links[-1][0] if self._open_links else ""
            if self._open_links:
                url, at, texts, _ = self._open_links[-1]
                self._open_links[-1] = (url, at, texts, True)
            self._images.append(Image(self._path, source, " ".join("".join(parts).split()), line, link))
        elif kind == "Strong":
            self._strong = max(self._strong - 1, 0)

    def _links_in(self, start: int) -> bool:
        line = self._line(start)
        return any(link.line >= line for link in self._links[-3:]) or any(img.line >= line for img in self._images[-3:])

    def _block(self, kind: str, last: int) -> None:
        raw = "".join(self._text)
        text = raw.strip("\n") if kind == "code" else raw.strip()
        if text:
            if kind not in ("code", "table"):  # those begin at their fence or head
                self._begin += raw.count("\n", 0, len(raw) - len(raw.lstrip()))
            codes = tuple(self._codes) if kind != "code" else ()
            end = max(last, self._begin)
            self._blocks.append(Block(self._path, kind, text, self._begin, end, self._lang, codes, self._open))
            if kind != "code":
                self._add_bare_urls(text, self._begin, int(kind == "table"))
        self._clear()
        self._codes, self._open = [], False

    def _add_bare_urls(self, text: str, begin: int, rule: int = 0) -> None:
        """Addresses in a text that begins on a line; ``rule`` is 1 where a line that is no text follows its first."""
        for match in _BARE_URL.finditer(text):
            row = text.count("\n", 0, match.start())
            url = match.group().rstrip(".,;:!?")
            if not any(link.url == url for link in self._links[-8:]):
                self._links.append(Link(self._path, url, "", begin + row + (rule if row else 0)))

    def _html(self, html: str, line: int, *, block: bool) -> None:
        heading = _HEADING_TAG.search(html)
        if heading:
            self._open_section(unescape(_TAG.sub("", heading.group(2))), int(heading.group(1)), line)
        for match in _ANCHOR.finditer(html):
            inner = match.group(2)
            text = " ".join(unescape(_TAG.sub(" ", inner)).split())
            at = line + html.count("\n", 0, match.start())
            self._links.append(Link(self._path, match.group(1), text, at, "<img" in inner.lower()))
        for match in _IMG.finditer(html):
            alt = _ALT.search(match.group())
            at = line + html.count("\n", 0, match.start())
            self._images.append(Image(self._path, match.group(1), unescape(alt.group(1)) if alt else "", at))
        if block and not heading:
            text = " ".join(unescape(_TAG.sub(" ", html)).split())
            if text:
                self._clear()
                self._begin, self._text, self._lang = line, [text], ""
                self._block("paragraph", line + html.rstrip("\n").count("\n"))

    # -- sections --------------------------------------------------------------------------------------------

    def _open_section(self, title: str, level: int, line: int) -> None:
        # What stands in the heading belongs to the section that it opens.
        links = [link for link in self._links if link.line >= line]
        images = [image for image in self._images if image.line >= line]
        self._links = self._links[: len(self._links) - len(links)]
        self._images = self._images[: len(self._images) - len(images)]
        self._close_section()
        self._links, self._images = links, images
        self._add_bare_urls(title, line)
        self._title, self._level, self._head = " ".join(title.split()), level, line
        self._clear()
        self._codes = []

    def _close_section(self) -> None:
        if self._title or self._blocks or self._links or self._images:
            while self._level and self._above and self._above[-1].level >= self._level:
                self._above.pop()
            trail = tuple(section.title for section in self._above) if self._level else ()
            section = Section(
                self._path, self._title, self._level, self._head, tuple(self._blocks), tuple(self._links),
                tuple(self._images), trail,
            )  # fmt: skip
            self._sections.append(section)
            if self._level:
                self._above.append(section)
        self._blocks, self._links, self._images = [], [], []

    def finished(self) -> Document:
        self._close_section()
        return Document(self._path, tuple(self._sections))
