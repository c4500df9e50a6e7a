"""Scripts and templates that a Terraform configuration reads and nobody wrote, so that its plan fails."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.repository import Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout
from analyzer.soundness.terraform import hidden_lines

__all__ = ["unwritten_files"]

# https://developer.hashicorp.com/terraform/language/functions/templatefile
_READS = re.compile(
    r"""\b(?P<function>templatefile|file|filebase64)\(\s*"(?:\$\{path\.module\}/|\./)(?P<path>[\w./-]+)\""""
)
# What people write; keys, credentials and archives come from elsewhere.
_WRITTEN = (".sh", ".tpl", ".tftpl", ".tmpl", ".sql", ".yaml", ".yml", ".py", ".j2")
_IN_COMMENT = re.compile(r"""^(?:[^"#/]|/(?!/)|"[^"]*")*(?:#|//)""")


def unwritten_files(layout: Layout) -> Iterator[Defect]:
    """Calls of ``file`` and ``templatefile`` that name what neither the repository nor a command of it has."""
    repository = layout.repository
    for file in repository.infrastructure:
        text = (repository.text(file.path) or "") if file.tool == "terraform" else ""
        for match in _READS.finditer(text):
            begin = text.rfind("\n", 0, match.start()) + 1
            before = text[begin : match.start()]
            line = text.count("\n", 0, begin) + 1
            path = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), match["path"]))
            if (
                path.endswith(_WRITTEN)
                and not path.startswith("..")
                and not _IN_COMMENT.match(before)
                and "fileexists" not in before
                and not repository.has(path)
                and not _is_made(repository, path)
                and not layout.is_ignored(path)
                and not layout.is_produced(path)
                and line not in hidden_lines(text)
            ):
                sentence = f"{match['function']} reads {path}, which is no file of the repository"
                yield Defect(file.path, line, "terraform-reference", sentence)


def _is_made(repository: Repository, path: str) -> bool:
    """Whether a resource of Terraform writes a file of that name."""
    name = path.rpartition("/")[2]
    resources = (item for file in repository.infrastructure for item in file.resources)
    return any(item.type.startswith("local_") and name in item.attributes.get("filename", "") for item in resources)
