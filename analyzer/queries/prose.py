"""What READMEs and docs say: sections by what they are about, links by where they lead, numbers, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.document import Block, Document, Section
from analyzer.knowledge.outcomes import NOT_AN_OUTCOME
from analyzer.knowledge.prose import (
    COMPARED,
    DESIGN_ELSEWHERE,
    GENERATED_PAGE,
    METRIC_WORDS,
    RELATES,
    TITLES,
    TOOL_WORDS,
)
from analyzer.queries.aims import aims
from analyzer.queries.grounding import about_project, is_own_page, is_used, named_tools
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "about",
    "docs_pages",
    "explaining_blocks",
    "in_results",
    "intro",
    "is_generated",
    "is_grounded",
    "metric_numbers",
    "own_documents",
    "quantified",
]

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)?\s*%?")


@remembered
def own_documents(repo: Repository) -> tuple[Document, ...]:
    """The README and the docs pages about the project, without changelogs, licences, templates and agents' notes."""
    skip = re.compile(
        r"(?i)peer[-_ ]?reviews?|evaluations?\.(?:md|rst)|changelog|licen[cs]e|code_of_conduct|contributing|\.github/|issue_template|pull_request|security\.md|claude\.md|agents\.md|copilot|todo|(?:^|/)thoughts/"
    )
    return tuple(
        item
        for item in repo.documents
        if not skip.search(item.path)
        and item.words + len(item.blocks)
        and (item.path == repo.readme_path or (is_own_page(repo, item) and not is_generated(repo, item)))
    )


def is_generated(repo: Repository, document: Document) -> bool:
    """Whether a page begins as a generator wrote it; a README may hold more of it further down than its own words."""
    begin = 600 if document.path == repo.readme_path else 2000
    return bool(GENERATED_PAGE.search((repo.text(document.path) or "")[:begin]))


@remembered
def docs_pages(repo: Repository) -> tuple[Document, ...]:
    """Documents besides the main README with at least 75 words, tables included, that are no folder's set-up notes."""
    return tuple(
        item
        for item in own_documents(repo)
        if item.path != repo.readme_path
        and sum(block.words for block in item.blocks if block.kind != "code") >= 75
        and not _FOLDER_NOTES.search(item.path)
    )


# The README of a folder is about setting up what is in it; that of the docs is a page of them.
_FOLDER_NOTES = re.compile(r"(?i)(?:^|/)(?<!docs/)(?<!documentation/)(?<!reports/)(?<!report/)readme[^/]*$")


def about(document: Document, topic: str) -> Iterator[Section]:
    """Sections whose heading speaks of the topic."""
    pattern = TITLES[topic]
    return (section for section in document.sections if pattern.search(section.heading))


def is_grounded(repo: Repository, text: str) -> bool:
    """Whether a text is about this project: most tools that it names are used here, or it names a part or the subject."""
    tools = named_tools(text)
    used = [tool for tool in tools if is_used(repo, tool)]
    return (bool(tools) and len(used) * 2 >= len(tools)) or about_project(repo, text, 2 if tools else 1)


def explaining_blocks(repo: Repository, section: Section) -> list[Block]:
    """Blocks of a section that explain how parts work together.

    Under a heading on architecture every sentence counts; elsewhere, but for set-up, the sentences that name a tool, or several
    where the problem is told, and say what they do to what. Sentences that fit any project count nowhere.
    """
    if not is_grounded(repo, f"{section.title}\n{section.prose}"):
        return []
    blocks = [
        block
        for block in section.of("paragraph", "item", "quote")
        if block.words >= 8
        and not _POINTS_ELSEWHERE.search(block.text)
        and not _TELLS_WHO_OR_WHERE.search(block.text)
        and (not named_tools(block.text) or is_grounded(repo, f"{section.title}\n{block.text}"))
    ]
    if _STRONG.search(section.heading):
        return blocks
    if TITLES["architecture"].search(section.heading):
        return [block for block in blocks if RELATES.search(block.text) or TOOL_WORDS.search(block.text)]
    if any(TITLES[kind].search(section.heading) for kind in ("operations", "advice")):
        return []
    if any(TITLES["setup"].search(title) for title in (section.heading, *section.trail[-1:])):
        return []
    if TITLES["problem"].search(section.heading):  # an overview may tell what does what to what
        return [block for block in blocks if RELATES.search(block.text) and len(named_tools(block.text)) >= _FEW_TOOLS]
    return [block for block in blocks if RELATES.search(block.text) and TOOL_WORDS.search(block.text)]


