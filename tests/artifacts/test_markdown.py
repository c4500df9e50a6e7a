"""Markdown as sections with blocks, links and images."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.artifacts.document import Document
from analyzer.artifacts.markdown import parse_markdown
from analyzer.findings import Place

README = """\
[![CI](https://example.org/ci.svg)](https://example.org/ci) Intro text.

# Churn `model`

Predicts **churn** with `XGBoost`. See [the docs](docs/index.md).

## Setup

1. Install
   with uv
2. Run `make`
   - nested

```Bash title="x"
uv sync
```

    indented code

| Metric | Value |
|---|---|
| AUC | 0.91 |

> A quote.

![Diagram of it](docs/a.png)
"""


def parse(text: str) -> Document:
    return parse_markdown("README.md", text)


def test_headings_open_sections() -> None:
    found = [(item.title, item.level, item.line, item.trail) for item in parse(README).sections]
    assert found == [("", 0, 1, ()), ("Churn model", 1, 3, ()), ("Setup", 2, 7, ("Churn model",))]


def test_blocks_have_kind_language_and_lines() -> None:
    found = [(item.kind, item.line, item.end_line, item.lang) for item in parse(README).sections[2].blocks]
    assert found == [
        ("item", 9, 10, ""),
        ("item", 11, 11, ""),
        ("item", 12, 12, ""),
        ("code", 14, 16, "bash"),
        ("code", 18, 18, ""),
        ("table", 20, 22, ""),
        ("quote", 24, 24, ""),
    ]


def test_text_and_code_words_of_a_paragraph() -> None:
    (block,) = parse(README).sections[1].blocks
    assert (block.text, block.codes) == ("Predicts churn with XGBoost. See the docs.", ("XGBoost",))
    assert (block.words, block.place) == (7, Place("README.md", 5, 5))


def test_links_and_badges() -> None:
    badge, docs = parse(README).links
    assert (badge.url, badge.image, badge.line) == ("https://example.org/ci", True, 1)
    assert (docs.url, docs.text, docs.place) == ("docs/index.md", "the docs", Place("README.md", 5))


def test_images_have_alternative_text_that_is_no_prose() -> None:
    badge, picture = parse(README).images
    assert (badge.source, badge.alt, badge.link) == ("https://example.org/ci.svg", "CI", "https://example.org/ci")
    assert (picture.alt, picture.place) == ("Diagram of it", Place("README.md", 26))
    assert "Diagram" not in parse(README).sections[2].prose


def test_bare_addresses_are_links_once() -> None:
    document = parse("See https://example.org/a.\nAnd\nhttps://example.org/b and [x](https://example.org/c).\n")
    assert [(item.url, item.line) for item in document.links] == [
        ("https://example.org/c", 3),
        ("https://example.org/a", 1),
        ("https://example.org/b", 3),
    ]


def test_setext_and_glued_headings_are_headings() -> None:
    text = "Title\n=====\n\nPart\n----\n\n###Glued\n"
    assert [(item.title, item.level, item.line) for item in parse(text).sections] == [
        ("Title", 1, 1),
        ("Part", 2, 4),
        ("Glued", 3, 7),
    ]


def test_a_bold_line_alone_is_a_heading() -> None:
    sections = parse("# A\n\n**Results**\n\nGood.\n").sections
    assert [(item.title, item.level, item.line) for item in sections] == [("A", 1, 1), ("Results", 6, 3)]


def test_bold_within_a_sentence_is_no_heading() -> None:
    assert len(parse("# A\n\n**Results** are good.\n").sections) == 1


def test_html_is_read_for_headings_links_and_images() -> None:
    text = '<h1 align="center">Churn &amp; more</h1>\n<p>\n  Some <b>words</b>\n</p>\n\n<div>\n<a href="https://example.org"><img src="a.png" alt="A"></a>\n</div>\n\n<a href=\'b\'>B</a>\n'
    document = parse(text)
    assert (document.sections[0].title, document.sections[0].level) == ("Churn & more", 1)
    assert [(item.url, item.image, item.line) for item in document.links] == [
        ("https://example.org", True, 7),
        ("b", False, 10),
    ]
    assert [(item.source, item.alt, item.line) for item in document.images] == [("a.png", "A", 7)]


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- secret -->",
        "<!-- secret",
        '<div style="display:none">secret</div>',
        "<div hidden>secret</div>",
        '<p hidden="">secret</p>',
        "<span style='font-size:0'>secret</span>",
        "s\u200be\u200bc",
    ],
)
def test_what_a_reader_does_not_see_is_left_out(hidden: str) -> None:
    document = parse(f"# A\n\n{hidden}\n")
    assert "secret" not in "".join(block.text for block in document.blocks)
    assert "\u200b" not in "".join(block.text for block in document.blocks)


def test_hidden_text_keeps_the_lines_below() -> None:
    assert parse("<!--\na\n-->\n# B\n").sections[0].line == 4


def test_shown_text_beside_hidden_words_stays() -> None:
    assert "hidden layer" in parse("<p>One hidden layer</p>\n").sections[0].prose


def test_line_breaks_make_bold_lines_headings() -> None:
    titles = [item.title for item in parse("**Setup**<br>\nRun it.\n").sections]
    assert titles == ["Setup"]


def test_paragraphs_of_items_belong_to_them() -> None:
    blocks = parse("- one\n\n  more\n\n- two\n\n  ```sh\n  ls\n  ```\n").blocks
    assert [(item.kind, item.text.split("\n")[0]) for item in blocks] == [
        ("item", "one"),
        ("item", "two"),
        ("code", "ls"),
    ]


def test_offsets_count_characters_of_any_width() -> None:
    assert parse("é😀ü\n\n# B\n").sections[1].line == 3


def test_a_document_sums_its_sections() -> None:
    document = parse(README)
    assert (document.place, document.words) == (Place("README.md", 1), sum(item.words for item in document.sections))
    assert [item.title for item in document.below(document.sections[1])] == ["Churn model", "Setup"]
    assert len(document.blocks) == 9


def test_below_ends_with_the_next_section_of_the_level() -> None:
    document = parse("# A\n\n## B\n\n# C\n")
    assert [item.title for item in document.below(document.sections[0])] == ["A", "B"]


def test_a_heading_without_its_picture() -> None:
    section = parse("## 🚀 1. Setup\n").sections[0]
    assert (section.heading, section.place) == ("Setup", Place("README.md", 1))


@pytest.mark.parametrize("text", ["", "\n\n", "<!-- a -->"])
def test_nothing_has_no_sections(text: str) -> None:
    assert parse(text).sections == ()


def test_strikethrough_and_tasks_are_text() -> None:
    assert [item.text for item in parse("- [x] done\n- [ ] ~~old~~\n").blocks] == ["done", "old"]


_PIECES = (
    *(
        "word",
        "- item",
        "  - inner",
        "",
        "  more of it",
        "| a | b |\n| - | - |\n| c | {} |",
        "<a\n  title='x'>b</a>",
        "1. first",
    ),
    *(
        "```\ncode\n\n```",
        "# Title",
        "> quoted",
        "![picture](p.png)",
        "- [ ] task",
        "**bold**",
        "<br>",
        "  ```sh\n  run\n  ```",
    ),
)


@given(st.lists(st.tuples(st.sampled_from(_PIECES), st.booleans()), max_size=14))
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_a_bare_address_is_on_the_line_that_its_link_names(pieces: list[tuple[str, bool]]) -> None:
    parts = []
    for number, (piece, linked) in enumerate(pieces):
        address = f"https://example.org/{number}-" if linked else "none"
        parts.append(piece.format(address) if "{}" in piece else f"{piece} {address}" if linked else piece)
    text = "\n".join(parts)
    lines = text.split("\n")
    for section in parse_markdown("README.md", text).sections:
        for link in section.links:
            assert link.url in lines[link.line - 1]
        for block in section.of("paragraph", "item"):
            if block.text.startswith("https:"):
                assert block.text.split("\n", 1)[0].strip() in lines[block.line - 1]


def test_links_of_a_heading_belong_to_its_section():
    text = "# Docks\n\nText with [a page](a.md).\n\n## [Live](https://e.org/live) at https://e.org/ask\n\n![x](b.png)\n\n# ![logo](c.png)\n"
    sections = parse_markdown("README.md", text).sections
    assert [(item.title, [link.url for link in item.links], len(item.images)) for item in sections] == [
        ("Docks", ["a.md"], 0),
        ("Live at https://e.org/ask", ["https://e.org/live", "https://e.org/ask"], 1),
        ("", [], 1),
    ]
    assert [link.line for link in sections[1].links] == [5, 5]
