"""Workflows declared in files."""

from __future__ import annotations

import json

import pytest

from analyzer.artifacts.kubernetes import parse_kubernetes
from analyzer.artifacts.orchestration import (
    Workflow,
    mage_receivers,
    parse_argo,
    parse_databricks,
    parse_kestra,
    parse_mage_pipeline,
    parse_mage_triggers,
    parse_prefect,
    parse_state_machine,
)
from analyzer.findings import Place
from analyzer.sniff import sniff_yaml


def argo(text: str) -> Workflow | None:
    (item,) = parse_kubernetes("flow.yaml", text)[0]
    return parse_argo(item)


def test_a_mage_pipeline_has_blocks() -> None:
    text = "blocks:\n- type: data_loader\n  uuid: load\n- type: transformer\n  name: clean\nname: train\n"
    flow = parse_mage_pipeline("pipelines/train/metadata.yaml", text)
    assert flow is not None
    assert (flow.name, flow.steps) == ("train", ("data_loader:load", "transformer:clean"))
    assert flow.place == flow.schedule_place == Place("pipelines/train/metadata.yaml", 3)


def test_other_metadata_is_no_pipeline() -> None:
    assert parse_mage_pipeline("metadata.yaml", "name: x\n") is None


def test_mage_triggers_are_schedules() -> None:
    text = "triggers:\n- schedule_interval: '@daily'\n  status: active\n- name: hourly\n  schedule_interval: '@hourly'\n  status: inactive\n"
    text += "- schedule_type: api\n- schedule_interval: '@once'\n"
    flows = parse_mage_triggers("pipelines/train/triggers.yaml", text)
    assert [(flow.name, flow.schedule, flow.schedule_line, flow.active) for flow in flows if flow.schedule] == [
        ("train", "@daily", 2, True),
        ("train", "@hourly", 5, False),
    ]
    assert [(flow.line, flow.requested) for flow in flows if not flow.schedule] == [(7, True)]
    assert parse_mage_triggers("triggers.yaml", text)[0].name == ""


PREFECT = """\
deployments:
  - name: nightly
    entrypoint: flows/train.py:train
    schedule:
      cron: "0 3 * * *"
      active: false
  - entrypoint: flows/score.py:score
    schedules:
      - interval: 3600
      - rrule: ""
  - work_pool: {}
"""


def test_deployments_of_prefect() -> None:
    nightly, hourly = parse_prefect("prefect.yaml", PREFECT)
    assert (nightly.name, nightly.entrypoint, nightly.schedule, nightly.active) == (
        "nightly",
        "flows/train.py:train",
        "0 3 * * *",
        False,
    )
    assert (nightly.place.line, nightly.schedule_place.line) == (2, 5)
    assert (hourly.schedule, hourly.schedule_line, hourly.active) == ("3600", 9, True)


def test_jobs_of_databricks() -> None:
    text = "resources:\n  jobs:\n    train:\n      schedule:\n        quartz_cron_expression: 0 0 3 * * ?\n      tasks:\n        - task_key: fit\n    adhoc:\n      tasks: []\n"
    train, adhoc = parse_databricks("databricks.yml", text)
    assert (train.name, train.steps, train.line, train.schedule_line) == ("train", ("fit",), 3, 5)
    assert (adhoc.schedule, adhoc.schedule_line) == ("", 0)


KESTRA = """\
id: weekly
namespace: docks

tasks:
  - id: source
    type: io.kestra.plugin.core.flow.Switch
    cases:
      fresh:
        - id: download
          type: io.kestra.plugin.core.http.Download
  - id: train
    type: io.kestra.plugin.scripts.python.Commands

triggers:
  - id: monday
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 3 * * 1"
"""


def test_a_flow_of_kestra() -> None:
    flow = parse_kestra("flows/weekly.yaml", KESTRA)
    assert flow is not None
    assert (flow.tool, flow.name, flow.steps, flow.line) == ("kestra", "weekly", ("download", "train"), 5)
    assert (flow.schedule, flow.schedule_line, flow.active) == ("0 3 * * 1", 17, True)
    off = parse_kestra("flows/weekly.yaml", f"{KESTRA}    disabled: true\n")
    assert off is not None
    assert not off.active
    assert parse_kestra("flows/weekly.yaml", "id: weekly\nnamespace: docks\n") is None
    assert sniff_yaml(KESTRA) == "kestra"


def test_a_state_machine_has_states() -> None:
    text = json.dumps({"Comment": "Train", "StartAt": "Fit", "States": {"Fit": {"Type": "Task"}}}, indent=1)
    flow = parse_state_machine("flow.asl.json", text)
    assert flow == Workflow("flow.asl.json", "step-functions", "Train", ("Fit",), 3)


def test_a_template_of_a_state_machine_is_read_by_its_words() -> None:
    text = '{\n"StartAt": "Fit",\n"States": {"Fit": {"Type": "Task", "Resource": ${arn}}}}'
    flow = parse_state_machine("flow.asl.json", text)
    assert flow is not None
    assert (flow.steps, flow.line) == (("Fit",), 2)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"States": {}}', '{"StartAt": 1}', '{"StartAt": ${x}}'])
def test_other_json_is_no_state_machine(text: str) -> None:
    assert parse_state_machine("x.json", text) is None


HEAD = "apiVersion: argoproj.io/v1alpha1\n"


def test_a_cron_workflow_of_argo() -> None:
    flow = argo(
        f"{HEAD}kind: CronWorkflow\nmetadata: {{name: nightly}}\nspec:\n  schedule: 0 3 * * *\n  workflowSpec:\n    templates:\n"
        "      - name: main\n        dag:\n          tasks:\n            - name: fit\n"
    )
    assert flow is not None
    assert (flow.name, flow.steps, flow.line, flow.schedule, flow.schedule_line) == (
        "nightly",
        ("fit",),
        2,
        "0 3 * * *",
        5,
    )


def test_steps_and_templates_of_argo() -> None:
    steps = argo(f"{HEAD}kind: Workflow\nspec:\n  templates:\n    - steps:\n        - - name: a\n          - name: b\n")
    templates = argo(f"{HEAD}kind: WorkflowTemplate\nspec:\n  templates:\n    - name: only\n")
    assert steps is not None
    assert templates is not None
    assert (steps.steps, steps.schedule_line, templates.steps) == (("a", "b"), 0, ("only",))


@pytest.mark.parametrize("text", [f"{HEAD}kind: Application\n", "apiVersion: v1\nkind: Workflow\n"])
def test_other_objects_are_no_workflows(text: str) -> None:
    assert argo(text) is None


def test_receivers_in_the_settings_of_mage() -> None:
    text = "notification_config:\n  email_config:\n    to_emails:\n      - team@example.org\n"
    assert mage_receivers(text) == 4
    assert mage_receivers("notification_config:\n  email_config:\n    to_emails: []\n") == 0
    assert mage_receivers("project_uuid: x\n") == 0


def test_a_paused_job_of_databricks_is_not_active() -> None:
    job = "resources:\n  jobs:\n    docks:\n      schedule:\n        quartz_cron_expression: 0 0 * * * ?\n{}      tasks:\n        - task_key: a\n"
    assert parse_databricks("job.yml", job.format(""))[0].active
    assert not parse_databricks("job.yml", job.format("        pause_status: PAUSED\n"))[0].active
    every = job.replace(
        "schedule:\n        quartz_cron_expression: 0 0 * * * ?\n{}",
        "trigger:\n        periodic:\n          interval: 1\n",
    )
    assert parse_databricks("job.yml", every)[0].schedule == "1"
