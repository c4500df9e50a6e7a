"""The API of the emulated cluster over HTTP, as kubectl and helm speak it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.api.servers import wait_for
from tests.deploy.cluster.kinds import KINDS, METRICS, Kind, Object, table_of
from tests.deploy.cluster.state import VERSION, Cluster, Refused
from tests.deploy.cluster.wire import body_of

__all__ = ["Serving", "serving"]

EXEC = "v5.channel.k8s.io"
OUTPUT, ERRORS, STATUS = b"\x01", b"\x02", b"\x03"
"""Channels of a program that runs in a pod."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an address names."""

    kind: Kind
    namespace: str = ""
    name: str = ""
    part: str = ""


def place_of(path: str) -> Place:
    """The kind, namespace, name and part that an address names."""
    for kind in KINDS:
        if not path.startswith(f"{kind.root}/"):
            continue
        words = path.removeprefix(f"{kind.root}/").split("/")
        namespace = ""
        if kind.namespaced and words[0] == "namespaces" and len(words) > 2:
            namespace, words = words[1], words[2:]
        if words[0] == kind.plural and len(words) < (4 if kind.namespaced else 3):
            return Place(kind, namespace, *words[1:])
    raise Refused(404, "NotFound", f"the server could not find the requested resource: {path}")


@dataclass
class Api:
    """The handlers."""

    cluster: Cluster

    def app(self) -> Starlette:
        """The application."""
        every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        return Starlette(
            routes=[
                WebSocketRoute("/api/v1/namespaces/{namespace}/pods/{name}/exec", self.execute),
                Route("/{path:path}", self.answer, methods=every),
            ]
        )

    async def answer(self, request: Request) -> Response:
        """Answer a request, or say why not in the API's own form."""
        try:
            found = _discovered(request.url.path)
            if found is not None:
                return JSONResponse(found)
            place = place_of(request.url.path)
            if request.method == "GET":
                return self._read(request, place)
            return JSONResponse(await self._write(request, place), status_code=201 if request.method == "POST" else 200)
        except Refused as refused:
            status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
            said = {"reason": refused.reason, "code": refused.code, "message": str(refused)}
            return JSONResponse(status | said, status_code=refused.code)

    def _read(self, request: Request, place: Place) -> Response:
        kind = place.kind
        if place.name:
            item = self.cluster.get(kind.kind, place.namespace, place.name)
            if place.part == "log":
                return PlainTextResponse(f"{item['spec']['containers'][0]['name']} writes this\n")
            found = [_scale_of(item) if place.part == "scale" else item]
        elif "watch" in request.query_params:
            return StreamingResponse(self._changes(request, place), media_type="application/json")
        else:
            found = [item for item in self.cluster.all(kind.kind, place.namespace) if _chosen(item, request)]
        version = str(self.cluster.version)
        if "as=Table" in request.headers.get("accept", "") and not place.part:
            return JSONResponse(table_of(kind, found, version))
        if place.name:
            return JSONResponse(found[0])
        head = {"kind": f"{kind.kind}List", "apiVersion": kind.api, "metadata": {"resourceVersion": version}}
        return JSONResponse({**head, "items": found})

    async def _write(self, request: Request, place: Place) -> Object:
        kind, where = place.kind, (place.namespace, place.name)
        content = await request.body()
        if request.method == "DELETE" and place.name:
            gone = self.cluster.delete(kind.kind, *where)
            details = {"name": place.name, "kind": kind.plural, "uid": gone["metadata"]["uid"]}
            return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
        if "dryRun" in request.query_params:
            raise Refused(501, "NotImplemented", "a dry run on the server is not emulated")
        body = body_of(content)
        if request.method == "POST" and not place.name:
            return self.cluster.create(kind, place.namespace, body)
        if place.part == "scale":
            return _scale_of(self.cluster.merge(kind, *where, {"spec": {"replicas": body["spec"]["replicas"]}}))
        if request.method == "PUT":
            return self.cluster.replace(kind, *where, body)
        how = request.headers["content-type"]
        if how == "application/apply-patch+yaml":
            asked = request.query_params
            return self.cluster.apply(
                kind, *where, body, manager=asked["fieldManager"], force=asked.get("force") == "true"
            )
        if how == "application/merge-patch+json" or (how == "application/strategic-merge-patch+json" and _plain(body)):
            return self.cluster.merge(kind, *where, body)
        raise Refused(415, "UnsupportedMediaType", f"{request.method} of {how} is not emulated")

    async def _changes(self, request: Request, place: Place) -> AsyncIterator[str]:
        """What is there, where it is asked for, and then each change until the client goes or its time is over."""
        asked, kind = request.query_params, place.kind
        queue: asyncio.Queue[tuple[int, str, Object] | None] = asyncio.Queue()
        self.cluster.watchers.add(queue)
        since = int(asked.get("resourceVersion") or 0)
        try:
            if asked.get("sendInitialEvents") == "true":
                for item in self.cluster.all(kind.kind, place.namespace):
                    if _chosen(item, request):
                        yield _line("ADDED", item)
                since = self.cluster.version
                end = {"resourceVersion": str(since), "annotations": {"k8s.io/initial-events-end": "true"}}
                yield _line("BOOKMARK", {"kind": kind.kind, "apiVersion": kind.api, "metadata": end})
            else:
                for change in self.cluster.changes:
                    queue.put_nowait(change)
            async with asyncio.timeout(float(asked.get("timeoutSeconds", "60"))):
                while (change := await queue.get()) is not None:  # type: ignore[assignment]
                    number, what, item = change
                    here = place.namespace in ("", item["metadata"].get("namespace", ""))
                    if number > since and item["kind"] == kind.kind and here and _chosen(item, request):
                        yield _line(what, item)
        except TimeoutError:
            pass
        finally:
            self.cluster.watchers.discard(queue)

    async def execute(self, socket: WebSocket) -> None:
        """Run a program in a pod, and send what it prints."""
        await socket.accept(subprotocol=EXEC)
        pod = self.cluster.get("Pod", socket.path_params["namespace"], socket.path_params["name"])
        command = socket.query_params.getlist("command")
        code, output, errors = await run_in_threadpool(self.cluster.programs, pod, command)
        status: Object = {"metadata": {}, "status": "Success"}
        if code:
            cause = {"reason": "ExitCode", "message": str(code)}
            status = {"metadata": {}, "status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": [cause]}}
        for channel, text in ((OUTPUT, output), (ERRORS, errors), (STATUS, json.dumps(status))):
            if text:
                await socket.send_bytes(channel + text.encode())
        await socket.close()