_FEW_TOOLS = 2
# Sentences that say where something is told instead of telling it.
_POINTS_ELSEWHERE = re.compile(
    r"(?i)\bwhere to find it\b|\bthis (?:read-?me|guide|folder|document) will (?:show|walk|guide|help)\b|\bhead over to\b"
    r"|^(?:check out|see|refer to|navigate to)\b"
)

# Who of a group did what, and where a reader is to press.
_TELLS_WHO_OR_WHERE = re.compile(
    r"(?i)\bstudents?\s+(?:s\d|number|id\b)|\bwas (?:responsible for|in charge of)\b"
    r"|^\W*(?:\d+\.\s*)?(?:(?:first|then|next|now|finally|once there)[,:]?\s+)?(?:go to|navigate to|open|click|choose|select|press|visit)\b"
)

# Headings under which nothing else than the parts and their work is to be expected.
_STRONG = re.compile(
    rf"(?i)archit|design|how (?:it|this) works|work ?flow|pipeline|components?\b|data flow|the parts|{DESIGN_ELSEWHERE}"
)


_SUBTITLE = 2


def intro(document: Document) -> list[Block]:
    """Prose before the second heading; where there is none, that under a second one that announces nothing, as a date."""
    blocks: list[Block] = []
    headings = 0
    for section in document.sections:
        headings += bool(section.title)
        announced = any(title.search(section.title) for kind, title in TITLES.items() if kind != "problem")
        if headings > 1 and (blocks or headings > _SUBTITLE or announced):
            break
        blocks += section.of("paragraph", "quote", "item")
    return blocks


_OF_TESTS = re.compile(
    r"(?i)test coverage|code coverage|\bcoverage\b[^\n]*%|tests? (?:pass|fail|run)|\bpassed\b|pytest"
)


@remembered
def metric_numbers(document: Document) -> Iterator[tuple[Block, str]]:
    """Blocks that state a metric with a number: tables, items, paragraphs."""
    wanted = aims(document)
    for block in (block for block in document.blocks if block not in wanted):
        if block.kind == "code" and block.lang not in _PRINTED:
            continue
        if _OF_TESTS.search(block.text):
            continue  # how many tests pass and what they cover says nothing of the model
        if _DIGIT.search(block.text) and METRIC_WORDS.search(block.text):
            for line in block.text.split("\n"):
                if (
                    _DIGIT.search(line)
                    and METRIC_WORDS.search(line)
                    and not re.search(r"log_metric|```|\bimport\b|==\d", line)
                    and any(map(_states_result, _SENTENCE_END.split(line)))
                ):
                    yield block, line
                    break
            else:
                rows = block.text.split("\n") if block.kind == "table" else []
                if METRIC_WORDS.search(" ".join(rows[:2])) and _result_number(block.text):
                    yield block, next((row for row in rows if _result_number(row)), rows[0])


def in_results(document: Document, block: Block) -> bool:
    """Whether a block stands under a heading about results."""
    return any(TITLES["results"].search(section.heading) and block in section.blocks for section in document.sections)


