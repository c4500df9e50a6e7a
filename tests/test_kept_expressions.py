"""Expressions that are kept in compiled form between starts, and what is never kept."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from analyzer.kept_expressions import kept_expressions, place_of_expressions

MODULE = """
import re
WORDS = re.compile(r"(?P<first>\\w+) (?P<second>[a-zß]+)", re.IGNORECASE)
TABLE = {name: re.compile(name + r"\\d{2,}$") for name in ("ab", "cd")}

def inline(text):
    return re.search(r"written (?:in|by) the code", text)

def made(word):
    return re.compile(rf"<{word}>")
"""


@pytest.fixture
def place(tmp_path):
    return tmp_path / "cache" / "expressions"


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Imports the module anew, so that its expressions are compiled again."""
    (tmp_path / "module_with_expressions.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)

    def load():
        re.purge()
        sys.modules.pop("module_with_expressions", None)
        return import_module("module_with_expressions")

    return load


def kept_in(place: Path) -> list[str]:
    return [entry[0] for entry in json.loads(place.read_bytes().partition(b"\n")[0])[1]]


def test_the_second_start_compiles_none_and_matches_the_same(place, imported, monkeypatch):
    plain = imported()
    with kept_expressions(place):
        imported()
    with monkeypatch.context() as patched:
        patched.setattr("re._parser.parse", lambda *given: pytest.fail(f"{given} was compiled"))
        with kept_expressions(place):
            again = imported()
    for ours, theirs in ((again.WORDS, plain.WORDS), *zip(again.TABLE.values(), plain.TABLE.values(), strict=True)):
        assert (ours.pattern, ours.flags, ours.groups, dict(ours.groupindex)) == (
            theirs.pattern, theirs.flags, theirs.groups, dict(theirs.groupindex)
        )  # fmt: skip
    assert again.WORDS.fullmatch("Ein MASS").groupdict() == {"first": "Ein", "second": "MASS"}
    assert again.TABLE["ab"].search("ab123")
    assert not again.TABLE["ab"].search("ab1")


def test_what_a_function_makes_of_its_input_is_not_kept(place, imported):
    with kept_expressions(place):
        module = imported()
        module.inline("text")
        module.made("from a repository")
    kept = kept_in(place)
    assert r"written (?:in|by) the code" in kept
    assert r"ab\d{2,}$" in kept
    assert not any("repository" in pattern for pattern in kept)


def _fail_within(place: Path, imported: Callable[[], object]) -> None:
    with kept_expressions(place):
        imported()
        raise KeyError


def test_nothing_of_re_is_changed_afterwards(place, imported):
    compiler = import_module("re._compiler")
    before = compiler.compile
    with pytest.raises(KeyError):
        _fail_within(place, imported)
    assert compiler.compile is before


def without_numbers(content: bytes) -> bytes:
    return content[:-8]


def with_another_number(content: bytes) -> bytes:
    return content[:-4] + b"\1\0\0\0"


def of_another_shape(content: bytes) -> bytes:
    return b"[1, [2]]\n"


@pytest.mark.parametrize("damage", [without_numbers, with_another_number, of_another_shape, bytes.upper])
def test_a_damaged_file_is_as_good_as_none(place, imported, damage):
    with kept_expressions(place):
        imported()
    place.write_bytes(damage(place.read_bytes()))
    with kept_expressions(place):
        assert imported().WORDS.fullmatch("one two")
    assert r"ab\d{2,}$" in kept_in(place)  # written anew


def test_a_file_that_others_may_write_is_not_believed(place, imported):
    with kept_expressions(place):
        imported()
    head, _, tail = place.read_bytes().partition(b"\n")
    place.write_bytes(head.replace(b"{2,}", b"{3,}") + b"\n" + tail)
    place.chmod(0o666)
    with kept_expressions(place):
        assert imported().TABLE["ab"].search("ab12")


@pytest.mark.parametrize("folder", ["file", "missing/folder"])
def test_a_place_that_cannot_be_written_is_no_error(tmp_path, imported, folder):
    (tmp_path / "file").write_text("in the way")
    with kept_expressions(tmp_path / folder / "expressions"):
        assert imported().WORDS.fullmatch("one two")


def test_the_command_keeps_and_uses_them(tmp_path):
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    program = "from analyzer.start import main; main()"
    command = [sys.executable, "-c", program, "analyze", "fixtures/repos/exemplary", "--format", "json"]

    def started() -> tuple[bytes, Path, int]:
        root = Path(__file__).parent.parent
        done = subprocess.run(command, env=environment, capture_output=True, check=True, cwd=root)
        (place,) = (tmp_path / "folioscope").glob("expressions-*")
        return done.stdout, place, place.stat().st_ino

    first, second = started(), started()
    assert first == second  # the same report, from the same file: nothing was left to compile and keep
    place = second[1]
    assert place.name == place_of_expressions().name
    assert len(kept_in(place)) > 700
