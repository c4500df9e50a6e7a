"""Which format and which encoding an answer has, and whether it is needed at all (RFC 9110)."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request, Response

from api.rendering import Rendering

__all__ = ["accepted", "encoded", "ranges", "takes_gzip"]

_MOST_RANGES = 64


def accepted(header: str, offered: Sequence[str]) -> str | None:
    """The offered media type that an Accept header prefers, or None; the first of equals."""
    asked = ranges(header)
    if not asked:
        return offered[0]
    best = max(offered, key=lambda kind: _quality(kind, asked))
    return best if _quality(best, asked) > 0 else None


def ranges(header: str) -> list[tuple[str, float]]:
    """What a header such as Accept lists, in lower case, each with its quality from 0 to 1."""
    return [_range(part) for part in header.split(",")[:_MOST_RANGES] if part.strip()]


def _range(part: str) -> tuple[str, float]:
    kind, _, parameters = part.partition(";")
    quality = 1.0
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return kind.strip().lower(), quality


def _quality(kind: str, asked: list[tuple[str, float]]) -> float:
    main = kind.partition("/")[0]
    for pattern in (kind, f"{main}/*", "*/*"):
        found = [quality for name, quality in asked if name == pattern]
        if found:
            return max(found)
    return 0.0


def encoded(request: Request, rendering: Rendering) -> Response:
    """The answer that carries a rendering, compressed where the reader can take it, or 304 where it has it."""
    packed = rendering.packed and takes_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{rendering.etag}{"-gzip" if packed else ""}"'
    headers = {
        "ETag": etag,
        # A deleted report must not be shown from a cache: it is kept, and asked about each time.
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding",
        "Content-Disposition": f'inline; filename="{rendering.name}.{rendering.suffix}"',
    }
    if rendering.media_type.startswith(("text/html", "image/svg")):
        headers["Content-Security-Policy"] = _STANDALONE_POLICY
    known = [item.strip().removeprefix("W/") for item in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    charset = "" if rendering.media_type.endswith("json") else "; charset=utf-8"
    return Response(
        rendering.packed if packed else rendering.body,
        headers=headers | {"Content-Type": rendering.media_type + charset},
    )


_STANDALONE_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""Of a file that carries its own styles: it may do nothing at all, and has no part in this site."""


def takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header lets an answer be gzipped."""
    for part in header.lower().split(","):
        kind, quality = _range(part)
        if kind in ("gzip", "*"):
            return quality > 0
    return False
