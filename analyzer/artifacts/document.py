"""Prose files: READMEs and docs in Markdown or reStructuredText, as sections with blocks, links and images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from analyzer.findings import Place

__all__ = ["Block", "Document", "Image", "Link", "Section"]


class Link(Struct, frozen=True):
    """A link with its text; ``image`` is true where the text is an image (a badge, a thumbnail)."""

    path: str
    url: str
    text: str
    line: int
    image: bool = False

    @property
    def place(self) -> Place:
        """The line of the link."""
        return Place(self.path, self.line)


class Image(Struct, frozen=True):
    """An image with its alternative text; ``link`` is where it leads, if anywhere."""

    path: str
    source: str
    alt: str
    line: int
    link: str = ""

    @property
    def place(self) -> Place:
        """The line of the image."""
        return Place(self.path, self.line)


class Block(Struct, frozen=True):
    """A piece of text.

    ``kind`` is ``paragraph``, ``item``, ``code``, ``table`` or ``quote``; ``lang`` the language of a code block,
    ``codes`` what is set as code within a sentence; ``open`` marks an item whose box is not ticked.
    """

    path: str
    kind: str
    text: str
    line: int
    end_line: int
    lang: str = ""
    codes: tuple[str, ...] = ()
    open: bool = False

    @property
    def words(self) -> int:
        """Number of words."""
        return len(self.text.split())

    @property
    def place(self) -> Place:
        """The lines of the block."""
        return Place(self.path, self.line, self.end_line)


class Section(Struct, frozen=True, dict=True):
    """A heading with what stands below it up to the next one. ``trail`` holds the headings above it."""

    path: str
    title: str
    level: int
    line: int
    blocks: tuple[Block, ...] = ()
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    trail: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The line of the heading."""
        return Place(self.path, self.line)

    @cached_property
    def heading(self) -> str:
        """The title without the signs, pictures and numbers before its first word."""
        return re.sub(r"^[\W\d_]+", "", self.title)

    def of(self, *kinds: str) -> tuple[Block, ...]:
        """The blocks of these kinds."""
        return tuple(block for block in self.blocks if block.kind in kinds)

    @cached_property
    def lists(self) -> tuple[tuple[str, tuple[Block, ...]], ...]:
        """The lists, each with the line that leads to it; empty where none does."""
        found: list[tuple[str, tuple[Block, ...]]] = []
        lead = ""
        items: list[Block] = []
        for block in self.blocks:
            if block.kind == "item":
                items.append(block)
            elif block.kind in ("paragraph", "quote"):
                found.append((lead, tuple(items)))
                lead, items = block.text.rsplit("\n", 1)[-1], []
        return tuple(item for item in (*found, (lead, tuple(items))) if item[1])

    @cached_property
    def prose(self) -> str:
        """Paragraphs, items and quotes as one text."""
        return "\n".join(block.text for block in self.of("paragraph", "item", "quote"))

    @property
    def words(self) -> int:
        """Number of words of the prose."""
        return len(self.prose.split())


class Document(Struct, frozen=True, dict=True):
    """One prose file."""

    path: str
    sections: tuple[Section, ...]
    error: str = ""

    @property
    def place(self) -> Place:
        """The first line."""
        return Place(self.path, 1)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All links, in order."""
        return tuple(link for section in self.sections for link in section.links)

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """All images, in order."""
        return tuple(image for section in self.sections for image in section.images)

    @cached_property
    def words(self) -> int:
        """Number of words of the prose."""
        return sum(section.words for section in self.sections)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks, in order."""
        return tuple(block for section in self.sections for block in section.blocks)

    def below(self, section: Section) -> Iterator[Section]:
        """Yield the section and those below it in the hierarchy."""
        yield section
        for position in range(self._positions[id(section)] + 1, len(self.sections)):
            following = self.sections[position]
            if following.level <= section.level:
                return
            yield following

    @cached_property
    def _positions(self) -> dict[int, int]:
        """Where each section stands. A page may have as many as it has lines, so none is looked for."""
        return {id(section): position for position, section in enumerate(self.sections)}
