"""The documentation of the API as a page, made from its OpenAPI document: no script, nothing from elsewhere."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader

from analyzer import load_texts
from api.problems import CODES, Problem, documented

__all__ = ["router"]

router = APIRouter(prefix="/api", include_in_schema=False)
_HERE = Path(__file__).parent


@router.get("/docs", responses=documented())
def reference(request: Request) -> HTMLResponse:
    """The page."""
    document = request.app.openapi()
    operations: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["other"])[0]
            operations.setdefault(tag, []).append(_operation(path, method, operation, document))
    codes = [(code, status, Problem(code).title(load_texts())) for code, status in CODES.items()]
    template = _environment().get_template("reference.html")
    text = template.render(info=document["info"], operations=operations, codes=codes)
    return HTMLResponse(text, headers={"Cache-Control": "public, max-age=300"})


@router.get("/docs.css")
def style() -> Response:
    """Its styles."""
    return Response(
        (_HERE / "reference.css").read_bytes(), media_type="text/css", headers={"Cache-Control": "public, max-age=300"}
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _operation(path: str, method: str, operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    bodies = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "path": path,
        "method": method.upper(),
        "summary": operation.get("description") or operation.get("summary", ""),
        "parameters": [
            {
                "name": item["name"],
                "where": item["in"],
                "required": item.get("required", False),
                "text": item.get("description", "") or item["schema"].get("description", ""),
            }
            for item in operation.get("parameters", [])
        ],
        "bodies": [(kind, text) for kind, body in bodies.items() for text in _examples(body, document)],
        "answers": [
            {"status": status, "text": answer["description"], "examples": _shown(answer, document)}
            for status, answer in sorted(operation["responses"].items())
        ],
    }


def _shown(answer: dict[str, Any], document: dict[str, Any]) -> list[str]:
    content = answer.get("content", {})
    return [text for kind, body in content.items() if "problem" not in kind for text in _examples(body, document)]


def _examples(body: dict[str, Any], document: dict[str, Any]) -> list[str]:
    if "example" in body:
        example = body["example"]
        return [example if isinstance(example, str) else json.dumps(example, indent=2)]
    schema = _resolved(body.get("schema", {}), document)
    if "examples" in schema:
        return [json.dumps(example, indent=2) for example in schema["examples"]]
    value = _example(schema, document)
    return [json.dumps(value, indent=2)] if isinstance(value, dict) and value else []


def _example(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """A value made from the examples of a schema's parts."""
    schema = _resolved(schema, document)
    if schema.get("examples"):
        return schema["examples"][0]
    if "default" in schema or depth > 4:
        return schema.get("default")
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], document, depth + 1)
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        return {name: _example(part, document, depth + 1) for name, part in schema["properties"].items()}
    if kind == "array":
        item = _example(schema.get("items", {}), document, depth + 1)
        return [] if item is None else [item]
    if "enum" in schema:
        return schema["enum"][0]
    known = {"integer": 1, "number": 63.5, "boolean": True, "object": {}}
    if kind == "string":
        return "2026-01-02T03:04:05Z" if schema.get("format") == "date-time" else ""
    return known.get(str(kind))


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    reference_to = schema.get("$ref", "")
    if not reference_to:
        return schema
    found = document["components"]["schemas"][reference_to.rpartition("/")[2]]
    assert isinstance(found, dict)
    return found
