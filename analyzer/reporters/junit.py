"""The checklist as JUnit XML, for the test reports of CI systems: one suite a section, one case a criterion.

A gap is a failure whose type is its status. What was not assessed, and a bonus that was not earned, is skipped: neither
is asked of a repository. Times are 0, and there is no timestamp: the same report gives the same bytes.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET  # nosec B405  # written, never parsed

from analyzer.findings import Evidence, Status
from analyzer.report import Report
from analyzer.reporters.gaps import place_of_fix
from analyzer.reporters.words import STATUS_WORDS, number, visible
from analyzer.scorer import ScoredCriterion, ScoredSection

__all__ = ["render_junit"]


def render_junit(report: Report) -> str:
    """Return the XML text."""
    root = ET.Element("testsuites", name=f"folioscope {visible(report.target.name)}")
    suites = [_suite(report, section) for section in report.scorecard.sections]
    root.extend(suites)
    for count in ("tests", "failures", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("errors", "0")
    root.set("time", "0")
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(report: Report, section: ScoredSection) -> ET.Element:
    cases = [_case(report, item) for item in report.scorecard.criteria if item.criterion.section == section.id]
    suite = ET.Element(
        "testsuite",
        name=section.title,
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors="0",
        skipped=str(sum(case.find("skipped") is not None for case in cases)),
        time="0",
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("score", number(report.scorecard.score)),
        ("points", number(section.score)),
        ("max_points", number(section.max_score)),
        ("commit", report.target.commit),
        ("rubric", f"{report.rubric.id} {report.rubric.version}"),
    ):
        ET.SubElement(properties, "property", name=name, value=value)
    suite.extend(cases)
    return suite


def _case(report: Report, item: ScoredCriterion) -> ET.Element:
    criterion, decision = item.criterion, item.decision
    at = place_of_fix(report, item)
    name = f"{criterion.id} {criterion.title}"
    case = ET.Element(
        "testcase",
        classname=f"folioscope.{criterion.section}",
        name=name,
        time="0",
        file=visible(at.path),
        line=str(at.line),
    )
    summary = visible(decision.summary)
    if decision.status is Status.UNKNOWN:
        ET.SubElement(case, "skipped", message=f"{STATUS_WORDS[decision.status]}: {summary}")
    elif decision.status is Status.MISSING and criterion.bonus:
        ET.SubElement(case, "skipped", message=f"a bonus that is not earned: {summary}")
    elif item.lost > 0:
        failure = ET.SubElement(case, "failure", message=summary, type=decision.status.value)
        failure.text = _advice(item, at)
    elif decision.evidence:
        ET.SubElement(case, "system-out").text = "\n".join([summary, *map(_shown, decision.evidence)])
    return case


def _advice(item: ScoredCriterion, at: Evidence) -> str:
    points = f"{number(item.points)} of {number(item.criterion.points)} points"
    lines = [f"{points}. {visible(item.decision.summary).rstrip('.')}.", item.criterion.how, f"Begin at {_shown(at)}"]
    return "\n".join([*lines, *(f"found: {_shown(found)}" for found in item.decision.evidence if found != at)])


def _shown(at: Evidence) -> str:
    snippet = f"  {visible(at.snippet)}" if at.snippet else ""
    return f"{visible(at.path)}:{at.line}{snippet}"