_SENTENCE_END = re.compile(r"(?<=[a-z)\]\d%][.!?])\s+(?=[A-Z])")
_SET_NOT_MEASURED = re.compile(
    r"(?i)\bthresholds?\b|\b(?:criteri(?:a|on)|e\.g\.)[^.]{0,30}[<>≥≤]|[:\s]<=?\s?0?[.,]\d|\b(?:if|when|unless|until|must|should|at least)\b[^.]{0,60}[<>≥≤]=?\s?\d"
)
# What is asked for: "models which have an accuracy of more than 80 %", "above an 80 % true positive rate".
_ASKED_FOR = re.compile(
    r"(?i)\b(?:ought|has|have) to (?:have|be|reach)\b[^.]{0,40}\d|\b(?:objectives?|goals?|targets?)\b[^.]{0,60}\d|\babove an?\s\d|\b(?:which|that)\s(?:have|has)\b[^.]{0,60}\b(?:more|greater|higher|less|lower|better)\sthan\s\d"
)
# How much of the data, which is no result: "the latest 20 % of the data", "80 % for training".
_SHARE_OF_DATA = re.compile(
    r"(?i)\d{1,3}\s?%\s(?:of\s(?:the\s|our\s|all\s)?|for\s)(?:data|samples?|rows|records|observations|training|train|valid|test)\w*"
)


# From the least to the most that a metric can be: "score (0.0-1.0)".
_SCALE = re.compile(r"\b0(?:\.0+)?\s?%?\s?(?:-|–|to)\s?(?:1(?:\.0+)?|100\s?%)(?![.\d])")


def _states_result(sentence: str) -> bool:
    """Whether a sentence names a metric and a number of it that was measured, not set."""
    if not METRIC_WORDS.search(sentence) or _SET_NOT_MEASURED.search(sentence) or _ASKED_FOR.search(sentence):
        return False
    return _result_number(_SCALE.sub("", _SHARE_OF_DATA.sub("", sentence)))


_WITH_UNIT = re.compile(
    r"(?i)\b(?:rmse|mae|mse)\b\**`?\s?(?:of|is|was|between|around|about|:|=|\|)\s?\**\d{2,6}\b(?![.,]?\d)|(?:loss|error|rmse|mae)\b[^.\n]{0,40}?\b\d{2,6} ?(?:[$€£¥₹]|usd|eur|dollars?|euros?|rupees?|pounds?|yen|minutes?|seconds?|days?|hours?|units?|degrees?|km|miles)\b"
)


def _result_number(text: str) -> bool:
    """A number that can be a measured value: with decimals or a per cent sign, beside a metric's name."""
    return bool(
        re.search(
            r"(?<![\w./-])(?:\d+[.,](?!\d{3}\b)\d+|0[.,]\d+|\d+\.\d+|(?:\d{1,3}\s?[-–]\s?)?\d{1,3}\s?%|\d+[.,]\d+\s?%)(?![\w.]*\.\w|[\d.]*\.\d)",
            text,
        )
        or _WITH_UNIT.search(text)
    ) and not re.search(r"(?i)[<>=]=\s*\d|version|python\s*3|:\d{4}", text)


_OF_THE_SYSTEM = re.compile(
    r"(?i)\b(?:our|we|i|model|models|system|pipeline|service|forecast|prediction|predictions|training|inference|latency|baseline|classifier|run|image|api|endpoint|development|infrastructure|cloud)\b"
)
_OF_OTHERS = re.compile(
    r"(?i)according to|stud(?:y|ies)|survey|research|report(?:s|ed) that|review:|industry|worldwide|globally|every year|each year|annual|free (?:tier|credits?|trial)|dataset (?:contains|is|has)|images? contain|rows|samples? of"
)


_AMOUNT = re.compile(r"(?i)^[^\d]*\d[\d.,]*\s?(?:usd|eur|dollars?|euros?|[$€£])\b|^[$€£<]")


def _is_error(line: str, match: re.Match[str]) -> bool:
    """Whether an amount of money is a model's error in that unit, not a cost."""
    return bool(_AMOUNT.match(match.group())) and bool(
        METRIC_WORDS.search(line[max(match.start() - 40, 0) : match.start()])
    )


