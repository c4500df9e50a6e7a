"""Uploads that are built to break whoever reads them: each is read in part or refused with a reason, and soon."""

from __future__ import annotations

import resource
from collections.abc import Callable
from itertools import islice

import pytest

from api.problems import Problem
from api.settings import Settings
from api.store.analyses import parse_asked
from api.uploads import UploadedRow, rows_of
from tests.api.workbooks import entities, row, sheet, workbook

URL, OURS = row("url"), row("octocat/Hello-World", number=2)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip bomb": (lambda: workbook(sheet(URL, " " * 100_000_000, OURS)), "unpacks to 100 MB"),
    "a million rows": (
        lambda: workbook(sheet(URL, *(f'<row r="{number}"/>' for number in range(2, 2_200_000)))),
        "too many cells",
    ),
    "a billion laughs": (lambda: workbook(sheet(URL, row("&x;", number=2), before=entities())), "as an Excel file"),
    "a file of the server": (
        lambda: workbook(sheet(URL, row("&x;", number=2), before=entities(external=True))),
        "as an Excel file",
    ),
    "laughs in shared strings": (
        lambda: workbook(sheet(URL, OURS), shared=f"{entities()}<sst><si><t>&x;</t></si></sst>"),
        "as an Excel file",
    ),
    "a row that says it is the trillionth": (
        lambda: workbook(sheet(URL, row("o/r", number=10**12))),
        "rows after number 1,048,576",
    ),
    "tags that never end": (lambda: workbook(sheet(URL, "<a>" * 100_000)), "as an Excel file"),
    "an archive with a password": (
        lambda: workbook(sheet(URL, OURS)).replace(b"\x00\x00\x08\x00", b"\x01\x00\x08\x00"),
        "as an Excel file",
    ),
    "half an archive": (lambda: workbook(sheet(URL, OURS))[:-40], "as an Excel file"),
    "a million columns": (lambda: b"url" + b",x" * 1_000_000 + b"\no/r\n", "line 1 has more than 16,384 cells"),
    "eight million commas": (lambda: b"," * 8_000_000, "line 1 has more than 16,384 cells"),
    "a header of 8 MB": (lambda: b"url,label" + b"a" * 8_000_000, "line 1 cannot be read as CSV"),
    "JSON of four million brackets": (lambda: b"[" * 4_000_000, "is no JSON"),
    "a number of a million digits": (lambda: b'[{"url": ' + b"9" * 1_000_000 + b"}]", "is no JSON"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_reason(name: str):
    make, reason = REFUSED[name]
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    with pytest.raises(Problem) as caught:
        list(islice(rows_of(content), 10_001))
    assert caught.value.code == "request.malformed"
    assert reason in caught.value.words[0]
    assert "/" not in caught.value.words[0]  # no path of the server
    assert len(caught.value.words[0]) < 300
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 20  # some of these took minutes


READ = {
    "NUL in CSV": (b"url,label\no/r,a\x00b\n", [("o/r", "a\x00b", "")]),
    "two encodings": (
        "url,label\no/r,é\n".encode() + "o/s,é\n".encode("latin-1"),
        [("o/r", "é", ""), ("o/s", "é", "")],
    ),
    "a quote that never ends": (
        b'url,label\no/r,x\n"' + b"a\n" * 10,
        [
            ("o/r", "x", ""),
            ("", "", "line 3 has a quote that nothing closes"),
            *[("", "", f"line {line} names no repository: 'a' is neither") for line in range(4, 13)],
        ],
    ),
    "one cell of 8 MB": (b"url,label\n" + b"a" * 8_000_000, [("", "", "line 2 cannot be read as CSV")]),
    "line ends of old machines": (b"url\ro/r\ro/s\r", [("o/r", "", ""), ("o/s", "", "")]),
    "paths in the archive": (
        workbook(sheet(URL, OURS), [("../../evil", "x"), ("/tmp/evil", "x")]),
        [("octocat/Hello-World", "", "")],
    ),
    "JSON lines of a million brackets": (
        b'{"url": "o/r"}\n' + b'{"url":' * 1_000_000,
        [("o/r", "", ""), ("", "", "line 2 is no JSON")],
    ),
    "a cell far to the right": (
        workbook(sheet(URL, row("o/r", number=2, at="XFD2"))),
        [("", "", "line 2 names no repository: its cell is empty")],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_it_is_read_as_far_as_it_goes(name: str):
    content, expected = READ[name]
    found = [(" ".join(one.urls), one.label, one.problem) for one in rows_of(content)]
    assert [item[:2] for item in found] == [item[:2] for item in expected]
    assert all(item[2].startswith(wanted[2]) for item, wanted in zip(found, expected, strict=True))


def test_labels_are_kept_on_one_line_and_long_addresses_refused():
    from analyzer import UsageError

    settings = Settings(secret_key="x" * 32)
    [one] = [one for one in rows_of(b"url,label\no/r,a\x00\x1b[2Jb\n") if isinstance(one, UploadedRow)]
    assert parse_asked(settings, one.urls[0], label=one.label).label == "a  [2Jb"
    with pytest.raises(UsageError, match="longer than 2,048"):
        parse_asked(settings, f"o/{'r' * 5000}")
