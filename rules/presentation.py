"""Presentation: problem, architecture, results, numbers, links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from analyzer.artifacts.document import Block, Document, Section
from analyzer.findings import Finding, Place, met, partial
from analyzer.inventory import Kind
from analyzer.knowledge.prose import CAUSE, TITLES
from analyzer.plugins import rule
from analyzer.queries.grounding import about_project, named_tools, own_words
from analyzer.queries.links import own_sites
from analyzer.queries.metrics import is_computed
from analyzer.queries.pictures import diagrams, flows, how_unsure, result_pictures, shows_metrics, shows_runs
from analyzer.queries.prose import (
    about,
    explaining_blocks,
    in_results,
    intro,
    is_generated,
    is_grounded,
    metric_numbers,
    own_documents,
    quantified,
)
from analyzer.queries.stated import statements
from analyzer.repository import Repository

_DOCUMENT = (Kind.DOCUMENT,)


_STATES_PROBLEM = re.compile(r"(?i)problem|objective|motivation|about|background|why|context")


# What may stand below "About the project" and tells of the work instead of the problem.
_ANOTHER_TOPIC = re.compile(
    r"(?i)train|deploy|monitor|structure|pipeline|orchestrat|\btools?\b|tech|stack|ci/?cd|\btests?\b|infrastructure|environment|architect|set-?up|install|workflow"
)


def _tells_of_work(section: Section, part: Section) -> bool:
    """Whether a part of a section, or one that it stands in there, has another topic by its heading."""
    return any(map(_ANOTHER_TOPIC.search, (part.title, *part.trail[len(section.trail) + 1 :])))


@rule("doc.problem", reads=_DOCUMENT)
def explains_problem(repo: Repository) -> Iterator[Finding]:
    """The README does not say which problem the project solves."""
    readme = repo.readme
    if readme is None or is_generated(repo, readme):
        return
    candidates: list[_Told] = []
    titled = _level_of_title(readme)  # all that follows is below it
    groups: list[list[Block]] = [intro(readme)]
    groups += [
        [
            block
            for part in readme.below(section)
            if part is section or (part.level > section.level > titled and not _tells_of_work(section, part))
            for block in part.of("paragraph", "item", "quote")
        ]
        for section in about(readme, "problem")
        if _STATES_PROBLEM.search(section.heading)
        or not any(TITLES[topic].search(section.heading) for topic in ("results", "setup"))
    ]
    for blocks in groups:
        text = " ".join(block.text for block in blocks)
        if blocks:
            candidates.append(
                _Told(
                    _reasons(text),
                    sum(block.words for block in blocks),
                    max(blocks, key=lambda block: _tells(_reasons(block.text), block.words)),
                    bool(own_words(repo, text)),
                )
            )
    if not candidates:
        return
    best = max(candidates, key=lambda item: (item.enough, item.own, _tells(item.reasons, item.words)))
    if best.enough:
        yield met("The README explains the problem and why it matters", best.block)
    elif best.words >= _A_LINE:
        yield partial(
            "The README says what the project does, hardly why it matters", _first_said(readme, candidates, best)
        )


_A_LINE = 5  # words
_NAMES_AIM = re.compile(r"(?i)\b(?:problem|objectives?|motivation|goals?|purpose|why)\b")


class _Told(Struct, frozen=True):
    """What a part of a README tells of the problem.

    ``reasons`` counts different ones, ``block`` is the most telling, ``own`` says whether the project's subject is named.
    """

    reasons: int
    words: int
    block: Block
    own: bool

    @property
    def enough(self) -> bool:
        """Whether it explains the problem: some words, two reasons, and something of the subject."""
        return self.words >= 35 and self.reasons >= 2 and self.own


def _first_said(readme: Document, candidates: list[_Told], best: _Told) -> Block:
    """What stands under a heading on the aim, where the most that is told comes later and gives no reason."""
    aims = (section for section in about(readme, "problem") if _NAMES_AIM.search(section.title))
    named = [block for section in aims for block in section.blocks]
    said = next(
        (item for item in candidates if item.block in named and item.words >= _A_LINE and item.own == best.own), best
    )
    return said.block if said.block.line < best.block.line and not _reasons(best.block.text) else best.block


def _level_of_title(document: Document) -> int:
    """The level of the heading that a document begins with, where all others are below; 0 where it is no title."""
    first, *others = [section.level for section in document.sections if section.level] or [0]
    return first if all(level > first for level in others) else 0


def _reasons(text: str) -> int:
    """How many different reasons a text gives, by their words; what a name says (a Grand Challenge) is none."""
    return len(set(CAUSE.findall(_NAME.sub(" ", text))))


_NAME = re.compile(r"\b(?:[A-Z][\w-]+ ){2,8}[A-Z][\w-]+")


def _tells(reasons: int, words: int) -> int:
    """How much is told: four reasons and 120 words are all that more could add."""
    return min(reasons, 4) * 20 + min(words, 120)


_FEW_WORDS = 40
_MANY_WORDS = 150  # of one section, twice as many as it has where its heading speaks of the design
_MANY_IN_ALL = 350
_FEW_BESIDE_A_FLOW = 10  # where a drawing tells which part hands on to which
_FEW_BESIDE_REASONS = 60


@rule("doc.architecture", reads=_DOCUMENT)
def explains_architecture(repo: Repository) -> Iterator[Finding]:
    """Neither README nor docs explain how the parts work together."""
    best: tuple[int, Section | None] = (0, None)
    shown: tuple[int, Section | Block | None] = (0, None)
    listed: list[Section] = []
    total = 0
    for document in own_documents(repo):
        for item in () if is_generated(repo, document) else document.sections:
            blocks = explaining_blocks(repo, item)
            words = sum(block.words for block in blocks)
            total += words
            weight = words * (2 if TITLES["design"].search(item.heading) else 1)
            if weight > best[0] and (weight >= _FEW_WORDS or TITLES["architecture"].search(item.heading)):
                best = weight, item
                typed = sum(block.words for block in item.of("code"))
                worth = weight // 4 if typed > words else weight  # mostly commands: a how-to
                longest = max(blocks, key=lambda block: block.words, default=None)
                shown = max(shown, (worth, longest or item), key=lambda pair: pair[0])
            if (TITLES["list"].search(item.heading) or TITLES["architecture"].search(item.heading)) and (
                item.blocks or item.images
            ):
                listed.append(item)
    weight, section = best
    if section and (weight >= _MANY_WORDS or total >= _MANY_IN_ALL):
        yield met("The architecture and how its parts work together are explained", shown[1] or section)
    elif total >= _FEW_BESIDE_A_FLOW and (drawn := next(flows(repo), None)):
        yield met("How the parts work together is drawn in text", drawn)
    elif total >= _FEW_BESIDE_REASONS and (reasons := _design_sections(repo)):
        yield met("Decisions about the design are explained", reasons[0])
    elif listed or section:
        sections = sorted(listed, key=_nearness) + ([section] if section else [])
        lists = [block for item in sections for block in item.blocks if _lists(block)]
        shown_by: list[Block | Section] = [
            *lists,
            *([shown[1]] if shown[1] else []),
            *(block for item in sections for block in item.blocks[:1]),
            *sections,
        ]
        few, listing = "is told in a few words only", "is a list of tools or folders, hardly how they work together"
        yield partial(f"The architecture {listing if lists else few}", shown_by[0])


def _design_sections(repo: Repository) -> list[Block]:
    """What stands under headings on decisions of this project's design, where that is more than a line."""
    found = []
    for document in own_documents(repo):
        for section in document.sections:
            if not TITLES["decisions"].search(section.title):
                continue
            parts = tuple(document.below(section))
            blocks = [block for part in parts for block in part.of("paragraph", "item", "quote")]
            told = "\n".join(part.prose for part in parts)
            enough = sum(block.words for block in blocks) >= _FEW_WORDS
            if enough and is_grounded(repo, told) and about_project(repo, told, 2):
                found.append(blocks[0])
    return found


