"""Prometheus really runs against the service that really runs; what rules and dashboard ask for is there."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import commit_all, git, write_files
from tests.deploy.conftest import CHART, ROOT, program, run
from tests.git_server import serve as serve_git

ALERTS = CHART / "monitoring" / "alerts.yaml"
DASHBOARD = json.loads((CHART / "monitoring" / "dashboard.json").read_text("utf-8"))
RULES = YAML(typ="safe").load(ALERTS.read_text("utf-8"))["groups"][0]["rules"]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
OF_PROMETHEUS = {"up"}
MANY_SECONDS = 90.0
TOKEN = "a-token-of-tests-that-is-long-enough"
TOKEN_FILE = "/run/secrets/folioscope_metrics_token"


def names(expression: str) -> set[str]:
    """The metrics that an expression asks for."""
    without = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(?:by|without) ?\([^)]*\)|\"[^\"]*\"", "", expression)
    words = set(re.findall(r"[a-z_][a-z0-9_]*(?!\w|\s*\()", without))
    return {word for word in words if "_" in word or word == "up"} - {"histogram_quantile"}


def test_rules_pass_promtool_and_fire_when_they_should():
    run("promtool", "check", "rules", "--lint-fatal", ALERTS)
    run("promtool", "test", "rules", ROOT / "tests/deploy/alerts_test.yaml")


def test_every_rule_is_tested_and_has_a_section_in_the_runbook():
    tests = (ROOT / "tests/deploy/alerts_test.yaml").read_text("utf-8")
    runbook = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    for rule in RULES:
        assert f"alertname: {rule['alert']}\n        exp_alerts" in tests, rule["alert"]
        assert f"## {rule['alert']}\n" in runbook
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in ("critical", "warning")


def test_the_configuration_of_prometheus_is_understood(tmp_path):
    text = (ROOT / "deploy/prometheus/prometheus.yaml").read_text("utf-8")
    assert f"credentials_file: {TOKEN_FILE}\n" in text
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "prometheus.yaml").write_text(text.replace(TOKEN_FILE, "token"))
    (tmp_path / "alerts.yaml").write_bytes(ALERTS.read_bytes())
    run("promtool", "check", "config", tmp_path / "prometheus.yaml")


def test_the_configuration_of_alertmanager_is_understood_and_routes(tmp_path):
    text = (ROOT / "deploy/alertmanager/alertmanager.yaml").read_text("utf-8")
    config = tmp_path / "alertmanager.yaml"
    # Debian's amtool is older than url_file; a URL in its place shows the rest.
    config.write_text(text.replace("url_file: /run/secrets/alert_webhook_url", "url: http://alerts.example.org/"))
    run("amtool", "check-config", config)
    for severity in ("critical", "warning"):
        told = run("amtool", "config", "routes", "test", f"--config.file={config}", f"severity={severity}")
        assert told.strip() == "webhook"


def test_grafana_is_provisioned_with_the_dashboard_and_where_its_numbers_are():
    load = YAML(typ="safe").load
    folder = ROOT / "deploy/grafana/provisioning"
    source = load((folder / "datasources/prometheus.yaml").read_text("utf-8"))["datasources"][0]
    assert {panel["datasource"]["uid"] for panel in PANELS} == {source["uid"]}
    provider = load((folder / "dashboards/folioscope.yaml").read_text("utf-8"))["providers"][0]
    compose = (ROOT / "compose.yaml").read_text("utf-8")
    assert f"dashboard.json:{provider['options']['path']}/folioscope.json:ro" in compose


def test_panels_say_what_they_show_and_do_not_overlap():
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    assert [panel["title"] for panel in PANELS if not panel["description"]] == []


# -- with the real programs --------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(words: list[str], log: Path, **env: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended with the block."""
    with log.open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, env=os.environ | env, cwd=log.parent)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(found: Callable[[], Any], log: Path) -> Any:
    """Ask until there is something; say what the process said when there never is."""
    end = time.monotonic() + MANY_SECONDS
    while time.monotonic() < end:
        try:
            if value := found():
                return value
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.1)
    pytest.fail(f"nothing came of it; {log.name} says:\n{log.read_text('utf-8', 'replace')[-3000:]}")


def get(url: str) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"} if "/metrics" in url else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


