"""Task definitions of Amazon ECS, as ``aws ecs register-task-definition --cli-input-json`` reads them.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from __future__ import annotations

from msgspec import Struct

from analyzer.artifacts.yaml_reader import EMPTY, read_yaml
from analyzer.findings import Place

__all__ = ["TaskDefinition", "parse_task_definition"]


class TaskDefinition(Struct, frozen=True):
    """One task definition. ``images`` are those of its containers, each with the line that names it."""

    path: str
    family: str
    images: tuple[tuple[str, int], ...] = ()

    @property
    def place(self) -> Place:
        """The line of its first image."""
        return Place(self.path, self.images[0][1] if self.images else 1)


def parse_task_definition(path: str, text: str) -> TaskDefinition:
    """Parse one; the answer of ``describe-task-definition``, which holds it under a key, is read as well."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    root = root.get("taskDefinition") or root
    images = (container.get("image") for container in root.get("containerDefinitions"))
    return TaskDefinition(path, root.get("family").text, tuple((item.text, item.line) for item in images if item.text))
