"""A batch that a service runs (``api``): rows go up, reports come down, and lines and tables are those of a batch here.

Of an applicant the service is told the number of the row, and nothing else: names stay here. The same rows are the same
upload (Idempotency-Key), so that a client that was ended goes on with the batch that it began. Accounts stay here as well:
the platform is asked from here, and what was chosen of an account goes up, in uploads of their own.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from analyzer.batch.chosen import Chosen, choose_for
from analyzer.batch.entry import basis_of, done_line, entry_of, error_of, failed_line
from analyzer.batch.finish import finish, sections_of
from analyzer.batch.lines import dump
from analyzer.batch.merge import applicant_of
from analyzer.batch.results import BatchFolder, Written, asked_by
from analyzer.batch.rows import Row, count_rows
from analyzer.batch.run import Batch, Counts, Tell
from analyzer.batch.store import open_store
from analyzer.batch.waits import tell_waits
from analyzer.batch.work import now
from analyzer.errors import FolioscopeError, TargetError, UsageError
from analyzer.plugins import discover
from analyzer.report import Report
from analyzer.reporters.json_report import from_document
from analyzer.rubric import BUILT_IN, Rubric, load_rubric

if TYPE_CHECKING:
    import httpx2

__all__ = ["Server", "run_on_server"]

_ROWS = 10_000
"""Repositories of one upload that the service takes."""
_CHOSEN = 200
"""Repositories of one upload that were chosen here: the service begins while the platform is asked for the next."""
_ENDED = frozenset({"done", "failed", "cancelled", "not understood"})
_TRIES = 8
_LONGEST_WAIT = 60.0


class Server(Struct, frozen=True):
    """A service: its address without a path, and a key with the scopes read and write.

    ``look_every`` is the time between two looks at its progress, in seconds.
    """

    url: str
    key: str
    look_every: float = 2.0

    def __post_init__(self) -> None:
        """Refuse to send a key over an open line, and what can be none."""
        parts = urlsplit(self.url)
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not here):
            raise UsageError(f"{self.url!r} is no address of a service", "Give it as https://folioscope.example.org.")
        if not self.key:
            raise UsageError("A service needs a key, and none was given", "Set FOLIOSCOPE_KEY, or use --key.")
        if not re.fullmatch(r"[!-~]+", self.key):
            raise UsageError("The key of the service has a character that no key has", "Copy it again, without spaces.")


def run_on_server(batch: Batch, server: Server, tell: Tell = lambda counts: None) -> Counts:
    """Let a service run all rows that have no line yet, and write lines and tables as a batch here does.

    Raises:
        FolioscopeError: as :func:`analyzer.batch.run.run_batch`; or the service cannot be reached or refuses the key.
    """
    rubric = load_rubric(batch.options.rubric)
    if batch.options.rubric not in BUILT_IN:
        raise UsageError(
            "A service takes no rubric files", f"Name one of {', '.join(BUILT_IN)}, or leave out --server."
        )
    basis = basis_of(rubric, discover(batch.options.rules), batch.options.limits, whole=batch.whole)
    basis["server"] = server.url
    tell_waits(quiet=batch.quiet)
    if not count_rows(batch.file):
        raise UsageError(f"{batch.file} holds no applicant", "Give one a line.")
    with open_store(batch.store) as store:
        with closing(
            BatchFolder(batch.output, batch.file, basis=basis, key=batch.key, resume=batch.resume, retry=batch.retry)
        ) as folder:
            counts = Counts(folder.total, before=len(folder.done))
            with closing(_Client(server)) as client:
                _Run(batch, folder, client, rubric, counts, tell).run()
        counts.failed, counts.partial = finish(folder, store, sections_of(rubric), compared=False)
    return counts


class _Client:
    """Speaks HTTP with the service; waits where it is asked to, and tries again where the line breaks."""

    def __init__(self, server: Server) -> None:
        import httpx2

        self.server = server
        self._http = httpx2.Client(
            base_url=server.url.rstrip("/"),
            headers={"Authorization": f"Bearer {server.key}", "User-Agent": "folioscope-batch"},
            timeout=120,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def get(self, path: str) -> httpx2.Response:
        """A successful answer."""
        return self._ask("GET", path)

    def post(self, path: str, content: bytes, key: str) -> httpx2.Response:
        """A successful answer to what is sent at most once."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._ask("POST", path, content=content, headers=headers)

    def _ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        import httpx2

        said = ""
        for number in range(_TRIES):
            wait = min(0.5 * 2**number, _LONGEST_WAIT)
            try:
                answer = self._http.request(method, path, **more)
            except httpx2.TransportError as error:
                said = f"{type(error).__name__}: {error}"
            else:
                if answer.is_success:
                    return answer
                said = _problem(answer)
                if answer.status_code in (401, 403):
                    raise UsageError(f"The service refuses the key: {said}", "Give one with the scopes read and write.")
                if answer.status_code != 429 and answer.status_code < 500:
                    raise TargetError(f"The service refuses {method} {path}: {said}", "Correct it and use --resume.")
                asked = answer.headers.get("Retry-After", "")
                wait = min(float(asked), _LONGEST_WAIT) if asked.isdigit() else wait
            if number + 1 < _TRIES:
                time.sleep(wait)
        raise TargetError(f"The service {self.server.url} does not answer: {said}", "Try later with --resume.")


