"""What a snapshot says of the platform that a system runs on: infrastructure, cluster objects, monitoring."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from analyzer.artifacts import cloud_templates, dvc, monitoring
from analyzer.artifacts.ecs import TaskDefinition, parse_task_definition
from analyzer.artifacts.infrastructure import InfraFile, local_source
from analyzer.artifacts.infrastructure_code import read_infrastructure
from analyzer.artifacts.kubernetes import HelmChart, KubernetesObject, parse_chart, parse_kubernetes, parse_template
from analyzer.artifacts.monitoring import Dashboard
from analyzer.artifacts.notebook import Notebook, parse_notebook
from analyzer.artifacts.python_source import PythonModule, parse_python
from analyzer.artifacts.terraform import parse_terraform
from analyzer.inventory import Kind, Owner, kind_of
from analyzer.knowledge.paths import TEMPLATE_SUFFIXES
from analyzer.reading_ci import ReadingCi
from analyzer.sniff import embedded, json_worth_reading, sniff_json, sniff_text

__all__ = ["ReadingPlatform"]


class ReadingPlatform(ReadingCi):
    """Files that declare what runs and what watches it; programs, since some declare infrastructure in code."""

    @cached_property
    def modules(self) -> tuple[PythonModule, ...]:
        """All Python modules that are the candidate's."""
        return self._parse((Kind.PYTHON,), parse_python)

    @cached_property
    def notebooks(self) -> tuple[Notebook, ...]:
        """All notebooks that are the candidate's."""
        return self._parse((Kind.NOTEBOOK,), parse_notebook)

    # -- stages and data ---------------------------------------------------------------------------------------

    @cached_property
    def dvc_files(self) -> tuple[dvc.DvcFile, ...]:
        """DVC pipelines, pointers and configuration."""
        return (
            *map(self._with_values, self._parse((Kind.DVC_PIPELINE,), dvc.parse_dvc_pipeline)),
            *self._parse((Kind.DVC_POINTER,), dvc.parse_dvc_pointer),
            *self._parse((Kind.DVC_CONFIG,), dvc.parse_dvc_config, serving=True),
        )

    def _with_values(self, file: dvc.DvcFile) -> dvc.DvcFile:
        """A DVC pipeline with the values that it takes from params.yaml, from the files of its ``vars`` and from these."""
        if not any("${" in text for stage in file.stages for text in stage.written):
            return file
        values: dict[str, str] = {}
        folder = posixpath.dirname(file.path)
        for name in ("params.yaml", *(item.partition(":")[0] for item in file.variables)):
            path = self.find(name, folder)
            text = self.text(path) if path and path.endswith((".yaml", ".yml")) else None
            values.update(self._parsed(dvc.parse_values, path, text) if path and text else ())
        return dvc.filled(file, {**values, **dict(file.values)})

    # -- infrastructure --------------------------------------------------------------------------------------

    @cached_property
    def infrastructure(self) -> tuple[InfraFile, ...]:
        """Files of Terraform, Pulumi, CloudFormation, SAM, CDK, Bicep and Serverless."""
        own = self._parse((Kind.TERRAFORM,), parse_terraform)
        found = [
            *own,
            *self._called_copies(own),
            *self._parse((Kind.PULUMI_YAML,), cloud_templates.parse_pulumi_yaml),
            *self._parse((Kind.BICEP,), cloud_templates.parse_bicep),
            *self._parse((Kind.SERVERLESS,), cloud_templates.parse_serverless),
            *(
                self._parsed(cloud_templates.parse_cloudformation, path, text)
                for path, text in self._sniffed("cloudformation")
            ),
        ]
        for path in self.inventory.of(Kind.PROGRAM):
            program = self.text(path) if self.inventory.of(Kind.PULUMI_YAML) or path.endswith((".ts", ".go")) else None
            if program and ("pulumi" in program or "aws-cdk" in program):
                found.append(cloud_templates.parse_pulumi_program(path, program))
        found += (file for module in self.modules if (file := read_infrastructure(module)))
        return tuple(found)

    def _called_copies(self, own: tuple[InfraFile, ...]) -> Iterator[InfraFile]:
        """Unchanged copies of a template's modules that modules of the candidate call: to call them is the candidate's work."""
        copies = [path for path in self.inventory.copies if kind_of(path) is Kind.TERRAFORM]
        called = {local_source(file, module) for file in own for module in file.modules} if copies else set()
        for path in copies:
            text = self.text(path) if posixpath.dirname(path) in called else None
            if text and self.inventory.owners[path] is Owner.SCAFFOLD:
                yield self._parsed(parse_terraform, path, text)

    @cached_property
    def _yaml(self) -> tuple[tuple[str, str, str], ...]:
        """(path, text, what it is) of YAML files whose name says nothing, and of platform files that may be manifests."""
        found = []
        others = frozenset(self.inventory.of(Kind.YAML))  # templates too, whose names end otherwise
        for path in self.inventory.of(Kind.YAML, Kind.PLATFORM, Kind.CONDA):
            text = self.text(path)
            if text and (path.endswith((".yaml", ".yml")) or path in others):
                found.append((path, text, self.of_file(path, sniff_text, text)))
        return tuple(found)

    @cached_property
    def _json(self) -> tuple[tuple[str, str, str], ...]:
        found = []
        for path in self.inventory.of(Kind.JSON):
            if json_worth_reading(path, self.snapshot.entries[path].size):
                text = self.text(path)
                if text and (kind := self.of_file(path, sniff_json, text)):
                    found.append((path, text, kind))
        return tuple(found)

    def _sniffed(self, kind: str) -> Iterator[tuple[str, str]]:
        yield from ((path, text) for path, text, found in (*self._yaml, *self._json) if found == kind)

    @cached_property
    def kubernetes(self) -> tuple[KubernetesObject, ...]:
        """Objects of manifests and of Helm templates."""
        found: list[KubernetesObject] = []
        for path, text in self._sniffed("kubernetes"):
            if posixpath.splitext(path)[1] in TEMPLATE_SUFFIXES:
                found += self._parsed(parse_template, path, text)
                continue
            objects, error = self._parsed(parse_kubernetes, path, text)
            if error:
                self._problems[path] = f"read in part: {error}"
                objects = objects or self._parsed(parse_template, path, text)
            found += objects
        for path in self.inventory.of(Kind.HELM_TEMPLATE):
            template = self.text(path)
            if template and "kind:" in template:
                found += self._parsed(parse_template, path, template)
        return tuple(found)

    @cached_property
    def charts(self) -> tuple[HelmChart, ...]:
        """Helm charts."""
        return self._parse((Kind.HELM_CHART,), parse_chart)

    @cached_property
    def platform_files(self) -> tuple[str, ...]:
        """Paths of the files by which hosting platforms deploy."""
        manifests = {path for path, _ in self._sniffed("kubernetes")}
        return tuple(
            path
            for path in self.inventory.of(Kind.PLATFORM)
            if path not in manifests and _deploys(path, self.text(path) or "")
        )

    @cached_property
    def task_definitions(self) -> tuple[TaskDefinition, ...]:
        """Task definitions of Amazon ECS."""
        return tuple(self._parsed(parse_task_definition, *item) for item in self._sniffed("task-definition"))

    @cached_property
    def playbooks(self) -> tuple[str, ...]:
        """Paths of Ansible playbooks."""
        return tuple(path for path, _ in self._sniffed("ansible"))

    # -- monitoring ------------------------------------------------------------------------------------------

    @cached_property
    def monitoring(self) -> tuple[monitoring.MonitoringConfig, ...]:
        """Configuration and rules of Prometheus, Alertmanager and Grafana."""
        parsers = {
            "prometheus": monitoring.parse_prometheus,
            "rules": monitoring.parse_rules,
            "alertmanager": monitoring.parse_alertmanager,
            "monitoring-values": monitoring.parse_values,
            "provisioning": monitoring.parse_provisioning,
        }
        found = [
            self._parsed(parse, path, text) for kind, parse in parsers.items() for path, text in self._sniffed(kind)
        ]
        found += (parsers[kind](path, text) for path, text, kind in self._embedded if kind in parsers)
        rules = (item for item in self.kubernetes if item.kind == "PrometheusRule" and not item.template)
        found += (monitoring.parse_rules(item.path, self.text(item.path) or "") for item in rules)
        return tuple(found)

    @cached_property
    def dashboards(self) -> tuple[Dashboard, ...]:
        """Grafana dashboards with at least one panel."""
        parsed = [self._parsed(monitoring.parse_dashboard, path, text) for path, text in self._sniffed("dashboard")]
        parsed += (monitoring.parse_dashboard(path, text) for path, text, kind in self._embedded if kind == "dashboard")
        return tuple(item for item in parsed if item and item.panels)

    @cached_property
    def _embedded(self) -> tuple[tuple[str, str, str], ...]:
        """(path, text, what it is) of files that ConfigMaps hold; empty lines before each keep the lines of its manifest."""
        texts = ((path, text) for path, text in self._sniffed("kubernetes") if "ConfigMap" in text)
        return tuple((path, *item) for path, text in texts for item in self.of_file(path, embedded, text))

    @cached_property
    def cloud_dashboards(self) -> tuple[str, ...]:
        """Paths of CloudWatch dashboards kept as JSON."""
        return tuple(path for path, _ in self._sniffed("cloudwatch-dashboard"))


# Settings of an application are called as the file of App Engine, of Databricks Apps and of DigitalOcean's platform is:
# https://cloud.google.com/appengine/docs/standard/reference/app-yaml, https://docs.databricks.com/dev-tools/databricks-apps/app-runtime,
# https://docs.digitalocean.com/products/app-platform/reference/app-spec/
_ANY_SETTINGS = re.compile(r"(?i)(?:^|/)app\.ya?ml$")
_OF_PLATFORM = re.compile(
    r"(?m)^(?:runtime|service|handlers|entrypoint|command|services|static_sites|workers|functions|spec)\s*:"
)


def _deploys(path: str, text: str) -> bool:
    """Whether a file with a platform's name is one, and says something."""
    return _says_something(text) and not (_ANY_SETTINGS.search(path) and not _OF_PLATFORM.search(text))


def _says_something(text: str) -> bool:
    """Whether a settings file holds a value: more than comments, names and empty lists."""
    lines = (line.strip() for line in text.split("\n"))
    return any(
        re.search(r"[:=]\s*[^\s\[{#]|[:=]\s*[\[{]\s*[^\s\]}]|^-\s*\w", line)
        for line in lines
        if not line.startswith("#")
    )
