"""Another language: a made-up one, in which every page of every sample repository is shown.

Its letters are of another script, and what is filled in stands in brackets. So each letter that stayed Latin, and each
bracket that holds what the engine said in English, is a text that no translator could reach.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from analyzer import Report
from analyzer.knowledge.claims import spelled
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.reporters.html.render import render_in
from analyzer.reporters.html.sentences import Sentences, Template, filled, load_catalog
from analyzer.reporters.html.texts import Texts, load_texts
from tests.conftest import FIXTURES
from tests.test_fixtures import NAMES, report

TEXTS = Path(__file__).parents[3] / "analyzer" / "reporters" / "html" / "texts"
OPEN, CLOSE = "\u27e6", "\u27e7"
PROPER = {spelled(marks.id) for marks in TECHNOLOGIES} | {marks.id for marks in TECHNOLOGIES} | {
    "Folioscope", "GitHub", "JSON", "A", "B", "README", "MB", "GB", "kWh", "ms", "s", "min", "h",
}  # fmt: skip


def pseudo(text: str) -> str:
    """A template in the made-up language: other letters, and brackets around what is filled in."""
    parts = Template(text).parts
    return "".join(
        "".join("\u0436" if letter.isalpha() else letter for letter in literal).replace("{", "{{").replace("}", "}}")
        + (f"{OPEN}{{{name}}}{CLOSE}" if name else "")
        for literal, name in parts
    )


def pseudo_entries(entries: dict[str, Any]) -> dict[str, Any]:
    return {key: pseudo(value) if isinstance(value, str) else pseudo_entries(value) for key, value in entries.items()}


@cache
def language(direction: str = "ltr") -> Texts:
    entries = pseudo_entries(tomllib.loads((TEXTS / "en.toml").read_text("utf-8")))
    sentences = {template.text: pseudo(template.text) for template in load_catalog()}
    return Texts("qx", {**entries, "direction": direction}, load_texts(), sentences)


class Said(HTMLParser):
    """The texts that a page shows, those of attributes too; code, places and names of the repository are none."""

    KEPT = frozenset({"code", "pre", "bdi", "style", "script"})
    SHOWN = frozenset({"title", "aria-label", "alt", "placeholder", "data-now", "data-then", "data-open", "data-close"})
    VOID = frozenset({"meta", "input", "br", "wbr", "link"})

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[bool] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [re.sub("{score}|{grade}", "", value) for name, value in attrs if name in self.SHOWN and value]
        if tag == "meta" and given.get("name") == "description":
            self.texts.append(given["content"] or "")
        if "data-grades" in given:
            self.texts += [part.partition("=")[2] for part in (given["data-grades"] or "").split("|")]
        if tag not in self.VOID:
            kept = tag in self.KEPT or "place" in (given.get("class") or "").split()
            self._open.append(kept or bool(self._open and self._open[-1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if name in self.SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._open and self._open[-1]):
            self.texts.append(" ".join(data.split()))


def told_by(name: str) -> str:
    """All that a sample repository says: its paths, its texts, and how a page shows its names."""
    folder = FIXTURES / name
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    told = [str(path.relative_to(folder)) for path in files]
    told += [path.read_text("utf-8", "replace") for path in files]
    return "\n".join(told)


def names_in(shown: Report) -> list[str]:
    """What stands on a page as a name: of the repository, its parts and its technologies, of the rubric."""
    parts = [node.label for node in shown.wiring.nodes] + [gap.name for gap in shown.wiring.gaps]
    short = [f"{label.rsplit('/', 1)[-1][:18]}\u2026" for label in parts] + [
        label.rsplit("/", 1)[-1] for label in parts
    ]
    known = [shown.target.name, shown.target.input, shown.rubric.id, shown.rubric.sha256[:16]]
    return sorted({*parts, *short, *known, *PROPER}, key=len, reverse=True)


def pieces(text: str) -> Iterator[tuple[bool, str]]:
    """(whether it stands in brackets, what stands there) of each part of a text."""
    depth = 0
    for part in re.split(f"([{OPEN}{CLOSE}])", text):
        depth += (part == OPEN) - (part == CLOSE)
        if part not in (OPEN, CLOSE, ""):
            yield depth > 0, part


def latin(text: str, names: list[str]) -> list[str]:
    """What is left of a text in Latin letters, without names, and numbers and marks around it."""
    for name in names:
        if name and name in text:
            text = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", "\0", text)
    left = (part.strip(" .,;:()\u2026%0123456789") for part in text.split("\0"))
    return [" ".join(part.split()) for part in left if re.search("[A-Za-z]", part)]


def unsaid(page: str, told: str, names: list[str], said: set[str]) -> list[str]:
    """Texts of a page that stayed English.

    In brackets stands what a repository has; that it has words of the engine too makes these no names.
    """
    flat = " ".join(told.split())
    return [
        f"{left!r} of {text!r}"[:300]
        for text in Said(page).texts
        for bracketed, part in pieces(re.sub(r"`[^`]*`", "", text))
        for left in latin(part, names)
        if not (bracketed and left in flat and left.lower() not in said)
    ]


SAID = {
    template.text.lower().strip(" .")
    for template in load_catalog()
    if " " in template.text and "{" not in template.text
}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("name", NAMES)
def test_everything_that_a_page_says_is_in_its_language(name: str, direction: str):
    shown = report(name)
    page = render_in(shown, language(direction))
    assert f'<html lang="qx" dir="{direction}">' in page
    assert unsaid(page, told_by(name), names_in(shown), SAID) == []


def test_the_test_would_see_an_english_text():
    page = "<p>Data are validated</p><p>\u27e6loads the model\u27e7</p><p>\u0436 \u27e6src/a.py\u27e7</p>"
    assert len(unsaid(page, "src/a.py", [], set())) == 2
    assert len(unsaid("<p>\u27e6the model\u27e7</p>", "the model", [], {"the model"})) == 1
