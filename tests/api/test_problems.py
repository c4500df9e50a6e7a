"""Problems and causes: every word that people read stands in the texts, under a code that stays."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from starlette.requests import Request

from analyzer import Texts, UsageError, load_texts
from api.pages import templating
from api.pages.errors import error_page
from api.problems import CODES, Problem, problem_response

API = Path(__file__).parents[2] / "api"
TREES = [ast.parse(path.read_text("utf-8")) for path in sorted(API.rglob("*.py"))]


def raised() -> list[ast.Call]:
    """All places that make a problem."""
    calls = (node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Problem"]


def strings(node: ast.AST) -> set[str]:
    return {item.value for item in ast.walk(node) if isinstance(item, ast.Constant) and isinstance(item.value, str)}


def said() -> set[str]:
    return {text for call in raised() for node in call.args[1:2] for text in strings(node)}


def test_every_code_has_a_title():
    texts = load_texts()
    assert [code for code in CODES if not texts.has(f"problem.title.{code}")] == []


def test_problems_are_raised_by_key_not_by_words():
    texts = load_texts()
    keys = said() - {"rate."}
    assert len(keys) > 40
    assert [key for key in sorted(keys) if not texts.has(f"problem.said.{key}.detail")] == []


def test_every_cause_of_a_failure_has_words():
    codes = {
        text
        for path in [*API.glob("jobs/*.py"), *API.glob("store/*.py")]
        for text in re.findall(r'"((?:job|server|target)\.[a-z][a-z-]+)"', path.read_text("utf-8"))
    }
    assert {"job.worker-lost", "server.disk-full", "target.unreadable"} <= codes
    assert [code for code in sorted(codes) if not load_texts().has(f"cause.{code}")] == []


def test_a_page_tells_a_problem_in_the_language_of_its_reader(monkeypatch: pytest.MonkeyPatch):
    words = {"title": {"resource": {"unknown": "Il n'y a rien"}}, "said": {"nowhere": {"detail": "Rien ici."}}}
    french = Texts("fr", {"problem": words}, load_texts())
    monkeypatch.setattr(templating, "LANGUAGES", ("en", "fr"))
    monkeypatch.setattr(templating, "load_texts", lambda language: french if language == "fr" else load_texts())
    request = Request({"type": "http", "headers": [(b"accept-language", b"fr")], "state": {}})
    problem = Problem("resource.unknown", "nowhere")
    shown = bytes(error_page(request, problem).body).decode()
    assert "Il n&#39;y a rien</h1>" in shown
    assert "Rien ici." in shown
    assert "Check the link." in shown  # what is not translated stays English
    told = bytes(problem_response(problem).body).decode()
    assert '"title":"There is no such resource"' in told


def test_words_of_the_engine_are_told_as_they_are():
    problem = Problem.of("target.invalid", UsageError("It is 100% {odd}", "Give another."))
    assert (problem.detail(load_texts()), problem.hint(load_texts())) == ("It is 100% {odd}.", "Give another.")
