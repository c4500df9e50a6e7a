"""The runbook's commands for a cluster: run one after the other, as the page has them, by real kubectl and helm against an
emulated API of Kubernetes, each held to what it is there for.

What runs in a pod is run here in its place, beside a service of ours. A pod's log is one line that is made up.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from api.settings import Settings
from tests.api.servers import running
from tests.deploy.cluster.kinds import Object
from tests.deploy.cluster.state import Cluster
from tests.deploy.cluster.terminal import (
    COMPONENTS,
    DIGEST,
    NAMESPACE,
    Terminal,
    commands_of,
    digest,
    images,
    names,
    revisions,
    sizes,
)
from tests.deploy.conftest import CHART, ROOT

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")


@dataclass(frozen=True)
class Said:
    """What a command printed, and the cluster before it and after."""

    text: str
    before: Cluster
    after: Cluster

    @property
    def lines(self) -> list[list[str]]:
        """The words of each line."""
        return [line.split() for line in self.text.splitlines()]


Holds = Callable[[Said], bool]


def names_pods(said: Said) -> bool:
    return {line[0] for line in said.lines[1:]} == set().union(*names(said.after).values())


def logs_of(component: str) -> Holds:
    def holds(said: Said) -> bool:
        return {line[0] for line in said.lines} == {
            f"[pod/{name}/{component}]" for name in names(said.after)[component]
        }

    return holds


def restarts(*components: str) -> Holds:
    def holds(said: Said) -> bool:
        before, after = names(said.before), names(said.after)
        changed = tuple(name for name in COMPONENTS if not before[name] & after[name])
        return changed == components and sizes(said.before) == sizes(said.after)

    return holds


def has(web: int, worker: int) -> Holds:
    return lambda said: sizes(said.after) == {"web": web, "worker": worker}


def loses_one(said: Said) -> bool:
    before, after = names(said.before)["web"], names(said.after)["web"]
    return len(before - after) == 1 and len(before) == len(after)


def runs(image: int, *found: str) -> Holds:
    """Pods run this image, revisions are of these states, and values that were given stay."""

    def holds(said: Said) -> bool:
        here = said.after.get("Ingress", NAMESPACE, "folioscope")["spec"]
        kept = said.before.get("Ingress", NAMESPACE, "folioscope")["spec"] == here
        wanted = {f"ghcr.io/folioscope/folioscope@{digest(image)}"}
        return kept and images(said.after) == wanted and tuple(revisions(said.after).values()) == found

    return holds


SAYS: tuple[tuple[str, Holds], ...] = (
    ("get pods", lambda said: names_pods(said) and [line[2] for line in said.lines] == ["STATUS"] + ["Running"] * 4),
    ("logs --selector app.kubernetes.io/component=web", logs_of("web")),
    ("logs --selector app.kubernetes.io/component=worker", logs_of("worker")),
    ("get events", lambda said: said.text.count("Scheduled") == 4),
    ("exec deployment/folioscope-web", lambda said: '"status":"ok"' in said.text),
    ("get hpa", lambda said: ["folioscope-web", "Deployment/folioscope-web", "2", "6", "2"] in said.lines),
    ("get deployment folioscope-worker", lambda said: said.lines[1:] == [["folioscope-worker", "2/2", "2", "2"]]),
    ("rollout restart deployment/folioscope-worker", restarts("worker")),
    ("scale deployment/folioscope-worker", has(web=2, worker=6)),
    ("exec deployment/folioscope-worker", lambda said: "Filesystem" in said.text),
    ("top pods", names_pods),
    ("exec POD", lambda said: "process_resident_memory_bytes" in said.text),
    ("delete pod POD", loses_one),
    ("helm upgrade", runs(2, "superseded", "deployed")),
    ("helm history", lambda said: [line[0] for line in said.lines] == ["REVISION", "1", "2"]),
    ("helm rollback", runs(1, "superseded", "superseded", "deployed")),
    ("scale deployment --all --replicas 0", has(web=0, worker=0)),
    ("scale deployment --all --replicas 2", has(web=2, worker=2)),
    ("rollout restart deployment", restarts("web", "worker")),
)
"""What each command does, in the order of the page."""


def in_place(url: str, folder: Path) -> Callable[[Object, list[str]], tuple[int, str, str]]:
    """Run what would run in a pod: where its port and its folder are meant, ours are taken, if it has them."""
    host, _, port = url.removeprefix("http://").rpartition(":")

    def run(pod: Object, command: list[str]) -> tuple[int, str, str]:
        container = pod["spec"]["containers"][0]
        ours = {f"{host}:{item['containerPort']}": f"{host}:{port}" for item in container.get("ports", ())}
        folders = {"data": folder, "secrets": folder / "secrets"}
        ours |= {
            item["mountPath"]: str(folders[item["name"]])
            for item in container["volumeMounts"]
            if item["name"] in folders
        }
        words = [sys.executable if word == "python" else word for word in command]
        for there, here in ours.items():
            words = [word.replace(there, here) for word in words]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


def test_every_command_does_what_it_is_there_for(installed: Terminal, tmp_path: Path):
    cluster = installed.cluster
    installed.words |= {DIGEST: digest(2), "REVISION": "1"}
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "folioscope_metrics_token").write_text("t" * 64)
    settings = Settings(
        secret_key="x" * 32, executor="none", data_folder=tmp_path / "data", metrics_token="t" * 64, metrics_networks=""
    )
    with running(settings) as service:
        cluster.programs = in_place(service.url, tmp_path)
        for command, (part, holds) in zip(commands_of(RUNBOOK), SAYS, strict=True):
            assert part in command
            if "POD" in part:
                installed.words["POD"] = min(names(cluster)["web"])
            before = cluster.copy()
            text = installed.run(command)
            assert holds(Said(text, before, cluster)), f"$ {command}\n{text}"


def test_commands_can_be_copied_from_the_file_too():
    """A line break within a sentence's command is a space on the page, but not in the file: Python stumbles over it."""
    assert re.findall(r"(?<!`)`(?:kubectl|helm) [^`\n]*\n[^`]*`", RUNBOOK) == []


