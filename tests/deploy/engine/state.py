"""What the emulated engine holds, what it refuses, and what becomes of the containers that it starts.

Nothing takes time here. A container is as it was started when somebody looks at it first; at the next look it is well, or not,
or has ended if its program is one that ends. Whoever does not wait for it sees it as on a machine that is slow.
"""

from __future__ import annotations

import hashlib
import threading
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["Container", "Engine", "Image", "Object", "Refused"]

Object = dict[str, Any]
SERVICE = "com.docker.compose.service"


class Refused(Exception):  # noqa: N818 a word of the API
    """What the engine does not do: the code of its answer, and why."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Image:
    """An image that is there, with what it says of its containers."""

    name: str
    config: Object = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its digest."""
        return f"sha256:{_digest(self.name)}"


@dataclass
class Container:
    """A container, with what was asked for it."""

    id: str
    name: str
    image: Image
    asked: Object
    mounts: list[Object]
    networks: dict[str, Object]
    created: datetime
    status: str = "created"
    health: str = ""
    code: int = 0
    looks: int = 0
    lines: list[tuple[datetime, str]] = field(default_factory=list)
    """What it wrote, and when."""

    @property
    def service(self) -> str:
        """The service of Compose that it belongs to."""
        return str(self.config["Labels"][SERVICE])

    @property
    def config(self) -> Object:
        """What was asked, and what the image says where nothing was."""
        return self.image.config | {name: value for name, value in self.asked.items() if value}

    @property
    def checked(self) -> bool:
        """Whether it is asked how it is."""
        return bool(self.config.get("Healthcheck", {}).get("Test", ["NONE"])[0] != "NONE")

    @property
    def published(self) -> dict[tuple[str, str], str]:
        """Addresses and ports of the machine, with the ports within it that are reached there."""
        bindings = (self.asked["HostConfig"].get("PortBindings") or {}).items()
        return {(each["HostIp"], each["HostPort"]): port for port, every in bindings for each in every}


