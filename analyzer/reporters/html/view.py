"""What the templates show: values of a report with what has to be computed for a page."""

from __future__ import annotations

from markupsafe import Markup, escape
from msgspec import Struct

from analyzer.advice import NextStep
from analyzer.claims import Claim
from analyzer.findings import Evidence, Status
from analyzer.github.words import sentences
from analyzer.knowledge.claims import spelled
from analyzer.knowledge.interview import TOPICS
from analyzer.outcomes import Outcome
from analyzer.report import Report
from analyzer.reporters.html.code import Code, Listing
from analyzer.reporters.html.graph import Picture, draw
from analyzer.reporters.html.radar import Radar, radar
from analyzer.reporters.html.texts import Texts
from analyzer.reporters.owners_word import owners_sentences
from analyzer.reporters.words import spans, visible
from analyzer.scorer import ScoredCriterion, ScoredSection, as_if_met
from analyzer.technologies import Technology
from analyzer.wiring import Node

__all__ = ["EVIDENCE_SHOWN", "ReportView", "Shown", "Step"]

EVIDENCE_SHOWN = 3
"""Pieces of evidence of a criterion that are seen at once; the others open with one more click."""
OUTCOMES_SHOWN = 8
TIES_SHOWN = 60


class Step(Struct, frozen=True):
    """A next step with the score it would make."""

    step: NextStep
    would: float
    effort: str


class Shown(Struct, frozen=True):
    """A section with its criteria. ``share`` is 0 to 1."""

    section: ScoredSection
    criteria: tuple[ScoredCriterion, ...]
    share: float


class ReportView:
    """A report as the templates see it."""

    def __init__(self, report: Report, texts: Texts) -> None:
        self.report = report
        self._texts = texts
        self._listing = Listing(report.excerpts)

    @property
    def sections(self) -> tuple[Shown, ...]:
        """The sections with their criteria, in order."""
        card = self.report.scorecard
        return tuple(
            Shown(
                section,
                tuple(item for item in card.criteria if item.criterion.section == section.id),
                section.score / section.max_score if section.max_score else 0.0,
            )
            for section in card.sections
        )

    @property
    def steps(self) -> tuple[Step, ...]:
        """The next steps, each with the score it would make alone."""
        report = self.report
        return tuple(
            Step(
                step,
                as_if_met(report.scorecard, report.rubric, step.criteria)[0],
                {"an hour": "hour", "an evening": "evening"}.get(step.effort, "weekend"),
            )
            for step in report.next_steps
        )

    @property
    def radar(self) -> Radar | None:
        """The radar; None where there are too few sections for a shape."""
        shares = [
            (self._texts.said(item.section.title), item.share) for item in self.sections if item.section.max_score
        ]
        return radar(shares) if len(shares) >= 3 else None

    @property
    def picture(self) -> Picture | None:
        """The wiring as a picture."""
        texts = self._texts

        def missing(link: str) -> str:
            return texts("graph.missing", link=texts(f"chain.link.{link}"))

        return draw(self.report.wiring, missing, texts.said, self._label)

    @property
    def full_with_chain(self) -> str:
        """The titles of the sections that a complete chain earns in full."""
        return ", ".join(self._texts.said(item.title) for item in self.report.rubric.sections if item.full_with_chain)

    @property
    def areas(self) -> tuple[tuple[str, tuple[Technology, ...]], ...]:
        """The technologies by their area, in order of the table."""
        names = dict.fromkeys(item.area for item in self.report.technologies)
        return tuple((name, tuple(item for item in self.report.technologies if item.area == name)) for name in names)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes, those first that a file shows."""
        return tuple(sorted(self.report.outcomes, key=lambda item: not item.backed))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, plans last."""
        return tuple(sorted(self.report.claims, key=lambda item: item.aside))

    @property
    def owners_word(self) -> list[str]:
        """What the repository says about its own check, as sentences; none where it says nothing."""
        return [visible(self._texts.said(item)) for item in owners_sentences(self.report)]

    @property
    def platform(self) -> list[str]:
        """What the platform says, as sentences; none where it was not asked."""
        return list(map(self._texts.said, sentences(self.report.platform))) if self.report.platform else []

    def code(self, found: Evidence) -> Code:
        """The lines that show a piece of evidence."""
        return self._listing.code(found)

    def link(self, path: str, line: int, end_line: int = 0) -> str:
        """The address of lines on the repository's page; empty where it has none."""
        return self.report.target.link(path, line, max(line, end_line)) if path and line else ""

    def place(self, path: str, line: int, end_line: int = 0) -> Markup:
        """``path:line`` or ``path:first-last`` as safe HTML, which may break after the name of a folder."""
        lines = f":{line}-{end_line}" if end_line > line else f":{line}" if line else ""
        return escape(visible(path)).replace("/", Markup("/<wbr>")) + lines

    def node(self, name: str) -> str:
        """The words of a part of the wiring by its id."""
        for node in self.report.wiring.nodes:
            if node.id == name:
                return f"{self._texts.said(node.kind)} {self._label(node)}"
        return name

    def _label(self, node: Node) -> str:
        """What a part is called: a name of the repository, which is never translated, but for what a table is."""
        if node.id.startswith("dataset:table:"):
            return self._texts("graph.table", name=node.label.removeprefix("table "))
        return node.label

    def topic(self, name: str) -> str:
        """The title of a topic of the interview."""
        return self._texts.said(TOPICS.get(name, name))

    def spans(self, text: str) -> list[tuple[str, bool]]:
        """The parts of a question, each with whether it is code."""
        return spans(text)

    def spelled(self, technology: str) -> str:
        """The name of a technology as its project writes it."""
        return spelled(technology)

    @property
    def counts(self) -> dict[str, int]:
        """How many criteria have each status."""
        found = {status.value: 0 for status in Status}
        for item in self.report.scorecard.criteria:
            found[item.decision.status.value] += 1
        return found