def _line(what: str, item: Object) -> str:
    return json.dumps({"type": what, "object": item}) + "\n"


def _plain(body: Any) -> bool:
    """Whether a strategic patch has no lists, so that it is the same as a merge patch."""
    return all(_plain(value) for value in body.values()) if isinstance(body, dict) else not isinstance(body, list)


def _chosen(item: Object, request: Request) -> bool:
    """Whether an object is one of those that labels and fields of a request choose."""
    labels = item["metadata"].get("labels", {})
    for term in filter(None, request.query_params.get("labelSelector", "").split(",")):
        name, _, value = term.replace("==", "=").partition("=")
        if labels.get(name) != value:
            return False
    for term in filter(None, request.query_params.get("fieldSelector", "").split(",")):
        path, _, value = term.partition("=")
        held: Any = item
        for word in path.split("."):
            held = held.get(word) if isinstance(held, dict) else None
        if held != value:
            return False
    return True


def _scale_of(item: Object) -> Object:
    named = {key: item["metadata"][key] for key in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")}
    count = item["spec"]["replicas"]
    sizes = {"spec": {"replicas": count}, "status": {"replicas": count, "selector": ""}}
    return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": named, **sizes}


def _discovered(path: str) -> Object | None:
    """What a client asks first: which version, which groups, which kinds."""
    groups = sorted({kind.api for kind in KINDS if "/" in kind.api})
    if path == "/version":
        major, _, minor = VERSION.partition(".")
        return {"major": major, "minor": minor, "gitVersion": f"v{VERSION}.0", "platform": "linux/amd64"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        named = [(api.partition("/")[0], {"groupVersion": api, "version": api.partition("/")[2]}) for api in groups]
        listed = [{"name": name, "versions": [one], "preferredVersion": one} for name, one in named]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}
    if path == "/openapi/v3":
        roots = {kind.root for kind in KINDS}
        return {"paths": {root[1:]: {"serverRelativeURL": f"/openapi/v3{root}?hash=1"} for root in roots}}
    kinds = [kind for kind in KINDS if path.removeprefix("/openapi/v3") == kind.root]
    if path.startswith("/openapi/v3/") and kinds:
        return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": VERSION}, "paths": _operations(kinds)}
    if not kinds:
        return None
    resources: list[Object] = []
    for kind in kinds:
        verbs = ["get", "list"] if kind.api == METRICS else _VERBS
        resources.append({
            "name": kind.plural, "singularName": kind.kind.lower(), "namespaced": kind.namespaced, "kind": kind.kind,
            "verbs": verbs, "shortNames": [kind.short] if kind.short else [],
        })  # fmt: skip
    if path == "/apis/apps/v1":
        scale = {"group": "autoscaling", "version": "v1", "kind": "Scale"}
        scaled = {"name": "deployments/scale", "singularName": "", "namespaced": True}
        resources.append({**scaled, **scale, "verbs": ["get", "patch", "update"]})
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": kinds[0].api, "resources": resources}


_VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


def _operations(kinds: list[Kind]) -> Object:
    """That unknown fields are refused by the server, which kubectl asks before it applies."""
    made: Object = {}
    for kind in kinds:
        group, _, version = kind.api.rpartition("/")
        between = "/namespaces/{namespace}" if kind.namespaced else ""
        made[f"{kind.root}{between}/{kind.plural}/{{name}}"] = {
            "patch": {
                "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
                "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": kind.kind},
                "responses": {},
            }
        }
    return made


# -- serving ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Serving:
    """A cluster that answers."""

    cluster: Cluster
    url: str

    def write_kubeconfig(self, path: Path) -> None:
        """The file by which kubectl and helm find it."""
        cluster = {"name": "here", "cluster": {"server": self.url}}
        context = {"name": "here", "context": {"cluster": "here", "user": "tester"}}
        user = {"name": "tester", "user": {}}
        head = {"apiVersion": "v1", "kind": "Config", "current-context": "here"}
        path.write_text(json.dumps({**head, "clusters": [cluster], "contexts": [context], "users": [user]}))


@contextmanager
def serving(cluster: Cluster) -> Iterator[Serving]:
    """The API of a cluster on loopback, until the end of the block."""
    config = uvicorn.Config(
        Api(cluster).app(), port=0, ws="wsproto", log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_for("the cluster", lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Serving(cluster, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join(30)
