"""The code around evidence."""

from __future__ import annotations

import pytest

from analyzer.excerpts import cut_excerpts, evidence_at
from analyzer.findings import Evidence, Place
from tests.conftest import BuildRepository

LINES = "\n".join(f"line {number}" for number in range(1, 41))


def at(path: str, line: int, end: int = 0) -> Evidence:
    return Evidence(path, line, max(line, end), "")


def test_two_lines_before_and_after(repository: BuildRepository):
    (cut,) = cut_excerpts(repository({"a.py": LINES}), [at("a.py", 10)])
    assert (cut.path, cut.line, cut.last) == ("a.py", 8, 12)
    assert cut.lines[2] == "line 10"


def test_what_touches_is_one_excerpt_and_nothing_is_twice(repository: BuildRepository):
    found = cut_excerpts(repository({"a.py": LINES}), [at("a.py", 10), at("a.py", 14), at("a.py", 30), at("a.py", 10)])
    assert [(cut.line, cut.last) for cut in found] == [(8, 16), (28, 32)]


def test_ends_of_a_file_and_long_ranges(repository: BuildRepository):
    repo = repository({"a.py": LINES})
    assert [(cut.line, cut.last) for cut in cut_excerpts(repo, [at("a.py", 1)])] == [(1, 3)]
    assert [(cut.line, cut.last) for cut in cut_excerpts(repo, [at("a.py", 40)])] == [(38, 40)]
    assert [(cut.line, cut.last) for cut in cut_excerpts(repo, [at("a.py", 5, 40)])] == [(3, 12)]


def test_a_line_that_the_file_does_not_have_gives_none(repository: BuildRepository):
    assert cut_excerpts(repository({"a.py": "x"}), [at("a.py", 9), at("none.py", 1)]) == ()


def test_long_lines_are_cut(repository: BuildRepository):
    (cut,) = cut_excerpts(repository({"a.py": "x" * 5000}), [at("a.py", 1)])
    assert len(cut.lines[0]) == 200
    assert cut.lines[0].endswith("…")


def test_all_together_are_bounded(repository: BuildRepository):
    repo = repository({f"{n:03}.py": LINES for n in range(400)})
    found = cut_excerpts(repo, [at(f"{n:03}.py", 20) for n in range(400)])
    assert sum(len(cut.lines) for cut in found) == 1200
    assert found[0].path == "000.py"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("POSTGRES_PASSWORD: hunter2secret", "POSTGRES_PASSWORD: •••"),
        ('api_key = "abcdef123456"', 'api_key = "•••"'),
        ("AWS_SECRET_ACCESS_KEY=abc/def+ghi", "AWS_SECRET_ACCESS_KEY=•••"),
        ("key: AKIAABCDEFGHIJKLMNOP", "key: •••"),
        ("password = os.environ['P']", "password = os.environ['P']"),
        ("token: ${{ secrets.TOKEN }}", "token: ${{ secrets.TOKEN }}"),
        ("password: str", "password: str"),
        ("tokens = tokenizer(text)", "tokens = tokenizer(text)"),
    ],
)
def test_values_of_secrets_are_masked(repository: BuildRepository, line, shown):
    (cut,) = cut_excerpts(repository({"a.py": line}), [at("a.py", 1)])
    assert cut.lines == (shown,)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('SQL = """\ninsert into a\n', (1, 'SQL = """')),
        ('"""\ninsert into a\n', (2, "insert into a")),
        ('{\n  "title": "Docks"\n}\n', (2, '"title": "Docks"')),
        ("```\n+---+\n| a |\n", (3, "| a |")),
        ("```bash\nkubectl get pods\n```\n", (2, "kubectl get pods")),
        ("```mermaid\nflowchart LR\n```\n", (1, "```mermaid")),
        ("{\n[\n(\n{\n1\n", (1, "{")),
        ("", (1, "")),
    ],
)
def test_evidence_begins_where_something_is_said(repository: BuildRepository, text: str, shown: tuple[int, str]):
    found = evidence_at(repository({"a.txt": text}), Place("a.txt", 1))
    assert (found.line, found.snippet) == shown
    assert found.end_line >= found.line
