"""The report as one page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analyzer.findings import Evidence
from analyzer.reporters.formats import FORMATS, render
from analyzer.reporters.html import render_html
from analyzer.reporters.json_report import as_document, from_document
from analyzer.version import VERSION
from tests.reporters.html.made import RUBRIC, named, whole
from tests.support import COMMIT, criterion, decision, report, rubric

SNAPSHOT = Path(__file__).parents[2] / "snapshots" / "report.html"
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style><style>*{display:none}</style>",
    "[click](javascript:alert(1))",
    "{{ 7 * 7 }}{% raw %}",
    "<!-- ",
    "]]><![CDATA[",
    "&lt;script&gt; &#60;",
]
HIDDEN = [
    "a\u202eb",
    "a\u2066b\u2069",
    "a\u200fb",
    "a\x1b[31mb",
    "a\x00b",
    "a\x07b\x08",
    "a\udcffb",
    "a\u2028b",
    "a\ufeffb",
]


class Page(HTMLParser):
    """What a parser sees: elements, attributes, words."""

    VOID = frozenset({"meta", "input", "br", "wbr", "link", "path", "circle", "rect", "line", "polygon", "use"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert tag in self.VOID or self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        self.words.append(data)


def outline(text: str) -> list[str]:
    return [tag for tag, _ in Page(text).elements]


def test_the_page_as_it_was_last_looked_at(request: pytest.FixtureRequest):
    """``bin/test tests/reporters/html --update-snapshots`` writes it anew; style and script are left out."""
    text = re.sub(r"<(style|script)>.*?</\1>", r"<\1/>", render_html(whole()), flags=re.DOTALL)
    text = re.sub(r"sha256-[\w+/=]+", "HASH", text).replace(VERSION, "VERSION")
    if request.config.getoption("--update-snapshots"):
        SNAPSHOT.write_text(text, "utf-8")
    assert SNAPSHOT.read_text("utf-8") == text


def test_the_same_report_gives_the_same_bytes():
    assert render_html(whole()) == render_html(whole()) == render(whole(), "html")
    assert FORMATS["html"].media_type == "text/html"


def test_every_element_is_closed_and_every_id_is_one():
    page = Page(render_html(whole()))
    assert page.open == []
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_nothing_is_requested_and_nothing_stands_in_attributes_that_act():
    page = Page(render_html(whole()))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"img", "link", "iframe", "object", "embed", "base", "form", "video", "audio", "image"}
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("style", "src", "srcset", "xlink:href") for name in attributes)
        href = attributes.get("href") or "#"
        assert href.startswith("#") or (tag == "a" and href.startswith("https://github.com/o/r/")), href


def test_the_page_allows_its_own_style_and_script_alone():
    text = render_html(whole())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert text.count("<script>") == text.count("<style>") == 1
    assert "unsafe" not in policy[1]


@pytest.mark.parametrize("evil", HOSTILE)
def test_text_of_a_repository_is_no_markup(evil):
    safe, page = render_html(named("plain text")), render_html(named(evil))
    parts = ["wbr", "i"]  # a slash may break a line, and words of code have colours
    assert [tag for tag in outline(page) if tag not in parts] == [tag for tag in outline(safe) if tag not in parts]
    names = {name for _, attributes in Page(page).elements for name in attributes}
    assert names == {name for _, attributes in Page(safe).elements for name in attributes}
    assert evil in "".join(Page(page).words)


@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_characters_that_hide_or_act_are_shown_as_escapes(text):
    page = render_html(named(text))
    page.encode("utf-8")
    body = page[page.index("<body>") : page.rindex("<script>")]
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]", body
    )
    assert "\\u" in body or "\\x" in body


def test_evidence_is_code_with_numbers_and_the_decisive_line_marked():
    text = render_html(whole())
    assert '<mark class="l" title="decisive line"><b>3</b>' in text
    assert '<span class="l"><b>1</b>' in text
    assert f'href="https://github.com/o/r/blob/{COMMIT}/src/train.py#L3"' in text


def test_a_report_without_excerpts_shows_the_line_that_it_has():
    lines = re.findall(r'<mark class="l".*?</mark>', render_html(whole(excerpts=())))
    assert next(re.sub("<[^>]*>", " ", line).split() for line in lines) == ["3", "line", "3", "of", "src/train.py"]


def test_many_places_open_with_one_more_click():
    places = [f"src/f{n}.py:{n}" for n in range(1, 301)]
    text = render_html(report(rubric(criterion("a.x")), decision("a.x", "met", *places)))
    assert "297 more places" in text
    assert text.count('<figure class="evidence">') == 300


def test_a_report_that_was_kept_as_json_gives_the_same_page():
    made = whole()
    again = from_document(as_document(made), RUBRIC, made.target.input)
    assert render_html(again) == render_html(made)


def test_nothing_assessed_is_said():
    text = render_html(report(rubric(criterion("a.x"))))
    assert "Nothing could be assessed, so there is nothing to advise." in text
    assert "not assessed" in text
    assert "0 % of the points could be assessed" in text


def test_everything_met_is_said():
    text = render_html(report(rubric(criterion("a.x")), decision("a.x", "met", "a.py:1")))
    assert "Nothing is left to gain" in text
    assert "data-step" not in text.partition("<script>")[0]


def test_without_a_page_there_are_no_links_out():
    made = whole()
    from msgspec.structs import replace

    text = render_html(replace(made, target=replace(made.target, url="")))
    assert "https://github.com" not in text


def test_a_very_long_name_stays_one_title():
    made = named("x" * 300)
    assert Page(render_html(made)).open == []


def test_evidence_without_a_snippet_says_so():
    from analyzer.engine import Decision
    from analyzer.findings import Status

    made = report(rubric(criterion("a.x")), Decision("a.x", Status.MET, "met", (Evidence("a.py", 3, 3, ""),)))
    assert "The line is not kept in this report." in render_html(made)
