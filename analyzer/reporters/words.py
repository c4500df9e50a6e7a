"""Words and safe text that several reporters share."""

from __future__ import annotations

import unicodedata

from analyzer.advice import NextStep
from analyzer.findings import Evidence, Status
from analyzer.report import Report
from analyzer.scorer import ScoredCriterion, ScoredSection

__all__ = [
    "STATUS_WORDS",
    "gaps",
    "leaning",
    "number",
    "order_of",
    "place",
    "plain_utf8",
    "sentence",
    "spans",
    "strengths",
    "visible",
]

STATUS_WORDS = {
    Status.MET: "met",
    Status.PARTIAL: "partial",
    Status.MISSING: "missing",
    Status.UNKNOWN: "not assessed",
}


def visible(text: str) -> str:
    """Text of a repository with everything that would act on a terminal or hide (controls, bidi marks) shown as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character == " " or unicodedata.category(character)[0] not in "CZ" else _escaped(character)
        for character in text
    )


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return " " if unicodedata.category(character) == "Zs" else f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"


def plain_utf8(text: str) -> str:
    """Text that any UTF-8 reader takes: bytes of a path that are no UTF-8 are shown as escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def order_of(first: NextStep) -> str:
    """In which order the next steps stand that begin with this one."""
    return "what would not run first, then by points gained" if first.mends else "by points gained"


def number(value: float) -> str:
    """A number without a needless decimal: 3, 1.5."""
    return f"{value:.1f}".removesuffix(".0")


def place(evidence: Evidence) -> str:
    """``path:line`` of evidence."""
    return f"{visible(evidence.path)}:{evidence.line}"


def spans(text: str) -> list[tuple[str, bool]]:
    """The parts of a question with whether each is code, which stands between backticks."""
    return [(part, index % 2 == 1) for index, part in enumerate(text.split("`")) if part]


def leaning(report: Report) -> str:
    """How the evidence leans between the roles, in one line; empty where there is hardly any."""
    return ", ".join(f"{item.role} {item.share * 100:.0f} %" for item in report.roles if item.share)


def strengths(report: Report, most: int = 5) -> list[ScoredCriterion]:
    """The criteria that earn most points."""
    earned = [item for item in report.scorecard.criteria if item.decision.status is Status.MET]
    return sorted(earned, key=lambda item: -item.points)[:most]


def gaps(report: Report, most: int = 5) -> list[ScoredCriterion]:
    """The criteria that lose most points."""
    lost = [item for item in report.scorecard.criteria if item.lost > 0]
    return sorted(lost, key=lambda item: -item.lost)[:most]


def sentence(report: Report) -> str:
    """The score in one sentence: where the repository is strong, and where most is to be gained."""
    sections = [item for item in report.scorecard.sections if item.max_score]
    if not sections:
        return "Nothing of the checklist could be assessed."
    strong = sorted((item for item in sections if _share(item) >= 0.7), key=lambda item: -item.score)[:2]
    weak = sorted((item for item in sections if _share(item) < 0.5), key=lambda item: item.score - item.max_score)[:2]
    most = f"{_joined(weak)} {'has' if len(weak) == 1 else 'have'} most to gain" if weak else ""
    if strong and weak:
        return f"Strong in {_joined(strong)}; {most}."
    if strong:
        return f"Strong in {_joined(strong)}, and no section falls far behind."
    return f"{most[:1].upper()}{most[1:]}." if most else "Every section is half-way; the next steps say where to go on."


def _share(section: ScoredSection) -> float:
    return section.score / section.max_score


_SHORT = {"CI/CD for models": "CI/CD"}


def _joined(sections: list[ScoredSection]) -> str:
    names = [_SHORT.get(item.title, item.title[:1].lower() + item.title[1:]) for item in sections]
    return " and ".join(names)
