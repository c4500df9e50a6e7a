"""Folioscope's engine: reads a repository and says what an MLOps engineer would see in it.

    from analyzer import analyze
    report = analyze("path/or/owner/name")
    print(report.scorecard.score, report.scorecard.grade)

The names below are the public interface; everything else may change between minor versions.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.analysis import Options, Result, analyze, analyze_many, stored_key
    from analyzer.batch.cells import harmless
    from analyzer.batch.merge import applicant_of, inside_of
    from analyzer.batch.rows import is_account, read_rows
    from analyzer.compare import Comparison, compare_documents
    from analyzer.environment import mistyped_variables
    from analyzer.errors import FolioscopeError, LimitError, RubricError, TargetError, UsageError
    from analyzer.examples import EXAMPLES, example_folder
    from analyzer.limits import Limits
    from analyzer.portfolio import Portfolio, analyze_portfolio
    from analyzer.report import Report
    from analyzer.reporters.badge import badge_svg
    from analyzer.reporters.comparison import comparison_document
    from analyzer.reporters.formats import FORMATS, Format, render
    from analyzer.reporters.html import (
        LANGUAGES,
        REPORT_STATIC,
        Texts,
        html_environment,
        load_texts,
        report_context,
    )
    from analyzer.reporters.json_report import as_document, from_document
    from analyzer.reporters.schema import report_schema
    from analyzer.rubric import BUILT_IN, Criterion, Grade, Rubric, Section, load_rubric
    from analyzer.target import LOGIN, Host, Target, parse_target
    from analyzer.version import VERSION

__all__ = [
    "BUILT_IN",
    "EXAMPLES",
    "FORMATS",
    "LANGUAGES",
    "LOGIN",
    "REPORT_STATIC",
    "VERSION",
    "Comparison",
    "Criterion",
    "FolioscopeError",
    "Format",
    "Grade",
    "Host",
    "LimitError",
    "Limits",
    "Options",
    "Portfolio",
    "Report",
    "Result",
    "Rubric",
    "RubricError",
    "Section",
    "Target",
    "TargetError",
    "Texts",
    "UsageError",
    "analyze",
    "analyze_many",
    "analyze_portfolio",
    "applicant_of",
    "as_document",
    "badge_svg",
    "compare_documents",
    "comparison_document",
    "example_folder",
    "from_document",
    "harmless",
    "html_environment",
    "inside_of",
    "is_account",
    "load_rubric",
    "load_texts",
    "mistyped_variables",
    "parse_target",
    "read_rows",
    "render",
    "report_context",
    "report_schema",
    "stored_key",
]

_HOMES = {
    **dict.fromkeys(("analyze", "analyze_many", "Options", "Result", "stored_key"), "analyzer.analysis"),
    **dict.fromkeys(("FolioscopeError", "LimitError", "RubricError", "TargetError", "UsageError"), "analyzer.errors"),
    **dict.fromkeys(("FORMATS", "Format", "render"), "analyzer.reporters.formats"),
    **dict.fromkeys(("as_document", "from_document"), "analyzer.reporters.json_report"),
    **dict.fromkeys(("BUILT_IN", "Criterion", "Grade", "Rubric", "Section", "load_rubric"), "analyzer.rubric"),
    **dict.fromkeys(("LOGIN", "Host", "Target", "parse_target"), "analyzer.target"),
    "badge_svg": "analyzer.reporters.badge",
    "comparison_document": "analyzer.reporters.comparison",
    "harmless": "analyzer.batch.cells",
    **dict.fromkeys(("Comparison", "compare_documents"), "analyzer.compare"),
    **dict.fromkeys(
        ("LANGUAGES", "REPORT_STATIC", "Texts", "html_environment", "load_texts", "report_context"),
        "analyzer.reporters.html",
    ),
    **dict.fromkeys(("EXAMPLES", "example_folder"), "analyzer.examples"),
    "Limits": "analyzer.limits",
    "mistyped_variables": "analyzer.environment",
    **dict.fromkeys(("is_account", "read_rows"), "analyzer.batch.rows"),
    **dict.fromkeys(("applicant_of", "inside_of"), "analyzer.batch.merge"),
    "Report": "analyzer.report",
    "Portfolio": "analyzer.portfolio",
    "analyze_portfolio": "analyzer.portfolio",
    "report_schema": "analyzer.reporters.schema",
    "VERSION": "analyzer.version",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing a part does not import the whole."""
    if name not in _HOMES:
        raise AttributeError(f"module 'analyzer' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
