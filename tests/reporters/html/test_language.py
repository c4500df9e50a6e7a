"""Another language: a made-up one, in which every page of every sample repository is shown.

Its letters are of another script, and what is filled in stands in brackets. So each letter that stayed Latin, and each
bracket that holds what the engine said in English, is a text that no translator could reach.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pydantic_core._pydantic_core import list_all_errors

from analyzer import Report
from analyzer.knowledge.claims import spelled
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.portfolio.reporters.html import render_in as render_portfolio
from analyzer.reporters.html import texts
from analyzer.reporters.html.render import render_html, render_in
from analyzer.reporters.html.sentences import Template, filled, load_catalog
from analyzer.reporters.html.texts import Texts, load_texts
from tests.conftest import FIXTURES
from tests.portfolio.test_fixture_portfolios import NAMES as PORTFOLIOS
from tests.portfolio.test_fixture_portfolios import portfolio
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


@pytest.mark.parametrize("name", PORTFOLIOS)
def test_everything_that_a_page_of_a_portfolio_says_is_in_its_language(name: str):
    shown = portfolio(name)
    names = {found for unit in shown.units for found in (unit.name, *names_in(unit.report))} | set(shown.name.split())
    told = "\n".join(told_by(found) for found in NAMES)
    page = render_portfolio(shown, language("rtl"))
    assert unsaid(page, told, sorted(names, key=len, reverse=True), SAID) == []


def test_every_sentence_of_the_catalog_is_found_again():
    """Whatever a placeholder holds: a name, or each of the sentences that it may hold."""
    lost = []
    for template in load_catalog():
        if template.within:  # it is found where others hold it
            continue
        plain = {name: f"_{number}" for number, (_, name) in enumerate(template.parts) if name}
        filled_in = [plain]
        for name, held in template.words.items():
            texts_held = [text for text in held if "{" not in text and text != "*"]
            filled_in += [{**plain, name: text} for text in texts_held if name not in ("first", "rest")]
        for values in filled_in:
            said = language().said(filled(template.text)(values))
            lost += [(template.text, values, said)] if re.search(r"[A-Za-z]", said) else []
    assert lost == []


def test_english_costs_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(texts, "load_catalog", None)
    assert load_texts().said("Data are not versioned.") == "Data are not versioned."
    assert len(render_html(report(NAMES[0]))) > 10_000


def test_what_a_language_lacks_stays_english():
    french = Texts("fr", {}, load_texts(), {"CI runs no automated tests.": "La CI ne lance aucun test."})
    assert french.said("CI runs no automated tests.") == "La CI ne lance aucun test."
    assert french.said("Data are not versioned.") == "Data are not versioned."


def test_a_sentence_within_a_sentence_is_said_too_and_a_name_is_not():
    known = {
        "A Dockerfile packages code, but {sentence}": "Un Dockerfile contient du code, mais {sentence}",
        "the Dockerfile starts {name}, which it does not copy": "il lance {name} sans le copier",
        "a failure cannot show": "un \u00e9chec ne se voit pas",
    }
    french = Texts("fr", {}, load_texts(), known)
    said = french.said(
        "A Dockerfile packages code, but the Dockerfile starts a failure cannot show, which it does not copy"
    )
    assert said == "Un Dockerfile contient du code, mais il lance a failure cannot show sans le copier"


def test_the_first_letter_is_as_it_was():
    french = Texts("fr", {}, load_texts(), {"nothing registers the trained model": "rien n'enregistre le mod\u00e8le"})
    assert french.said("Nothing registers the trained model") == "Rien n'enregistre le mod\u00e8le"


# -- what is kept in English, and said when it is shown --------------------------------------------------------------


def test_the_words_of_pydantic_are_its_own():
    told = {item["type"]: item for item in list_all_errors()}
    entries = tomllib.loads((TEXTS / "en.toml").read_text("utf-8"))["problem"]["invalid"]
    kinds = {"python": entries, "json": entries.pop("json")}
    for kind, texts_of_kind in kinds.items():
        for name, text in texts_of_kind.items():
            own = str(told[name][f"message_template_{kind}"])  # type: ignore[literal-required]
            if isinstance(text, dict):
                own = re.sub(r"\{m\w+_length\}", "{n}", own)
                assert text["one"] == own.replace("{expected_plural}", ""), name
                assert text["other"] == own.replace("{expected_plural}", "s"), name
            else:
                assert text == own, name


@pytest.mark.parametrize(
    "complaint",
    [
        "url: String should have at most 2048 characters.",
        "urls: List should have at most 1 item after validation, not 2.",
        "label: Input should be a valid string.",
        "It names no repository.",
        "Give the address of a repository.",
        "octocat names an account; a service takes repositories.",
        "line 7 has a quote that nothing closes.",
        "line 2 names no repository: '1, 2' is neither OWNER/REPO nor an address.",
        "line 3 names 60 repositories; a row may name 50.",
        "o/r was not found, or is private.",
    ],
)
def test_complaints_about_rows_are_said_in_the_language(complaint: str):
    said = re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", language().said(complaint))
    assert re.findall(r"[A-Za-z]+", said) == [], said


# -- the catalog -----------------------------------------------------------------------------------------------------


def test_the_catalog_is_that_of_the_code():
    found = subprocess.run(
        [sys.executable, "-m", "tools.sentences", "--check"],
        cwd=TEXTS.parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_the_test_would_see_an_english_text():
    page = "<p>Data are validated</p><p>\u27e6loads the model\u27e7</p><p>\u0436 \u27e6src/a.py\u27e7</p>"
    assert len(unsaid(page, "src/a.py", [], set())) == 2
    assert len(unsaid("<p>\u27e6the model\u27e7</p>", "the model", [], {"the model"})) == 1