@dataclass
class Engine:
    """Images, containers, networks and volumes, and what has happened, in its order."""

    images: dict[str, Image] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    """Services whose program ends by itself, and with which code."""
    breaks: set[str] = field(default_factory=set)
    """Services that are not well."""
    taken: set[tuple[str, str]] = field(default_factory=set)
    """Addresses and ports on which something else listens."""
    programs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of services, what can be started in their containers. It runs on this machine, with these variables."""
    variables: dict[str, str] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    networks: dict[str, Object] = field(default_factory=dict)
    volumes: dict[str, Object] = field(default_factory=dict)
    started: dict[str, Object] = field(default_factory=dict)
    """Programs that were started in containers."""
    made: list[str] = field(default_factory=list)
    """Folders that it made because something was to be mounted from there and was not there."""
    happened: list[tuple[str, str]] = field(default_factory=list)
    """What became of a container of which service."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    _numbers: int = 0

    def copy(self) -> Engine:
        """Another one with what is there now."""
        with self.lock:
            held = {name: value for name, value in vars(self).items() if name != "lock"}
            return Engine(**deepcopy(held))

    # -- reading ---------------------------------------------------------------------------------------------------

    def image(self, name: str) -> Image:
        """An image by name or digest, which has to be there."""
        for image in self.images.values():
            if name in (image.name, image.id):
                return image
        raise Refused(404, f"No such image: {name}")

    def container(self, name: str) -> Container:
        """A container by name or number."""
        for found in self.containers.values():
            if name in (found.id, found.name):
                return found
        raise Refused(404, f"No such container: {name}")

    def network(self, name: str) -> Object:
        """A network by name or number."""
        for found in self.networks.values():
            if name in (found["Id"], found["Name"]):
                return found
        raise Refused(404, f"network {name} not found")

    def volume(self, name: str) -> Object:
        """A volume."""
        if name not in self.volumes:
            raise Refused(404, f"get {name}: no such volume")
        return self.volumes[name]

    def look(self, name: str) -> Container:
        """See how a container is by now."""
        found = self.container(name)
        found.looks += 1
        if found.status == "running" and found.looks > 1:
            if found.service in self.ends:
                found.status, found.code = "exited", self.ends[found.service]
                self._tell(f"ended with {found.code}", found)
            health = "unhealthy" if found.service in self.breaks else "healthy"
            if found.checked and found.health != health:
                found.health = health
                self._tell(health, found)
        return found

    # -- writing ---------------------------------------------------------------------------------------------------

    def create_network(self, body: Object) -> Object:
        """Make a network."""
        if body["Name"] in self.networks:
            raise Refused(409, f"network with name {body['Name']} already exists")
        self.networks[body["Name"]] = body | {"Id": self._next(), "Scope": "local"}
        return self.networks[body["Name"]]

    def create_volume(self, body: Object) -> Object:
        """Make a volume, unless it is there."""
        name = body.get("Name") or self._next()
        held = {
            "Name": name,
            "Driver": "local",
            "Mountpoint": f"/var/lib/docker/volumes/{name}/_data",
            "Scope": "local",
        }
        return self.volumes.setdefault(name, body | held)

    def create(self, name: str, body: Object) -> Container:
        """Make a container of what is there."""
        self._free(name)
        image, host = self.image(body["Image"]), body["HostConfig"]
        asked = body["NetworkingConfig"]["EndpointsConfig"]
        networks = {each: how | {"NetworkID": self.network(each)["Id"]} for each, how in asked.items()}
        self.network(host["NetworkMode"])
        mounts = [self._mounted(each) for each in host.get("Mounts") or ()]
        mounts += [self._bound(*each.split(":")) for each in host.get("Binds") or ()]
        held = {mount["Destination"] for mount in mounts}
        nameless = image.config.get("Volumes", {}) | (body["Volumes"] or {})
        mounts += [self._mounted({"Type": "volume", "Target": path}) for path in nameless if path not in held]
        asked_for = {key: value for key, value in body.items() if key != "NetworkingConfig"}
        made = Container(self._next(), name, image, asked_for, mounts, networks, datetime.now(UTC))
        self.containers[made.id] = made
        self._tell("created", made)
        return made

    def _mounted(self, mount: Object) -> Object:
        source, kind = mount.get("Source", ""), mount["Type"]
        made = {"Type": kind, "Source": source, "Destination": mount["Target"], "RW": not mount.get("ReadOnly")}
        if kind == "volume":
            return made | {"Name": self.create_volume({"Name": source})["Name"]}
        if not Path(source).exists():
            raise Refused(400, f'invalid mount config for type "bind": bind source path does not exist: {source}')
        return made

    def _bound(self, source: str, target: str, *mode: str) -> Object:
        """The older way to ask for a mount. What is not there is made, and is a folder, as people find out."""
        kind = "bind" if source.startswith("/") else "volume"
        if kind == "bind" and not Path(source).exists():
            Path(source).mkdir(parents=True)
            self.made.append(source)
        return self._mounted({"Type": kind, "Source": source, "Target": target, "ReadOnly": "ro" in mode})

    def start(self, name: str) -> None:
        """Start a container, if its ports are free."""
        found = self.container(name)
        if found.status == "running":
            return
        running = [other for other in self.containers.values() if other.status == "running"]
        for address, port in found.published:
            if (address, port) in self.taken.union(*(other.published for other in running)):
                raise Refused(500, f"Bind for {address}:{port} failed: port is already allocated")
        found.status, found.looks, found.code = "running", 0, 0
        found.health = "starting" if found.checked else ""
        found.lines.append((datetime.now(UTC), f"{found.service} starts"))
        self._tell("started", found)

    def stop(self, name: str) -> None:
        """End a container's program; it has its time for that."""
        found = self.container(name)
        if found.status == "running":
            found.status, found.health = "exited", ""
            self._tell(f"stopped within {found.config.get('StopTimeout', 10)} s", found)

    def rename(self, name: str, other: str) -> None:
        """Give a container another name."""
        self._free(other)
        self.container(name).name = other

    def remove(self, name: str) -> None:
        """Remove a container that does not run."""
        found = self.container(name)
        if found.status == "running":
            raise Refused(409, f'cannot remove container "/{found.name}": container is running')
        del self.containers[found.id]
        self._tell("removed", found)

    def prepare(self, name: str, body: Object) -> Object:
        """Say what is to be started in a container that runs."""
        found = self.container(name)
        if found.status != "running":
            raise Refused(409, f"container {found.id} is not running")
        number = self._next()
        self.started[number] = {"ID": number, "ContainerID": found.id, "Running": False, "ExitCode": 0, **body}
        return self.started[number]

    def command(self, number: str) -> list[str]:
        """What was to be started, if the container has it."""
        said = self.started[number]
        name = said["Cmd"][0]
        if name not in self.programs.get(self.container(said["ContainerID"]).service, ()):
            said["ExitCode"] = 127
            raise Refused(400, f'OCI runtime exec failed: exec: "{name}": executable file not found in $PATH')
        return list(said["Cmd"])

    def _free(self, name: str) -> None:
        if any(found.name == name for found in self.containers.values()):
            raise Refused(409, f'Conflict. The container name "/{name}" is already in use')

    def _tell(self, what: str, container: Container) -> None:
        self.happened.append((what, container.service))

    def _next(self) -> str:
        self._numbers += 1
        return _digest(str(self._numbers))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
