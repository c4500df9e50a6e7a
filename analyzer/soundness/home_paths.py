"""Files that are read from somebody's home folder, and so from one machine alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call
from analyzer.knowledge.python_calls import roles_of
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["foreign_homes"]

_HOME = re.compile(
    r"^(?:file://)?(/home/([A-Za-z][\w.-]*)/|/Users/([A-Za-z][\w.-]*)/|[A-Za-z]:[\\/]+Users[\\/]+([A-Za-z][\w. -]*)[\\/])"
)
# Homes that images and cloud machines have for everybody.
_OF_IMAGES = frozenset(
    "src jovyan airflow mambauser app appuser ubuntu ec2-user user vscode codespace root mage prefect dagster docker node "
    "azureuser debian nonroot worker runner shared spark glue_user model-server sagemaker-user studio-lab-user kedro kedro_docker".split()
)
_READS = frozenset({"data.read", "model.load"})
_OPENS = frozenset({"open", "os.chdir", "os.listdir", "glob.glob", "io.open"})


def foreign_homes(repository: Repository) -> Iterator[Defect]:
    """Calls that read from a path in a home folder which nothing in the repository makes."""
    made: str | None = None
    for module in repository.modules:
        if module.notebook:
            continue
        for call in module.calls:
            if not (call.name in _OPENS or _READS & roles_of(call.name)) or _writes(call):
                continue
            for text in call.texts():
                match = _HOME.match(text)
                owner = next((name for name in match.groups()[1:] if name), "") if match else ""
                if not owner or owner.lower() in _OF_IMAGES:
                    continue
                made = _machines(repository) if made is None else made
                if f"/{owner}" not in made:
                    name = re.split(r"[\\/]", text)[-1][:60]
                    sentence = f"{call.last} reads {name} from a home folder, which is on one person's machine alone"
                    yield Defect(module.path, call.line, "home-path", sentence)
                    break


_RECORDS = re.compile(r"(?:^|/)(?:mlruns|mlartifacts)/|(?:^|/)meta(?:data)?\.ya?ml$|\.dvc/")
"""What tools write down of the machine that they ran on, as MLflow does of its runs and Mage of its pipelines."""


def _writes(call: Call) -> bool:
    """Whether a file is opened to be written."""
    mode = call.keyword("mode") or (call.args[1] if len(call.args) > 1 else "")
    return call.last == "open" and isinstance(mode, str) and mode[:1] in ("w", "a", "x")


def _machines(repository: Repository) -> str:
    """What says how images and machines are laid out."""
    names = ("dockerfile", ".yml", ".yaml", ".tf", ".sh", ".tpl")
    paths = [
        path
        for path in repository.paths
        if (path.lower().endswith(names) or "dockerfile" in path.lower()) and not _RECORDS.search(path)
    ]
    return "\n".join(repository.text(path) or "" for path in paths)
