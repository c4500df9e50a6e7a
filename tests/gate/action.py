"""Runs the steps of ``action.yml`` in a shell, as a runner of GitHub does.

Steps of the action's own (``run``) are run for real, each by bash with the options that GitHub gives it; a step that uses
another action is not, and gives the outputs that the test states. Expressions are those of this action: inputs, outputs of
steps, the token.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

__all__ = ["ROOT", "Run", "load_action", "run_action"]

ROOT = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@dataclass
class Run:
    """What a run left: exit code of the failed step or 0, outputs of the action, the summary, what was printed."""

    code: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    printed: str = ""
    steps: list[str] = field(default_factory=list)


def load_action() -> Any:
    """The action as plain values."""
    return YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))


def run_action(
    work: Path,
    temporary: Path,
    inputs: Mapping[str, str],
    environment: Mapping[str, str],
    used: Mapping[str, dict[str, str]],
) -> Run:
    """Run the action.

    Args:
        work: the workspace, in which the steps start.
        temporary: the runner's folder for temporary files.
        inputs: those of the caller; the others have their defaults.
        environment: what GitHub sets, beside the files that this sets itself.
        used: outputs of the steps that use another action, by the id of the step.
    """
    action = load_action()
    assert set(inputs) <= set(action["inputs"]), "an input that the action does not have"
    context: dict[str, str] = {"github.token": environment.get("TOKEN", "")}
    for name, given in action["inputs"].items():
        context[f"inputs.{name}"] = inputs.get(name, _filled(str(given.get("default", "")), context))
    found = Run()
    summary = temporary / "summary"
    for number, step in enumerate(action["runs"]["steps"]):
        if "uses" in step:
            context.update({f"steps.{step['id']}.outputs.{name}": value for name, value in used[step["id"]].items()})
            continue
        output, script = temporary / f"output-{number}", temporary / f"step-{number}.sh"
        output.touch()
        script.write_text(step["run"])
        own = {name: _filled(str(value), context) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=work,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(temporary),
                "RUNNER_TEMP": str(temporary),
                "GITHUB_ACTION_PATH": str(ROOT),
                "GITHUB_ACTIONS": "true",
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "GITHUB_WORKSPACE": str(work),
                **environment,
                **own,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        found.steps.append(step["name"])
        found.printed += done.stdout + done.stderr
        for line in output.read_text("utf-8").splitlines():
            name, _, value = line.partition("=")
            context[f"steps.{step.get('id', '')}.outputs.{name}"] = value
        if done.returncode:
            found.code = done.returncode
            break
    found.summary = summary.read_text("utf-8") if summary.exists() else ""
    found.outputs = {name: _filled(value["value"], context) for name, value in action["outputs"].items()}
    return found


def _filled(text: str, context: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda match: context.get(match[1], ""), text)
