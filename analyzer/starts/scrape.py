"""A Prometheus configuration that scrapes the project's own service."""

from __future__ import annotations

import posixpath
import re

from analyzer.artifacts.compose import ComposeService
from analyzer.artifacts.kubernetes import KubernetesObject
from analyzer.starts.model import RefusalError, Start, rendered
from analyzer.starts.project import Project
from analyzer.starts.service import App

__all__ = ["prometheus"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,120}")
_CONFIGURATION = re.compile(r"(?:^|/)prometheus[\w.-]*\.ya?ml$")


def prometheus(project: Project) -> Start:
    """A scrape job for the service, by the name under which compose or Kubernetes runs it."""
    app = project.app
    if app is None or app.framework == "streamlit":
        raise RefusalError(
            "There is no service that could be scraped (FastAPI or Flask)",
            "Write one first: folioscope rules show e2e.serving says how.",
        )
    target = _composed(project, app) or _in_cluster(project, app)
    there = [item.path for item in project.repository.monitoring if item.kind == "prometheus"]
    scraping = [*there, *_elsewhere(project, target)]
    if scraping:
        raise RefusalError(
            f"{scraping[0]} scrapes already",
            f"Add {target or 'the service'} to its scrape_configs, where it is not among them.",
        )
    file = rendered(
        "prometheus.yml.j2",
        project.outer("monitoring/prometheus.yml"),
        "mon.metrics",
        name=project.name,
        target=target or f"localhost:{app.port}",
    )
    notes = []
    if not target:
        notes.append("Nothing tells where the service runs: put its host in the place of localhost.")
    if not project.exports_metrics:
        notes.append(
            f"{project.outer(app.path)} exports no metrics yet. With prometheus-client: count requests and measure their time there, and "
            "serve /metrics; without it there is nothing to scrape, and mon.metrics stays missing."
        )
    return Start("mon.metrics", (file,), tuple(notes))


def _elsewhere(project: Project, target: str) -> list[str]:
    """Configurations of the repository that scrape the service of a folder already."""
    if not target or not project.folder:
        return []
    snapshot = project.repository.snapshot
    found = [path for path in snapshot.entries if _CONFIGURATION.search(path)]
    return [path for path in found if target.encode() in (snapshot.read_if_small(path) or b"")]


# -- compose ---------------------------------------------------------------------------------------------------------


def _composed(project: Project, app: App) -> str:
    """The name and port of the service of compose that runs the app, of those that are built nearest to it."""
    services = [
        service
        for file in project.repository.compose_files
        for service in file.services
        if service.builds and _NAME.fullmatch(service.name) and _may_run(project, service)
    ]
    path = project.outer(app.path)
    fitting = [service for service in services if f"{path}/".startswith(_place(service))]
    best = max(
        fitting or services,
        key=lambda service: (_starts(project, service, app), len(_place(service)), _publishes(service, app)),
        default=None,
    )
    return f"{best.name}:{app.port}" if best else ""


def _place(service: ComposeService) -> str:
    """The folder that a service is of, with a slash at its end; empty for the root."""
    folder = posixpath.normpath(posixpath.dirname(service.dockerfile) or service.context or ".")
    return "" if folder == "." else f"{folder}/"


def _may_run(project: Project, service: ComposeService) -> bool:
    """Whether a service is built from the project's folder; all may for the root."""
    return not project.folder or _place(service).startswith(f"{project.folder}/")


def _starts(project: Project, service: ComposeService, app: App) -> bool:
    """Whether the service's command or Dockerfile names the app."""
    said = f"{service.command} {project.repository.text(service.dockerfile) or ''}"
    return app.module in said or posixpath.basename(app.path) in said


def _publishes(service: ComposeService, app: App) -> bool:
    return any(port.rsplit(":", 1)[-1].startswith(str(app.port)) for port in service.ports)


# -- Kubernetes ------------------------------------------------------------------------------------------------------


def _in_cluster(project: Project, app: App) -> str:
    """The name and port of the Service that leads to the app: by its port, or the only one."""
    services = [
        (item, ports)
        for item in project.repository.kubernetes
        if item.kind == "Service" and _NAME.fullmatch(item.name) and (ports := _ports(item))
    ]
    for item, ports in services:
        for port, leads_to in ports:
            if str(app.port) in (port, leads_to):
                return f"{_host(item)}:{port}"
    return f"{_host(services[0][0])}:{services[0][1][0][0]}" if len(services) == 1 else ""


def _ports(item: KubernetesObject) -> list[tuple[str, str]]:
    found = item.node.get("spec", "ports") if item.node else ()
    return [(port.get("port").text, port.get("targetPort").text) for port in found if port.get("port").text.isdigit()]


def _host(item: KubernetesObject) -> str:
    """The Service's name, with its namespace where it has one."""
    space = item.node.get("metadata", "namespace").text if item.node else ""
    return f"{item.name}.{space}" if _NAME.fullmatch(space) else item.name
