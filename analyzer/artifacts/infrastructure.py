"""Infrastructure as code of every tool in one shape: resources, parameters, outputs, modules, state."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from msgspec import Struct

from analyzer.findings import Place

__all__ = ["Declaration", "InfraFile", "Resource", "local_source"]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. ``type`` is the tool's own (``aws_s3_bucket``, ``AWS::S3::Bucket``, ``aws.s3.Bucket``).

    ``attributes`` holds the text of top-level attributes; ``body`` the source of the whole block.
    """

    path: str
    tool: str
    type: str
    name: str
    line: int
    end_line: int
    attributes: dict[str, str] = field(default_factory=dict, hash=False)
    body: str = field(default="", repr=False)

    @property
    def place(self) -> Place:
        """The lines of the resource."""
        return Place(self.path, self.line, self.end_line)

    @property
    def entry_point(self) -> str:
        """The function that a function platform calls, by its own name; empty where the resource names none.

        Source: https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/cloudfunctions_function
        """
        match = _ENTRY_POINT.search(self.body) if "unction" in self.type else None
        return match.group(1).rsplit(".", 1)[-1] if match else ""


_ENTRY_POINT = re.compile(r"(?im)\b(?:entry_?point|handler)[\"']?\s*[=:]\s*[\"']?([a-z_][\w./-]*)")


class Declaration(Struct, frozen=True):
    """A variable, output, module or backend; ``value`` is its default, source or type."""

    path: str
    name: str
    line: int
    value: str = ""
    end_line: int = 0

    @property
    def place(self) -> Place:
        """The first line."""
        return Place(self.path, self.line)


class InfraFile(Struct, frozen=True):
    """One file of an infrastructure tool."""

    path: str
    tool: str
    resources: tuple[Resource, ...] = ()
    variables: tuple[Declaration, ...] = ()
    outputs: tuple[Declaration, ...] = ()
    modules: tuple[Declaration, ...] = ()
    backends: tuple[Declaration, ...] = ()
    providers: tuple[Declaration, ...] = ()
    data: tuple[Resource, ...] = ()
    references: tuple[Declaration, ...] = ()
    error: str = ""

    @property
    def place(self) -> Place:
        """The first resource, or the first line."""
        return self.resources[0].place if self.resources else Place(self.path, 1)


def local_source(file: InfraFile, module: Declaration) -> str:
    """The folder that a module block names as its source, from the root of the repository; empty for one of others.

    Source: https://developer.hashicorp.com/terraform/language/modules/sources#local-paths
    """
    source = module.value.strip("\"'")
    if not source.startswith(("./", "../")) or "$" in source:
        return ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file.path), source))