_CONTENTS = re.compile(r"(?i)^\W*(?:(?:table of )?contents?|index)\W*$")
_BRANCHES = re.compile(r"[├└]|\|--|^[\w./-]+/\s*$", re.MULTILINE)


def _nearness(section: Section) -> int:
    """How near to the architecture a section is by its title, the nearest first: what a reader is shown of a list."""
    if _CONTENTS.match(section.title):
        return 4
    if TITLES["design"].search(section.title):
        return 0
    if TITLES["setup"].search(section.title):
        return 3
    return 1 if TITLES["list"].search(section.title) else 2


def _lists(block: Block) -> bool:
    """Whether a block names tools, or is a tree of folders."""
    if block.kind == "code":
        return bool(_BRANCHES.search(block.text))
    if block.kind == "item":  # it begins with the tool, which else does something: "Step 2: format with black"
        return bool(named_tools(" ".join(block.text.split(maxsplit=_FIRST_WORDS)[:_FIRST_WORDS])))
    return len(named_tools(block.text)) >= _TOOLS_OF_A_LIST.get(block.kind, 2)


_FIRST_WORDS = 5
_TOOLS_OF_A_LIST = {"paragraph": 4}  # two or three stand in any sentence on how something works


@rule("doc.diagram", reads=_DOCUMENT)
def shows_diagram(repo: Repository) -> Iterator[Finding]:
    """There is no diagram of architecture or pipeline."""
    if shown := [item for item, _ in diagrams(repo)]:
        yield met("A diagram of the architecture or pipeline", min(shown, key=lambda item: how_unsure(repo, item)))
        return
    for path in repo.inventory.of(Kind.DIAGRAM):
        if repo.snapshot.entries[path].size > 60:
            yield met("A diagram is kept beside the documentation", Place(path, 1))
            return
    for path in filter(_HOLDS_DRAWING.search, repo.paths):
        if b"mxfile" in (repo.snapshot.read(path) or b""):
            yield met("A diagram is kept beside the documentation", Place(path, 1))
            return


