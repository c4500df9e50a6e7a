"""Pieces of the pages that need no browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.requests import Request

from analyzer import EXAMPLES, Texts, example_folder, load_texts
from api.pages import assets, templating
from api.pages.accounts import _inside
from api.pages.rows import PER_PAGE, Filters, Row, tabled
from api.pages.templating import language_of, page
from api.store.summaries import Bar, Summary

ROOT = Path(__file__).parents[2]


def test_the_vendored_script_is_the_locked_one():
    vendored = ROOT / "api" / "pages" / "static" / "vendor" / "htmx.min.js"
    locked = ROOT / "tests" / "node" / "node_modules" / "htmx.org" / "dist" / "htmx.min.js"
    assert vendored.read_bytes() == locked.read_bytes()


def test_assets_are_named_by_their_content():
    assert assets.asset("report/report.css").startswith("/static/report/report.css?v=")
    assert assets.asset("pages/pages.css") != assets.asset("report/report.css")


def test_examples_are_there():
    assert all(example_folder(name).is_dir() for name in EXAMPLES)


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "", "javascript:1", "/a\nb"]
)
def test_a_sign_in_leads_to_our_pages_alone(target):
    assert _inside(target) == "/batches"


def test_a_sign_in_leads_to_the_page_that_was_wanted():
    assert _inside("/keys?x=1") == "/keys?x=1"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("en-GB,en;q=0.9,ar;q=0.8", "en"),
        ("fr,ar;q=0.5", "ar"),
        ("fr", "en"),
        ("ar;q=0", "en"),
        ("*", "en"),
        (";;,,=", "en"),
    ],
)
def test_a_browser_chooses_among_the_languages_that_there_are(header: str, language: str):
    assert language_of(header, ("en", "ar")) == language


def test_a_page_speaks_the_language_that_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    arabic = Texts("ar", {"direction": "rtl"}, load_texts())
    monkeypatch.setattr(templating, "LANGUAGES", ("en", "ar"))
    monkeypatch.setattr(templating, "load_texts", lambda language: arabic if language == "ar" else load_texts())
    request = Request({"type": "http", "headers": [(b"accept-language", b"ar-EG")], "state": {}})
    assert '<html lang="ar" dir="rtl">' in bytes(page(request, "deleted.html").body).decode()


# -- rows ------------------------------------------------------------------------------------------------------------

SUMMARY = Summary((Bar("a", "A", 1, 2), Bar("b", "B", 3, 3)), "Tests", "Alerts", ("docker",))


def row(number: int, score: float | None, **more: object) -> Row:
    made = Row(
        f"id{number}", number, number + 1, f"name {number}", "done" if score is not None else "queued", score, "", "", "",
        "", SUMMARY if score is not None else None, "WQZA"[number % 4] * 8,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def numbers(rows, query: dict[str, str]) -> list[int]:
    return [item.number for item in tabled(rows, Filters.of(query)).rows]


ROWS = [row(1, 40.0), row(2, None), row(3, 90.0), row(4, 40.0), row(5, None, status="failed", cause="gone")]


def test_best_first_equals_in_order_and_without_a_score_last():
    assert numbers(ROWS, {}) == [3, 1, 4, 2]
    assert numbers(ROWS, {"sort": "-score"}) == [1, 4, 3, 2]
    assert numbers(ROWS, {"sort": "-line"}) == [1, 2, 3, 4]
    assert numbers(ROWS, {"sort": "name"}) == [4, 3, 2, 1]


def test_failed_rows_stand_apart():
    assert [item.number for item in tabled(ROWS, Filters()).failed] == [5]


def test_filters():
    other = replace(SUMMARY, sections=(Bar("a", "A", 2, 2), Bar("b", "B", 0, 3)), technologies=("helm",))
    rows = [row(1, 40.0), row(2, 80.0, summary=other), row(3, None)]
    assert numbers(rows, {"least": "50"}) == [2]
    assert numbers(rows, {"most": "50"}) == [1]
    assert numbers(rows, {"technology": "docker"}) == [1]
    assert numbers(rows, {"section": "b", "share": "75"}) == [1]
    assert numbers(rows, {"sort": "a"}) == [2, 1, 3]
    assert tabled(rows, Filters()).technologies == ("docker", "helm")


@pytest.mark.parametrize(
    "query", [{"least": "x"}, {"least": "-1"}, {"most": "1e9"}, {"page": "-4"}, {"share": "nan"}, {"sort": "no"}]
)
def test_what_an_address_gets_wrong_counts_as_not_said(query):
    assert len(tabled(ROWS, Filters.of(query)).rows) == 4


def test_an_address_says_what_is_not_as_usual_and_comes_back():
    filters = Filters.of(
        {"sort": "-name", "least": "5", "section": "a", "share": "75", "technology": "helm", "blind": "1"}
    )
    assert filters.address() == "?sort=-name&least=5&section=a&share=75&technology=helm&blind=1"
    assert Filters().address() == "?"
    assert "sort=-score" in Filters().sorting("score")
    assert "page=2" in Filters().address(page=2)


@pytest.mark.parametrize("sort", ["-name", "-line"])
def test_hidden_names_sort_by_their_code(sort):
    rows = [row(1, 1.0, name="a"), row(2, 2.0, name="b"), row(3, 3.0, name="c")]
    assert numbers(rows, {"sort": sort, "blind": "1"}) == [3, 1, 2]
    assert numbers(rows, {"sort": sort}) == [1, 2, 3]


def test_equals_tell_no_order_of_the_file_where_names_are_hidden():
    assert numbers([row(number, 5.0) for number in (1, 2, 3)], {"blind": "1"}) == [3, 1, 2]


def test_many_rows_come_in_pages():
    rows = [row(number, float(number % 100)) for number in range(1, PER_PAGE * 2 + 10)]
    table = tabled(rows, Filters(page=3))
    assert (len(table.rows), table.page, table.pages) == (9, 3, 3)


def test_a_page_past_the_last_is_the_last():
    rows = [row(number, float(number)) for number in range(1, PER_PAGE + 10)]
    table = tabled(rows, Filters.of({"page": "99"}))
    assert (len(table.rows), table.page, table.pages) == (9, 2, 2)
    assert tabled([], Filters(page=7)).page == 1


@pytest.mark.parametrize(
    ("rows", "query", "said"),
    [
        ([row(1, None, status="failed")], {}, "Every row failed"),
        ([], {"page": "3"}, "There are no rows here"),
        ([row(1, 4.0)], {"least": "50"}, "No row fits these filters"),
    ],
)
def test_a_table_without_rows_says_why(rows: list[Row], query: dict[str, str], said: str):
    batch = {"id": "b", "status": "done", "finished": 1, "rows": 1, "problems": [], "not_understood": 0}
    filters = Filters.of(query)
    request = Request({"type": "http", "headers": [], "state": {}})
    shown = page(request, "batch_part.html", batch=batch, table=tabled(rows, filters), filters=filters, part=False)
    assert said in bytes(shown.body).decode()