def _problem(answer: httpx2.Response) -> str:
    """What a problem document (RFC 9457) says, or the status."""
    try:
        found = answer.json()
        said = f"{found.get('title', '')}: {found.get('detail', '')}".strip(": .")
    except (ValueError, AttributeError):
        said = ""
    return said or f"status {answer.status_code}"


class _Run:
    def __init__(
        self, batch: Batch, folder: BatchFolder, client: _Client, rubric: Rubric, counts: Counts, tell: Tell
    ) -> None:
        self._batch, self._folder, self._client = batch, folder, client
        self._rubric, self._counts, self._tell = rubric, counts, tell
        self._began = time.monotonic()

    def run(self) -> None:
        """Send the rows up, piece by piece, and take their results as they come."""
        sent = [
            self._send([_one(row) for row in rows], whole=self._batch.whole)
            for rows in _pieces(self._rows(), _ROWS, lambda row: len(row.targets))
        ]
        sent += (
            self._send([one for chosen in piece for one in _parts(chosen)], whole=True)
            for piece in _pieces(self._chosen(), _CHOSEN, lambda chosen: len(chosen.choice.candidates))
        )
        for name, waiting in sent:
            self._follow(name, waiting)

    def _rows(self) -> Iterator[Row]:
        """The rows that a service can run, also those that are done: the same rows are the same upload."""
        for row in self._folder.rows():
            done = self._is_done(row)
            if row.problem:
                if not done:
                    self._fail(row, UsageError(row.problem, "Correct the row."))
            elif not ((done and self._batch.retry) or row.names_account(self._batch.options.hosts)):
                yield row  # but for a retry, which is another upload

    def _chosen(self) -> Iterator[Chosen]:
        """What the rows that name accounts have, but for those that are done: nobody need be asked again for them."""
        for row in self._folder.rows():
            if row.problem or self._is_done(row) or not row.names_account(self._batch.options.hosts):
                continue
            try:
                yield choose_for(row, self._batch.options, whole=self._batch.whole)
            except FolioscopeError as error:
                self._fail(row, error)

    def _is_done(self, row: Row) -> bool:
        return self._folder.name(row.number) in self._folder.done

    def _send(self, asked: Sequence[_Asked], *, whole: bool) -> tuple[str, dict[int, _Asked]]:
        """Upload rows; the service knows each by its number, and tells of it by its place in the upload."""
        rows = [
            {"urls": one.urls, "ref": one.row.ref, "subdir": one.subdir, "label": str(one.row.number)} for one in asked
        ]
        upload = {"name": "", "rubric": self._batch.options.rubric, "whole": whole, "rows": rows}
        content = json.dumps(upload).encode()
        chosen = secrets.token_hex(16) if self._batch.retry else self._folder.manifest.batch
        key = hashlib.sha256(chosen.encode() + content).hexdigest()
        answer = self._client.post("/api/v1/batches", content, key).json()
        return str(answer["id"]), {place: one for place, one in enumerate(asked, 1) if not self._is_done(one.row)}

    def _follow(self, name: str, waiting: dict[int, _Asked]) -> None:
        taken = -1
        while waiting:
            view = self._client.get(f"/api/v1/batches/{name}").json()
            if view["status"] != "running" or view["finished"] > taken:
                taken = view["finished"]
                for line in self._client.get(f"/api/v1/batches/{name}/results.jsonl").text.split("\n"):
                    result: dict[str, Any] = json.loads(line) if line else {"line": 0, "status": ""}
                    if result["status"] in _ENDED and (one := waiting.pop(result["line"], None)):
                        self._take(one, result)
            if view["status"] != "running":
                for row in {one.row.number: one.row for one in waiting.values()}.values():
                    self._fail(row, TargetError("The batch was ended on the service", "Use --retry-failed."))
                return
            if waiting:
                time.sleep(self._client.server.look_every)

    def _take(self, one: _Asked, result: Mapping[str, Any]) -> None:
        """Write the line of a row that has ended, or keep a part of it until the others have."""
        if one.chosen is None:
            self._take_row(one.row, result)
            return
        one.chosen.reports[one.urls[0], one.subdir] = self._part(one, result)
        if len(one.chosen.reports) == len(set(one.chosen.asked)):
            try:
                line = one.chosen.line(self._rubric, self._folder.manifest.basis)
            except FolioscopeError as error:
                self._fail(one.row, error)
            else:
                self._write(one.row, line, "")

    def _part(self, one: _Asked, result: Mapping[str, Any]) -> Report | FolioscopeError:
        """The report on one repository that was chosen, or why there is none."""
        part = next(iter(result.get("repositories", ())), None)
        if part and part["status"] == "done":
            try:
                return self._report(part, one.urls[0])
            except FolioscopeError as error:
                return error
        cause = (part or result).get("cause") or next(iter(result.get("not_read", ())), None)
        return _cause(cause, f"was {(part or result)['status']}")

    def _take_row(self, row: Row, result: Mapping[str, Any]) -> None:
        """Write the line of a row that has ended: its reports are judged together here as a worker here does."""
        wholes: list[dict[str, Any]] = []
        insides: list[dict[str, Any]] = []
        reports: list[tuple[str, Report, bool]] = []
        parts = result.get("repositories", ())
        missing = set(row.targets) - {part["input"] for part in parts}
        refused = result.get("cause") or next((item for item in result.get("not_read", ()) if not item["input"]), None)
        errors = [_error(refused, f"was {result['status']}", target) for target in row.targets if target in missing]
        target = ""
        for part in parts:
            target = target if part["inside"] else part["input"]
            told = f"{target} ({part['subdir']})" if part["inside"] else target
            if part["status"] != "done":
                (insides if part["inside"] else wholes).append(_error(part["cause"], f"was {part['status']}", told))
                continue
            try:
                reports.append((target, self._report(part, target), part["inside"]))
            except FolioscopeError as error:
                wholes.append(error_of(error, told))
        errors += wholes + insides
        if result["status"] == "done" and reports:
            self._write(row, self._line(row, reports, errors), "")
        else:
            self._write(row, failed_line(row, errors[0], self._folder.manifest.basis), "")

    def _line(
        self, row: Row, reports: Sequence[tuple[str, Report, bool]], errors: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """The line of a row with a score, as a worker here makes it."""
        basis = self._folder.manifest.basis
        entries = [(target, entry_of(report), inside) for target, report, inside in reports]
        named = [(inside, {"target": target, **entry["repository"]}) for target, entry, inside in entries]
        repositories = [repository for inside, repository in named if not inside]
        if len(row.targets) == 1 and len(reports) == 1:
            return done_line(row, entries[0][1], repositories, errors, basis)
        line = done_line(row, applicant_of(reports, self._rubric), repositories, errors, basis)
        line["projects"] = [repository for inside, repository in named if inside]
        line["left_out"] = []
        return line

    def _report(self, result: Mapping[str, Any], target: str) -> Report:
        document = self._client.get(f"/api/v1/analyses/{result['analysis']}/report.json").json()
        here = self._folder.manifest.basis
        there = {"tool": document["tool"]["version"], "rubric": document["rubric"]["sha256"]}
        if there != {"tool": here["tool"]["version"], "rubric": here["rubric"]["sha256"]}:
            raise TargetError(
                f"The service is version {there['tool']} with the rubric {there['rubric'][:12]}, which differ from those here",
                f"Install folioscope=={there['tool']}.",
            )
        return from_document(document, self._rubric, target)

    def _fail(self, row: Row, error: FolioscopeError) -> None:
        self._write(row, failed_line(row, error_of(error, ", ".join(row.targets)), self._folder.manifest.basis), "")

    def _write(self, row: Row, line: Mapping[str, Any], made: str) -> None:
        self._folder.write(Written(row.number, dump(line), asked_by(row), made or now()))
        self._counts.ran += 1
        self._counts.done += line["status"] == "done"
        self._counts.failed += line["status"] != "done"
        self._counts.seconds = time.monotonic() - self._began
        self._tell(self._counts)


def _error(cause: Mapping[str, Any] | None, otherwise: str, target: str) -> dict[str, Any]:
    return error_of(_cause(cause, otherwise), target)


def _cause(cause: Mapping[str, Any] | None, otherwise: str) -> TargetError:
    """What the service says of a repository without a report."""
    what, hint = (cause["what"], cause.get("hint", "")) if cause else (f"The analysis {otherwise}", "")
    return TargetError(what.rstrip("."), hint)


class _Asked(Struct, frozen=True):
    """One row of an upload: all of a row of the file, or, with ``chosen``, one of the repositories of its accounts."""

    row: Row
    urls: tuple[str, ...]
    subdir: str
    chosen: Chosen | None = None


def _one(row: Row) -> _Asked:
    return _Asked(row, row.targets, row.subdir)


def _parts(chosen: Chosen) -> Iterator[_Asked]:
    for target, subdir in dict.fromkeys(chosen.asked):
        yield _Asked(chosen.row, (target,), subdir, chosen)


_Item = TypeVar("_Item")


def _pieces(items: Iterable[_Item], most: int, size_of: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """The items, as many together as have the size; one that is larger alone."""
    piece: list[_Item] = []
    size = 0
    for item in items:
        if piece and size + size_of(item) > most:
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += size_of(item)
    if piece:
        yield piece