# Pictures that hold the drawing they were made of: https://www.drawio.com/doc/faq/save-file-formats
_HOLDS_DRAWING = re.compile(r"(?i)\.drawio\.(?:png|svg)$")

# What pictures full of numbers come from: a tracker, a report, a dashboard.
_MAKES_PICTURES = ("track.run", "track.value", "track.method", "monitor.report", "metrics.export")


@rule("doc.results", reads=_DOCUMENT)
def reports_results(repo: Repository) -> Iterator[Finding]:
    """Neither README nor docs report results."""
    for document in own_documents(repo):
        for block, line in sorted(metric_numbers(document), key=lambda item: not in_results(document, item[0])):
            if is_computed(repo, line):
                yield met("Results are reported in numbers", _line_of(repo, block, line))
                return
    drawn = {(item.path, item.line) for item, _ in diagrams(repo)}
    pictures = [item for document in own_documents(repo) for item in result_pictures(repo, document)]
    pictures = [
        (section, image)
        for section, image in pictures
        if (image.path, image.line) not in drawn or TITLES["results"].search(section.heading)
    ]
    pictures.sort(
        key=lambda item: (
            not shows_metrics(*item),
            bool(_OF_OPERATION.search(f"{item[1].source} {item[1].alt}")),
            not TITLES["results"].search(item[0].heading),
        )
    )
    tracked = [image for section, image in pictures if shows_metrics(section, image)]
    tracks = repo.world.has("track.run", "track.value", "track.method")
    runs = [image for section, image in pictures if tracks and shows_runs(section, image)]
    if tracked and repo.world.has(*_MAKES_PICTURES):
        yield met("Results are shown by pictures of metrics", tracked[0])
    elif runs:
        yield met("Results are shown by pictures of tracked runs", runs[0])
    elif pictures:
        yield partial("Results are shown in a picture, without numbers in the text", pictures[0][1])


_OF_OPERATION = re.compile(r"(?i)grafana|prometheus|dashboard")
"""What shows how a service does, and only then how good its model is."""


def _line_of(repo: Repository, block: Block, text: str) -> Place:
    """The line of a block on which a text stands; all of it where it is written in another way there."""
    lines = repo.lines(block.path)[block.line - 1 : block.end_line]
    wanted = text.strip()
    numbers = (number for number, line in enumerate(lines, block.line) if wanted and wanted in line)
    line = next(numbers, 0) or _row_of(lines, block.line, wanted)
    return Place(block.path, line, block.end_line) if line else block.place


def _row_of(lines: Sequence[str], first: int, wanted: str) -> int:
    """The line that has the same words between other marks: a row of a table is written in many ways."""
    words = _WORDS.findall(wanted)
    return next((number for number, line in enumerate(lines, first) if words and _WORDS.findall(line) == words), 0)


_WORDS = re.compile(r"[^\s|`*+]+")


@rule("doc.quantified", reads=_DOCUMENT)
def quantifies_outcomes(repo: Repository) -> Iterator[Finding]:
    """No outcome is stated in numbers."""
    for document in own_documents(repo):
        for block, line in quantified(document):
            place = _line_of(repo, block, line)
            yield met("Outcomes are stated in numbers, against a baseline or as time or cost", place)
            return
    for document in own_documents(repo):
        for block, line in sorted(metric_numbers(document), key=lambda item: not in_results(document, item[0])):
            place = _line_of(repo, block, line)
            yield partial("Only the model's own metrics are stated, without a baseline, time or cost", place)
            return
        for stated in statements(document):
            if stated.of_model:
                yield partial("Only the model's own metrics are stated, without a baseline, time or cost", stated)
                return


@rule("doc.site", reads=_DOCUMENT)
def links_site(repo: Repository) -> Iterator[Finding]:
    """No personal site, project page or demo video is linked."""
    for link, kind in own_sites(repo):
        yield met("A demo video is linked" if kind == "video" else "A site or project page is linked", link)
        return
