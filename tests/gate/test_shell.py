"""Completion of shells and the manual page: made from the parsers, and as fresh as they are."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from types import ModuleType

import pytest

from analyzer.cli import COMMANDS, main
from tests.gate.action import ROOT


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("manpage", ROOT / "tools" / "manpage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_every_command(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert [name for name in COMMANDS if name not in script] == []
    if shell != "tcsh":  # which completes commands and their words alone
        assert "--fail-under" in script


def test_bash_completes_commands_and_options(capsys, tmp_path):
    main(["completion", "bash"])
    (tmp_path / "folioscope.bash").write_text(capsys.readouterr().out)
    asked = f"""
        source {tmp_path}/folioscope.bash
        words=$(complete -p folioscope | grep -o -- '-F [^ ]*' | cut -c4-)
        for typed in "folioscope hist" "folioscope history --ev" "folioscope analyze --format sar" \\
            "folioscope fix ci.t"; do
            COMP_WORDS=($typed); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_LINE=$typed; COMP_POINT=${{#typed}}
            COMPREPLY=(); $words folioscope "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
            echo "${{COMPREPLY[*]}}"
        done
    """
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
    assert [line.strip() for line in done.stdout.splitlines()] == ["history", "--every", "sarif", "ci.tests"]


def test_the_manual_page_is_what_the_parsers_say():
    tool = load_tool()
    assert tool.PAGE.read_text("utf-8") == tool.page(), "run python tools/manpage.py"


def test_the_manual_page_names_every_command_and_is_roff():
    text = load_tool().page()
    assert [name for name in COMMANDS if f".SS folioscope {name}".replace("-", "\\-") not in text] == []
    macros = {line.split()[0] for line in text.splitlines() if line.startswith((".", "'"))}
    assert macros <= {'.\\"', ".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".BR"}
    assert re.search(r"(?<!\\)-", re.sub(r"^\.(?:\\\"|TH).*$", "", text, flags=re.MULTILINE)) is None


def test_check_says_what_is_old(tmp_path, monkeypatch, capsys):
    tool = load_tool()
    monkeypatch.setattr(tool, "PAGE", tmp_path / "man" / "folioscope.1")
    monkeypatch.setattr(sys, "argv", ["manpage.py", "--check"])
    assert tool.main() == 1
    assert "run python tools/manpage.py" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["manpage.py"])
    assert tool.main() == 0
    monkeypatch.setattr(sys, "argv", ["manpage.py", "--check"])
    assert tool.main() == 0


def test_the_wheel_brings_the_manual_page():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert shared == {"man/folioscope.1": "share/man/man1/folioscope.1"}
    assert (ROOT / "man" / "folioscope.1").is_file()
