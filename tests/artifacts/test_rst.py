"""reStructuredText."""

from __future__ import annotations

import pytest

from analyzer.artifacts.document import Document
from analyzer.artifacts.rst import parse_rst

README = """\
=====
Churn
=====

Predicts churn. See `the docs <https://example.org/docs>`_.

Setup
-----

Install it::

    pip install .

Then train it.

.. code-block:: bash

    make train

.. image:: docs/a.png

Setup again
-----------

Part
~~~~

- item
"""


def parse(text: str) -> Document:
    return parse_rst("README.rst", text)


def test_underlined_titles_are_headings_by_their_marks() -> None:
    found = [(item.title, item.level, item.line) for item in parse(README).sections if item.title]
    assert found == [("Churn", 1, 2), ("Setup", 2, 7), ("Setup again", 2, 22), ("Part", 3, 25)]


def test_code_links_and_images_are_read() -> None:
    document = parse(README)
    assert [(item.text, item.line) for item in document.blocks if item.kind == "code"] == [
        ("pip install .", 11),
        ("make train", 17),
    ]
    assert [(item.url, item.text, item.line) for item in document.links] == [
        ("https://example.org/docs", "the docs", 5)
    ]
    assert [(item.source, item.line) for item in document.images] == [("docs/a.png", 20)]


def test_an_empty_file_has_no_sections() -> None:
    assert parse("").sections == ()


GRID = """\
Results
-------
+-------+------+
| Model | AUC  |
+=======+======+
| base  | 0.71 |
+-------+------+
| tree  | 0.84 |
+-------+------+
"""
SIMPLE = """\
Results
-------

======  =====
Model   AUC
======  =====
base    0.71
tree    0.84
======  =====
"""
LIST = """\
Results
-------
.. list-table:: Models
   :header-rows: 1

   * - Model
     - AUC
   * - base
     - 0.71
   * - tree
     - 0.84
"""


@pytest.mark.parametrize(("text", "line"), [(GRID, 4), (SIMPLE, 5), (LIST, 6)])
def test_tables_are_tables_on_their_lines(text: str, line: int) -> None:
    (block,) = (item for item in parse(text).blocks if item.kind == "table")
    cells = [[cell.strip() for cell in row.split("|") if cell.strip()] for row in block.text.split("\n")]
    assert [row for row in cells if row] == [["Model", "AUC"], ["base", "0.71"], ["tree", "0.84"]]
    assert block.line == line


@pytest.mark.parametrize(
    ("text", "lang", "code"),
    [
        (".. mermaid::\n\n   graph LR\n   a-->b\n\nText.\n", "mermaid", "graph LR\na-->b"),
        (".. graphviz::\n   :caption: x\n\n   digraph {}\n", "dot", "digraph {}"),
        (".. code-block:: python\n   :linenos:\n\n   if a:\n       b()\n\n   c()\n", "python", "if a:\n    b()\n\nc()"),
        ("Run::\n\n  make a\n\nText.\n", "", "make a"),
    ],
)
def test_code_has_its_language(text: str, lang: str, code: str) -> None:
    (block,) = (item for item in parse(text).blocks if item.kind == "code")
    assert (block.lang, block.text) == (lang, code)


def test_comments_are_not_seen() -> None:
    text = "Title\n=====\n\n.. The AUC rose from 0.7 to 0.9.\n   And more.\n\nSeen.\n\n..\n   Hidden too.\n"
    assert [item.text for item in parse(text).blocks] == ["Seen."]


def test_links_by_name_and_alternative_texts() -> None:
    text = (
        "See `my blog`_, site_, `there`__ and `a <docs/a.md>`_, not snake_case_name.\n\n.. _my blog: https://example.org/blog\n"
        ".. _site: https://example.org\n__ https://example.org/there\n\n.. figure:: a.png\n   :alt: Architecture\n"
    )
    document = parse(text)
    assert [(item.text, item.url) for item in document.links[:4]] == [
        ("my blog", "https://example.org/blog"),
        ("site", "https://example.org"),
        ("there", "https://example.org/there"),
        ("a", "docs/a.md"),
    ]
    assert [(item.source, item.alt, item.line) for item in document.images] == [("a.png", "Architecture", 7)]


def test_what_a_note_says_is_text() -> None:
    blocks = parse(".. note::\n    Start the server first.\n").blocks
    assert [(item.kind, item.text) for item in blocks] == [("paragraph", "Start the server first.")]
