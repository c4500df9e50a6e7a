"""Files that are handed on: mentions of one file under several relative names become one node."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from analyzer.findings import Place
from analyzer.knowledge.paths import MODEL_FILE
from analyzer.repository import Repository
from analyzer.wiring.graph import Draft

__all__ = ["FileNames"]

_DATA_WORD = re.compile(
    r"(?i)(?:^|[_/.-])(?:train|test|val|valid|data|dataset|x|y|features?|reference|current|raw)(?:[_/.-]|$)"
)
_HOSTS = re.compile(
    r"^(?:[a-z0-9]+://[^/]*/?|/(?:app|code|opt/\w+|usr/src/\w+|home/\w+|workspace|tmp|data|workspaces/[^/]+)/|~/|(?:\.\./)+|\./)"
)
_LEADING = re.compile(r"^(?:\.{1,3}/)+")
_FIELD = re.compile(r"^.*\{\}/?")


class _Mention(Struct, frozen=True):
    owner: str
    verb: str
    name: str
    place: Place
    model: bool


class FileNames:
    """Collects who reads and writes which file, and draws it once all are known.

    ``models/model.bin`` of the training and ``model.bin`` of an image are one file where no other file has a name
    that ends so.
    """

    def __init__(self, repo: Repository) -> None:
        self._entries = repo.snapshot.entries
        self._mentions: list[_Mention] = []

    def mention(self, owner: str, verb: str, written: str, place: Place, *, model: bool = False) -> None:
        """Note that ``owner`` reads or writes a file or an address."""
        name = _FIELD.sub("", written) if "{}" in written else written
        plain = posixpath.normpath(_LEADING.sub("", _HOSTS.sub("", name.strip()))) if name.strip() else ""
        if plain and plain not in (".", "..") and "{}" not in plain and len(plain) < 160:
            kind = bool(MODEL_FILE.search(plain) or plain.lower().endswith(".b")) and (
                model or not _DATA_WORD.search(plain)
            )
            kind = kind and not _DATA_WORD.search(plain.rsplit("/", 1)[-1])
            beside = posixpath.join(posixpath.dirname(place.path), plain)
            self._mentions.append(_Mention(owner, verb, beside if beside in self._entries else plain, place, kind))

    def draw(self, draft: Draft) -> None:
        """Add a node for each file and an edge for each mention."""
        names = sorted({item.name for item in self._mentions}, key=lambda name: (-name.count("/"), name))
        longest: dict[str, str] = {}
        same_end: dict[str, list[str]] = {}
        for name in names:
            others = same_end.setdefault(name.rsplit("/", 1)[-1], [])
            wider = {longest[other] for other in others if other.endswith(f"/{name}")}
            longest[name] = wider.pop() if len(wider) == 1 else name
            others.append(name)
        models = {longest[item.name] for item in self._mentions if item.model}
        for item in self._mentions:
            name = longest[item.name]
            kind, key = ("model", f"file:{name}") if name in models else ("dataset", name)
            node = draft.node(kind, key, name, item.place)
            verb = {"reads": "loads", "writes": "saves"}.get(item.verb, item.verb) if kind == "model" else item.verb
            draft.edge(item.owner, node, verb, item.place)
