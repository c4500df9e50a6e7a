"""Shell scripts as commands with lines."""

from __future__ import annotations

from analyzer.artifacts.shell import parse_shell


def test_each_command_has_its_line() -> None:
    commands = parse_shell("set -e\n\npip install . && pytest -q\n")
    assert [(item.text, item.line) for item in commands] == [("set -e", 1), ("pip install .", 3), ("pytest -q", 3)]


def test_a_program_is_named_without_its_folder() -> None:
    assert parse_shell("./venv/bin/python train.py")[0].name == "python"


def test_quotes_are_taken_off() -> None:
    assert parse_shell("run \"a b\" 'c' --x='d e'")[0].argv == ("run", "a b", "c", "--x=d e")


def test_continued_lines_are_one_command() -> None:
    (command,) = parse_shell("docker build \\\n  -t app \\\n  .\n")
    assert (command.argv, command.line) == (("docker", "build", "-t", "app", "."), 1)


def test_a_pipe_behind_a_heredoc_is_read() -> None:
    commands = parse_shell("cat <<EOF | kubectl apply -f -\nkind: Pod\nEOF\n")
    assert [item.text for item in commands] == ["cat", "kubectl apply -f -"]


def test_variables_before_a_command_are_no_words_of_it() -> None:
    assert parse_shell("CUDA_VISIBLE_DEVICES=0 python train.py")[0].argv == ("python", "train.py")


def test_an_assignment_alone_is_no_command() -> None:
    assert parse_shell("A=b\n") == ()


def test_failures_can_be_swallowed() -> None:
    texts = {item.text: item.swallowed for item in parse_shell("a || true\nb || exit 1\nc || echo no\nd && e || :\n")}
    assert texts == {
        "a": True, "true": False, "b": False, "exit 1": False, "c": True, "echo no": False, "d": True, "e": True, ":": False,
    }  # fmt: skip


def test_redirects_are_kept_apart() -> None:
    command = parse_shell("python score.py > report.md 2>&1")[0]
    assert (command.argv, command.redirect) == (("python", "score.py"), "> report.md")


def test_a_heredoc_is_input_not_commands() -> None:
    (command,) = parse_shell("cat <<EOF > config.yaml\nrm -rf /\nEOF\n")
    assert (command.name, command.redirect, command.heredoc.strip()) == ("cat", "> config.yaml", "rm -rf /")


def test_what_follows_a_heredoc_is_read() -> None:
    commands = parse_shell("cat <<'EOF'\nx\nEOF\npytest\n")
    assert [(item.name, item.line) for item in commands] == [("cat", 1), ("pytest", 4)]


def test_commands_within_commands_are_read() -> None:
    names = [item.name for item in parse_shell('echo "$(git rev-parse HEAD)"\ndiff <(sort a) <(sort b)\n')]
    assert names == ["echo", "git", "diff", "sort", "sort"]


def test_functions_loops_and_conditions_are_entered() -> None:
    script = "f() {\n  make test\n}\nif [ -f x ]; then\n  for i in 1 2; do\n    python run.py $i\n  done\nfi\n"
    assert [(item.text, item.line) for item in parse_shell(script)] == [("make test", 2), ("python run.py $i", 6)]


def test_comments_are_no_commands() -> None:
    assert [item.name for item in parse_shell("#!/bin/sh\n# pytest\nls\n")] == ["ls"]


def test_expressions_of_github_are_variables() -> None:
    (command,) = parse_shell("deploy --tag ${{ github.sha }}")
    assert command.argv == ("deploy", "--tag", "${github_sha}")


def test_expressions_over_lines_keep_the_lines() -> None:
    assert parse_shell("a ${{ x ||\n y }}\nb\n")[-1].line == 3


def test_here_strings_are_no_words() -> None:
    assert parse_shell('grep x <<< "y"')[0].argv == ("grep", "x")


def test_pipelines_are_their_commands() -> None:
    assert [item.name for item in parse_shell("curl -s https://example.org/x | tar xz")] == ["curl", "tar"]


def test_nothing_and_nonsense_are_no_commands() -> None:
    assert parse_shell(" \n") == ()
    assert parse_shell(")(") == ()
