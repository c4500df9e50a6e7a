"""Prometheus, Alertmanager and Grafana: configuration, rules, dashboards and provisioning."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.findings import Place

__all__ = [
    "AlertRule",
    "Dashboard",
    "MonitoringConfig",
    "Receiver",
    "ScrapeJob",
    "parse_alertmanager",
    "parse_dashboard",
    "parse_prometheus",
    "parse_provisioning",
    "parse_rules",
    "parse_values",
]

_METRIC = re.compile(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?=[{\[)\s<>=!+*/,-]|$)")
_PROMQL_WORDS = frozenset(
    [
        "sum",
        "avg",
        "min",
        "max",
        "count",
        "rate",
        "irate",
        "increase",
        "by",
        "without",
        "on",
        "ignoring",
        "group_left",
        "group_right",
        "histogram_quantile",
        "delta",
        "deriv",
        "predict_linear",
        "absent",
        "time",
        "vector",
        "scalar",
        "label_replace",
        "label_join",
        "topk",
        "bottomk",
        "quantile",
        "stddev",
        "and",
        "or",
        "unless",
        "offset",
        "bool",
        "avg_over_time",
        "min_over_time",
        "max_over_time",
        "sum_over_time",
        "count_over_time",
        "le",
        "job",
        "instance",
        "abs",
        "ceil",
        "floor",
        "clamp_max",
        "clamp_min",
        "round",
        "changes",
        "resets",
        "sort",
        "sort_desc",
        "up",
    ]
)
_MOST_PANELS = 500


class ScrapeJob(Struct, frozen=True):
    """One scrape configuration of Prometheus."""

    path: str
    name: str
    targets: tuple[str, ...]
    line: int
    metrics_path: str = "/metrics"

    @property
    def place(self) -> Place:
        """The line of the job."""
        return Place(self.path, self.line)


class AlertRule(Struct, frozen=True):
    """An alert: ``source`` is ``prometheus`` or ``grafana``, ``metrics`` the series its expression reads."""

    path: str
    name: str
    expression: str
    line: int
    source: str
    metrics: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The line of the rule."""
        return Place(self.path, self.line)


class Receiver(Struct, frozen=True):
    """A receiver of Alertmanager and the channels it has."""

    path: str
    name: str
    channels: tuple[str, ...]
    line: int

    @property
    def place(self) -> Place:
        """The line of the receiver."""
        return Place(self.path, self.line)


class Dashboard(Struct, frozen=True):
    """A Grafana dashboard: its panels, the queries they send and whether they ask a data source that it names, however."""

    path: str
    title: str
    panels: int
    queries: tuple[str, ...]
    line: int = 1
    has_datasource: bool = False
    alerts: int = 0

    @property
    def place(self) -> Place:
        """The line of the title."""
        return Place(self.path, self.line)


class MonitoringConfig(Struct, frozen=True):
    """What one monitoring file says."""

    path: str
    kind: str
    jobs: tuple[ScrapeJob, ...] = ()
    alerts: tuple[AlertRule, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    datasources: tuple[str, ...] = ()
    rule_files: tuple[str, ...] = ()
    line: int = 1
    error: str = ""

    @property
    def place(self) -> Place:
        """The decisive line."""
        return Place(self.path, self.line)


def metrics_of(expression: str) -> tuple[str, ...]:
    """The metric names in a PromQL expression, as far as words tell."""
    plain = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"|\b(?:by|without|on)\s*\([^)]*\)", " ", expression)
    names = (match.group(1) for match in _METRIC.finditer(plain))
    return tuple(dict.fromkeys(name for name in names if name not in _PROMQL_WORDS and not name.isdigit()))


