"""Which pages of a repository a visitor of its README comes to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from analyzer.artifacts.document import Document
from analyzer.knowledge.paths import SITE_SETTINGS
from analyzer.queries.prose import own_documents
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["is_led_to"]

_ON_HOST = re.compile(r"^/[^/]+/[^/]+/(?:-/)?(?:blob|tree|raw)/[^/]+/(.*)$")
"""The path of a file in the address that a git host gives it."""
_OF_EACH_FOLDER = re.compile(
    r"(?i)\b(?:each|every|respective|individual|specific|own|sub-?(?:folder|director)\w*|their)\b[^.\n]{0,60}\breadmes?\b"
)
_FOLDER = re.compile(r"(?i)^\W{0,3}\s*(?:sub)?(?:folder|director|dir\b|module|package)")


def is_led_to(repo: Repository, document: Document) -> bool:
    """Whether the README, or a page that it leads to, names a page or its folder, or a site of documentation holds it.

    What lies beside the README is seen with it.
    """
    beside = posixpath.dirname(document.path) == posixpath.dirname(repo.readme_path)
    return beside or document.path in _led_to(repo)


@remembered
def _led_to(repo: Repository) -> frozenset[str]:
    pages = {item.path: item for item in own_documents(repo)}
    found = {path for path in pages if path == repo.readme_path or _is_of_site(repo, path)}
    left = [pages[path] for path in sorted(found)]
    while left:
        named = set(_named_on(repo, left.pop(), pages.keys() - found))
        found |= named
        left += [pages[path] for path in sorted(named)]
    return frozenset(found)


def _is_of_site(repo: Repository, path: str) -> bool:
    """Whether a page lies where a site of documentation takes its pages from."""
    parts = path.split("/")[:-1]
    for depth in range(len(parts) + 1):
        above, below = "/".join([*parts[:depth], ""]), "/".join([*parts[depth:], ""])
        if any(below.startswith(pages) and f"{above}{name}" in repo.snapshot.entries for name, pages in SITE_SETTINGS):
            return True
    return False


def _named_on(repo: Repository, page: Document, paths: Iterable[str]) -> Iterable[str]:
    """Those of the paths that a page links or names, themselves or their folder. A drawn tree of files names none."""
    base = posixpath.dirname(page.path)
    linked = {target for link in page.links if (target := _target(link.url, base))}
    told = "\n".join(block.text for block in page.blocks if block.kind != "code")
    of_each = bool(_OF_EACH_FOLDER.search(told))
    for path in paths:
        folder, name = posixpath.split(path)
        is_readme = name.lower().startswith("readme")
        if (
            path in linked
            or any(folder == target or folder.startswith(f"{target}/") for target in linked)
            or (of_each and is_readme)
            or (not is_readme and name in told)
            or _names_folder(told, folder, base)
        ):
            yield path


def _target(url: str, base: str) -> str:
    """The path in the repository that a link leads to, or an empty string."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme in ("http", "https"):
        match = _ON_HOST.match(unquote(parts.path))
        return posixpath.normpath(match.group(1)) if match and match.group(1) else ""
    if parts.scheme or not parts.path:
        return ""
    path = unquote(parts.path)
    whole = path.lstrip("/") if path.startswith("/") else posixpath.join(base, path)
    plain = posixpath.normpath(whole)
    return "" if plain == "." or plain.startswith("..") else plain


def _names_folder(told: str, folder: str, base: str) -> bool:
    """Whether a text names a folder as one: by a path, or with a word that says so."""
    if not folder or folder == base:
        return False
    inner = posixpath.relpath(folder, base or ".") if base else folder
    for name in {folder, inner}:
        for match in re.finditer(rf"(?<![\w./-])(?:\./)?{re.escape(name)}(?![\w-])", told):
            after = told[match.end() : match.end() + 16]
            if "/" in name or after.startswith("/") or _FOLDER.match(after):
                return True
    return False
