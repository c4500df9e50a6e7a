"""What hostile files were found to do, and what keeps them from it."""

from __future__ import annotations

import pytest

from analyzer.artifacts.compose import parse_compose
from analyzer.artifacts.dockerfile import parse_dockerfile
from analyzer.artifacts.dvc import filled, parse_dvc_pipeline, parse_values
from analyzer.artifacts.terraform import parse_terraform
from analyzer.artifacts.text import bounded
from analyzer.code import Code
from analyzer.engine import decide
from analyzer.errors import LimitError
from analyzer.git import ObjectReader
from analyzer.plugins import Rule
from tests.conftest import BuildGit, BuildRepository, git


def test_arguments_that_double_do_not_grow_without_end():
    text = "ARG X0=abcdefgh\n" + "".join(f"ARG X{n}=$X{n - 1}$X{n - 1}\n" for n in range(1, 200)) + "FROM python\n"
    parsed = parse_dockerfile("Dockerfile", text)
    assert max(len(item.value) for item in parsed.instructions) <= 4096
    assert parse_dockerfile("Dockerfile", "ARG A=x\nFROM " + "$A" * 101).instructions[1].value == "$A" * 101


def test_a_dockerfile_of_very_many_lines_is_read_to_a_line():
    parsed = parse_dockerfile("Dockerfile", "FROM python\nRUN x \\\n" + "  a \\\n" * 100_000)
    assert parsed.error == "read to line 5,000"
    assert parsed.instructions[0].name == "FROM"
    assert "character" in parse_dockerfile("Dockerfile", "FROM python\nRUN " + "x" * 300_000).error


def test_heredocs_without_end_are_looked_for_once():
    parsed = parse_dockerfile("Dockerfile", "FROM python\n" + "RUN <<EOF\nx\n" * 2_000)
    assert parsed.instructions[0].value == "python"


def test_a_compose_file_has_its_first_services():
    parsed = parse_compose("docker-compose.yml", "services:\n" + "".join(f"  s{n}: {{image: x}}\n" for n in range(501)))
    assert len(parsed.services) == 500
    assert parsed.error == "501 services, of which the first 500 are read"


def test_long_hcl_is_read_by_the_heads_of_its_blocks():
    block = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n'
    parsed = parse_terraform("main.tf", block * 5_000)
    assert len(parsed.resources) == 500
    assert (parsed.resources[1].line, parsed.error[:11]) == (4, "longer than")


def test_values_that_lead_to_each_other_are_read_so_far():
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{{', '.join(f'k{key}: *a{n - 1}' for key in range(9))}}}\n" for n in range(1, 12)
    )
    assert len(parse_values("params.yaml", bomb)) < 5_000
    text = "stages:\n  fit:\n    cmd: " + "${a}" * 5_000 + "\n"
    long = dict(parse_values("params.yaml", "a: " + "x" * 100_000))
    assert len(filled(parse_dvc_pipeline("dvc.yaml", text), long).stages[0].command) <= 10_000 // 4 * 200


def test_a_function_that_many_call_is_followed_once(repository: BuildRepository, monkeypatch):
    many = 300
    text = "def hub():\n" + "".join(f"    f{n}()\n" for n in range(many))
    text += "".join(f"def f{n}(): hub()\n" for n in range(many)) + "hub()\n"
    code = repository({"train.py": text}).code
    asked = []
    found = Code.calls_in

    def counted(self, path, scope):
        asked.append(scope)
        return found(self, path, scope)

    monkeypatch.setattr(Code, "calls_in", counted)
    for n in range(many):
        assert code.reaches("train.py", f"f{n}", "model.fit", steps=4) is None
        assert code.comes_to("train.py", f"f{n}", frozenset({("train.py", 0)}), steps=4) is None
    assert many < len(asked) < 10 * many


@pytest.mark.parametrize(
    ("path", "text", "lengths"),
    [
        ("README.md", "a" + " " * 9000 + "b", [202]),
        ("README.md", "word " + "a" * 9000 + "\nb", [505, 1]),
        ("main.tf", "x" * 30_000 + "\ny", [10_000, 1]),
        ("train.py", "x" * 30_000, [30_000]),
        ("a.json", " " * 30_000, [30_000]),
        ("README.md", "short   text", [12]),
    ],
)
def test_what_nobody_writes_is_cut_and_lines_stay(path, text, lengths):
    assert [len(line) for line in bounded(path, text).split("\n")] == lengths


def test_the_beginning_of_a_large_object_is_read(git_repository: BuildGit):
    work = git_repository({"a.txt": "x" * 3_000_000, "b.txt": "y"})
    with ObjectReader(work / ".git", 30, most=1000) as reader:
        found = [item[1] for item in reader.read(["HEAD:a.txt", "HEAD:b.txt"]) if item]
    assert found == [b"x" * 1000, b"y"]


@pytest.mark.parametrize("error", [LimitError("what"), MemoryError()])
def test_a_limit_met_in_a_rule_ends_the_analysis(repository: BuildRepository, error):
    def meets(repo: object) -> list[object]:
        raise error

    with pytest.raises(type(error)):
        decide(repository({"a.py": "x = 1\n"}), (Rule("x/y", "a.b", "t", meets),), ("a.b",))  # type: ignore[arg-type]


def test_a_repository_that_git_refuses_is_answered_with_its_reason(git_repository: BuildGit):
    from analyzer.analysis import analyze
    from analyzer.errors import TargetError

    work = git_repository({"a.txt": "x"})
    git(work, "config", "core.repositoryFormatVersion", "1")
    git(work, "config", "extensions.unheardOf", "true")
    with pytest.raises(TargetError, match="unheardof"):
        analyze(str(work))
