"""Style sheets and scripts: named by their content, so that a browser keeps them until they change."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from analyzer import REPORT_STATIC

__all__ = ["asset", "mount"]

_OWN = Path(__file__).parent / "static"
_FOLDERS = {"report": REPORT_STATIC, "pages": _OWN}


class _Kept(StaticFiles):
    """Files that a browser need not ask for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept where its address names its content."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            known = b"v=" in scope.get("query_string", b"")
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if known else "no-cache"
        return response


def mount(app: FastAPI) -> None:
    """Serve the files."""
    for name, folder in _FOLDERS.items():
        app.mount(f"/static/{name}", _Kept(directory=folder), name=f"static-{name}")


@lru_cache(maxsize=32)
def asset(name: str) -> str:
    """The address of a file such as ``report/report.css``, with a mark of its content."""
    folder, _, path = name.partition("/")
    mark = hashlib.sha256((_FOLDERS[folder] / path).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"
