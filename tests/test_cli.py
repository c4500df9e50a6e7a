"""The command line: options, exit codes, words on standard error."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.cli import main
from analyzer.reporters.schema import report_schema
from analyzer.version import VERSION
from tests.conftest import FIXTURES, BuildGit, git
from tests.git_server import serve

GOOD = FIXTURES / "dvc-cml"
PROGRAM = [sys.executable, "-m", "analyzer.cli"]


@pytest.fixture
def work(git_repository: BuildGit) -> Path:
    return git_repository(
        {"README.md": "# Work\n", "src/train.py": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"}
    )


def run(*arguments: object) -> int:
    return main([str(item) for item in arguments])


# -- what is printed ---------------------------------------------------------------------------------------------


def test_text_is_the_default(work, capsys):
    assert run("analyze", work) == 0
    out, err = capsys.readouterr()
    assert out.startswith("work  ")
    assert "of 100 points" in out
    assert "\x1b" not in out
    assert err == ""


def test_json_is_the_report_of_the_schema(work, capsys, validate):
    assert run("analyze", work, "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert document["target"]["commit"] == git(work, "rev-parse", "HEAD")


def test_markdown_is_for_a_pull_request(work, capsys):
    assert run("analyze", work, "--format", "markdown") == 0
    assert capsys.readouterr().out.startswith("# work: ")


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_output_is_written_to_a_file(work, tmp_path, capsys, form):
    assert run("analyze", work, "--format", form, "--output", tmp_path / "report") == 0
    written = (tmp_path / "report").read_text("utf-8")
    assert capsys.readouterr().out == ""
    run("analyze", work, "--format", form)
    assert capsys.readouterr().out == written


def test_quiet_prints_the_score_alone(work, tmp_path, capsys):
    assert run("analyze", work, "--quiet") == 0
    score = capsys.readouterr().out
    assert re.fullmatch(r"\d+(?:\.\d)?\n", score)
    assert run("analyze", work, "--quiet", "--format", "json", "--output", tmp_path / "report.json") == 0
    assert capsys.readouterr().out == score
    assert f"{json.loads((tmp_path / 'report.json').read_text())['score']:g}\n" == score


def test_verbose_prints_all_evidence_and_stages(work, capsys):
    assert run("analyze", work, "--verbose") == 0
    out, err = capsys.readouterr()
    assert "How: " in out
    assert re.search(r"^ +\d+\.\d s  analyze 2 files$", err, re.MULTILINE)


def test_the_options_reach_the_analysis(work, capsys):
    (work / "new.py").write_text("import os\n")
    assert run("analyze", work, "--worktree", "--subdir", "src", "--format", "json", "--offline", "--no-cache") == 0
    target = json.loads(capsys.readouterr().out)["target"]
    assert (target["commit"], target["subdir"]) == ("", "src")
    assert run("analyze", work / "src", "--standalone", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["target"]["repo"] == "src"
    assert run("analyze", work, "--ref", "main", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["target"]["ref"] == "main"


def test_hosts_may_be_added(work, tmp_path, capsys, monkeypatch):
    with serve(tmp_path / "served") as server:
        (tmp_path / "served").mkdir()
        server.publish(work, "o/r")
        assert run("analyze", server.url("o/r"), "--quiet") == 2
        assert "is not a host that may be read" in capsys.readouterr().err
        assert run("analyze", server.url("o/r"), "--host", server.base, "--quiet") == 0
        monkeypatch.setenv("FOLIOSCOPE_HOSTS", f"https://git.example.org {server.base}")
        assert run("analyze", f"127.0.0.1:{server.port}/o/r", "--quiet") in (0, 2)
        assert run("analyze", server.url("o/r"), "--quiet") == 0


# -- exit codes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("threshold", "code"), [(0, 0), ("1.5", 0), (100, 1)])
def test_a_score_below_the_threshold_is_1(threshold, code, capsys):
    assert run("analyze", GOOD, "--standalone", "--fail-under", threshold, "--quiet") == code
    assert ("is below 100" in capsys.readouterr().err) == bool(code)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required"),
        (["analyze"], "required"),
        (["analyze", ".", "--format", "pdf"], "invalid choice"),
        (["analyze", ".", "--fail-under", "101"], "101 is no score; give a number from 0 to 100"),
        (["analyze", ".", "--fail-under", "many"], "many is no score"),
        (["analyze", ".", "--fail-under", "nan"], "nan is no score"),
        (["analyze", ".", "--max-bytes", "x"], "x is no limit; give a whole number above 0"),
        (["rules", "explain"], "invalid choice"),
        (["unknown"], "invalid choice"),
    ],
)
def test_wrong_arguments_are_2(arguments, words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--rubric", "none.yaml"], 2, "The rubric 'none.yaml' cannot be read: No such file or directory."),
        (["--ref", "--x=y"], 2, ""),
        (["--ref=-x"], 2, "is not a valid branch, tag or commit name"),
        (["--subdir", "../.."], 2, "leaves the repository"),
        (["--max-files", "0"], 2, "--max-files: 0 is no limit; give a whole number above 0"),
        (["--max-seconds", "-1"], 2, "--max-seconds: -1 is no limit"),
        (["--host", "git.example.org"], 2, "is not the address of a host"),
        (["--host", "https://user@git.example.org"], 2, "is not the address of a host"),
        (["--output", "/nowhere/at/all/report.json"], 2, "There is no folder /nowhere/at/all"),
        (["--output", "/"], 2, "is a folder"),
        (["--output", "/dev/full"], 2, "/dev/full cannot be written: No space left on device"),
        (["--ref", "gone"], 3, "There is no branch, tag or commit 'gone'"),
        (["--subdir", "scr"], 3, "There is no folder 'scr' in this commit"),
        (["--max-files", "1"], 4, "has 2 files, over the limit of 1"),
        (["--max-text", "5"], 4, "more than 5 bytes of text"),
    ],
)
def test_errors_have_their_code_and_words(work, capsys, arguments, code, words):
    try:
        assert run("analyze", work, *arguments) == code
    except SystemExit as stop:
        assert stop.code == code  # noqa: PT017 argparse ends by itself
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


def test_an_error_has_two_lines_cause_and_way_out(work, capsys):
    assert run("analyze", work, "--ref", "mian") == 3
    assert capsys.readouterr().err == ("folioscope: There is no branch, tag or commit 'mian'.\n  There is: main.\n")


def test_depth_and_seconds_are_limits_too(work, capsys):
    assert run("analyze", work, "--max-depth", "1", "--max-seconds", "5", "--max-bytes", "5", "--verbose") == 0
    assert "too deep or too long" in capsys.readouterr().out


def test_text_of_a_server_cannot_act_on_the_terminal(capsys):
    assert run("analyze", "./\x1b]0;title\x07") == 3
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert "\\x1b" in err


def test_offline_is_an_error_for_a_remote_target(capsys):
    assert run("analyze", "o/r", "--offline") == 3
    assert "Leave out --offline" in capsys.readouterr().err


def test_an_interruption_is_130(monkeypatch, capsys):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("analyzer.analysis.analyze", interrupt)
    assert run("analyze", ".") == 130
    assert capsys.readouterr().err == "folioscope: interrupted\n"


def test_help_and_version(capsys):
    for arguments in (["--help"], ["analyze", "--help"], ["--version"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
    out = capsys.readouterr().out
    assert "exit codes: 0 fine, 1 below a threshold" in out
    assert f"folioscope {VERSION}" in out


# -- rules and schema --------------------------------------------------------------------------------------------


def test_rules_lists_criteria_with_their_rules(capsys):
    assert run("rules") == 0
    out = capsys.readouterr().out
    assert "e2e.container" in out
    assert "no rule installed" not in out


def test_rules_show_explains_one(capsys):
    assert run("rules", "show", "e2e.container") == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("Why", "How", "Example", "Rules", "e2e.container/"))


def test_rules_show_needs_an_id_that_there_is(capsys):
    assert run("rules", "show") == 2
    assert "needs the id" in capsys.readouterr().err
    assert run("rules", "show", "e2e.contaner") == 2
    assert "e2e.container" in capsys.readouterr().err
    assert run("rules", "show", "e2e.container/none") == 2
    assert "There is no rule 'e2e.container/none'" in capsys.readouterr().err


def test_schema_prints_the_json_schema(capsys):
    assert run("schema") == 0
    assert json.loads(capsys.readouterr().out) == report_schema()


# -- terminals ---------------------------------------------------------------------------------------------------


def test_a_closed_pipe_is_no_error(work):
    reading, writing = os.pipe()
    os.close(reading)
    for form in ("text", "json"):
        done = subprocess.run(
            [*PROGRAM, "analyze", str(work), "--format", form], stdout=writing, stderr=subprocess.PIPE, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
    os.close(writing)


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is of Linux")
@pytest.mark.parametrize("arguments", [("analyze", "--format", "text"), ("analyze", "--format", "json"), ("rules",)])
def test_a_full_disk_is_told_without_a_trace(work, arguments):
    command, *more = arguments
    target = [str(work)] if command == "analyze" else []
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, command, *target, *more], stdout=full, stderr=subprocess.PIPE, check=False, text=True
        )
    assert done.returncode == 2
    assert done.stderr.startswith("folioscope: the output could not be written: No space left on device.\n  Make room")
    assert "Traceback" not in done.stderr


@pytest.fixture
def narrow(monkeypatch):
    """Run with a standard output of another encoding, and return the bytes that were written."""

    def run_narrow(encoding: str, *arguments: object) -> bytes:
        written = io.BytesIO()
        stream = io.TextIOWrapper(written, encoding=encoding, write_through=True)
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", stream)
            assert run(*arguments) == 0
        stream.flush()
        return written.getvalue()

    return run_narrow


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_utf8_gets_ascii_marks(work, narrow, encoding):
    text = narrow(encoding, "analyze", work).decode("ascii")
    assert "....." in text
    assert "o missing" in text


def test_json_is_utf8_whatever_the_terminal_is(git_repository: BuildGit, narrow):
    work = git_repository({"README.md": "# Übersicht\n\nDas lernt: pandas, für große Häuser.\n"}, "höhe")
    assert narrow("ascii", "analyze", work, "--format", "json") == narrow("utf-8", "analyze", work, "--format", "json")
    assert json.loads(narrow("ascii", "analyze", work, "--format", "json"))["target"]["repo"] == "höhe"


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_names_that_are_no_utf8_are_shown_as_escapes(tmp_path: Path, narrow, form):
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    (folder / "\udcff.py").write_text("from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n")
    shown = narrow("utf-8", "analyze", folder, "--format", form).decode("utf-8")
    assert "caf\\" in shown
    assert "xff.py" in shown


def on_terminal(*arguments: object, **environment: str) -> tuple[int, str]:
    """Run the program with standard output and error on a pseudo-terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)],
        stdout=follower, stderr=follower, stdin=subprocess.DEVNULL, close_fds=True,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "90", **environment},
    )  # fmt: skip
    os.close(follower)
    shown = bytearray()
    while True:
        try:
            chunk = os.read(leader, 65_536)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    os.close(leader)
    return process.wait(), shown.decode("utf-8", "replace")


def test_a_terminal_shows_colour_and_progress(work):
    renamed = work.rename(work.with_name("[red]work[]"))
    code, shown = on_terminal("analyze", renamed)
    assert code == 0
    assert "\x1b[36m" in shown
    assert "analyze 2 files" in shown
    assert "0:00:0" in shown


@pytest.mark.parametrize(("arguments", "environment"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"})])
def test_colour_can_be_left_out(work, arguments, environment):
    code, shown = on_terminal("analyze", work, *arguments, **environment)
    assert code == 0
    assert not re.search(r"\x1b\[[\d;]*3\dm", shown)


def test_quiet_shows_no_progress_on_a_terminal(work):
    code, shown = on_terminal("analyze", work, "--quiet")
    assert code == 0
    assert re.fullmatch(r"\d+(?:\.\d)?\r\n", shown)


def test_a_stream_of_another_kind_is_left_alone(work, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stdout", stream)
    assert run("analyze", work) == 0
    assert "of 100 points" in stream.getvalue()