def parse_prometheus(path: str, text: str) -> MonitoringConfig:
    """Parse a prometheus.yml; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    jobs = []
    for node in root.get("scrape_configs"):
        targets = [target for item in node.get("static_configs") for target in item.get("targets").texts()]
        metrics_path = node.get("metrics_path").text or "/metrics"
        jobs.append(ScrapeJob(path, node.get("job_name").text, tuple(targets), node.line, metrics_path))
    line = root.get("scrape_configs").line
    return MonitoringConfig(
        path, "prometheus", tuple(jobs), rule_files=root.get("rule_files").texts(), line=line, error=file.error
    )


def parse_rules(path: str, text: str) -> MonitoringConfig:
    """Parse Prometheus rules, a PrometheusRule object or Grafana alert provisioning; never raises."""
    file = read_yaml(text)
    alerts: list[AlertRule] = []
    for document in file.documents:
        groups = document.get("groups") or document.get("spec", "groups")
        for group in groups:
            alerts += _group_alerts(path, group)
    return MonitoringConfig(path, "rules", alerts=tuple(alerts), line=alerts[0].line if alerts else 1, error=file.error)


def _group_alerts(path: str, group: Node) -> Iterator[AlertRule]:
    for rule in group.get("rules"):
        name, expression = rule.get("alert").text, rule.get("expr").text
        if name:
            yield AlertRule(path, name, expression, rule.line, "prometheus", metrics_of(expression))
        elif rule.get("title").text and rule.get("condition"):
            queries = [
                query
                for item in rule.get("data")
                for key in ("expr", "rawSql", "expression")
                if (query := item.get("model", key).text)
            ]
            joined = " ; ".join(queries)
            title = rule.get("title")
            yield AlertRule(path, title.text, joined, title.line, "grafana", metrics_of(joined))


def parse_alertmanager(path: str, text: str) -> MonitoringConfig:
    """Parse an alertmanager.yml; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    found = root.get("receivers")
    return MonitoringConfig(path, "alertmanager", receivers=_receivers(path, found), line=found.line, error=file.error)


def _receivers(path: str, nodes: Node) -> tuple[Receiver, ...]:
    receivers = []
    for node in nodes:
        channels = tuple(
            key.removesuffix("_configs") for key, _, value in node.items() if key.endswith("_configs") and list(value)
        )
        receivers.append(Receiver(path, node.get("name").text, channels, node.line))
    return tuple(receivers)


def parse_values(path: str, text: str) -> MonitoringConfig:
    """Parse the values of a chart of Prometheus: its rules and the receivers of its Alertmanager; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    holders = [
        *root.get("additionalPrometheusRules"),
        *(node for _, _, node in root.get("additionalPrometheusRulesMap").items()),
        *(node for _, _, node in root.get("serverFiles").items()),
    ]
    alerts = tuple(alert for item in holders for group in item.get("groups") for alert in _group_alerts(path, group))
    receivers = _receivers(path, root.get("alertmanager", "config", "receivers"))
    return MonitoringConfig(path, "values", alerts=alerts, receivers=receivers, error=file.error)


def parse_provisioning(path: str, text: str) -> MonitoringConfig:
    """Parse Grafana provisioning (data sources, dashboard providers, contact points); never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    sources = tuple(item.get("type").text for item in root.get("datasources"))
    points = list(root.get("contactPoints"))
    receivers = tuple(
        Receiver(
            path, point.get("name").text, tuple(item.get("type").text for item in point.get("receivers")), point.line
        )
        for point in points
    )
    alerts = tuple(alert for group in root.get("groups") for alert in _group_alerts(path, group))
    kind = "datasources" if sources else "providers" if root.get("providers") else "contact-points"
    return MonitoringConfig(path, kind, alerts=alerts, receivers=receivers, datasources=sources, error=file.error)


def parse_dashboard(path: str, text: str) -> Dashboard | None:
    """Parse a Grafana dashboard; None when the JSON is none. Never raises."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict) and isinstance(document.get("dashboard"), dict):
        document = document["dashboard"]
    if not isinstance(document, dict) or not isinstance(document.get("panels") or document.get("rows"), list):
        return None
    panels = list(_panels(document))
    targets = [item for panel in panels for item in _listed(panel.get("targets")) if isinstance(item, dict)]
    queries = [
        query
        for target in targets
        for key in ("expr", "rawSql", "query", "rawQuery")
        if isinstance(query := target.get(key), str) and query
    ]
    alerts = sum(isinstance(panel.get("alert"), dict) for panel in panels)
    asked = any(item.keys() - _ASKS_NOTHING for item in targets) or any(panel.get("libraryPanel") for panel in panels)
    title = document.get("title")
    name = title if isinstance(title, str) else ""
    line = text.count("\n", 0, max(text.rfind(f'"title": "{name}"'), 0)) + 1
    return Dashboard(path, name, len(panels), tuple(queries), line, asked and '"datasource"' in text, alerts)


_ASKS_NOTHING = frozenset({"refId", "datasource", "hide"})
"""Keys of a target that say which question it is and whom it asks, but not what."""


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _panels(document: dict[str, object]) -> Iterator[dict[str, object]]:
    stack: list[object] = [document.get("panels"), document.get("rows")]
    count = 0
    while stack and count < _MOST_PANELS:
        group = stack.pop(0)
        for panel in group if isinstance(group, list) else ():
            if isinstance(panel, dict):
                if panel.get("type") != "row" and "panels" not in panel:
                    count += 1
                    yield panel
                stack.append(panel.get("panels"))
