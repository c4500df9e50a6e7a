"""Manifests, Kustomize, Helm templates and charts."""

from __future__ import annotations

import pytest

from analyzer.artifacts.kubernetes import KubernetesObject, parse_chart, parse_kubernetes, parse_template
from analyzer.findings import Place

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      initContainers:
        - image: busybox:1
      containers:
        - name: api
          image: "example.org/api:1"
---
# only a comment
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {name: api}
  - kind: Orphan
---
note: no object
"""


def objects(text: str) -> tuple[KubernetesObject, ...]:
    return parse_kubernetes("k8s/app.yaml", text)[0]


def test_objects_of_several_documents_and_lists() -> None:
    found = [(item.kind, item.name, item.group, item.line) for item in objects(MANIFEST)]
    assert found == [("Deployment", "api", "apps", 2), ("Service", "api", "", 20)]


def test_images_of_all_containers() -> None:
    deployment = objects(MANIFEST)[0]
    assert deployment.images == ("busybox:1", "example.org/api:1")
    assert (deployment.place, deployment.end_line, deployment.template) == (Place("k8s/app.yaml", 2), 12, False)


def test_a_served_model_is_an_image() -> None:
    text = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec:\n  predictor:\n    sklearn:\n      storageUri: s3://m\n"
    assert objects(text)[0].images == ("s3://m",)


def test_what_went_wrong_is_said() -> None:
    found, error = parse_kubernetes("x", "apiVersion: v1\nkind: Pod\nspec: {a: ]\n")
    assert error.startswith("line 3")
    assert [item.kind for item in found] == ["Pod"]


TEMPLATE = """\
{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "app.name" . }}
spec:
  containers:
    - image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
---
apiVersion: v1
kind: "Service"
{{- end }}
"""


def test_a_helm_template_is_read_by_its_heads() -> None:
    deployment, service = parse_template("chart/templates/app.yaml", TEMPLATE)
    assert (deployment.api, deployment.kind, deployment.line, deployment.end_line) == ("apps/v1", "Deployment", 3, 10)
    assert (service.api, service.kind, service.line, service.template) == ("v1", "Service", 11, True)
    assert [" ".join(image.split()) for image in deployment.images] == ["values.image.repository : values.image.tag"]


def test_a_template_without_kinds_has_no_objects() -> None:
    assert parse_template("_helpers.tpl", '{{- define "x" -}}\n') == ()


def test_a_chart_has_a_folder_and_subcharts() -> None:
    chart = parse_chart("deploy/chart/Chart.yaml", "name: demo\nversion: 1\ndependencies:\n  - name: redis\n")
    assert (chart.name, chart.folder, chart.dependencies) == ("demo", "deploy/chart", ("redis",))
    assert chart.place == Place("deploy/chart/Chart.yaml", 1)


@pytest.mark.parametrize("text", ["", "- a\n"])
def test_an_empty_chart_has_no_name(text: str) -> None:
    assert parse_chart("Chart.yaml", text).name == ""
