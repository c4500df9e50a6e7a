"""What the emulated cluster holds, who may write it, and what its controllers make of it.

Nothing takes time here: a pod is ready as soon as what it mounts is there, a job has ended when it is made. What is written
is held against the schemas of Kubernetes, and unknown fields are refused.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import kubernetes_validate

from tests.deploy.cluster.kinds import KINDS, METRICS, Kind, Object

__all__ = ["VERSION", "Cluster", "Refused"]

VERSION = "1.36"
_KIND = {item.kind: item for item in KINDS}
_NODE = "node-1"


class Refused(Exception):  # noqa: N818 a word of the API, as "NotFound" is
    """What the API does not take: its code, its word for it, and why."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code, self.reason = code, reason


@dataclass
class Cluster:
    """Objects by kind, namespace and name; each change has a number, and those who watch are told."""

    breaks: set[str] = field(default_factory=set)
    """Jobs that fail when they run."""
    programs: Callable[[Object, list[str]], tuple[int, str, str]] = lambda _pod, _command: (127, "", "no such program")
    """What a program prints in a pod: its code, its output, its errors."""
    version: int = 0
    changes: list[tuple[int, str, Object]] = field(default_factory=list)
    watchers: set[asyncio.Queue[tuple[int, str, Object] | None]] = field(default_factory=set)
    _objects: dict[tuple[str, str, str], Object] = field(default_factory=dict)
    _applied: dict[tuple[str, str, str, str], Object] = field(default_factory=dict)
    _pods: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # -- reading ---------------------------------------------------------------------------------------------------

    def all(self, kind: str, namespace: str = "") -> list[Object]:
        """Every object of a kind, of one namespace or of all."""
        with self._lock:
            if kind == "PodMetrics":
                return [_metrics_of(pod) for pod in self.all("Pod", namespace)]
            return [
                deepcopy(item)
                for (of, where, _), item in self._objects.items()
                if of == kind and namespace in ("", where)
            ]

    def get(self, kind: str, namespace: str, name: str) -> Object:
        """One object, which has to be there."""
        found = self._objects.get((kind, namespace, name))
        if found is None:
            raise Refused(404, "NotFound", f'{_KIND[kind].plural} "{name}" not found')
        return deepcopy(found)

    def copy(self) -> Cluster:
        """Another one with what is there now."""
        with self._lock:
            return Cluster(
                version=self.version,
                _pods=self._pods,
                _objects=deepcopy(self._objects),
                _applied=deepcopy(self._applied),
            )

    # -- writing ---------------------------------------------------------------------------------------------------

    def create(self, kind: Kind, namespace: str, body: Object) -> Object:
        """Make a new one."""
        body = deepcopy(body)
        name = body["metadata"]["name"]
        if (kind.kind, namespace, name) in self._objects:
            raise Refused(409, "AlreadyExists", f'{kind.plural} "{name}" already exists')
        if namespace and ("Namespace", "", namespace) not in self._objects:
            raise Refused(404, "NotFound", f'namespaces "{namespace}" not found')
        body["apiVersion"], body["kind"] = kind.api, kind.kind
        body["metadata"] |= {
            "uid": str(uuid.uuid4()),
            "creationTimestamp": _now(),
            **({"namespace": namespace} if namespace else {}),
        }
        return self._written("ADDED", body)

    def replace(self, kind: Kind, namespace: str, name: str, body: Object) -> Object:
        """Put another in the place of one, if nobody has since."""
        held = self.get(kind.kind, namespace, name)
        seen = body["metadata"].get("resourceVersion")
        if seen not in (None, held["metadata"]["resourceVersion"]):
            raise Refused(409, "Conflict", f'{kind.plural} "{name}" was changed meanwhile')
        kept = {
            key: held["metadata"][key] for key in ("namespace", "uid", "creationTimestamp") if key in held["metadata"]
        }
        named = {"apiVersion": kind.api, "kind": kind.kind, "metadata": body["metadata"] | kept}
        return self._written("MODIFIED", body | named, check=False)  # helm's own records, which it writes all the time

    def merge(self, kind: Kind, namespace: str, name: str, patch: Object) -> Object:
        """Change some fields: a JSON merge patch."""
        return self._written("MODIFIED", _merged(self.get(kind.kind, namespace, name), patch))

    def apply(self, kind: Kind, namespace: str, name: str, body: Object, *, manager: str, force: bool) -> Object:
        """Apply on the server: fields that a manager no longer names go, those that another changed are a conflict."""
        key = (kind.kind, namespace, name)
        last = self._applied.get((*key, manager), {})
        if key not in self._objects:
            made = self.create(kind, namespace, body)
        else:
            held = self.get(*key)
            foreign = [] if force else list(_foreign(held, last, body))
            if foreign:
                raise Refused(409, "Conflict", f"Apply failed with conflicts: {', '.join(foreign)}")
            made = self._written("MODIFIED", _merged(held, _removals(last, body), then=body), check=body != last)
        self._applied[*key, manager] = deepcopy(body)
        return made

    def delete(self, kind: str, namespace: str, name: str) -> Object:
        """Remove one, and what it owned."""
        with self._lock:
            gone = self.get(kind, namespace, name)
            self._remove(gone)
            self._settle()
            return gone

    def _remove(self, gone: Object) -> None:
        del self._objects[_key(gone)]
        self._applied = {key: body for key, body in self._applied.items() if key[:3] != _key(gone)}
        self._tell("DELETED", gone)
        for owned in list(self._owned(gone)):
            self._remove(owned)

    def _written(self, what: str, body: Object, *, check: bool = True) -> Object:
        with self._lock:
            if body["kind"] == "Secret" and "stringData" in body:
                said = {name: base64.b64encode(text.encode()).decode() for name, text in body.pop("stringData").items()}
                body["data"] = body.get("data", {}) | said
            if body["kind"] == "Namespace":
                body["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = body["metadata"]["name"]
                body["status"] = {"phase": "Active"}
            if body["kind"] == "Deployment":
                body["spec"].setdefault("replicas", 1)
            if check:
                _check(body)
            self._keep(what, body)
            self._settle()
            return self.get(*_key(body))

    def _keep(self, what: str, body: Object) -> None:
        held = self._objects.get(_key(body), {})
        generation = held.get("metadata", {}).get("generation", 0) + (held.get("spec") != body.get("spec"))
        if "spec" in body:
            body["metadata"]["generation"] = generation
        self._objects[_key(body)] = body
        self._tell(what, body)

    def _tell(self, what: str, body: Object) -> None:
        self.version += 1
        body["metadata"]["resourceVersion"] = str(self.version)
        change = (self.version, what, deepcopy(body))
        self.changes.append(change)
        for queue in self.watchers:
            queue.put_nowait(change)

    # -- controllers -----------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Do what the controllers of a cluster do, until nothing is left to do."""
        for item in self.all("Job"):
            if "status" not in item:
                self._run(item)
        for item in self.all("Deployment"):
            self._scale_out(item)
        for scaler in self.all("HorizontalPodAutoscaler"):
            self._report(scaler, self._scaled(scaler))
        for item in self.all("PodDisruptionBudget"):
            calm = {"disruptionsAllowed": 1, "currentHealthy": 2, "desiredHealthy": 1, "expectedPods": 2}
            self._report(item, calm | {"observedGeneration": item["metadata"]["generation"]})

    def _run(self, job: Object) -> None:
        lacks = self._lacks(job["spec"]["template"]["spec"], job["metadata"]["namespace"])
        if lacks or job["metadata"]["name"] in self.breaks:
            why = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": lacks or "it broke"}
            self._report(job, {"failed": 1, "startTime": _now(), "conditions": [why | {"lastTransitionTime": _now()}]})
        else:
            done = {"type": "Complete", "status": "True", "lastTransitionTime": _now()}
            times = {"startTime": _now(), "completionTime": _now()}
            self._report(job, {"succeeded": 1, "conditions": [done], **times})

    def _scaled(self, scaler: Object) -> Object:
        """Bring a deployment between the bounds of its scaler, unless it was switched off by no replicas at all."""
        namespace, spec = scaler["metadata"]["namespace"], scaler["spec"]
        target = self._objects.get(("Deployment", namespace, spec["scaleTargetRef"]["name"]))
        wanted = target["spec"]["replicas"] if target else 0
        bounded = min(max(wanted, spec["minReplicas"]), spec["maxReplicas"]) if wanted else 0
        if target and bounded != wanted:
            changed = deepcopy(target)
            changed["spec"]["replicas"] = bounded
            self._keep("MODIFIED", changed)
            self._scale_out(changed)
        able = {"type": "AbleToScale", "status": "True", "lastTransitionTime": scaler["metadata"]["creationTimestamp"]}
        return {"currentReplicas": bounded, "desiredReplicas": bounded, "conditions": [able], "currentMetrics": None}

    def _scale_out(self, deployment: Object) -> None:
        namespace, spec = deployment["metadata"]["namespace"], deployment["spec"]
        mark = hashlib.sha256(json.dumps(spec["template"], sort_keys=True).encode()).hexdigest()[:10]
        name = f"{deployment['metadata']['name']}-{mark}"
        lacks = self._lacks(spec["template"]["spec"], namespace)
        pods: list[Object] = []
        for group in list(self._owned(deployment)):
            if group["metadata"]["name"] == name:
                pods = list(self._owned(group))
            else:
                self._remove(group)
        for pod in list(pods):
            if pod["status"]["phase"] == "Pending" and not lacks:
                self._remove(pod)  # what it waited for has come: another one is ready at once
                pods.remove(pod)
        if ("ReplicaSet", namespace, name) not in self._objects:
            group_spec = {key: spec[key] for key in ("selector", "template", "replicas")}
            self._own(deployment, "ReplicaSet", name, {"spec": group_spec})
        for pod in pods[spec["replicas"] :]:
            self._remove(pod)
        for _ in range(len(pods), spec["replicas"]):
            self._start(self.get("ReplicaSet", namespace, name))
        ready = 0 if lacks else spec["replicas"]
        available = {
            "type": "Available",
            "status": "False" if lacks else "True",
            "reason": lacks or "MinimumReplicasAvailable",
        }
        counts = dict.fromkeys(("readyReplicas", "availableReplicas"), ready)
        counts |= dict.fromkeys(("replicas", "updatedReplicas"), spec["replicas"])
        status = counts | {"observedGeneration": self.get(*_key(deployment))["metadata"]["generation"]}
        self._report(deployment, status | {"conditions": [available]})
        self._report(
            self.get("ReplicaSet", namespace, name),
            {name: counts[name] for name in ("replicas", "readyReplicas", "availableReplicas")},
        )

    def _start(self, group: Object) -> None:
        self._pods += 1
        name = f"{group['metadata']['name']}-{self._pods:05}"
        template = deepcopy(group["spec"]["template"])
        lacks = self._lacks(template["spec"], group["metadata"]["namespace"])
        states = [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": not lacks,
                "restartCount": 0,
                "state": {"waiting": {"reason": "ContainerCreating"}} if lacks else {"running": {"startedAt": _now()}},
            }
            for container in template["spec"]["containers"]
        ]
        status = {
            "phase": "Pending" if lacks else "Running",
            "podIP": f"10.1.0.{self._pods}",
            "startTime": _now(),
            "conditions": [{"type": "Ready", "status": "False" if lacks else "True"}],
            "containerStatuses": states,
        }
        spec = template["spec"] | {"nodeName": _NODE}
        pod = self._own(group, "Pod", name, {"metadata": template["metadata"], "spec": spec, "status": status})
        seen = {"type": "Normal", "reason": "Scheduled", "message": f"Successfully assigned {name} to {_NODE}"}
        about = {"kind": "Pod", "name": name, "uid": pod["metadata"]["uid"]}
        event = {"involvedObject": about, "firstTimestamp": _now(), "lastTimestamp": _now(), "count": 1}
        self._own(pod, "Event", f"{name}.{self._pods:x}", event | seen)

    def _lacks(self, spec: Object, namespace: str) -> str:
        """What a pod refers to and is not there."""
        named = [("Secret", volume["secret"]["secretName"]) for volume in spec.get("volumes", ()) if "secret" in volume]
        for container in spec["containers"]:
            named += [("ConfigMap", source["configMapRef"]["name"]) for source in container.get("envFrom", ())]
        if "serviceAccountName" in spec:
            named.append(("ServiceAccount", spec["serviceAccountName"]))
        missing = [f"{kind} {name}" for kind, name in named if (kind, namespace, name) not in self._objects]
        return f"there is no {', no '.join(missing)}" if missing else ""

    def _own(self, owner: Object, kind: str, name: str, more: Object) -> Object:
        reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"]}
        metadata = more.get("metadata", {}) | {
            "name": name,
            "namespace": owner["metadata"]["namespace"],
            "uid": str(uuid.uuid4()),
            "creationTimestamp": _now(),
            "ownerReferences": [reference | {"uid": owner["metadata"]["uid"], "controller": True}],
        }
        made = {"apiVersion": _KIND[kind].api, "kind": kind, **more, "metadata": metadata}
        self._keep("ADDED", made)
        return made

    def _owned(self, owner: Object) -> Iterator[Object]:
        for item in self.all("ReplicaSet") + self.all("Pod") + self.all("Event"):
            if any(each["uid"] == owner["metadata"]["uid"] for each in item["metadata"].get("ownerReferences", ())):
                yield item

    def _report(self, item: Object, status: Object) -> None:
        held = self._objects[_key(item)]
        if held.get("status") != status:
            self._keep("MODIFIED", held | {"status": status})


