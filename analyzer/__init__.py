"""Folioscope's engine: reads a repository and says what an MLOps engineer would see in it.

    from analyzer import analyze
    report = analyze("path/or/owner/name")
    print(report.scorecard.score, report.scorecard.grade)

The names below are the public interface; everything else may change between minor versions.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.analysis import Options, Result, analyze, analyze_many
    from analyzer.errors import FolioscopeError
    from analyzer.limits import Limits
    from analyzer.portfolio import Portfolio, analyze_portfolio
    from analyzer.report import Report

__all__ = [
    "FolioscopeError",
    "Limits",
    "Options",
    "Portfolio",
    "Report",
    "Result",
    "analyze",
    "analyze_many",
    "analyze_portfolio",
]

_HOMES = {
    "analyze": "analyzer.analysis",
    "analyze_many": "analyzer.analysis",
    "Options": "analyzer.analysis",
    "Result": "analyzer.analysis",
    "FolioscopeError": "analyzer.errors",
    "Limits": "analyzer.limits",
    "Report": "analyzer.report",
    "Portfolio": "analyzer.portfolio",
    "analyze_portfolio": "analyzer.portfolio",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing a part does not import the whole."""
    if name not in _HOMES:
        raise AttributeError(f"module 'analyzer' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
