"""A Prometheus configuration that scrapes the project's own service."""

from __future__ import annotations

from analyzer.starts.model import RefusalError, Start, rendered
from analyzer.starts.project import Project
from analyzer.starts.service import host_of

__all__ = ["prometheus"]


def prometheus(project: Project) -> Start:
    """A scrape job for the service, by the name under which compose runs it."""
    app = project.app
    if app is None or app.framework == "streamlit":
        raise RefusalError(
            "There is no service that could be scraped (FastAPI or Flask)",
            "Write one first: folioscope rules show e2e.serving says how.",
        )
    there = [item.path for item in project.repository.monitoring if item.kind == "prometheus"]
    if there:
        raise RefusalError(f"{there[0]} scrapes already", "Add the service to its scrape_configs.")
    file = rendered(
        "prometheus.yml.j2",
        project.outer("monitoring/prometheus.yml"),
        "mon.metrics",
        name=project.name,
        target=f"{host_of(project)}:{app.port}",
    )
    there_is_nothing = (
        f"{project.outer(app.path)} exports no metrics yet. With prometheus-client: count requests and measure their time there, and "
        "serve /metrics; without it there is nothing to scrape, and mon.metrics stays missing."
    )
    return Start("mon.metrics", (file,), () if project.exports_metrics else (there_is_nothing,))
