"""The ground of questions beside the guide's four topics: decisions, data, cost, numbers, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.document import Document, Section
from analyzer.claims import Claim
from analyzer.findings import Place
from analyzer.interview.facts import Facts, Ground, at, code, is_beside
from analyzer.knowledge.claims import spelled
from analyzer.knowledge.prose import COMPARED, METRIC_WORDS, TITLES
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.queries.cloud import emulated, resources
from analyzer.queries.prose import metric_numbers, own_documents, quantified
from analyzer.queries.validation import checked_with_consequence, computed_without

__all__ = ["claims", "cost", "data_quality", "decision", "results", "weighed"]


# -- decisions -----------------------------------------------------------------------------------------------

_RECORD = re.compile(r"(?i)(?:^|/)adrs?/|decision[-_]?records?|(?:^|/)adr[-_]?\d|/\d{4}-[\w-]+\.md$|decisions?\.md$")
_NUMBERED = re.compile(r"(?i)^(?:adr)?[-\s#]*\d+\s*[.:)-]\s*")
_NO_DECISION = re.compile(
    r"(?i)^(?:architecture |design )?decisions?(?: records?)?$|template|^index$|^status$|^context$"
)


def decision(facts: Facts) -> Iterator[Ground]:
    """Decisions that code or documents show."""
    gate = facts.met("ci.model-gate")
    if gate:
        yield Ground("decision.gate", gate, {"gate": at(gate), "test": _test(facts, gate)})
    for document in own_documents(facts.repo):
        if not _RECORD.search(document.path):
            continue
        for section in document.sections:
            title = _NUMBERED.sub("", section.title).strip()
            if len(title.split()) >= 2 and section.words >= 10 and not _NO_DECISION.search(title):
                yield Ground("decision.record", section.place, {"record": at(section), "title": code(title)})
                break
        else:
            continue
        break
    yield from weighed(facts)
    provisioned = facts.met("iac.provisioning")
    if provisioned and facts.missing("iac.remote-state") and provisioned.path.endswith((".tf", ".tofu")):
        yield Ground("decision.state", provisioned, {"resource": at(provisioned)})
    flow = facts.met("e2e.pipeline")
    tool = next((item.root for item in facts.repo.code.calls("pipeline.flow") if flow and item.path == flow.path), "")
    if flow and tool:
        yield Ground("decision.tool", flow, {"flow": at(flow), "tool": spelled(_TOOLS.get(tool, tool))})


_TOOLS = {"kfp": "kubeflow", "flytekit": "flyte"}
"""Modules whose technology has another name."""
_JUDGED = re.compile(
    r"(?i)rmse|mae|mse|mape|acc|f1|auc|r2|score|precision|recall|loss|metric|error|candidate|challenger"
)


def _test(facts: Facts, gate: Place) -> str:
    """The comparison that a gate makes, itself or through functions that it calls; its own line where none is known."""
    world = facts.repo.code
    module = world.module(gate.path)
    function = next((item for item in module.functions if item.line == gate.line), None) if module else None
    if function is None:
        return facts.quote(gate)
    level = [(function.path, function.qualname)]
    for _ in range(3):
        for item in world.comparisons:
            if (item.path, item.scope) in level and _JUDGED.search(" ".join((*item.left, *item.right))):
                own = item.path == gate.path and item.line == gate.line
                return facts.quote(item.place) + ("" if own else f" ({at(item)})")
        level = [
            target
            for path, scope in level
            for call in world.calls_in(path, scope)
            if (target := world.definition(call.name, path))
        ]
    return f"the answer of {code(function.name)}"


# -- data ----------------------------------------------------------------------------------------------------


def data_quality(facts: Facts) -> Iterator[Ground]:
    """Checks of the data, or where data come in without one."""
    tests = {module.path for module in facts.repo.tests.modules}
    finders = (("data.stops", checked_with_consequence), ("data.counted", computed_without))
    for name, find in finders:
        for place in find(facts.repo):
            if place.path not in tests:
                yield Ground(name, place, {"check": at(place), "line": facts.quote(place)})
                return
    read = facts.found("e2e.data-ingestion")
    if read and facts.missing("ci.data-validation"):
        yield Ground("data.unchecked", read, {"read": at(read), "line": facts.quote(read)})


# -- cost ----------------------------------------------------------------------------------------------------

_ALWAYS_ON = frozenset({"serving", "cluster", "database", "compute"})
_SIZES = ("instance_type", "instance_class", "machine_type", "node_type", "vm_size", "InstanceType", "DBInstanceClass",
          "desired_count", "cpu", "memory")  # fmt: skip
_COSTS = re.compile(
    r"(?i)endpoint|_instance$|::Instance$|db_?instance|cluster$|service$|workspace|environment$|node_(?:pool|group)$|cache"
)


def cost(facts: Facts) -> Iterator[Ground]:
    """Resources that cost money while nobody uses them; those whose size stands there first."""
    running = [
        (resource, kind)
        for resource, kind, file in resources(facts.repo)
        if kind in _ALWAYS_ON and _COSTS.search(resource.type) and not emulated(facts.repo, file)
    ]
    for resource, kind in sorted(running, key=lambda item: (is_beside(item[0]), not _size(item[0].attributes))):
        size = _size(resource.attributes)
        fields = {"resource": at(resource), "kind": code(resource.type), "size": f" with {code(size)}" if size else ""}
        answers = kind in ("serving", "compute") and not is_beside(resource)
        fields["one"] = "what does one prediction cost, " if answers else ""
        yield Ground("cost.resource", resource.place, fields)
        return


def _size(attributes: dict[str, str]) -> str:
    return next((f"{name} = {attributes[name].strip()}" for name in _SIZES if attributes.get(name, "").strip()), "")


# -- numbers and claims --------------------------------------------------------------------------------------


def results(facts: Facts) -> Iterator[Ground]:
    """The outcome in numbers that README or docs state most plainly: a metric, compared, with decimals."""
    if not (facts.found("doc.results") or facts.found("doc.quantified")):
        return
    told = [
        (number, index, place, text)
        for index, (place, text) in enumerate(_statements(facts))
        if (number := _plainness(text)) >= _PLAIN_ENOUGH
    ]
    if told:
        _, _, place, text = max(told, key=lambda item: (item[0], -item[1]))
        yield Ground("results.number", place, {"place": at(place), "quote": code(text, most=140)})


_PLAIN_ENOUGH = 3
_MOST_DOCUMENTS = 10
_NO_RESULTS = re.compile(
    r"(?i)run-?book|decision|(?:^|/)adrs?/|(?:^|/)\d{4}-|operations|troubleshoot|set-?up|install|guide"
)
_OF_OPERATION = re.compile(
    r"(?i)±\s?\d|\btraffic\b|\balarms?\b|\balerts?\b|threshold|download|install|may take|\brows\b|\bif the\b"
)
_MARKUP = re.compile(r"[*_#>]{1,3}(?=\S)|(?<=\S)[*_]{1,3}|!?\[([^\]]*)\]\([^)]*\)|<[^>]+>")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z*])")
_NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*\s*%?")


def _statements(facts: Facts) -> Iterator[tuple[Place, str]]:
    """(line, sentence or row of a table) of what states an outcome."""
    told = [item for item in own_documents(facts.repo) if not _NO_RESULTS.search(item.path)]
    for document in told[:_MOST_DOCUMENTS]:
        elsewhere = {block for section in document.sections if _tells_steps(section) for block in section.blocks}
        blocks = dict.fromkeys(
            [*(block for block, _ in quantified(document)), *(block for block, _ in metric_numbers(document))]
        )
        for block in blocks:
            if block.kind == "code" or block in elsewhere:
                continue
            for number in range(block.line, block.end_line + 1):
                for sentence in _SENTENCE.split(facts.repo.line(Place(block.path, number))):
                    plain = _MARKUP.sub(r"\1", sentence).strip(" |-+*.")
                    yield Place(block.path, number), re.sub(r"\s*\|\s*", ", ", plain)


def _tells_steps(section: Section) -> bool:
    return bool(TITLES["setup"].search(section.title)) and not TITLES["results"].search(section.title)


def _plainness(text: str) -> int:
    """How plainly a sentence states a measured outcome: 0 without a number."""
    if not _NUMBER.search(text) or len(text) > 240 or _OF_OPERATION.search(text):
        return 0
    return (
        2 * bool(METRIC_WORDS.search(text))
        + 2 * bool(COMPARED.search(text))
        + bool(re.search(r"\d[.,]\d|\d\s?%", text))
    )


# -- named and not shown -------------------------------------------------------------------------------------

_AGAINST = re.compile(
    r"(?i)\b(?:instead of|rather than|not(?! yet)|no|never|unlike|against|over|came back|did the same|would(?:n't)?|no need|too (?:much|heavy|big))\b"
)
_LATER = re.compile(
    r"(?i)\b(?:not yet|next|future|to-?do|later|plan(?:ned|s)?|will|could|should|improve\w*|roadmap|ideas?|possible|consider\w*|would like)\b"
)


def claims(facts: Facts) -> Iterator[Ground]:
    """Technologies that the README names and nothing shows; plans are none."""
    named = [item for item in _named(facts) if not item.aside and not _AGAINST.search(_text(facts, item))]
    if not named:
        return
    by_line: dict[int, list[str]] = {}
    for item in named:
        by_line.setdefault(item.line, []).append(spelled(item.technology))
    path, lines = named[0].path, list(by_line)
    told = [f"{at(Place(path, line))} names {_joined(by_line[line])}" for line in lines[:_MOST_NAMED]]
    more = sum(len(by_line[line]) for line in lines[_MOST_NAMED:])
    told += [f"{more} more {'is' if more == 1 else 'are'} named elsewhere"] if more else []
    them = "it" if len(named) == 1 else "them"
    yield Ground("claims.readme", Place(path, lines[0]), {"named": _joined(told), "them": them})


_MOST_NAMED = 2


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def weighed(facts: Facts) -> Iterator[Ground]:
    """Technologies that the README names to say why they are not used."""
    for item in _named(facts):
        if _AGAINST.search(_text(facts, item)):
            place = Place(item.path, item.line)
            yield Ground("decision.against", place, {"place": at(place), "named": spelled(item.technology)})
            return


def _named(facts: Facts) -> list[Claim]:
    readme = facts.repo.readme
    found = [item for item in facts.claims if readme and item.path == readme.path]
    return [
        item
        for item in sorted(found, key=lambda item: (item.line, item.technology))
        if _speaks_of(item.technology, _text(facts, item))
        and not _LATER.search(_text(facts, item))
        and not _LATER.search(_heading(readme, item.line))
    ]


_WORDS = {marks.id: (marks.id, *marks.words) for marks in TECHNOLOGIES if marks.area not in ("languages", "packaging")}


def _speaks_of(technology: str, text: str) -> bool:
    """Whether a sentence names a technology: not an address alone, and not what some tool is written in."""
    told = re.sub(r"https?://\S+", "", text).lower()
    return any(word in told for word in _WORDS.get(technology, ()))


def _text(facts: Facts, item: Claim) -> str:
    return facts.repo.line(Place(item.path, item.line))


def _heading(document: Document | None, line: int) -> str:
    """The headings above a line, joined."""
    above = [item for item in document.sections if item.line <= line] if document else []
    return " ".join((*above[-1].trail, above[-1].title)) if above else ""
