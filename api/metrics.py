"""What Prometheus reads: requests of this process, and jobs by what the database says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from analyzer import VERSION
from api.jobs.claim import ALIVE_SECONDS
from api.store import Store
from api.store.columns import now
from api.store.models import Analysis, Worker
from api.store.states import LANES, STATUSES

__all__ = ["Metrics"]

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The metrics of one app, in a registry of its own."""

    def __init__(self, store: Store) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.requests = Counter(
            "folioscope_http_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "folioscope_http_request_seconds",
            "Time until the whole answer was sent; streams of events are left out",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.streams = Gauge("folioscope_event_streams", "Open streams of events", registry=self.registry)
        self.accepted = Counter(
            "folioscope_analyses_accepted", "Analyses accepted, by lane", ("lane",), registry=self.registry
        )
        self.registry.register(_Jobs(store))

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class _Jobs(Collector):
    """Gauges that are read from the database when they are asked for, so that they hold whoever runs the jobs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is read before the first scrape."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read them."""
        about = GaugeMetricFamily("folioscope_build_info", "The version that runs", labels=["version"])
        about.add_metric([VERSION], 1)
        yield about
        moment = now()
        with self._store.reading() as session:
            counts = {
                (status, lane): count
                for status, lane, count in session.execute(
                    select(Analysis.status, Analysis.lane, func.count()).group_by(Analysis.status, Analysis.lane)
                )
            }
            waiting = dict(
                session.execute(
                    select(Analysis.lane, func.min(Analysis.created_at))
                    .where(Analysis.status == "queued")
                    .group_by(Analysis.lane)
                ).all()
            )
            causes = session.execute(
                select(Analysis.cause_code, func.count())
                .where(Analysis.status == "failed")
                .group_by(Analysis.cause_code)
            ).all()
            alive = moment - timedelta(seconds=ALIVE_SECONDS)
            workers, slots = session.execute(
                select(func.count(), func.coalesce(func.sum(Worker.slots), 0)).where(Worker.seen_at > alive)
            ).one()
            recent = session.execute(
                select(Analysis.started_at, Analysis.finished_at, Analysis.reused)
                .where(Analysis.status == "done", Analysis.finished_at > moment - timedelta(minutes=15))
                .order_by(Analysis.finished_at.desc())
                .limit(1000)
            ).all()
        yield self._by(
            "folioscope_analyses",
            "Analyses in the store",
            ("status", "lane"),
            {(status, lane): counts.get((status, lane), 0) for status in STATUSES for lane in LANES},
        )
        yield self._by(
            "folioscope_oldest_queued_seconds",
            "How long the oldest waiting analysis waits",
            ("lane",),
            {(lane,): (moment - waiting[lane]).total_seconds() if lane in waiting else 0 for lane in LANES},
        )
        yield self._by(
            "folioscope_analyses_failed",
            "Failed analyses in the store, by cause",
            ("cause",),
            {(code,): count for code, count in causes},
        )
        yield self._by("folioscope_workers", "Workers that are alive", (), {(): workers})
        yield self._by("folioscope_worker_slots", "Analyses that all workers can run at a time", (), {(): slots})
        times = sorted(
            (finished - started).total_seconds()
            for started, finished, reused in recent
            if started and finished and not reused
        )
        yield self._by(
            "folioscope_analysis_seconds",
            "Time from start to end of the analyses of the last 15 minutes",
            ("quantile",),
            {(str(part),): times[min(int(len(times) * part), len(times) - 1)] for part in (0.5, 0.95)} if times else {},
        )

    def _by(
        self, name: str, text: str, labels: tuple[str, ...], values: dict[tuple[str, ...], float]
    ) -> GaugeMetricFamily:
        family = GaugeMetricFamily(name, text, labels=labels)
        for key, value in values.items():
            family.add_metric(key, value)
        return family