@remembered
def quantified(document: Document) -> Iterator[tuple[Block, str]]:
    """Blocks that state an outcome of the system in numbers, compared or as time or cost, with the line that does."""
    wanted = aims(document)
    for section in document.sections:
        # How long a step takes is no outcome of the project; how long it took was measured.
        steps = any(TITLES["setup"].search(title) for title in (section.title, *section.trail[1:]))
        told = bool(TITLES["problem"].search(section.heading)) and not TITLES["results"].search(section.heading)
        background = told or section.level <= 1
        timed = bool(_ON_SPEED.search(section.heading))
        for block in section.blocks:
            if block in wanted:
                continue
            line = "" if steps else _timed_line(block, printed=timed) or _row_beside_baseline(block)
            if not line and block.kind != "code":
                lines = (line for line in _stated_lines(block) if not steps or _MEASURED.search(line))
                line = next((line for line in lines if _compares(line, background=background)), "")
            if line:
                yield block, line


# Headings of columns with how long something of the system takes, and in which unit.
_TIMED = re.compile(
    r"(?i)\b(?:train\w*|fit|infer\w*|predict\w*|latenc\w+|p(?:50|9[059])|response|run ?time|execution|processing|(?:mean|avg|median) time)\b"
    r"[^|()]{0,20}[(\[](?:ms|s|secs?|seconds?|mins?|minutes?|h|hours?)[)\]]"
)


_PRINTED = ("", "text", "console", "txt")  # languages of code blocks that hold what a program printed
_ON_SPEED = re.compile(r"(?i)latency|performance|benchmark|load test|timings?|speed|throughput")
_TOOK = re.compile(r"(?i)[:=|]\s*\d+(?:\.\d+)?\s?(?:ms|s|secs?|seconds?|milliseconds?)\b")


def _timed_line(block: Block, *, printed: bool) -> str:
    """The first line of two or more that tell how long something took: rows of a table, or of what was printed."""
    head, *rows = block.text.split("\n")
    if block.kind == "table" and _TIMED.search(head):
        rows = [row for row in rows if _DIGIT.search(row)]
    elif printed and block.kind == "code" and block.lang in _PRINTED:
        rows = [row for row in (head, *rows) if _TOOK.search(row)]
    else:
        return ""
    return rows[0] if len(rows) > 1 else ""


_BASELINE = re.compile(r"(?i)\b(?:baseline|before|default)\b")
_MEASURE = re.compile(
    r"(?i)latency|throughput|response time|\btime\b|\bcosts?\b|\bp9[059]\b|\brps\b|\bqps\b|memory|size"
)


def _row_beside_baseline(block: Block) -> str:
    """The first row of a table that gives a measure of the baseline, by the head of its column, and one of something else."""
    if block.kind != "table":
        return ""
    head, *rows = [line.strip(" |").split("|") for line in block.text.split("\n")]
    column = next((index for index, cell in enumerate(head) if index and _BASELINE.search(cell)), 0)
    for row in rows if column else ():
        others = [cell for index, cell in enumerate(row) if index not in (0, column)]
        named = METRIC_WORDS.search(row[0]) or _MEASURE.search(row[0])
        if named and len(row) > column and _DIGIT.search(row[column]) and any(map(_DIGIT.search, others)):
            return "|".join(row)
    return ""


_MEASURED = re.compile(r"(?i)\b(?:took|saved|was|were|has been|have been|achieved|reached|dropped|fell|rose)\b")


def _stated_lines(block: Block) -> Iterator[str]:
    """The sentences of a block that hold a digit; none where its first line sets conditions, or gives an example."""
    lines = block.text.split("\n")
    if len(lines) > 1 and NOT_AN_OUTCOME.search(lines[0]) and not _DIGIT.search(lines[0]):
        return
    for line in lines:
        if _DIGIT.search(line):  # looked at first, because what follows is slow
            yield from (line,) if block.kind == "table" else _SENTENCE_END.split(line)


def _compares(line: str, *, background: bool) -> bool:
    """Whether a sentence states an outcome of the system: compared, or as time or cost."""
    match = next((item for item in COMPARED.finditer(line) if not _is_error(line, item)), None)
    if not match or _OF_OTHERS.search(line) or NOT_AN_OUTCOME.search(line) or _ASKED_FOR.search(line):
        return False
    return not background or bool(_OF_THE_SYSTEM.search(line[max(match.start() - 80, 0) : match.end() + 40]))
