"""Two reports side by side: what was gained and lost, and the evidence that moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from analyzer import Comparison, compare_documents, comparison_document
from api.accounts.audit import audit
from api.accounts.principal import Anyone, Principal
from api.problems import Problem, documented
from api.rendering import check_done
from api.routes.analyses import AnalysisId, find_analysis
from api.service import Service, ServiceDep
from api.store.reports import document_for

__all__ = ["Compared", "compared", "router"]

router = APIRouter(prefix="/api/v1/analyses", tags=["reports"])


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison, and the document of the report that was compared with the first."""

    change: Comparison
    head: dict[str, Any]


def compared(service: Service, principal: Principal, base: str, head: str) -> Compared:
    """Compare the reports of two analyses that the principal may see.

    Raises:
        Problem: one of them is not there, or has no report.
    """
    with service.store.reading() as session:
        both = [find_analysis(session, name, principal) for name in (base, head)]
        for item in both:
            check_done(item)
        first, second = (document_for(session, item) for item in both)
    if first is None or second is None:
        raise Problem("report.not-ready", "reports-gone")
    with service.store.writing() as session:
        for item in both:
            if item.account_id:
                audit(session, principal, "report.view", item.id, "comparison")
    names = (both[0].ref or both[0].commit[:10], both[1].ref or both[1].commit[:10])
    return Compared(compare_documents(first, second, names), second)


@router.get(
    "/{analysis_id}/comparison/{head}",
    responses=documented(
        "resource.unknown", "access.unauthenticated", "report.not-ready", "analysis.failed", "analysis.cancelled"
    ),
)
def comparison(analysis_id: AnalysisId, head: AnalysisId, service: ServiceDep, principal: Anyone) -> dict[str, Any]:
    """What changed from one report to another, as ``folioscope compare --format json`` tells it.

    Criteria gained, lost and not assessed on one side; evidence that moved to another line, appeared and vanished.
    """
    return comparison_document(compared(service, principal, analysis_id, head).change)
