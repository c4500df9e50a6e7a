"""Reports as bytes, ready to be sent: rendered once, compressed once, and kept for a while."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from analyzer import FORMATS, render
from api.problems import Problem
from api.store import Store
from api.store.models import Analysis
from api.store.reports import document_for, report_of

__all__ = ["Rendering", "Renderings"]

_MOST_BYTES = 16 * 1024 * 1024
"""Some hundreds of reports: those that many people look at now. The others are rendered anew in milliseconds."""
_TRUSTED_SECONDS = 2.0
_COMPRESS_ABOVE = 512


@dataclass(frozen=True, slots=True)
class Rendering:
    """A report in one format. ``account`` is whose it is; empty: of everyone who has the link."""

    media_type: str
    suffix: str
    body: bytes
    packed: bytes
    """gzipped; empty where it is not worth it."""
    etag: str
    account: str
    name: str


class Renderings:
    """Keeps renderings by analysis and format.

    A report never changes, but it can be deleted by another process: after two seconds a kept one is looked up again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, str], tuple[float, Rendering]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def fresh(self, analysis_id: str, format_name: str) -> Rendering | None:
        """A rendering that was checked a moment ago, without asking the database; None where there is none."""
        found = self._kept.get((analysis_id, format_name))
        return found[1] if found and time.monotonic() - found[0] < _TRUSTED_SECONDS else None

    def get(self, analysis_id: str, format_name: str) -> Rendering:
        """The rendering of a report.

        Raises:
            Problem: there is no such analysis, or it has no report.
        """
        key = (analysis_id, format_name)
        with self._store.reading() as session:
            analysis = session.get(Analysis, analysis_id)
            if analysis is None:
                self.forget(analysis_id)
                raise Problem("resource.unknown", "unknown")
            check_done(analysis)
            found = self._kept.get(key)
            if found is None:
                body = self._body(analysis, format_name)
        rendering = found[1] if found is not None else _finished(analysis, format_name, body)
        self._keep(key, rendering)
        return rendering

    def forget(self, analysis_id: str) -> None:
        """Keep nothing of an analysis any more."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == analysis_id]:
                self._drop(key)

    def _body(self, analysis: Analysis, format_name: str) -> str:
        from sqlalchemy.orm import object_session

        session = object_session(analysis)
        assert session
        if format_name == "json":
            return json.dumps(document_for(session, analysis), ensure_ascii=False, indent=1) + "\n"
        report = report_of(session, analysis)
        if report is None:
            raise Problem("report.not-ready", "report-gone")
        return render(report, format_name)

    def _keep(self, key: tuple[str, str], rendering: Rendering) -> None:
        with self._lock:
            self._drop(key)
            self._kept[key] = (time.monotonic(), rendering)
            self._bytes += len(rendering.body) + len(rendering.packed)
            while self._bytes > _MOST_BYTES and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, str]) -> None:
        found = self._kept.pop(key, None)
        if found:
            self._bytes -= len(found[1].body) + len(found[1].packed)


def check_done(analysis: Analysis) -> None:
    """Refuse where there is no report, and say why.

    Raises:
        Problem: the analysis is not done.
    """
    if analysis.status == "done":
        return
    if analysis.status == "failed":
        cause = {"cause": {"code": analysis.cause_code, "what": analysis.cause, "hint": analysis.hint}}
        raise Problem("analysis.failed", words=(analysis.cause, analysis.hint), more=cause)
    if analysis.status == "cancelled":
        raise Problem("analysis.cancelled", "cancelled")
    raise Problem("report.not-ready", "unfinished", {"status": analysis.status})


def _finished(analysis: Analysis, format_name: str, text: str) -> Rendering:
    body = text.encode("utf-8", "backslashreplace")
    packed = gzip.compress(body, 6, mtime=0) if len(body) > _COMPRESS_ABOVE else b""
    known = FORMATS[format_name]
    name = analysis.url.rstrip("/").rpartition("/")[2]
    return Rendering(
        known.media_type,
        known.suffix,
        body,
        packed if len(packed) < len(body) else b"",
        hashlib.sha256(body).hexdigest()[:32],
        analysis.account_id or "",
        "".join(character for character in name if character.isalnum() or character in "._-"),
    )
