"""The ground of questions beside the guide's four topics: decisions, data, secrets, cost, numbers, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.findings import Place
from analyzer.interview.facts import Facts, Ground, at, code
from analyzer.queries.cloud import emulated, resources
from analyzer.queries.prose import metric_numbers, own_documents, quantified
from analyzer.queries.validation import checked_with_consequence, computed_without

__all__ = ["claims", "cost", "data_quality", "decision", "results", "secrets"]


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
        yield Ground("decision.gate", gate, {"gate": at(gate), "test": facts.quote(gate)})
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
    provisioned = facts.met("iac.provisioning")
    if provisioned and facts.missing("iac.remote-state") and provisioned.path.endswith((".tf", ".tofu")):
        yield Ground("decision.state", provisioned, {"resource": at(provisioned)})
    flow = facts.met("e2e.pipeline")
    tool = next((item.root for item in facts.repo.code.calls("pipeline.flow") if flow and item.path == flow.path), "")
    if flow and tool:
        yield Ground("decision.tool", flow, {"flow": at(flow), "tool": tool.capitalize()})


# -- data ----------------------------------------------------------------------------------------------------


def data_quality(facts: Facts) -> Iterator[Ground]:
    """Checks of the data, or where data come in without one."""
    for place in checked_with_consequence(facts.repo):
        yield Ground("data.stops", place, {"check": at(place)})
        return
    for place in computed_without(facts.repo):
        yield Ground("data.counted", place, {"check": at(place)})
        return
    read = facts.found("e2e.data-ingestion")
    if read and facts.missing("ci.data-validation"):
        yield Ground("data.unchecked", read, {"read": at(read)})


# -- secrets -------------------------------------------------------------------------------------------------

_SECRET = re.compile(r"(?i)(?:^|[_.-])(?:password|passwd|pwd|secret(?:_?key)?|api_?key|token|access_?key(?:_?id)?)$")
_NOT_A_VALUE = re.compile(r"(?i)^(?:|none|null|true|false|\W+|your[\s_-].*|<.*>|\{.*|.*\$[\{(\w].*|x{3,}.*|\.\.\.)$")
_ENV_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*[\"']?([^\"'#\n]*?)[\"']?\s*(?:#.*)?$")


def secrets(facts: Facts) -> Iterator[Ground]:
    """Values of secrets that stand in files (the place is named, never the value), and where they are kept outside."""
    for name, place in (*_in_files(facts), *_in_compose(facts), *_in_code(facts), *_in_infrastructure(facts)):
        yield Ground("secrets.written", place, {"place": at(place), "name": code(name)})
        return
    for file in facts.repo.infrastructure:
        for resource in file.resources:
            if re.search(
                r"(?i)secretsmanager_secret$|secret_manager_secret$|SecretsManager.*Secret$|key_vault_secret$",
                resource.type,
            ):
                yield Ground("secrets.kept", resource.place, {"place": at(resource)})
                return
    for item in facts.repo.kubernetes:
        if item.kind in ("ExternalSecret", "SealedSecret"):
            yield Ground("secrets.kept", item.place, {"place": at(item)})
            return


def _in_files(facts: Facts) -> Iterator[tuple[str, Place]]:
    for path in facts.repo.paths:
        if path.rsplit("/", 1)[-1] in (".env", "prod.env", ".env.prod", ".env.production"):
            for number, line in enumerate((facts.repo.text(path) or "").split("\n")[:500], 1):
                match = _ENV_LINE.match(line)
                if match and _is_secret(match.group(1), match.group(2)):
                    yield match.group(1), Place(path, number)


def _in_compose(facts: Facts) -> Iterator[tuple[str, Place]]:
    for file in facts.repo.compose_files:
        for service in file.services:
            for pair in service.environment:
                name, _, value = pair.partition("=")
                if _is_secret(name.strip(), value):
                    yield name.strip(), _line_of(facts, service.path, name.strip(), service.line, service.end_line)


def _in_code(facts: Facts) -> Iterator[tuple[str, Place]]:
    for module in facts.repo.code.modules:
        for item in module.assignments:
            name = (item.column or item.target).rsplit(".", 1)[-1]
            if (
                isinstance(item.value, str)
                and _is_secret(name, item.value)
                and not item.value.startswith(("/", "http"))
            ):
                yield name, item.place


def _in_infrastructure(facts: Facts) -> Iterator[tuple[str, Place]]:
    for file in facts.repo.infrastructure:
        for resource in file.resources:
            for name, value in resource.attributes.items():
                text = value.strip()
                if text.startswith('"') and _is_secret(name, text.strip('"')):
                    yield name, _line_of(facts, resource.path, name, resource.line, resource.end_line)


def _is_secret(name: str, value: str) -> bool:
    plain = value.strip().strip("\"'")
    # A value that repeats its own name is the name of a variable, not what it holds.
    return bool(_SECRET.search(name)) and not _NOT_A_VALUE.match(plain) and plain.lower() != name.lower()


def _line_of(facts: Facts, path: str, word: str, first: int, last: int) -> Place:
    lines = (facts.repo.text(path) or "").split("\n")
    return next(
        (Place(path, number) for number in range(first, min(last, len(lines)) + 1) if word in lines[number - 1]),
        Place(path, first),
    )


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
        resource
        for resource, kind, file in resources(facts.repo)
        if kind in _ALWAYS_ON and _COSTS.search(resource.type) and not emulated(facts.repo, file)
    ]
    for resource in sorted(running, key=lambda item: not _size(item.attributes)):
        size = _size(resource.attributes)
        fields = {"resource": at(resource), "kind": code(resource.type), "size": f" with {code(size)}" if size else ""}
        yield Ground("cost.resource", resource.place, fields)
        return


def _size(attributes: dict[str, str]) -> str:
    return next((f"{name} = {attributes[name].strip()}" for name in _SIZES if attributes.get(name, "").strip()), "")


# -- numbers and claims --------------------------------------------------------------------------------------


def results(facts: Facts) -> Iterator[Ground]:
    """An outcome in numbers that README or docs state: compared ones first."""
    documents = own_documents(facts.repo)
    for document in documents:
        for block in quantified(document):
            yield _number(facts, block.place)
            return
    for document in documents:
        for block, line in metric_numbers(document):
            offset = next((n for n, text in enumerate(block.text.split("\n")) if text == line), 0)
            yield _number(facts, Place(block.path, min(block.line + offset, block.end_line)))
            return


_DIGIT = re.compile(r"\d")


def _number(facts: Facts, place: Place) -> Ground:
    """Quote the first line of a block that has a number in it."""
    lines = (facts.repo.text(place.path) or "").split("\n")
    number = next(
        (n for n in range(place.line, place.last + 1) if n <= len(lines) and _DIGIT.search(lines[n - 1])), place.line
    )
    text = lines[number - 1] if number <= len(lines) else ""
    plain = re.sub(r"[*_#>]+|^\s*[-+]\s+|\[([^\]]*)\]\([^)]*\)", r"\1", text).strip(" |")
    return Ground(
        "results.number",
        Place(place.path, number),
        {"place": at(Place(place.path, number)), "quote": code(re.sub(r"\s*\|\s*", ", ", plain))},
    )


def claims(facts: Facts) -> Iterator[Ground]:
    """Technologies that the README names and nothing shows."""
    readme = facts.repo.readme_path
    named = [item for item in facts.claims if item.path == readme]
    if named:
        first = min(named, key=lambda item: (item.line, item.technology))
        others = len({item.technology for item in named}) - 1
        more = f" and {others} more that nothing shows" * bool(others)
        yield Ground(
            "claims.readme",
            Place(first.path, first.line),
            {"place": f"`{first.path}:{first.line}`", "named": first.technology + more},
        )