def _key(body: Object) -> tuple[str, str, str]:
    return body["kind"], body["metadata"].get("namespace", ""), body["metadata"]["name"]


def _check(body: Object) -> None:
    try:
        kubernetes_validate.validate(body, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        where = ".".join(map(str, error.path))
        raise Refused(422, "Invalid", f"{body['kind']} is invalid: {where}: {error.message}") from error


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _metrics_of(pod: Object) -> Object:
    used = [{"name": item["name"], "usage": {"cpu": "250m", "memory": "384Mi"}} for item in pod["spec"]["containers"]]
    named = {key: pod["metadata"][key] for key in ("name", "namespace", "labels", "creationTimestamp")}
    seen = {"timestamp": _now(), "window": "15s", "containers": used}
    return {"apiVersion": METRICS, "kind": "PodMetrics", "metadata": named, **seen}


def _merged(held: Object, patch: Object, then: Object | None = None) -> Object:
    """A document with some fields changed, and those that the patch says nothing (null) of removed."""
    made = dict(held)
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        elif isinstance(value, dict):
            made[name] = _merged(made[name] if isinstance(made.get(name), dict) else {}, value)
        else:
            made[name] = value
    return _merged(made, then) if then else made


def _removals(last: Object, body: Object) -> Object:
    """The patch that removes what a manager named before and names no more."""
    made: Object = {name: None for name in last if name not in body}
    for name, value in last.items():
        inner = body.get(name)
        if isinstance(value, dict) and isinstance(inner, dict):
            made[name] = _removals(value, inner)
    return made


def _foreign(held: Any, last: Any, body: Any, path: str = "") -> Iterator[str]:
    """Fields that somebody else has changed since, and that would be changed back."""
    if isinstance(held, dict) and isinstance(body, dict):
        known = last if isinstance(last, dict) else {}
        for name in body.keys() & held.keys():
            yield from _foreign(held[name], known.get(name), body[name], f"{path}.{name}")
    elif held not in (body, last):
        yield path
