"""What names stand for, as far as files tell: environment, compose, Dockerfiles, workflows, Terraform, Helm."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.repository import Repository

__all__ = ["Names", "image_name", "unresolved"]

_VARIABLE = re.compile(r"\$\{\{\s*(?:env|vars|inputs)\.(\w+)\s*\}\}|\$\{(\w+)(?::?[-?+]([^}]*))?\}|\$(\w+)")
_TERRAFORM = re.compile(r"\$\{\s*(?:var|local)\.(\w+)\s*\}|^(?:var|local)\.(\w+)$")
_ENV_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(.*)$", re.MULTILINE)
_TF_VALUE = re.compile(r"^[ \t]*(\w+)[ \t]*=[ \t]*\"([^\"\n]{0,300})\"[ \t\r]*$", re.MULTILINE)
_ENV_BLOCK = re.compile(r"^(\s*)(?:env|variables):\s*$")
_ENV_ENTRY = re.compile(r"^(\s*)([A-Za-z_]\w*):\s*(\S.*?)\s*$")
_UNKNOWN = re.compile(r"[${}<>]|values\.|\btemplate\b")
_LONGEST = 4000
"""Characters of a name with its variables put in."""
_LONGEST_VALUE = 300


def unresolved(text: str) -> bool:
    """Whether a name still holds a variable."""
    return bool(_UNKNOWN.search(text)) or not text.strip()


def image_name(reference: str) -> str:
    """The last part of an image reference, without registry, tag and digest; empty where it is not known."""
    plain = reference.strip("\"' ").split("@", 1)[0]
    last = plain.rsplit("/", 1)[-1]
    name = last if last.startswith("$") else last.split(":", 1)[0]
    return "" if unresolved(name) else name.lower()


class Names:
    """Resolves names of one repository. What has several different values is not resolved."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo

    # -- environment -----------------------------------------------------------------------------------------

    def text(self, text: str, path: str = "") -> str:
        """A text with the variables put in whose value is known; ``path`` is the file it stands in."""
        if "$" not in text:
            return text
        own = self._of_file(path)

        def put(match: re.Match[str]) -> str:
            name = match.group(1) or match.group(2) or match.group(4)
            known = own.get(name.removeprefix("env_")) or self._environment.get(name)
            return known or match.group(3) or match.group()

        return _expanded(_VARIABLE, put, text)

    def environment(self, name: str) -> str:
        """The value of an environment variable of the program; empty where it is not known."""
        value = self._environment.get(name, "")
        return "" if unresolved(value) else value

    @cached_property
    def _environment(self) -> dict[str, str]:
        found: dict[str, set[str]] = {}
        for path in self._repo.paths:
            base = path.rsplit("/", 1)[-1]
            if base.startswith(".env") or base.endswith(".env"):
                for match in _ENV_LINE.finditer(self._repo.text(path) or ""):
                    found.setdefault(match.group(1), set()).add(match.group(2).strip("\"' \t\r"))
        for docker in self._repo.dockerfiles:
            for item in docker.named("ENV"):
                words = item.value.split()
                pairs = words if words and "=" in words[0] else ["=".join(words[:2])]
                for name, _, value in (word.partition("=") for word in pairs):
                    found.setdefault(name, set()).add(value.strip("\"'"))
        for compose in self._repo.compose_files:
            for service in compose.services:
                for pair in service.environment:
                    name, equals, value = pair.partition("=")
                    if equals:
                        found.setdefault(name.strip(), set()).add(_default(value.strip("\"' ")))
        known = {
            name: {value for value in values if 0 < len(value) <= _LONGEST_VALUE} for name, values in found.items()
        }
        return {name: next(iter(values)) for name, values in known.items() if len(values) == 1}

    def _of_file(self, path: str) -> dict[str, str]:
        if path not in self._file_values:
            pairs: Iterable[tuple[str, str]] = ()
            if path.endswith((".yml", ".yaml")):
                pairs = self._blocks(path)
            elif path.endswith((".sh", ".bash", "Makefile")):
                found = _ENV_LINE.findall(self._repo.text(path) or "")
                pairs = ((name, _default(value.strip("\"' \t\r"))) for name, value in found)
            self._file_values[path] = {name: value for name, value in pairs if 0 < len(value) <= _LONGEST_VALUE}
        return self._file_values[path]

    @cached_property
    def _file_values(self) -> dict[str, dict[str, str]]:
        return {}

    def _blocks(self, path: str) -> Iterator[tuple[str, str]]:
        """Entries of the ``env:`` and ``variables:`` blocks of a CI file."""
        indent = -1
        for line in (self._repo.text(path) or "").split("\n"):
            opening = _ENV_BLOCK.match(line)
            if opening:
                indent = len(opening.group(1))
                continue
            entry = _ENV_ENTRY.match(line) if indent >= 0 else None
            if entry and len(entry.group(1)) > indent:
                yield entry.group(2), entry.group(3).split(" #", 1)[0].strip("\"' ")
            elif line.strip() and not line.lstrip().startswith("#"):
                indent = -1

    # -- Terraform and Helm ----------------------------------------------------------------------------------

    def terraform(self, text: str, path: str) -> str:
        """A Terraform expression with variables and locals of its folder, and attributes of resources, put in."""
        folder = posixpath.dirname(path)
        values = self._terraform.get(folder, {})

        def put(match: re.Match[str]) -> str:
            return values.get(match.group(1) or match.group(2)) or match.group()

        return _expanded(_TERRAFORM, put, text)

    @cached_property
    def _terraform(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for file in self._repo.infrastructure:
            if file.tool == "terraform":
                values = found.setdefault(posixpath.dirname(file.path), {})
                values.update(
                    {item.name: item.value for item in file.variables if 0 < len(item.value) <= _LONGEST_VALUE}
                )
                text = self._repo.text(file.path) or ""
                values.update(_locals(text))
        for path in self._repo.paths:
            if path.endswith(".tfvars") and posixpath.dirname(path) in found:
                found[posixpath.dirname(path)].update(_TF_VALUE.findall(self._repo.text(path) or ""))
        return found

    def helm(self, reference: str, path: str) -> str:
        """An image of a Helm template with the chart's values put in."""
        chart = next((item for item in self._repo.charts if path.startswith(f"{item.folder}/")), None)
        if chart is None or "values." not in reference:
            return reference
        values = self._values(f"{chart.folder}/values.yaml")

        def put(match: re.Match[str]) -> str:
            return values.get(*match.group(1).split(".")).text or match.group()

        plain = re.sub(r"\|\s*default\s+\S+|\|\s*quote|\s", "", reference)
        return re.sub(r"values\.([\w.]+)", put, plain)

    def _values(self, path: str) -> Node:
        text = self._repo.text(path) if path in self._repo.snapshot.entries else None
        documents = self._repo.of_file(path, read_yaml, text).documents if text else ()
        return documents[0] if documents else EMPTY


def _expanded(pattern: re.Pattern[str], put: Callable[[re.Match[str]], str], text: str) -> str:
    """A text with values put in, and values within them; one that grows too long stays as it is."""
    known = text
    for _ in range(3):
        if len(known) > _LONGEST:
            return text
        following = pattern.sub(put, known)
        if following == known:
            break
        known = following
    return known if len(known) <= _LONGEST else text


def _locals(text: str) -> Iterator[tuple[str, str]]:
    """Names and values of the ``locals`` blocks of a Terraform file that are plain strings."""
    inside = False
    for line in text.split("\n") if "locals" in text else ():
        if line.startswith("locals"):
            inside = True
        elif line.startswith("}"):
            inside = False
        elif inside and (match := _TF_VALUE.match(line)):
            yield match.group(1), match.group(2)


def _default(value: str) -> str:
    """The default of ``${NAME:-default}``, or the text."""
    match = re.fullmatch(r"\$\{\w+:?-([^}]*)\}", value)
    return match.group(1) if match else value
