"""What Terraform modules and CloudFormation templates ask for and do not declare, or declare twice."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec.structs import replace

from analyzer.artifacts.infrastructure import Declaration, InfraFile, Resource, local_source
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["hidden_lines", "undeclared_in_templates", "undeclared_references"]

_PROVIDERS = (
    "aws_", "google_", "azurerm_", "azuread_", "kubernetes_", "helm_", "docker_", "random_", "null_resource", "tls_",
    "archive_file", "digitalocean_", "cloudflare_", "databricks_", "github_", "local_file", "time_", "snowflake_",
)  # fmt: skip
_WORDS = {"var": "variable", "local": "local value", "module": "module", "data": "data source", "resource": "resource"}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def undeclared_references(repository: Repository) -> Iterator[Defect]:
    """References in module folders of which every file was read."""
    folders: dict[str, list[InfraFile]] = {}
    for file in repository.infrastructure:
        if file.tool == "terraform":
            folders.setdefault(posixpath.dirname(file.path), []).append(file)
    for folder, files in sorted(folders.items()):
        if _whole(repository, folder, files):
            yield from _twice(files)
            yield from _in_folder(repository, files)
            yield from _in_backends(repository, files)
            yield from _of_no_source(repository, files)


def _twice(files: list[InfraFile]) -> Iterator[Defect]:
    """What a module declares twice, so that Terraform refuses it; files of overrides are there to say it again.

    Source: https://developer.hashicorp.com/terraform/language/files/override
    """
    seen: dict[tuple[str, str], Declaration | Resource] = {}
    found: list[Defect] = []
    for file in sorted(files, key=lambda item: item.path):
        if _OVERRIDES.search(file.path):
            continue
        named: list[tuple[str, str, Declaration | Resource]] = [
            *(("resource", f"{item.type}.{item.name}", item) for item in file.resources),
            *(("data source", f"data.{item.type}.{item.name}", item) for item in file.data),
            *(("variable", f"var.{item.name}", item) for item in file.variables),
            *(("output", f"output.{item.name}", item) for item in file.outputs),
        ]
        for kind, name, item in named:
            first = seen.setdefault((kind, name), item)
            if first is not item:
                sentence = f"the {kind} {name} is declared a second time, after {first.path}:{first.line}"
                found.append(Defect(item.path, item.line, "terraform-reference", sentence))
    if found:  # one is enough for the folder
        more = len(found) - 1
        others = f"; so are {more} others" if more > 1 else "; so is one other" if more else ""
        yield replace(found[0], sentence=f"{found[0].sentence}{others}")


_OVERRIDES = re.compile(r"(?:^|[/_])override\.(?:tf|tofu)(?:\.json)?$")


def _whole(repository: Repository, folder: str, files: list[InfraFile]) -> bool:
    """Whether all that Terraform reads in a folder was read and parsed."""
    read = {file.path for file in files}
    for path in repository.index.within(folder):
        if path.endswith((".tf", ".tofu", ".tf.json", ".tofu.json")):
            empty = path not in read and not (repository.text(path) or "").strip()
            if path not in read and not empty:
                return False
    templated = any("{{" in (repository.text(file.path) or "") or "terragrunt" in file.path for file in files)
    return not templated and not any(file.error for file in files)


def _in_folder(repository: Repository, files: list[InfraFile]) -> Iterator[Defect]:
    known = {
        "var": {item.name for file in files for item in file.variables},
        "local": _locals(repository, files),
        "module": {item.name for file in files for item in file.modules},
        "data": {f"{item.type}.{item.name}" for file in files for item in file.data},
        "resource": {f"{item.type}.{item.name}" for file in files for item in file.resources},
    }
    seen: set[tuple[str, str]] = set()
    for file in files:
        text = repository.text(file.path) or ""
        hidden = hidden_lines(text)
        for item in file.references:
            kind = item.value
            if item.name in known[kind] or (kind, item.name) in seen or item.line in hidden or not _is_sure(item):
                continue
            seen.add((kind, item.name))
            name = item.name if kind == "resource" else f"{kind}.{item.name}"
            sentence = f"{name} is used, but the module declares no such {_WORDS[kind]}"
            yield Defect(file.path, item.line, "terraform-reference", sentence)


_BACKEND = re.compile(r"\bbackend\s+\"\w+\"\s*\{((?:[^{}]|\$\{[^{}]*\})*)\}")
_VARIABLE = re.compile(r"^[^#/\n]*=\s*\"?(?:\$\{)?\s*((?:var|local)\.[\w-]+)", re.MULTILINE)


def _in_backends(repository: Repository, files: list[InfraFile]) -> Iterator[Defect]:
    """A backend is set up before variables are: https://developer.hashicorp.com/terraform/language/backend."""
    for file in files:
        text = repository.text(file.path) or ""
        hidden = hidden_lines(text)
        for block in _BACKEND.finditer(text):
            match = _VARIABLE.search(block.group(1))
            line = text.count("\n", 0, block.start(1) + match.start(1)) + 1 if match else 0
            if match and line not in hidden and file.path.endswith(".tf"):
                sentence = f"the backend takes {match.group(1)}, and Terraform knows no variables there"
                yield Defect(file.path, line, "terraform-backend", sentence)


