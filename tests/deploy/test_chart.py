"""The chart, rendered by Helm and held against the schemas of Kubernetes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from tests.deploy.conftest import CHART

OBJECT = dict[str, Any]
EVERYTHING = ("ingress.enabled=true", "metrics.rules=true", "metrics.serviceMonitor=true", "metrics.dashboard=true")
OPERATOR = "monitoring.coreos.com/v1"


@pytest.fixture(scope="session")
def render(helm) -> Callable[..., list[OBJECT]]:
    """``render("a.b=c")`` returns the objects that Helm makes of the chart with these values."""

    def call(*values: str) -> list[OBJECT]:
        words = ["template", "fs", str(CHART), "--namespace", "shown", "--kube-version", "1.36.0"]
        done = helm([*words, *(word for value in values for word in ("--set", value))])
        assert done.returncode == 0, done.stderr
        return [item for item in YAML(typ="safe").load_all(done.stdout) if item]

    return call


def of(objects: list[OBJECT], kind: str, end: str = "") -> OBJECT:
    found = [item for item in objects if item["kind"] == kind and item["metadata"]["name"].endswith(end)]
    assert len(found) == 1, [item["metadata"]["name"] for item in found]
    return found[0]


def pods(objects: list[OBJECT]) -> Iterator[OBJECT]:
    return (item["spec"]["template"]["spec"] for item in objects if item["kind"] in ("Deployment", "Job"))


def test_helm_finds_nothing_to_say(helm):
    done = helm(["lint", "--strict", "--quiet", str(CHART)])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("version", ["1.30", "1.36"])
@pytest.mark.parametrize(
    "values",
    [
        (),
        EVERYTHING,
        ("web.autoscaling.enabled=false", "worker.autoscaling.enabled=false", "networkPolicy.enabled=false"),
        ("migrations.enabled=false", "image.digest=sha256:" + "0" * 64, "imagePullSecrets[0].name=registry"),
        ("tolerations[0].key=batch", "tolerations[0].operator=Exists", "nodeSelector.pool=workers"),
    ],
    ids=["as it is", "everything", "fixed size", "no migrations", "placed"],
)
def test_every_object_is_what_kubernetes_takes(render, values, version):
    objects = render(*values)
    assert len(objects) >= 6
    for item in objects:
        if item["apiVersion"] != OPERATOR:
            kubernetes_validate.validate(item, version, strict=True)


def test_what_kubernetes_does_not_take_is_noticed(render):
    wrong = of(render(), "Deployment", "web")
    wrong["spec"]["template"]["spec"]["containers"][0]["livenessProb"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.36", strict=True)


@pytest.mark.parametrize(
    "value",
    ["web.replicas=0", "image.digest=latest", "existingSecret=", "settings.secret_key=x", "wroker.replicas=3"],
)
def test_wrong_values_are_refused(helm, value):
    done = helm(["template", "fs", str(CHART), "--set", value])
    assert done.returncode != 0
    assert "schema" in done.stderr


def test_web_is_probed_limited_and_scaled(render):
    objects = render()
    container = of(objects, "Deployment", "web")["spec"]["template"]["spec"]["containers"][0]
    assert container["livenessProbe"]["httpGet"]["path"] == container["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    scaler = of(objects, "HorizontalPodAutoscaler", "web")["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (2, 6)
    assert scaler["scaleTargetRef"]["name"] == of(objects, "Deployment", "web")["metadata"]["name"]
    assert "replicas" not in of(objects, "Deployment", "web")["spec"], "an upgrade would undo the autoscaler"


def test_no_pod_has_more_rights_than_it_needs(render):
    found = list(pods(render()))
    assert len(found) == 3
    for pod in found:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] is True
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]


def test_a_worker_is_given_the_time_of_a_job_and_the_memory_of_its_processes(render):
    objects = render()
    pod = of(objects, "Deployment", "worker")["spec"]["template"]["spec"]
    settings = of(objects, "ConfigMap", "folioscope")["data"]
    assert pod["terminationGracePeriodSeconds"] > int(settings["FOLIOSCOPE_JOB_SECONDS"])
    most = int(settings["FOLIOSCOPE_WORKERS"]) * int(settings["FOLIOSCOPE_JOB_MEMORY_MB"])
    assert int(pod["containers"][0]["resources"]["limits"]["memory"].removesuffix("Gi")) * 1024 > most


def test_services_disruption_budgets_and_policies_select_the_pods(render):
    objects = render()
    labels = [of(objects, "Deployment", end)["spec"]["template"]["metadata"]["labels"] for end in ("web", "worker")]
    labels.append(of(objects, "Job", "migrations")["spec"]["template"]["metadata"]["labels"])
    selectors = [of(objects, "Service")["spec"]["selector"]]
    selectors += [item["spec"]["selector"]["matchLabels"] for item in objects if item["kind"] == "PodDisruptionBudget"]
    selectors += [item["spec"]["podSelector"]["matchLabels"] for item in objects if item["kind"] == "NetworkPolicy"]
    assert len(selectors) == 6
    for selector in selectors:
        assert sum(selector.items() <= each.items() for each in labels) == 1


def test_pods_reach_the_stores_names_and_public_hosts_alone(render):
    objects = render()
    policy = of(objects, "NetworkPolicy", "worker")["spec"]
    assert policy["ingress"] == []
    ports = [sorted(port["port"] for port in rule["ports"]) for rule in policy["egress"]]
    assert ports == [[53, 53], [5432, 6379], [443]]
    public = policy["egress"][2]["to"][0]["ipBlock"]
    assert "169.254.0.0/16" in public["except"], "the metadata of the cloud"
    assert len(of(objects, "NetworkPolicy", "migrations")["spec"]["egress"]) == 2


def test_migrations_run_before_anything_else_with_the_secret_alone(render):
    objects = render()
    job = of(objects, "Job", "migrations")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["migrate"]
    needed = {
        reference["configMapRef"]["name"] for reference in job["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    }
    hooks = {item["metadata"]["name"] for item in objects if "annotations" in item["metadata"]}
    assert needed <= hooks, "what a hook needs has to be there before the release is"
    settings = of(objects, "ConfigMap", "folioscope")["data"]
    assert settings["FOLIOSCOPE_MIGRATE"] == "false"
    assert of(render("migrations.enabled=false"), "ConfigMap", "folioscope")["data"]["FOLIOSCOPE_MIGRATE"] == "true"


def test_the_secret_is_a_file_and_never_in_the_environment(render):
    objects = render()
    assert not [item for item in objects if item["kind"] == "Secret"]
    for pod in pods(objects):
        secret = next(volume for volume in pod["volumes"] if volume["name"] == "secrets")
        assert secret["secret"]["secretName"] == "folioscope"
        assert all("env" not in container for container in pod["containers"])


def test_rules_and_dashboard_of_the_operator_are_those_of_compose(render):
    objects = render(*EVERYTHING)
    rules = YAML(typ="safe").load((CHART / "monitoring" / "alerts.yaml").read_text("utf-8"))
    assert of(objects, "PrometheusRule")["spec"] == rules
    dashboard = json.loads((CHART / "monitoring" / "dashboard.json").read_text("utf-8"))
    assert json.loads(of(objects, "ConfigMap", "dashboard")["data"]["folioscope.json"]) == dashboard
    endpoint = of(objects, "ServiceMonitor")["spec"]["endpoints"][0]
    assert (endpoint["port"], endpoint["path"]) == ("http", "/metrics")
    assert endpoint["authorization"]["credentials"] == {"name": "folioscope", "key": "folioscope_metrics_token"}


def test_a_change_of_settings_restarts_the_pods(render):
    def mark(*values: str) -> str:
        template = of(render(*values), "Deployment", "web")["spec"]["template"]
        return str(template["metadata"]["annotations"]["checksum/settings"])

    assert mark() == mark()
    assert mark() != mark("settings.log_level=debug")
