"""reStructuredText."""

from __future__ import annotations

from analyzer.artifacts.document import Document
from analyzer.artifacts.markdown import parse_rst

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
        ("pip install .", 12),
        ("make train", 18),
    ]
    assert [(item.url, item.text, item.line) for item in document.links] == [
        ("https://example.org/docs", "the docs", 5)
    ]
    assert [(item.source, item.line) for item in document.images] == [("docs/a.png", 20)]


def test_an_empty_file_has_no_sections() -> None:
    assert parse("").sections == ()
