"""The commands by which the deployment's page and workflow bring Folioscope into a cluster: real kubectl and helm run them
against an emulated API of Kubernetes on loopback, and what is there then is held to what the page says.

The chart is the one of this tree, packaged as the release workflow does it, in the place of the registry's. Programs of ours
stand for Terraform and the cloud: they make nothing, and take and put out what the files of deploy/terraform say.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from api.settings import Settings, load_settings
from tests.deploy.cluster.state import Cluster
from tests.deploy.cluster.terminal import (
    CHART,
    NAMESPACE,
    Terminal,
    commands_of,
    digest,
    images,
    revisions,
    section_of,
    sizes,
)
from tests.deploy.conftest import ROOT

PAGE = (ROOT / "docs" / "deployment.md").read_text("utf-8")
HELM, TERRAFORM = (section_of(PAGE, title) for title in ("A cluster: Helm", "The platform: Terraform"))
SECRET = {
    "folioscope_secret_key": "k" * 64,
    "folioscope_database_url": "postgresql://folioscope:p@db:5432/folioscope?sslmode=require",
    "folioscope_broker_url": "rediss://:p@redis:6379/0?ssl_cert_reqs=required",
    "folioscope_redis_url": "rediss://:p@redis:6379/1",
    "folioscope_metrics_token": "t" * 64,
}
"""What Terraform keeps in Secrets Manager."""


def settings_of(cluster: Cluster, folder: Path) -> Settings:
    """What the service makes of the secret, whose keys are files in its pods."""
    folder.mkdir()
    for name, value in cluster.get("Secret", NAMESPACE, "folioscope")["data"].items():
        (folder / name).write_bytes(base64.b64decode(value))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOLIOSCOPE_SECRETS_FOLDER", str(folder))
        settings = load_settings(host="0.0.0.0")
    settings.check_binding()
    return settings


def is_restricted(cluster: Cluster) -> bool:
    labels = cluster.get("Namespace", "", NAMESPACE)["metadata"]["labels"]
    return bool(labels["pod-security.kubernetes.io/enforce"] == "restricted")


# -- the page --------------------------------------------------------------------------------------------------------


def test_every_command_of_the_page_is_in_one_of_the_two_sections():
    found = commands_of(HELM) + commands_of(TERRAFORM)
    assert sorted(found) == sorted(commands_of(PAGE))
    call = re.compile(r"\b(?:kubectl|helm) [\w-]+ \w")
    assert sum(len(call.findall(command)) for command in found) == len(call.findall(PAGE))


def test_the_release_of_the_page_runs(installed: Terminal, tmp_path: Path):
    cluster = installed.cluster
    assert is_restricted(cluster)
    settings = settings_of(cluster, tmp_path / "secrets")
    assert settings.database.startswith("postgresql+psycopg://USER:PASSWORD@HOST:5432/folioscope")
    assert settings.broker_url.get_secret_value() == "rediss://:PASSWORD@HOST:6379/0?ssl_cert_reqs=required"
    assert sizes(cluster) == {"web": 2, "worker": 2}
    assert images(cluster) == {f"ghcr.io/folioscope/folioscope@{digest(1)}"}
    assert revisions(cluster) == {"1": "deployed"}
    [rule] = cluster.get("Ingress", NAMESPACE, "folioscope")["spec"]["rules"]
    assert rule["host"] == "folioscope.example.org"
    assert cluster.all("Job") == [], "the job of the migrations is gone when it has ended well"


@pytest.fixture
def platform(terminal: Terminal) -> Terminal:
    """A terminal beside the files of deploy/terraform, with programs in the place of Terraform and the cloud."""
    shutil.copytree(ROOT / "deploy" / "terraform", terminal.folder / "deploy" / "terraform")
    terminal.program("terraform", f'exec {sys.executable} {ROOT / "tests/deploy/cloud.py"} "$@"')
    asked = "eks update-kubeconfig --name the-cluster_name"
    told = "secretsmanager get-secret-value --secret-id the-secret_arn --query SecretString --output text"
    terminal.program(
        "aws", f"case $* in '{asked}') ;; '{told}') echo '{json.dumps(SECRET)}' ;; *) echo $* >&2; exit 1 ;; esac"
    )
    return terminal


[PLATFORM] = re.findall(r"^```sh\n(.*?)^```$", TERRAFORM, re.MULTILINE | re.DOTALL)


def test_what_terraform_made_becomes_the_secret(platform: Terminal, tmp_path: Path):
    terminal = platform
    secrets = (ROOT / "deploy" / "terraform" / "secrets.tf").read_text("utf-8")
    assert SECRET.keys() == set(re.findall(r"^ +(folioscope_\w+) += ", secrets, re.MULTILINE))
    terminal.run(PLATFORM)
    assert is_restricted(terminal.cluster)
    assert settings_of(terminal.cluster, tmp_path / "secrets").secret_key.get_secret_value() == "k" * 64
    assert "Then `helm install` as above" in TERRAFORM
    terminal.run(commands_of(HELM)[-1])
    assert sizes(terminal.cluster) == {"web": 2, "worker": 2}


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        (" -backend-config=region=eu-central-1", ""),
        ("-backend-config=bucket=", "-backend-config=key="),
        ("cp production.tfvars.example production.tfvars", "echo 'region = \"eu-central-1\"' > production.tfvars"),
        ("output -raw cluster_name", "output -raw cluster"),
        ("terraform apply", "true"),
    ],
)
def test_a_block_that_its_files_do_not_allow_fails(platform: Terminal, said: str, instead: str):
    begin = PLATFORM.partition("kubectl")[0]
    assert said in begin
    assert platform.attempt(begin.replace(said, instead)).returncode != 0
    platform.run(begin)


# -- the workflow ----------------------------------------------------------------------------------------------------


def deploy(terminal: Terminal) -> None:
    """Run the steps of the workflow that speak to the cluster; the registry lets anybody in."""
    workflow = YAML(typ="safe").load((ROOT / ".github/workflows/deploy.yml").read_text("utf-8"))
    scripts = [step.get("run", "") for step in workflow["jobs"]["deploy"]["steps"]]
    scripts = [re.sub(r"^.*\| helm registry login .*\n", "", script, flags=re.MULTILINE) for script in scripts]
    terminal.program("aws", f"[[ $* != *get-secret-value* ]] || echo '{json.dumps(SECRET)}'")
    terminal.words["oci://ghcr.io/${OWNER,,}/charts/folioscope"] = terminal.words[CHART]
    image = {"IMAGE": "ghcr.io/folioscope/folioscope", "DIGEST": digest(3)}
    where = {"CLUSTER": "folioscope-staging", "SECRET": "arn", "HOST": "folioscope.example.org", "VERSION": "1.2.3"}
    steps = [script for script in scripts if re.search(r"\b(?:kubectl|helm) ", script)]
    assert len(steps) == 2
    for script in steps:
        terminal.run(script, **image, **where)


def test_the_deploy_workflow_installs(terminal: Terminal):
    deploy(terminal)
    assert is_restricted(terminal.cluster)
    assert sizes(terminal.cluster) == {"web": 2, "worker": 2}


def test_the_deploy_workflow_upgrades_and_keeps_what_was_set_by_hand(installed: Terminal):
    once = "--set settings.trusted_proxies=10.0.0.0/8"
    assert once in PAGE
    installed.run(f"helm upgrade folioscope {CHART} --namespace folioscope --reuse-values {once}")
    deploy(installed)
    cluster = installed.cluster
    assert images(cluster) == {f"ghcr.io/folioscope/folioscope@{digest(3)}"}
    assert cluster.get("ConfigMap", NAMESPACE, "folioscope")["data"]["FOLIOSCOPE_TRUSTED_PROXIES"] == "10.0.0.0/8"
    assert revisions(cluster) == {"1": "superseded", "2": "superseded", "3": "deployed"}


# -- what a cluster would refuse is refused here ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("kubectl --namespace folioscope exec deployment/folioscope-wed -- true", '"folioscope-wed" not found'),
        ("kubectl --namespace folioscope get wedges", 'doesn\'t have a resource type "wedges"'),
        ("kubectl --namespace folioscop scale deployment/folioscope-web --replicas 1", "not found"),
        ("kubectl --namespace folioscope rollout restart deployment --al", "unknown flag: --al"),
        ("kubectl --namespace folioscope delete pod folioscope-web", '"folioscope-web" not found'),
        ("kubectl create namespace folioscope", "already exists"),
        ('kubectl apply -f - <<< \'{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x", "labls": {}}}\'', "labls"),
        (f"helm upgrade folioscope {CHART} --namespace folioscope --set existingSecret=x --timeout 20s", "Job/folioscope/folioscope-migrations not ready. status: Failed"),
        ("helm rollback folioscope 7 --namespace folioscope", "release has no 7 version"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_noticed(installed: Terminal, command: str, said: str):
    done = installed.attempt(command)
    assert done.returncode != 0
    assert said in done.stderr


def test_pods_wait_for_their_secret(terminal: Terminal):
    namespace, label, secret, install = commands_of(HELM)
    for command in (namespace, label, f"{install} --set migrations.enabled=false"):
        terminal.run(command)
    assert sizes(terminal.cluster) == {"web": 0, "worker": 0}
    assert terminal.run("kubectl --namespace folioscope get pods").count("ContainerCreating") == 4
    terminal.run(secret)
    assert sizes(terminal.cluster) == {"web": 2, "worker": 2}
    assert terminal.run("kubectl --namespace folioscope get pods").count("Running") == 4
