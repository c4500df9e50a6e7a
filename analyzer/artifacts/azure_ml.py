"""Files of Azure Machine Learning's command line (version 2), which name their schema: jobs, schedules, deployments.

Source: https://learn.microsoft.com/azure/machine-learning/reference-yaml-overview
"""

from __future__ import annotations

import re

from msgspec import Struct

from analyzer.artifacts.orchestration import Workflow
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.findings import Place

__all__ = ["AzureMl", "parse_azure_ml"]

_SCRIPT = re.compile(r"python3?\s+(?:-\w+\s+)*([\w./-]+)\.py\b")


class AzureMl(Struct, frozen=True):
    """One file. ``kind`` is its schema without version, such as ``pipelineJob`` or ``managedOnlineDeployment``.

    ``workflow`` is what a pipeline or a schedule declares; ``starts`` is the file of the job that a schedule starts.
    """

    path: str
    kind: str
    line: int
    workflow: Workflow | None = None
    starts: str = ""

    @property
    def place(self) -> Place:
        """The line of the schema."""
        return Place(self.path, self.line)

    @property
    def serves(self) -> bool:
        """Whether it deploys a model behind an endpoint."""
        return self.kind in ("managedOnlineDeployment", "kubernetesOnlineDeployment", "batchDeployment")


def parse_azure_ml(path: str, text: str) -> AzureMl:
    """Parse a file whose schema is one of Azure ML's; ``kind`` is empty where it names none."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    schema = root.get("$schema")
    kind = schema.text.rsplit("/", 1)[-1].split(".", 1)[0]
    name = root.get("display_name").text or root.get("experiment_name").text or root.get("name").text
    workflow, starts = None, ""
    if kind == "pipelineJob":
        steps = tuple(_step(key, job) for key, _, job in root.get("jobs").items())
        workflow = Workflow(path, "azure-ml", name, steps, root.get("jobs").line)
    elif kind == "schedule":
        trigger = root.get("trigger")
        when = trigger.get("expression") or trigger.get("frequency")
        starts = root.get("create_job").text.removeprefix("file:")
        workflow = Workflow(path, "azure-ml", name, (), schema.line, when.text, when.line)
    return AzureMl(path, kind, schema.line or 1, workflow, starts)


def _step(key: str, job: Node) -> str:
    """A job by the program that its command starts, else by its key."""
    command = job.get("command").text or job.get("component", "command").text
    script = _SCRIPT.search(command)
    return script.group(1).rsplit("/", 1)[-1] if script else key
