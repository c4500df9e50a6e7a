"""The compose file, as Docker Compose itself resolves it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any

import pytest

from api.jobs.folders import WorkerFolder
from tests.deploy.conftest import ROOT, run

OURS = ("migrate", "web", "worker")


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """The whole file with defaults, extensions and variables resolved."""
    env = {"PATH": os.environ["PATH"], "HOME": os.devnull}
    words = ("docker-compose", "--file", ROOT / "compose.yaml", "config", "--format", "json")
    found: dict[str, Any] = json.loads(run(*words, env=env))
    return found


def test_it_holds_all_parts(compose):
    assert set(compose["services"]) == {
        *OURS, "postgres", "redis", "prometheus", "alertmanager", "grafana"
    }  # fmt: skip
    assert compose["services"]["worker"]["deploy"]["replicas"] == 2


def test_images_of_others_are_pinned_by_version_and_digest(compose):
    for name, service in compose["services"].items():
        if name not in OURS:
            assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}", service["image"]), name


def test_nothing_is_reachable_from_other_machines(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert len(ports) == 4
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}


def test_stores_are_reached_from_the_inner_network_alone(compose):
    assert compose["networks"]["inner"]["internal"] is True
    for name in ("postgres", "redis"):
        assert list(compose["services"][name]["networks"]) == ["inner"]
        assert "ports" not in compose["services"][name]


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_no_rights_and_bounds(compose, name):
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["mem_limit"]) > 0


def test_every_process_is_bounded_in_memory_and_log(compose):
    for name, service in compose["services"].items():
        assert int(service.get("mem_limit", 0)) > 0, name
        assert service["logging"]["options"]["max-size"], name


def test_everything_waits_for_what_it_needs(compose):
    services = compose["services"]
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in ("web", "worker"):
        needs = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        assert needs == {"migrate": "service_completed_successfully", "redis": "service_healthy"}


def test_all_that_stays_says_whether_it_is_well(compose):
    """Compose up to 5.0 ends ``--wait`` with an error where a health check is switched off."""
    for name, service in compose["services"].items():
        check = service.get("healthcheck", {})
        if name == "web":
            assert check == {}, "the image's own"
        elif name != "migrate":
            assert check["test"][0].startswith("CMD"), name
            assert not check.get("disable"), name


def test_the_check_of_a_worker_finds_what_a_worker_makes(compose, tmp_path):
    clones = tmp_path / "clones"
    kind, command = compose["services"]["worker"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    command = command.replace(compose["services"]["worker"]["environment"]["FOLIOSCOPE_DATA_FOLDER"], str(tmp_path))

    def well() -> bool:
        return subprocess.run(["sh", "-c", command], capture_output=True, timeout=20, check=False).returncode == 0

    assert not well()
    folder = WorkerFolder(clones)
    assert well()
    folder.close()
    assert not well()


def test_a_proxy_in_front_can_be_named():
    env = {"PATH": os.environ["PATH"], "HOME": os.devnull, "FOLIOSCOPE_TRUSTED_PROXIES": "172.16.0.0/12"}
    words = ("docker-compose", "--file", ROOT / "compose.yaml", "config", "--format", "json")
    web = json.loads(run(*words, env=env))["services"]["web"]
    assert web["environment"]["FOLIOSCOPE_TRUSTED_PROXIES"] == "172.16.0.0/12"


def test_the_file_of_variables_that_the_page_shows_is_read(tmp_path):
    page = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    [text] = re.findall(r"```sh\n(FOLIOSCOPE_.*?)```", page, re.DOTALL)
    (tmp_path / ".env").write_text(text)
    (tmp_path / "compose.yaml").write_bytes((ROOT / "compose.yaml").read_bytes())
    env = {"PATH": os.environ["PATH"], "HOME": os.devnull}
    services = json.loads(run("docker-compose", "config", "--format", "json", folder=tmp_path, env=env))["services"]
    for name in OURS:
        assert services[name]["image"] == "ghcr.io/folioscope/folioscope:1.2.3"
        assert services[name]["environment"]["FOLIOSCOPE_PUBLIC_URL"] == "https://folioscope.example.org"
        assert services[name]["environment"]["FOLIOSCOPE_TRUSTED_PROXIES"] == "172.16.0.0/12"


def test_a_worker_is_given_time_to_end_its_job(compose):
    assert compose["services"]["worker"]["stop_grace_period"] == "6m0s"


def test_files_that_are_mounted_are_there(compose):
    mounted = [
        volume["source"]
        for service in compose["services"].values()
        for volume in service.get("volumes", ())
        if volume["type"] == "bind"
    ]
    assert len(mounted) == 5
    assert [path for path in mounted if not os.path.exists(path)] == []  # noqa: PTH110 as compose tells them


def test_prometheus_has_the_token_of_the_service(compose):
    for name in ("web", "prometheus"):
        assert "folioscope_metrics_token" in [secret["source"] for secret in compose["services"][name]["secrets"]]


def test_secrets_are_made_once_by_a_script_and_are_in_no_environment(compose, tmp_path):
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "secrets"
    script.write_bytes((ROOT / "deploy" / "secrets").read_bytes())
    run("bash", script, "https://alerts.example.org/hook")
    made = {path.name: path.read_text("ascii") for path in (tmp_path / "deploy/.secrets").iterdir()}
    assert set(made) == {os.path.basename(item["file"]) for item in compose["secrets"].values()}  # noqa: PTH119
    assert len(made["folioscope_secret_key"]) == 64
    assert made["postgres_password"] in made["folioscope_database_url"]
    assert (tmp_path / "deploy/.secrets").stat().st_mode & 0o777 == 0o700
    run("bash", script)
    assert {path.name: path.read_text("ascii") for path in (tmp_path / "deploy/.secrets").iterdir()} == made
    said = json.dumps([service.get("environment", {}) for service in compose["services"].values()])
    assert not re.search(r"(?i)(password|secret|key)\"?: \"(?!/run/secrets)", said.replace("SECRETS_FOLDER", ""))
