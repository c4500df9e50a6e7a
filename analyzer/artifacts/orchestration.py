"""Workflows declared in files rather than code: Mage, Prefect, Databricks, Kestra, Step Functions, Argo."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from analyzer.artifacts.kubernetes import KubernetesObject
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.findings import Place

__all__ = [
    "Workflow",
    "mage_receivers",
    "parse_argo",
    "parse_databricks",
    "parse_kestra",
    "parse_mage_pipeline",
    "parse_mage_triggers",
    "parse_prefect",
    "parse_state_machine",
]


class Workflow(Struct, frozen=True):
    """One workflow. ``steps`` are the names of what it runs, ``schedule`` a cron text or interval if it has one.

    ``active`` is false where the file says that the schedule is off, ``requested`` true for what a request starts.
    """

    path: str
    tool: str
    name: str
    steps: tuple[str, ...]
    line: int
    schedule: str = ""
    schedule_line: int = 0
    active: bool = True
    entrypoint: str = ""
    requested: bool = False

    @property
    def place(self) -> Place:
        """The line where it begins."""
        return Place(self.path, self.line)

    @property
    def schedule_place(self) -> Place:
        """The line of the schedule, or of the workflow."""
        return Place(self.path, self.schedule_line or self.line)


def parse_mage_pipeline(path: str, text: str) -> Workflow | None:
    """Parse the metadata.yaml of a Mage pipeline; None when it is none."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    blocks = root.get("blocks")
    if blocks.kind != "sequence":
        return None
    steps = tuple(f"{block.get('type').text}:{block.get('uuid').text or block.get('name').text}" for block in blocks)
    first = next(iter(blocks), EMPTY)
    named = first.get("uuid") or first.get("name") or blocks
    return Workflow(path, "mage", root.get("name").text or root.get("uuid").text, steps, named.line)


def parse_mage_triggers(path: str, text: str) -> tuple[Workflow, ...]:
    """Parse the triggers.yaml of a Mage pipeline."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    name = path.split("/")[-2] if "/" in path else ""
    found = []
    for trigger in root.get("triggers"):
        interval, kind = trigger.get("schedule_interval"), trigger.get("schedule_type")
        active = trigger.get("status").text in ("active", "")
        if kind.text == "api":
            found.append(Workflow(path, "mage", name, (), kind.line, active=active, requested=True))
        if kind.text == "api" or interval.text == "@once":
            continue  # started by a request, or one time
        schedule = interval if interval.text else kind
        line = schedule.line if schedule else trigger.line
        found.append(Workflow(path, "mage", name, (), trigger.line, schedule.text, line, active))
    return tuple(found)


def mage_receivers(text: str) -> int:
    """The line of the e-mail receivers in the settings of a Mage project, or 0; the generated settings have none."""
    if "to_emails" not in text:
        return 0
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    receivers = root.get("notification_config", "email_config", "to_emails")
    return receivers.line if receivers.texts() else 0


def parse_prefect(path: str, text: str) -> tuple[Workflow, ...]:
    """Parse the deployments of a prefect.yaml, or the one of a manifest as ``prefect deployment build`` writes it."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    found = []
    for node in (root,) if root.get("flow_name").text else root.get("deployments"):
        schedules = [item for item in (node.get("schedule"), *node.get("schedules")) if item.kind == "mapping"]
        # As ``prefect deployment build`` writes it since version 2.16: - schedule: {cron: ...}
        schedules = [item.get("schedule") or item for item in schedules]
        schedule, line, active = "", 0, True
        for item in schedules:
            value = item.get("cron") or item.get("interval") or item.get("rrule")
            if value.text:
                schedule, line = value.text, value.line
                switch = item.get("active") or node.get("is_schedule_active")
                active = switch.text.lower() != "false"
        name, entry = node.get("name"), node.get("entrypoint")
        if name.text or entry.text:
            found.append(Workflow(path, "prefect", name.text, (), node.line, schedule, line, active, entry.text))
    return tuple(found)


def parse_databricks(path: str, text: str) -> tuple[Workflow, ...]:
    """Parse the jobs of a Databricks asset bundle."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    found = []
    for name, line, job in root.get("resources", "jobs").items():
        steps = tuple(task.get("task_key").text for task in job.get("tasks"))
        cron = job.get("schedule", "quartz_cron_expression") or job.get("trigger", "periodic", "interval")
        paused = "PAUSED" in (job.get("schedule", "pause_status").text, job.get("trigger", "pause_status").text)
        found.append(
            Workflow(path, "databricks", name, steps, line, cron.text, cron.line if cron else 0, active=not paused)
        )
    return tuple(found)


_DEEPEST_TASKS = 6


def parse_kestra(path: str, text: str) -> Workflow | None:
    """Parse a flow of Kestra (https://kestra.io/docs/workflow-components/flow); None when it has no task."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    steps = tuple(_kestra_tasks(root.get("tasks")))
    if not steps:
        return None
    schedule = next((item for item in root.get("triggers") if item.get("cron").text), EMPTY)
    off = schedule.get("disabled").text.lower() == "true"
    cron = schedule.get("cron")
    first = next(iter(root.get("tasks")), EMPTY)
    return Workflow(
        path, "kestra", root.get("id").text, steps, first.line, cron.text, cron.line if cron else 0, active=not off
    )


def _kestra_tasks(tasks: Node, depth: int = 0) -> Iterator[str]:
    """The names of tasks; of those that only hold others, the names of these."""
    for task in tasks if depth < _DEEPEST_TASKS else ():
        branches = [task.get(name) for name in ("tasks", "then", "else")]
        branches += (node for _, _, node in task.get("cases").items())
        inner = [name for branch in branches for name in _kestra_tasks(branch, depth + 1)]
        yield from inner or [task.get("id").text]


def parse_state_machine(path: str, text: str) -> Workflow | None:
    """Parse an Amazon States Language definition; None when the JSON is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        match = re.search(r'"StartAt"\s*:', text)
        named = re.findall(r'"(\w[\w -]*)"\s*:\s*\{\s*"Type"\s*:', text)
        if not match or not named:  # templates with ${...} are no JSON
            return None
        return Workflow(path, "step-functions", "", tuple(named), text.count("\n", 0, match.start()) + 1)
    states = document.get("States") if isinstance(document, dict) else None
    if not isinstance(states, dict) or "StartAt" not in document:
        return None
    line = text.count("\n", 0, max(text.find('"StartAt"'), 0)) + 1
    return Workflow(path, "step-functions", str(document.get("Comment", ""))[:80], tuple(states), line)


def parse_argo(item: KubernetesObject) -> Workflow | None:
    """Read a Workflow or CronWorkflow of Argo from a Kubernetes object."""
    if (
        item.group != "argoproj.io"
        or item.kind not in ("Workflow", "CronWorkflow", "WorkflowTemplate")
        or not item.node
    ):
        return None
    spec = item.node.get("spec", "workflowSpec") or item.node.get("spec")
    templates = list(spec.get("templates"))
    steps = [task.get("name").text for template in templates for task in template.get("dag", "tasks")]
    steps += [step.get("name").text for template in templates for group in template.get("steps") for step in group]
    steps = steps or [template.get("name").text for template in templates]
    schedule = item.node.get("spec", "schedule")
    return Workflow(
        item.path, "argo", item.name, tuple(steps), item.line, schedule.text, schedule.line if schedule else 0
    )