class Watched:
    """The service and the Prometheus that watches it."""

    def __init__(self, service: str, prometheus: str) -> None:
        self.service, self.prometheus = service, prometheus

    def query(self, expression: str) -> list[Any]:
        """What Prometheus answers now."""
        told = json.loads(get(f"{self.prometheus}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"))
        assert told["status"] == "success"
        found: list[Any] = told["data"]["result"]
        return found


def analyze(service: str, url: str) -> None:
    body = json.dumps({"url": url}).encode()
    request = urllib.request.Request(f"{service}/api/v1/analyses", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=20).close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A service that has done one analysis and failed at another, and Prometheus with the rules of this repository."""
    folder = tmp_path_factory.mktemp("watched")
    work = folder / "work"
    work.mkdir()
    git(work, "init", "-q", "-b", "main")
    commit_all(write_files(work, {"README.md": "# Shown\n", "app.py": "print(1)\n"}))
    ports = free_port(), free_port()
    service, prometheus = (f"http://127.0.0.1:{port}" for port in ports)
    with ExitStack() as stack:
        repositories = stack.enter_context(serve_git(folder / "repositories"))
        repositories.publish(work, "octocat/shown")
        words = [program("folioscope"), "serve", "--port", str(ports[0]), "--workers", "1"]
        log = folder / "service.log"
        stack.enter_context(
            running(
                words,
                log,
                FOLIOSCOPE_DATA_FOLDER=str(folder / "data"),
                FOLIOSCOPE_HOSTS=repositories.base,
                FOLIOSCOPE_ATTEMPTS="1",
                FOLIOSCOPE_METRICS_TOKEN=TOKEN,
            )
        )
        until(lambda: get(f"{service}/readyz"), log)
        for name in ("octocat/shown", "octocat/not-there"):
            analyze(service, repositories.url(name))
        until(lambda: re.search(r'folioscope_analyses\{[^}]*status="done"[^}]*\} 1', get(f"{service}/metrics")), log)
        until(lambda: re.search(r"folioscope_analyses_failed\{[^}]*\} 1", get(f"{service}/metrics")), log)

        config = YAML(typ="safe").load((ROOT / "deploy/prometheus/prometheus.yaml").read_text("utf-8"))
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["scrape_configs"] = [config["scrape_configs"][0]]
        (folder / "token").write_text(TOKEN)
        config["scrape_configs"][0]["authorization"]["credentials_file"] = "token"
        config["scrape_configs"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{ports[0]}"]
        config["rule_files"] = [str(ALERTS)]
        del config["alerting"]
        (folder / "prometheus.yaml").write_text(json.dumps(config))
        log = folder / "prometheus.log"
        stack.enter_context(
            running(
                [
                    program("prometheus"),
                    f"--config.file={folder / 'prometheus.yaml'}",
                    f"--storage.tsdb.path={folder / 'tsdb'}",
                    f"--web.listen-address=127.0.0.1:{ports[1]}",
                ],
                log,
            )
        )
        found = Watched(service, prometheus)
        until(lambda: [item for item in found.query('up{job="folioscope"}') if item["value"][1] == "1"], log)
        # A rate needs two looks.
        until(lambda: found.query("rate(folioscope_http_requests_total[5m])"), log)
        until(lambda: found.query('ALERTS or count_over_time(up{job="folioscope"}[1m]) > 2'), log)
        yield found


def test_the_service_exports_everything_that_is_asked_for(watched):
    exported = set(re.findall(r"^([a-z]\w*)", get(f"{watched.service}/metrics"), re.MULTILINE)) | OF_PROMETHEUS
    asked = {name for text in [*QUERIES, *(rule["expr"] for rule in RULES)] for name in names(text)}
    assert len(asked) > 12
    assert asked - exported == set()


@pytest.mark.parametrize("expression", sorted(set(QUERIES)))
def test_every_panel_shows_something(watched, expression):
    assert watched.query(expression), expression


def test_prometheus_evaluates_all_rules_and_none_fires(watched):
    def evaluated() -> list[Any]:
        groups = json.loads(get(f"{watched.prometheus}/api/v1/rules"))["data"]["groups"]
        rules: list[Any] = groups[0]["rules"]
        return rules if all(rule["health"] != "unknown" for rule in rules) else []

    rules = until(evaluated, Path(os.devnull))
    assert {rule["name"] for rule in rules} == {rule["alert"] for rule in RULES}
    assert [rule["name"] for rule in rules if rule["health"] != "ok"] == []
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []
