"""Ranks, ties, and what separates neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.batch.lines import dump
from analyzer.batch.page import Distribution
from analyzer.batch.ranking import Ranked, failures, order_of, ranked


def line(row: int, **points: float) -> dict[str, object]:
    criteria = [{"id": name, "title": name.title(), "points": value} for name, value in points.items()]
    return {"row": row, "status": "done", "score": round(sum(points.values()), 1), "criteria": criteria}


def ranks(tmp_path: Path, *lines: dict[str, object]) -> list[Ranked]:
    path = tmp_path / "results.jsonl"
    path.write_bytes(b"".join(dump(item) for item in lines))
    return list(ranked(path, order_of(path)))


def test_the_same_score_shares_a_rank(tmp_path):
    found = ranks(tmp_path, line(1, a=2), line(2, a=5), line(3, a=2), line(4, a=1))
    assert [(item.line["row"], item.rank, item.ties) for item in found] == [(2, 1, 1), (1, 2, 2), (3, 2, 2), (4, 4, 1)]


def test_neighbours_are_told_apart_by_criteria(tmp_path):
    first, second, last = ranks(
        tmp_path, line(1, tests=3, docs=0, ci=4), line(2, tests=0, docs=2, ci=4), line(3, ci=6, tests=0, docs=0)
    )
    assert first.reasons == "1 above the next; more: Tests (+3); less: Docs (-2)"
    assert second.reasons == "level with the next; more: Docs (+2); less: Ci (-2)"
    assert last.reasons == ""


def test_equal_neighbours_differ_in_nothing(tmp_path):
    first, _ = ranks(tmp_path, line(1, a=1), line(2, a=1))
    assert first.reasons == "level with the next; no criterion differs"


def test_rows_without_a_score_have_no_rank(tmp_path):
    path = tmp_path / "results.jsonl"
    failed = {"row": 2, "status": "failed", "score": None}
    path.write_bytes(dump({**failed, "row": 3}) + dump(line(1, a=0)) + dump(failed))
    order = order_of(path)
    assert [item.line["row"] for item in ranked(path, order)] == [1]
    assert [item["row"] for item in failures(path, order)] == [2, 3]
    path.write_bytes(dump(failed))
    assert list(ranked(path, order_of(path))) == []


def test_distributions():
    found = Distribution()
    for value in (0.0, 9.9, 50.0, 100.0):
        found.add({"score": value, "sections": [{"id": "a", "score": value, "max_score": 100.0}]})
    found.add({"score": 10.0, "sections": [{"id": "a", "score": 0.0, "max_score": 0.0}]})
    assert found.bins == [2, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert found.middle == 10.0
    assert found.quartiles("a") == pytest.approx((0.0, 7.425, 29.95, 62.5, 100.0))
    assert found.quartiles("b") is None
    assert Distribution().middle is None
