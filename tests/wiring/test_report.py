"""What reports say of the wiring, and what a complete chain earns."""

from __future__ import annotations

from analyzer.analysis import Options, analyze
from analyzer.report import Report
from analyzer.reporters.json_report import as_document, from_document
from analyzer.reporters.markdown import render_markdown
from analyzer.reporters.text import render_text
from analyzer.rubric import load_rubric
from tests.conftest import BuildGit, Files
from tests.wiring.support import SYSTEM


def _report(git_repository: BuildGit, files: Files) -> Report:
    return analyze(str(git_repository(files)), Options(offline=True))


def test_a_complete_chain_earns_the_end_to_end_section_in_full(git_repository: BuildGit) -> None:
    section = _report(git_repository, SYSTEM).scorecard.sections[0]
    assert section.id == "end-to-end"
    assert section.score == section.max_score


def test_what_the_chain_lifts_keeps_its_status_and_says_so(git_repository: BuildGit) -> None:
    report = _report(git_repository, SYSTEM)
    endpoint = next(item for item in report.scorecard.criteria if item.criterion.id == "e2e.live-endpoint")
    assert endpoint.decision.status == "missing"
    assert endpoint.points == endpoint.criterion.points
    assert endpoint.decision.summary.endswith("counted in full, since the chain from data to alert is complete")


def test_the_text_draws_the_chain_and_names_the_first_missing_link(git_repository: BuildGit) -> None:
    text = render_text(_report(git_repository, {**SYSTEM, "monitoring/prometheus.yml": ""}))
    lines = text.splitlines()
    drawn = "data ─ training ─ registry ─ image ─ deployment ─ service ┄ metrics ─ alert"
    assert drawn in [line.rstrip() for line in lines]
    assert "─ image      Dockerfile:2" in [line.rstrip() for line in lines]
    assert "┄ metrics is the first link that is missing: service/app.py exports metrics" in text
    assert max(len(line) for line in lines) <= 80


def test_the_markdown_has_the_chain_as_a_table(git_repository: BuildGit) -> None:
    text = render_markdown(_report(git_repository, SYSTEM))
    assert "## From data to alert" in text
    assert "| ✅ found | image | `Dockerfile:2` |" in text


def test_a_report_comes_back_whole_from_its_document(git_repository: BuildGit) -> None:
    report = _report(git_repository, SYSTEM)
    again = from_document(as_document(report), load_rubric(), report.target.input)
    assert again.wiring == report.wiring
    assert as_document(again) == as_document(report)


def test_the_document_has_the_graph(git_repository: BuildGit) -> None:
    wiring = as_document(_report(git_repository, SYSTEM))["wiring"]
    assert set(wiring["nodes"][0]) == {"id", "kind", "label", "path", "line"}
    assert set(wiring["edges"][0]) == {"source", "target", "kind", "path", "line"}
    assert set(wiring["chain"][0]) == {"link", "status", "label", "path", "line", "sentence"}
    assert wiring["complete"] is True
