"""Who measures, scrapes, shows and watches what: metrics, scrape targets, dashboards and alerts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import pairwise

from analyzer.artifacts.monitoring import AlertRule, Dashboard, ScrapeJob, metrics_of
from analyzer.artifacts.python_source import Call
from analyzer.findings import Place
from analyzer.knowledge.wiring import LIBRARY_METRICS, METRIC_CLASSES, METRIC_METHODS
from analyzer.queries.cloud import resources
from analyzer.repository import Repository
from analyzer.wiring.code import module_id
from analyzer.wiring.delivery import service_id
from analyzer.wiring.graph import Draft
from analyzer.wiring.names import Names, unresolved
from analyzer.wiring.python_names import PythonNames

__all__ = ["Watching", "metric_stem", "tables_of"]

_SUFFIX = re.compile(r"_(?:total|created|bucket|sum|count|info)$")
_SQL = re.compile(r"(?i)^(?:--.*\n|\s)*(?:select|with)\b")
_FROM = re.compile(r"(?i)\b(?:from|join)\s+((?:[\w\"`]+\.)?[\w\"`]+)")
_CTE = re.compile(r"(?i)(?:\bwith|,)\s+(\w+)\s+as\s*\(")
_TABLE = re.compile(r"(?i)\b(?:insert\s+into|create\s+table(?:\s+if\s+not\s+exists)?)\s+((?:[\w\"`{}]+\.)?[\w\"`{}]+)")
_LOCAL_HOST = re.compile(r"localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal")
_RECORD = re.compile(r"^[ \t]*-?[ \t]*record:[ \t]*[\"']?([A-Za-z_:][\w:]*)", re.MULTILINE)


def metric_stem(name: str) -> str:
    """A metric without the suffixes that clients add to what they expose."""
    return _SUFFIX.sub("", name)


def tables_of(query: str) -> tuple[str, ...]:
    """The tables that an SQL query reads; none where it is no SQL."""
    if not _SQL.search(query):
        return ()
    inner = {name.lower() for name in _CTE.findall(query)}
    names = (match.group(1).strip('"`').replace('"', "").rsplit(".", 1)[-1].lower() for match in _FROM.finditer(query))
    return tuple(dict.fromkeys(name for name in names if not name.isdigit() and name not in inner))


class Watching:
    """Draws monitoring."""

    def __init__(self, repo: Repository, draft: Draft, names: Names, values: PythonNames) -> None:
        self._repo, self._draft, self._names, self._values = repo, draft, names, values

    def draw(self) -> None:
        """Add metrics and tables that code writes, then those who read them."""
        for call in self._repo.code.calls("metrics.export"):
            self._export(call)
        for module in self._repo.code.modules:
            for call in module.calls:
                if METRIC_METHODS.search(call.name) and call.args and self._repo.code.is_reached(call.path, call.scope):
                    self._name_metric(call, "")
        self._tables()
        for config in self._repo.monitoring:
            for job in config.jobs:
                self._scrape(job)
            for record in _RECORD.finditer(self._repo.text(config.path) or "") if config.kind == "rules" else ():
                place = Place(config.path, (self._repo.text(config.path) or "").count("\n", 0, record.start(1)) + 1)
                rule = self._draft.node("metric", record.group(1), record.group(1), place)
                self._draft.edge(
                    self._draft.node("script", config.path, config.path, Place(config.path, 1)), rule, "exports", place
                )
        for dashboard in self._repo.dashboards:
            self._dashboard(dashboard)
        for config in self._repo.monitoring:
            for alert in config.alerts:
                self._alert(alert)
        for item, kind, _ in resources(self._repo):
            if kind == "alarm" and not re.search(r"(?i)channel|contact|action_?group|rule_group", item.type):
                node = self._draft.node("alert", f"{item.path}#{item.type}.{item.name}", item.name, item.place)
                name = item.attributes.get("metric_name") or item.attributes.get("MetricName", "")
                if name and not unresolved(name):
                    metric = self._draft.node("metric", metric_stem(name), name, item.place)
                    self._draft.edge(node, metric, "watches", item.place)

    # -- what is measured ------------------------------------------------------------------------------------

    def _export(self, call: Call) -> None:
        if call.last in METRIC_CLASSES or METRIC_METHODS.search(call.name):
            self._name_metric(call, call.last)
        elif call.last == "put_metric_data":
            words = _flat([*call.args, *(call.keywords or {}).values()])
            for key, value in pairwise(words):
                if key == "MetricName":
                    self._metric(call, value)

    def _name_metric(self, call: Call, kind: str) -> None:
        given = call.args[0] if call.args else call.keyword("name")
        for name in self._values.values(given, call):
            parts = [part for key in ("namespace", "subsystem") if isinstance(part := call.keyword(key), str) and part]
            self._metric(call, "_".join([*parts, name]).replace(".", "_").replace("-", "_"))
        if not self._values.values(given, call) and kind:
            self._draft.gap(
                module_id(call.path), "metric", call.name, "its name is only known when the program runs", call.place
            )

    def _metric(self, call: Call, name: str) -> None:
        if re.fullmatch(r"[A-Za-z_:][\w:]*", name):
            node = self._draft.node("metric", metric_stem(name), name, call.place)
            self._draft.edge(module_id(call.path), node, "exports", call.place)

    def _tables(self) -> None:
        for module in self._repo.code.modules:
            for text in module.texts:
                if "into" in (small := text.value.lower()) or "table" in small:
                    match = _TABLE.search(text.value)
                    if match and "{" not in match.group(1):
                        self._table(module.path, match.group(1), text.place)
            for call in module.calls:
                if call.last == "to_sql":
                    given = call.args[0] if call.args else call.keyword("name")
                    for name in self._values.values(given, call):
                        self._table(module.path, name, call.place)
            for item in module.assignments:
                if item.target == "__tablename__" and isinstance(item.value, str):
                    self._table(module.path, item.value, item.place)

    def _table(self, path: str, name: str, place: Place) -> None:
        plain = name.replace('"', "").strip("`").rsplit(".", 1)[-1].lower()
        node = self._draft.node("dataset", f"table:{plain}", f"table {plain}", place)
        self._draft.edge(module_id(path), node, "writes", place)

    @cached_property
    def _libraries(self) -> list[tuple[re.Pattern[str], str, Place]]:
        """Patterns of metrics that imported libraries export by themselves, with the module that sets them up."""
        return [
            (pattern, module.path, item.place)
            for module in self._repo.code.modules
            for item in module.used_imports
            if (pattern := LIBRARY_METRICS.get(item.root))
        ]

    # -- who reads it ----------------------------------------------------------------------------------------

    def _reads(self, source: str, verb: str, names: Iterable[str], place: Place) -> None:
        for name in (item for item in names if not re.fullmatch(r"[A-Z]", item)):
            known = f"metric:{metric_stem(name)}"
            full = f"metric:{name}"
            target = full if self._draft.has(full) else known if self._draft.has(known) else ""
            node = target or self._draft.node("metric", metric_stem(name), name, place)
            self._draft.edge(source, node, verb, place)
            for pattern, path, at in self._libraries if not target else ():
                if pattern.search(name):
                    self._draft.edge(module_id(path), node, "exports", at)
                    break

    def _dashboard(self, dashboard: Dashboard) -> None:
        node = self._draft.node("dashboard", dashboard.path, dashboard.title or dashboard.path, dashboard.place)
        text = self._repo.text(dashboard.path) or ""
        for query in dashboard.queries:
            at = text.find(json.dumps(query, ensure_ascii=False)[1:-1])
            place = Place(dashboard.path, text.count("\n", 0, at) + 1) if at >= 0 else dashboard.place
            tables = tables_of(query)
            for table in tables:
                target = self._draft.node("dataset", f"table:{table}", f"table {table}", place)
                self._draft.edge(node, target, "queries", place)
            if not tables and not _SQL.search(query):
                self._reads(node, "queries", metrics_of(query), place)

    def _alert(self, alert: AlertRule) -> None:
        node = self._draft.node("alert", f"{alert.path}#{alert.name}", alert.name, alert.place)
        for query in alert.expression.split(" ; "):
            tables = tables_of(query)
            for table in tables:
                target = self._draft.node("dataset", f"table:{table}", f"table {table}", alert.place)
                self._draft.edge(node, target, "watches", alert.place)
            if not tables:
                self._reads(node, "watches", metrics_of(query), alert.place)

    def _scrape(self, job: ScrapeJob) -> None:
        node = self._draft.node("target", f"{job.path}#{job.name}", job.name or job.path, job.place)
        for written in job.targets:
            target = self._names.text(written, job.path)
            host, _, port = target.partition(":")
            services = list(self._hosts(host, port))
            for service in services:
                self._draft.edge(node, service, "scrapes", job.place)
            if unresolved(target):
                self._draft.gap(node, "target", target, "the address is only known when it is run", job.place)
            elif not services and not (_LOCAL_HOST.fullmatch(host) and port == "9090"):
                self._draft.gap(node, "target", target, "no service of that name is in the repository", job.place)

    def _hosts(self, host: str, port: str) -> Iterator[str]:
        name = host.split(".", 1)[0].lower()
        for file in self._repo.compose_files:
            for service in file.services:
                if (
                    service.name.lower() == name
                    or name in self._aliases.get(service_id(service), ())
                    or (
                        _LOCAL_HOST.fullmatch(host) and port and any(_published(item) == port for item in service.ports)
                    )
                ):
                    yield service_id(service)
        for item in self._draft.nodes_of("service"):
            if item.label.lower() == name and not item.id.endswith(".yml#" + item.label):
                yield item.id

    @cached_property
    def _aliases(self) -> dict[str, frozenset[str]]:
        """Container and host names of compose services."""
        found = {}
        for file in self._repo.compose_files:
            lines = (self._repo.text(file.path) or "").split("\n")
            for service in file.services:
                body = "\n".join(lines[service.line - 1 : service.end_line])
                names = re.findall(r"^[ \t]*(?:container_name|hostname):[ \t]*[\"']?([\w.-]+)", body, re.MULTILINE)
                found[service_id(service)] = frozenset(name.lower() for name in names)
        return found


def _published(port: str) -> str:
    """The host's port of a mapping: ``8000:80`` is 8000."""
    parts = port.strip("\"'").split("/", 1)[0].split(":")
    return parts[-2] if len(parts) > 1 else parts[0]


def _flat(values: list[object]) -> list[str]:
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, tuple):
            found += _flat(list(value))
    return found