def test_an_upgrade_whose_migrations_fail_changes_nothing(installed: Terminal):
    assert "The job `folioscope-migrations` runs first; when it fails, nothing else changes." in RUNBOOK
    cluster = installed.cluster
    before = cluster.copy()
    [upgrade] = [command for command in commands_of(RUNBOOK) if command.startswith("helm upgrade")]
    installed.words[DIGEST] = digest(2)
    cluster.breaks.add("folioscope-migrations")
    done = installed.attempt(upgrade)
    assert done.returncode != 0
    assert "folioscope-migrations" in done.stderr
    assert names(cluster) == names(before)
    cluster.breaks.clear()
    installed.run(upgrade)
    assert images(cluster) == {f"ghcr.io/folioscope/folioscope@{digest(2)}"}


def test_what_was_scaled_by_hand_does_not_stop_a_release(installed: Terminal):
    """Without autoscaling the chart says how many there are; over what others have changed, helm gives up unless told."""
    upgrade, rollback = (command for command in commands_of(RUNBOOK) if re.match("helm (?:upgrade|rollback)", command))
    scale = "kubectl --namespace folioscope scale deployment/folioscope-worker --replicas 6"
    assert scale in RUNBOOK
    installed.words |= {DIGEST: digest(2), "REVISION": "2"}
    installed.run(f"{upgrade} --set worker.autoscaling.enabled=false")
    for command in (upgrade, rollback):
        installed.run(scale)
        assert sizes(installed.cluster)["worker"] == 6
        installed.run(command)
        assert sizes(installed.cluster)["worker"] == 2


def test_values_that_pages_speak_of_are_values_of_the_chart(helm):
    deployment = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    values = YAML(typ="safe").load((CHART / "values.yaml").read_text("utf-8"))
    spoken = re.findall(r"`((?:ingress|metrics|networkPolicy|web|worker)\.[\w.]+)`", deployment + RUNBOOK)
    assert len(spoken) >= 9
    for name in spoken:
        held = values
        for word in name.split("."):
            assert word in held, name
            held = held[word]
    given = re.findall(r"`(--set) ([^`\s]+)`", deployment)
    done = helm(["template", "fs", str(CHART), *(word for pair in given for word in pair)])
    assert done.returncode == 0, done.stderr


def test_terraform_is_told_its_variables_wherever_it_changes_something():
    """Without them it asks, and takes what production.tfvars changed back to the defaults."""
    changes = re.findall(r"terraform (?:apply|plan|destroy)[^`\n]*", RUNBOOK)
    assert len(changes) >= 2
    resources = "".join(path.read_text("utf-8") for path in (ROOT / "deploy" / "terraform").glob("*.tf"))
    for command in changes:
        assert "-var-file=production.tfvars" in command
        for kind, name in re.findall(r"-replace=(\w+)\.(\w+)", command):
            assert f'resource "{kind}" "{name}"' in resources
