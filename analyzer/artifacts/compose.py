"""Compose files (https://github.com/compose-spec/compose-spec)."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from analyzer.artifacts.yaml_reader import Node, read_yaml
from analyzer.findings import Place

__all__ = ["ComposeFile", "ComposeService", "parse_compose", "substitute"]

_VARIABLE = re.compile(r"\$\{(\w+)(?::?([-?+])([^{}]*))?\}|\$(\w+)")
_NESTED = 3


class ComposeService(Struct, frozen=True):
    """One service. ``context`` and ``dockerfile`` are relative to the repository; empty without a build."""

    path: str
    name: str
    line: int
    end_line: int
    image: str = ""
    context: str = ""
    dockerfile: str = ""
    build_line: int = 0
    command: str = ""
    ports: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()

    @property
    def builds(self) -> bool:
        """Whether the service is built from the repository."""
        return bool(self.build_line)

    @property
    def place(self) -> Place:
        """The line of the service's name."""
        return Place(self.path, self.line)


class ComposeFile(Struct, frozen=True):
    """A compose file."""

    path: str
    services: tuple[ComposeService, ...]
    error: str = ""

    @property
    def place(self) -> Place:
        """The first service, or the first line."""
        return self.services[0].place if self.services else Place(self.path, 1)


_MOST = 500  # services: each is looked up in all code


def substitute(text: str, values: dict[str, str] | None = None) -> str:
    """Replace ``${NAME:-default}`` by the value or default where one is known, from the innermost outwards."""
    known = values or {}

    def replace(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(4)
        default = match.group(3) if match.group(2) == "-" else ""  # after ? stands a message
        return known.get(name) or default or match.group()

    for _ in range(_NESTED if "$" in text else 0):
        text = _VARIABLE.sub(replace, text)
    return text


def parse_compose(path: str, text: str) -> ComposeFile:
    """Parse a compose file; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else None
    error = file.error
    run_in = _DIRECTORY.search(text) if "--project-directory" in text else None
    folder = run_in.group(1) if run_in else posixpath.dirname(path)
    services: list[ComposeService] = []
    if root:
        listed = root.get("services") or (
            root if not root.get("version") and _looks_like_v1(root) else root.get("services")
        )
        found = [item for item in listed.items() if item[2].kind == "mapping"]
        error = error or (f"{len(found):,} services, of which the first {_MOST} are read" if len(found) > _MOST else "")
        services = [_service(path, folder, name, line, node) for name, line, node in found[:_MOST]]
    return ComposeFile(path, tuple(services), error)


def _looks_like_v1(root: Node) -> bool:
    return any(node.get("image") or node.get("build") for _, _, node in root.items())


# A comment that says how the file is run, from the top of the repository.
_DIRECTORY = re.compile(r"(?m)^[ \t]*#.*--project-directory[= ][\"']?([\w./-]+)")


def _service(path: str, folder: str, name: str, line: int, node: Node) -> ComposeService:
    build = node.get("build")
    context = build.text or build.get("context").text or ("." if build else "")
    inline = bool(build.get("dockerfile_inline"))
    dockerfile = build.get("dockerfile").text or ("" if inline else "Dockerfile")
    joined = posixpath.normpath(posixpath.join(folder, substitute(context))) if build else ""
    return ComposeService(
        path=path,
        name=name,
        line=line,
        end_line=node.end_line,
        image=substitute(node.get("image").text),
        context=joined,
        dockerfile=posixpath.normpath(posixpath.join(joined, substitute(dockerfile))) if build and dockerfile else "",
        build_line=build.line if build else 0,
        command=" ".join((*node.get("entrypoint").texts(), *node.get("command").texts())),
        ports=node.get("ports").texts() or node.get("expose").texts(),
        environment=_pairs(node.get("environment")),
        volumes=_volumes(node.get("volumes")),
        depends_on=node.get("depends_on").texts() or tuple(key for key, _, _ in node.get("depends_on").items()),
    )


def _pairs(node: Node) -> tuple[str, ...]:
    return node.texts() or tuple(f"{key}={value.text}" for key, _, value in node.items())


def _volumes(node: Node) -> tuple[str, ...]:
    return tuple(item.text or f"{item.get('source').text}:{item.get('target').text}" for item in node)
