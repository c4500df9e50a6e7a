"""A batch that a service runs (``api``): rows go up, reports come down, and lines and tables are those of a batch here.

Of an applicant the service is told the number of the row, and nothing else: names stay here. The same rows are the same
upload (Idempotency-Key), so that a client that was ended goes on with the batch that it began.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from msgspec import Struct, field

from analyzer.batch.entry import basis_of, done_line, entry_of, error_of, failed_line
from analyzer.batch.finish import finish, sections_of
from analyzer.batch.lines import dump
from analyzer.batch.merge import inside_of, merged, together
from analyzer.batch.results import BatchFolder, Written, asked_by
from analyzer.batch.rows import Row, count_rows, is_account
from analyzer.batch.run import Batch, Counts, Tell
from analyzer.batch.store import open_store
from analyzer.batch.work import now
from analyzer.errors import FolioscopeError, TargetError, UsageError
from analyzer.plugins import discover
from analyzer.report import Report
from analyzer.reporters.json_report import from_document
from analyzer.rubric import BUILT_IN, Rubric, load_rubric
from analyzer.target import Host

if TYPE_CHECKING:
    import httpx2

__all__ = ["Server", "run_on_server"]

_ROWS = 10_000
"""Rows of one upload that the service takes."""
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


class _Asked(Struct, frozen=True):
    """What the service is asked of a row: a repository as the row names it, or a project inside that its report told of."""

    target: str
    url: str
    ref: str
    subdir: str
    inside: bool = False


class _Waiting(Struct):
    """A row with what it asks and the results so far, in the same order; and the reports that are there already."""

    row: Row
    asked: list[_Asked]
    results: list[Mapping[str, Any] | None]
    reports: list[tuple[_Asked, Report]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, row: Row) -> _Waiting:
        """A row of which nothing is known."""
        asked = [_Asked(target, target, row.ref, row.subdir) for target in row.targets]
        return cls(row, asked, [None] * len(asked))


class _Run:
    def __init__(
        self, batch: Batch, folder: BatchFolder, client: _Client, rubric: Rubric, counts: Counts, tell: Tell
    ) -> None:
        self._batch, self._folder, self._client = batch, folder, client
        self._rubric, self._counts, self._tell = rubric, counts, tell
        self._began = time.monotonic()
        self._labels: dict[str, list[str]] = {}
        self._with_projects: list[_Waiting] = []

    def run(self) -> None:
        """Send the rows up, piece by piece, and take their results as they come; then the projects inside, likewise."""
        self._run_all(self._rows())
        found, self._with_projects = self._with_projects, []
        self._run_all(iter(found))

    def _run_all(self, rows: Iterator[_Waiting]) -> None:
        pieces: list[tuple[str, dict[str, _Waiting]]] = []
        piece: list[_Waiting] = []
        size = 0
        for item in rows:
            if size + len(item.asked) > _ROWS:
                pieces.append(self._send(piece))
                piece, size = [], 0
            piece.append(item)
            size += len(item.asked)
        if piece:
            pieces.append(self._send(piece))
        for name, waiting in pieces:
            self._follow(name, waiting)

    def _rows(self) -> Iterator[_Waiting]:
        """The rows that a service can run, also those that are done: the same rows are the same upload."""
        for row in self._folder.rows():
            done = self._folder.name(row.number) in self._folder.done
            problem = row.problem or _not_for_servers(row, self._batch.options.hosts)
            if problem:
                if not done:
                    self._fail(row, UsageError(problem, "Correct the row, or run it here."))
            elif not (done and self._batch.retry):  # a retry is another upload
                yield _Waiting.of(row)

    def _send(self, rows: Sequence[_Waiting]) -> tuple[str, dict[str, _Waiting]]:
        """Upload rows; the service knows each by its number and the place of its repository."""
        upload = [
            {"url": asked.url, "ref": asked.ref, "subdir": asked.subdir, "label": f"{item.row.number}.{place}"}
            for item in rows
            for place, asked in enumerate(item.asked)
        ]
        content = json.dumps({"name": "", "rubric": self._batch.options.rubric, "rows": upload}).encode()
        chosen = secrets.token_hex(16) if self._batch.retry else self._folder.manifest.batch
        key = hashlib.sha256(chosen.encode() + content).hexdigest()
        answer = self._client.post("/api/v1/batches", content, key).json()
        waiting = {
            str(item.row.number): item for item in rows if self._folder.name(item.row.number) not in self._folder.done
        }
        self._labels[str(answer["id"])] = [str(item["label"]) for item in upload]
        return str(answer["id"]), waiting

    def _follow(self, name: str, waiting: dict[str, _Waiting]) -> None:
        taken = -1
        while waiting:
            view = self._client.get(f"/api/v1/batches/{name}").json()
            if view["status"] != "running" or view["finished"] > taken:
                taken = view["finished"]
                for result in self._results(name):
                    self._take(result, waiting)
            if view["status"] != "running":
                for left in list(waiting.values()):
                    self._fail(left.row, TargetError("The batch was ended on the service", "Use --retry-failed."))
                return
            if waiting:
                time.sleep(self._client.server.look_every)

    def _results(self, name: str) -> Iterator[Mapping[str, Any]]:
        """The results so far; of rows that the service did not understand it tells the place in the upload alone."""
        for line in self._client.get(f"/api/v1/batches/{name}/results.jsonl").text.split("\n"):
            if line:
                result = json.loads(line)
                yield result if "label" in result else {**result, "label": self._labels[name][result["line"] - 1]}

    def _take(self, result: Mapping[str, Any], waiting: dict[str, _Waiting]) -> None:
        """Keep a result that has ended; write the line of a row when it has all of its own."""
        number, _, place = str(result.get("label", "")).partition(".")
        found = waiting.get(number)
        if found is None or result["status"] not in _ENDED or not place.isdigit():
            return
        found.results[int(place)] = result
        if all(item is not None for item in found.results):
            del waiting[number]
            self._finish(found)

    def _finish(self, found: _Waiting) -> None:
        """Write the line of a row, unless its reports tell of projects inside, which are asked for first."""
        row, inside = found.row, []
        for asked, result in zip(found.asked, found.results, strict=True):
            assert result is not None
            told = f"{asked.target} ({asked.subdir})" if asked.inside else asked.target
            if result["status"] == "done":
                try:
                    report = self._report(result, asked.target)
                except FolioscopeError as error:
                    found.errors.append(error_of(error, told))
                    continue
                found.reports.append((asked, report))
                if not asked.inside:
                    inside += self._inside(asked, report)
            else:
                cause = result.get("cause") or {"what": f"The analysis was {result['status']}", "hint": ""}
                found.errors.append(error_of(TargetError(cause["what"].rstrip("."), cause.get("hint", "")), told))
        if inside:
            self._with_projects.append(_Waiting(row, inside, [None] * len(inside), found.reports, found.errors))
        elif found.reports:
            self._write(row, self._line(found), "")
        else:
            self._write(row, failed_line(row, found.errors[0], self._folder.manifest.basis), "")

    def _inside(self, asked: _Asked, report: Report) -> list[_Asked]:
        """The projects of a repository, at the commit of its report."""
        if self._batch.whole or not report.target.commit:
            return []
        where = report.target.url or asked.url
        return [_Asked(asked.target, where, report.target.commit, folder, inside=True) for folder in inside_of(report)]

    def _line(self, found: _Waiting) -> dict[str, Any]:
        """The line of a row with a score, as a worker here makes it."""
        row, basis = found.row, self._folder.manifest.basis
        # Of each repository the whole, then the projects inside.
        ordered = [
            (item, report)
            for target in row.targets
            for inside in (False, True)
            for item, report in found.reports
            if item.target == target and item.inside is inside
        ]
        entries = [(item, entry_of(report)) for item, report in ordered]
        wholes = [entry for item, entry in entries if not item.inside]
        named = [(item.inside, {"target": item.target, **entry["repository"]}) for item, entry in entries]
        repositories = [repository for inside, repository in named if not inside]
        if len(row.targets) == 1 and len(ordered) == 1:
            return done_line(row, wholes[0], repositories, found.errors, basis)
        portfolio = together(((item.target, report) for item, report in ordered), self._rubric)
        line = done_line(row, merged(portfolio, wholes), repositories, found.errors, basis)
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


def _not_for_servers(row: Row, hosts: tuple[Host, ...]) -> str:
    if any(is_account(target, hosts) for target in row.targets):
        return f"line {row.line} names an account; a service takes repositories"
    return ""