def _of_no_source(repository: Repository, files: list[InfraFile]) -> Iterator[Defect]:
    """Modules whose source is a folder that the repository does not have."""
    for file in files:
        hidden = hidden_lines(repository.text(file.path) or "") if file.modules else frozenset()
        for module in file.modules:
            folder = local_source(file, module)
            if folder and not folder.startswith("..") and not repository.has(folder) and module.line not in hidden:
                sentence = f"the module {module.name} is taken from {folder}, which is no folder of the repository"
                yield Defect(file.path, module.line, "terraform-reference", sentence)


def _is_sure(item: Declaration) -> bool:
    if item.value == "resource":
        kind, _, name = item.name.partition(".")
        return kind.startswith(_PROVIDERS) and name not in ("value", "key", "content", "index", "id", "arn", "name")
    return item.value != "data" or not item.name.endswith(".")


def _locals(repository: Repository, files: list[InfraFile]) -> set[str]:
    """Names in ``locals`` blocks, read as text: one assignment a line, whatever it is nested in."""
    found: set[str] = set()
    for file in files:
        text = repository.text(file.path) or ""
        match = re.search(r"(?m)^[ \t]*locals\s*\{", text)
        if match:  # what stands behind the first stands behind the others
            found.update(re.findall(r"(?m)^[ \t]*\"?([A-Za-z_][\w-]*)\"?\s*=", text[match.end() :]))
            found.update(re.findall(r"\{\s*([A-Za-z_][\w-]*)\s*=", text[match.start() :]))
    return found


_MADE_BY_OTHERS = re.compile(
    r"(?m)Fn::ForEach|Fn::Transform|^[ \t]*[\"']?Transform[\"']?[ \t]*:(?![ \t]*[\"']?AWS::Serverless)"
)


def undeclared_in_templates(repository: Repository) -> Iterator[Defect]:
    """References in CloudFormation and SAM templates, unless a macro makes more of them than they say."""
    for file in repository.infrastructure:
        templates = file.tool in ("cloudformation", "sam") and file.resources and not file.error
        if templates and not _MADE_BY_OTHERS.search(repository.text(file.path) or ""):
            yield from _in_template(file)


def _in_template(file: InfraFile) -> Iterator[Defect]:
    known = {item.name for item in file.resources} | {item.name for item in file.variables}
    # SAM makes resources of its own and names them after those of the template: a function's role, an implicit API.
    made = ("Serverless", *(item.name for item in file.resources)) if file.tool == "sam" else ()
    seen: set[str] = set()
    for item in file.references:
        if item.name not in known and item.name not in seen and not item.name.startswith(made):
            seen.add(item.name)
            sentence = f"{item.name} is used, but the template declares no such parameter or resource"
            yield Defect(file.path, item.line, "template-reference", sentence)


def hidden_lines(text: str) -> frozenset[int]:
    """Lines inside block comments and heredocs."""
    hidden: set[int] = set()
    for match in _COMMENT.finditer(text):
        first = text.count("\n", 0, match.start()) + 1
        hidden.update(range(first, first + match.group().count("\n") + 1))
    for match in re.finditer(r"<<-?\s*\"?(\w+)\"?[^\n]*\n(.*?)^[ \t]*\1\b", text, re.DOTALL | re.MULTILINE):
        first = text.count("\n", 0, match.start()) + 2
        lines = match.group(2).split("\n")
        hidden.update(first + index for index, line in enumerate(lines) if "${" not in line)
    return frozenset(hidden)
