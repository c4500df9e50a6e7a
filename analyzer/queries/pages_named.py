"""Which pages of a repository a visitor of its README comes to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from analyzer.artifacts.document import Document
from analyzer.knowledge.paths import README_FILE, SITE_SETTINGS
from analyzer.queries.prose import own_documents
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["is_led_to"]

_ON_HOST = re.compile(r"^/[^/]+/[^/]+/(?:-/)?(?:blob|tree|raw)/[^/]+/(.*)$")
"""The path of a file in the address that a git host gives it."""
_OF_EACH_FOLDER = re.compile(
    r"(?i)\b(?:each|every|respective|individual|specific|own|sub-?(?:folder|director)\w*|their)\b[^.\n]{0,60}\breadmes?\b"
)
_NAME = re.compile(
    r"(?<![\w./-])(?:\./)?([\w-][\w./-]*)(?:[ `\"'*]{1,3}(?i:sub)?(?i:(folder|director|dir\b|module|package)))?"
)
"""A word that may be a path, and whether the next one says that it is a folder."""


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
    known = _Pages(pages)
    left = sorted(found)
    while left:
        named = known.named_on(pages[left.pop()]) - found
        found |= named
        left += sorted(named)
    return frozenset(found)


def _is_of_site(repo: Repository, path: str) -> bool:
    """Whether a page lies where a site of documentation takes its pages from."""
    parts = path.split("/")[:-1]
    for depth in range(len(parts) + 1):
        above, below = "/".join([*parts[:depth], ""]), "/".join([*parts[depth:], ""])
        if any(below.startswith(pages) and f"{above}{name}" in repo.snapshot.entries for name, pages in SITE_SETTINGS):
            return True
    return False


class _Pages:
    """Pages by what may name them: their path, their own name where it tells one page, and the folders they lie in."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._readmes = {path for path in paths if README_FILE.search(path)}
        self._by_name: dict[str, set[str]] = {}
        self._inside: dict[str, set[str]] = {}
        for path in paths:
            self._by_name.setdefault(path, set()).add(path)
            if path not in self._readmes:
                self._by_name.setdefault(posixpath.basename(path), set()).add(path)
            folder = posixpath.dirname(path)
            while folder:
                self._inside.setdefault(folder, set()).add(path)
                folder = posixpath.dirname(folder)

    def named_on(self, page: Document) -> set[str]:
        """The pages that a page links or names, themselves or their folder. A drawn tree of files names none."""
        base = posixpath.dirname(page.path)
        found: set[str] = set()
        for target in {_target(link.url, base) for link in page.links} - {""}:
            found |= self._by_name.get(target, set()) if "/" in target or "." in target else set()
            found |= self._inside.get(target, set())
        told = "\n".join(block.text for block in page.blocks if block.kind != "code")
        if _OF_EACH_FOLDER.search(told):
            found |= self._readmes
        for name, is_folder in {match.groups() for match in _NAME.finditer(told)}:
            plain = name.rstrip("/.-")
            found |= self._by_name.get(plain, set()) if not README_FILE.search(plain) or "/" in plain else set()
            if is_folder or "/" in name:
                inner = posixpath.normpath(posixpath.join(base, plain)) if plain else ""
                for folder in {plain, inner} - {"", base}:
                    found |= {path for path in self._inside.get(folder, ()) if posixpath.dirname(path) == folder}
        return found


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
