"""What the platform says, and the projects inside a repository, as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from analyzer.github.words import owner_sentences, sentences
from analyzer.projects import Project
from analyzer.reporters.words import plain_utf8

if TYPE_CHECKING:
    from analyzer.github.facts import OwnerFacts, PlatformView, Unknown

__all__ = ["owner_part", "platform_part", "project", "project_of"]


def project(item: Project) -> dict[str, Any]:
    """Return one project as the values that the schema describes."""
    return {
        "path": plain_utf8(item.path),
        "marks": list(item.marks),
        "signs": list(item.signs),
        "files": item.files,
        "impression": item.impression,
    }


def project_of(item: dict[str, Any]) -> Project:
    """Return the project that :func:`project` made the values from."""
    return Project(item["path"], tuple(item["marks"]), tuple(item["signs"]), item["files"], item["impression"])


def platform_part(view: PlatformView) -> dict[str, Any]:
    """Return what the platform says as the values that the schema describes; what is not known is null, with its reason."""
    found = view.repository
    values = _plain(asdict(found)) if found else None
    unknown = values.pop("unknown") if values else [{"what": "repository", "why": plain_utf8(view.why)}]
    return {
        "source": view.source,
        "repository": values,
        "unknown": unknown,
        "facts": [plain_utf8(item) for item in sentences(view)],
    }


def owner_part(owner: OwnerFacts) -> dict[str, Any]:
    """Return what the platform says about an account; its repositories stand in the portfolio."""
    return {
        "login": owner.login,
        "kind": owner.kind,
        "url": plain_utf8(owner.url),
        "website": plain_utf8(owner.website),
        "profile_readme": owner.profile_readme,
        "pinned": None if owner.pinned is None else list(owner.pinned),
        "repositories": len(owner.repositories),
        "unknown": [_unknown(item) for item in owner.unknown],
        "facts": [plain_utf8(item) for item in owner_sentences(owner)],
    }


def _unknown(item: Unknown) -> dict[str, str]:
    return {"what": item.what, "why": plain_utf8(item.why)}


def _plain(value: Any) -> Any:
    """Values as JSON has them: lists for tuples, text that any reader takes."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return plain_utf8(value) if isinstance(value, str) else value
