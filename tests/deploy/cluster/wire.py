"""Bodies as clients send them: JSON, YAML, and the binary form (protocol buffers) of the two kinds that come in it.

kubectl and helm write namespaces and secrets by client-go's typed clients, which send no JSON. The numbers of the fields are
those of ``generated.proto`` in k8s.io/api and k8s.io/apimachinery.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

__all__ = ["body_of"]

_MAGIC = b"k8s\x00"
_TEXT, _BYTES, _FLAG = "text", "bytes", "flag"
_MAP_OF_TEXT, _MAP_OF_BYTES = {1: ("key", _TEXT), 2: ("value", _TEXT)}, {1: ("key", _TEXT), 2: ("value", _BYTES)}
_META = {
    1: ("name", _TEXT),
    3: ("namespace", _TEXT),
    5: ("uid", _TEXT),
    6: ("resourceVersion", _TEXT),
    11: ("labels", _MAP_OF_TEXT),
    12: ("annotations", _MAP_OF_TEXT),
}
_FIELDS: dict[str, dict[int, tuple[str, Any]]] = {
    "Namespace": {1: ("metadata", _META)},
    "Secret": {
        1: ("metadata", _META),
        2: ("data", _MAP_OF_BYTES),
        3: ("type", _TEXT),
        4: ("stringData", _MAP_OF_TEXT),
        5: ("immutable", _FLAG),
    },
}


def body_of(content: bytes) -> dict[str, Any]:
    """The object in the body of a request."""
    if not content.startswith(_MAGIC):
        return YAML(typ="safe").load(content) or {}
    unknown = dict(_fields_of(content[len(_MAGIC) :]))
    named = {number: value.decode() for number, value in _fields_of(unknown[1])}
    return {"apiVersion": named[1], "kind": named[2], **_read(unknown[2], _FIELDS[named[2]])}


def _read(message: bytes, fields: dict[int, tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for number, value in _fields_of(message):
        name, what = fields.get(number, ("", None))
        if what in (_MAP_OF_TEXT, _MAP_OF_BYTES):
            entry = _read(value, what)
            made.setdefault(name, {})[entry["key"]] = entry.get("value", "")
        elif isinstance(what, dict):
            made[name] = _read(value, what)
        elif what == _BYTES:
            made[name] = base64.b64encode(value).decode()
        elif what == _FLAG:
            made[name] = bool(value)
        elif what == _TEXT and value:
            made[name] = value.decode()
    return made


def _fields_of(message: bytes) -> Iterator[tuple[int, Any]]:
    """Each field's number, with its bytes or its whole number."""
    at = 0
    while at < len(message):
        key, at = _whole(message, at)
        value, at = _whole(message, at)
        if key & 7 == 2:
            yield key >> 3, message[at : at + value]
            at += value
        else:
            yield key >> 3, value


def _whole(message: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while True:
        found |= (message[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if message[at - 1] < 0x80:
            return found, at
