"""Monitoring and alerting: what is measured, shown, compared, reported and done about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.findings import Finding, Place, met, partial
from analyzer.inventory import Kind
from analyzer.plugins import rule
from analyzer.queries.alerts import (
    alarms,
    alert_objects,
    goes_nowhere,
    good_news,
    insights,
    notifications,
    silent_alarms,
)
from analyzer.queries.cloud import resources
from analyzer.queries.compared import only_train_and_validation
from analyzer.queries.kept import (
    collected_metrics,
    exported_metrics,
    instrumented_starts,
    kept_workspaces,
    logged_predictions,
    provisioned_copies,
    scraped_routes,
    stored_metrics,
)
from analyzer.queries.monitors import (
    drift_calls,
    image_of_dashboard,
    published_reports,
    quality_on_new_data,
    report_pages,
)
from analyzer.queries.purpose import has_model, works_on_data
from analyzer.queries.retraining import drift_triggers
from analyzer.queries.schedules import is_asked_first, starts_training
from analyzer.repository import Repository
from analyzer.wiring.breaks import alerts_on_nothing, watches_nothing

_PYTHON = (Kind.PYTHON,)


_INTO_WORKSPACE = frozenset({"add_report", "add_test_suite", "add_run", "add_snapshot"})


@rule("mon.metrics", reads=_PYTHON)
def exports_metrics(repo: Repository) -> Iterator[Finding]:
    """No operational metrics are exported or stored."""
    for call in exported_metrics(repo):
        yield met("Metrics are exported to a monitoring system", call)
        return
    for route in scraped_routes(repo):
        yield met("Metrics are exported to a monitoring system", route)
        return
    for place in instrumented_starts(repo):
        yield met("Metrics are exported to a monitoring system", place)
        return
    for resource in alarms(repo):
        yield met("Metrics of the cloud are watched by an alarm", resource)
        return
    for resource in insights(repo):
        yield met("The cloud keeps metrics of the containers", resource)
        return
    for place in stored_metrics(repo):
        yield met("Metrics are computed into a database", place)
        return
    for place in collected_metrics(repo):
        yield met("Metrics of a service are collected by Prometheus", place)
        return
    for call in repo.code.calls("monitor.workspace"):
        if call.last in _INTO_WORKSPACE:
            yield partial("Reports are put into an Evidently workspace, and no metrics are exported", call)
            return
    for place in logged_predictions(repo):
        yield partial("Predictions or reports are written down, but no metrics are kept", place)
        return
    for call in repo.notebook_code.calls("monitor.workspace"):
        yield partial("A notebook puts a report into an Evidently workspace", call)
        return
    for place in kept_workspaces(repo):
        yield partial("Reports are kept in an Evidently workspace, but nothing here fills it", place)
        return


_WATCHES = re.compile(r"(?i)monitor|drift|status")
_BOARD = re.compile(r"(?i)dashboard")
_OPERATION = re.compile(
    r"(?i)drift|\bmetrics?\b|monitor|latency|accuracy|\bf1\b|rmse|\bmae\b|model performance|\balerts?\b|throughput|error rate|evidently"
)


def _speaks_of_operation(repo: Repository, path: str) -> bool:
    """Whether the strings of a page tell of how the system or the model does: a page to ask for predictions does not."""
    module = repo.code.module(path)
    return module is not None and any(_OPERATION.search(text.value) for text in module.texts)


@rule("mon.dashboard", reads=(Kind.JSON, Kind.PYTHON))
def shows_dashboards(repo: Repository) -> Iterator[Finding]:
    """There is no dashboard."""
    for dashboard in repo.dashboards:
        broken = watches_nothing(repo, dashboard)
        if broken and not dashboard.has_datasource and not any(exported_metrics(repo)):
            continue  # it asks nobody for what nobody has
        if broken:
            yield partial(f"A Grafana dashboard, but {broken.sentence}", broken.place)
        elif dashboard.queries or dashboard.has_datasource:
            one = dashboard.panels == 1
            told = (
                "A Grafana dashboard with one panel" if one else f"A Grafana dashboard with {dashboard.panels} panels"
            )
            yield met(told, dashboard)
        else:
            yield partial("A Grafana dashboard without a query", dashboard)
    for resource, kind, _ in resources(repo):
        if kind == "dashboard":
            yield met("A cloud dashboard as code", resource)
    for path in repo.cloud_dashboards:
        yield met("A cloud dashboard as code", Place(path, 1))
    for call in repo.code.calls("monitor.workspace"):
        yield met("An Evidently workspace holds the dashboards", call)
    for place in kept_workspaces(repo):
        yield met("An Evidently workspace is committed", place)
    pictures = sorted(image_of_dashboard(repo), key=lambda item: not item[1])
    for place, whole in pictures[:1]:
        where = "The README" if repo.readme and place.path == repo.readme.path else "A page of the documentation"
        if whole:
            yield met(f"{where} shows a picture of the dashboard", place)
        else:
            yield partial(f"{where} shows a picture of a report that is written as a file", place)
    for call in repo.code.calls("serve.ui"):
        if _WATCHES.search(call.path) or (_BOARD.search(call.path) and _speaks_of_operation(repo, call.path)):
            yield partial("A page of the project's own shows operation", call)
            break
    for place in published_reports(repo):
        yield met("Reports of monitoring are published as pages", place)
        break
    for place in report_pages(repo):
        yield partial("Only HTML reports are written", place)
        break
    for place in provisioned_copies(repo):
        yield partial("A dashboard is provisioned that is an unchanged copy of a public one", place)
        break


@rule("mon.model-performance", reads=_PYTHON, needs=has_model)
def tracks_quality(repo: Repository) -> Iterator[Finding]:
    """Model quality is not tracked on new data."""
    if only_train_and_validation(repo, list(drift_calls(repo))):
        for place, _ in quality_on_new_data(repo):
            yield partial("Model quality is computed on data of the training, not on new data", place)
            return
    for place, short in quality_on_new_data(repo):
        yield partial(short, place) if short else met("Model quality is computed on new data", place)
        return


@rule("mon.drift", reads=(Kind.PYTHON, Kind.NOTEBOOK), needs=works_on_data)
def detects_drift(repo: Repository) -> Iterator[Finding]:
    """Drift is not detected in code."""
    found = list(drift_calls(repo))
    calls = [call for call in found if repo.is_run(call.path, call.scope)]
    if found and not calls:
        yield partial("Drift is detected by code that only tests call", found[0])
    if calls and only_train_and_validation(repo, calls):
        yield partial("Only data of the training are compared with each other, not with current data", calls[0])
    elif calls:
        yield met("Drift is detected in code", *calls[:3])
    for call in drift_calls(repo, "notebook"):
        yield partial("Drift is detected only in a notebook", call)
        return


@rule("mon.alerting", reads=(Kind.YAML, Kind.PYTHON))
def sends_alerts(repo: Repository) -> Iterator[Finding]:
    """There are no alert rules or notifications."""
    for place in notifications(repo):
        broken = alerts_on_nothing(repo, place)
        if broken is None and goes_nowhere(repo, place):
            yield partial("A message is sent to an address that stands for one", place)
            continue
        if place in silent_alarms(repo):
            yield partial("An alarm is set up, and it tells nobody", place)
            continue
        if place in good_news(repo):
            yield partial("A message tells that a run succeeded, and none that something is wrong", place)
            continue
        if broken is None:
            yield met("Alert rules or notifications are set up", place)
            return
        if any(exported_metrics(repo)) or any(True for _ in stored_metrics(repo)):
            yield partial(f"Alert rules are set up, but {broken.sentence}", place)
    for place in alert_objects(repo):
        yield partial("Thresholds are checked, but nobody is told", place)
        return
    for alarm in alarms(repo, fed=False):
        yield partial("An alarm watches a metric that nothing gives out", alarm)
        return


@rule("mon.retraining", reads=_PYTHON, needs=has_model)
def retrains(repo: Repository) -> Iterator[Finding]:
    """Retraining is not triggered automatically."""
    for schedule in starts_training(repo):
        if schedule.idle:
            yield partial(f"A schedule for training exists, but {schedule.idle}", schedule.place)
        elif is_asked_first(repo, schedule):
            yield met("What runs on a schedule starts retraining where its condition holds", schedule.place)
        else:
            yield met("Retraining runs on a schedule", schedule.place)
    for place, trains in drift_triggers(repo):
        if trains:
            yield met("Retraining starts when drift or quality crosses a threshold", place)
        else:
            yield partial(
                "A trigger for retraining exists, but no threshold or schedule starts it, or it does not come to training",
                place,
            )
