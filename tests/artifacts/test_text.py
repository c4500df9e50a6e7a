"""Bytes to text."""

from __future__ import annotations

import codecs

import pytest

from analyzer.artifacts.text import decode, line_starts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_with_and_without_a_mark(encoding: str) -> None:
    assert decode("naïve: ✓\n".encode(encoding)) == "naïve: ✓\n"


@pytest.mark.parametrize(("mark", "encoding"), [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF32_BE, "utf-32-be")])
def test_big_endian_marks_are_known(mark: bytes, encoding: str) -> None:
    assert decode(mark + "pandas==2.2".encode(encoding)) == "pandas==2.2"


def test_latin_1_is_read_where_utf_8_fails() -> None:
    assert decode("Größe".encode("latin-1")) == "Größe"


def test_a_broken_sequence_behind_a_mark_is_replaced() -> None:
    assert decode(codecs.BOM_UTF8 + b"a\xff") == "a\ufffd"


def test_line_ends_of_all_systems_become_line_feeds() -> None:
    assert decode(b"a\r\nb\rc\n") == "a\nb\nc\n"


def test_a_nul_byte_means_a_binary_file() -> None:
    assert decode(b"PK\x03\x04\x00") is None


def test_nothing_is_an_empty_text() -> None:
    assert decode(b"") == ""


def test_lines_begin_after_line_feeds() -> None:
    assert line_starts("a\n\nbc") == [0, 2, 3]
