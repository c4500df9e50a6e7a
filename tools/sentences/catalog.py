"""The catalog: every sentence that the engine may say, with its placeholders and the modules that say it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from analyzer.knowledge.outcomes import METRICS
from analyzer.knowledge.skills import SKILLS
from tools.sentences.code import Source
from tools.sentences.flow import FROM_RUBRIC, Flows
from tools.sentences.pieces import Bound, Hole, Parts

__all__ = ["ANY", "Entry", "collect"]

PACKAGES = ("analyzer", "rules", "api")
_SHOWN = ("api.app", "rules", "analyzer.portfolio.reporters.html", "analyzer.reporters")
"""What makes pages and reports: sentences count of what these import."""
ANY = "*"
"""Any sentence of the catalog."""
_TABLES = {
    ("analyzer.knowledge.outcomes.Metric", "id"): [item.id for item in METRICS],
    ("analyzer.knowledge.skills.SkillRow", "title"): [item.title for item in SKILLS],
}
"""Texts of fields that are read from a table which is a text itself."""
_READERS = ("analyzer.reporters.json_",)
"""Modules that make reports from what was said before."""
_SAID = (
    "advice.NextStep.effort", "advice.NextStep.how", "advice.NextStep.missing", "advice.NextStep.title",
    "advice.NextStep.why", "batch.delimited.CsvRow.problem", "batch.rows.Row.problem", "batch.tables.Record.problem",
    "claims.Claim.sentence", "compare.Comparison.notes", "engine.Decision.summary", "errors.FolioscopeError.hint",
    "errors.FolioscopeError.what", "findings.Finding.message", "interview.choice.Interview.note",
    "interview.choice.Question.covers", "interview.choice.Question.question", "outcomes.Outcome.sentence",
    "portfolio.model.LeftOut.reason", "portfolio.model.Look.impression", "portfolio.model.Skill.title",
    "portfolio.model.Strength.best_in", "portfolio.model.Strength.sentence", "portfolio.model.Tip.sentence",
    "portfolio.model.Tip.title", "projects.Project.impression", "roles.RoleShare.role", "snapshot.Problem.what",
    "soundness.defect.Defect.sentence", "wiring.chain.Link.sentence", "wiring.graph.Edge.kind",
    "wiring.graph.Gap.kind", "wiring.graph.Gap.why", "wiring.graph.Node.kind",
)  # fmt: skip
"""Fields whose text a page shows, of ``analyzer``."""
_TOLD = (
    "authenticity:_sentences", "github.words:sentences", "github.words:owner_sentences", "reporters.owners_word:owners_sentences",
    "reporters.words:sentence", "knowledge.interview:TOPICS",
)  # fmt: skip
"""Functions and tables of ``analyzer`` whose texts a page shows."""
_LETTERS = re.compile(r"[A-Za-z]")
_SPACED = re.compile(r"[^\W\d_]\S* \S|\. |\)$")
_SENTENCE = re.compile(r"[a-z]{2,},? [a-z]{2,},? [a-z]")
_SQL = re.compile(r"^(?:SELECT|VACUUM)\b|^ OR $|\w = :\w")
_CODE = re.compile(r"^-\S*$|^(?![A-Z]+/[A-Z]+$)\S*(?:[/._:=<>()\[\]{}$*@#\\]|--|[a-z][A-Z]|\d)\S*$")
"""One token that is a path, an option, a name in code."""


@dataclass
class Entry:
    """A sentence: which of this catalog its placeholders may hold, and the modules where it stands."""

    words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    modules: set[str] = field(default_factory=set)
    within: bool = True
    """Whether it stands only within others."""

    def say(self, module: str, *, within: bool = False) -> None:
        """Note that a module says it."""
        self.modules.add(module)
        self.within &= within


@dataclass(frozen=True)
class _Step:
    """A place that texts of a page come from: over names alone (``far``), or as a part of another text (``within``)."""

    bound: Bound
    far: bool = False
    within: bool = False

    @property
    def key(self) -> tuple[object, ...]:
        return self.bound.key, self.far, self.within


def collect(root: Path) -> dict[str, Entry]:
    """All sentences below a folder of the project, by their text with placeholders."""
    source = Source(root, PACKAGES, _READERS)
    flows = Flows(source, _TABLES)
    found: dict[str, Entry] = defaultdict(Entry)
    _from_code(source, flows, found)
    for path in sorted((root / "analyzer" / "rubrics").glob("*.yaml")):
        for text in _of_rubric(YAML(typ="safe").load(path)):
            found[_escaped(text)].say(f"analyzer.rubrics.{path.stem}")
    return dict(sorted(found.items()))


def _from_code(source: Source, flows: Flows, found: dict[str, Entry]) -> None:
    shown = source.reached_from(*_SHOWN)
    for module, text in _of_rules(source):
        found[text].say(module)
    waiting = [_Step(item) for item in _sinks(source, flows)]
    seen = {item.key for item in waiting}
    while waiting:
        step = waiting.pop()
        module = step.bound.value.module.name
        if module not in shown:
            continue
        flow = flows.of(step.bound)
        more = [_Step(item, far, step.within) for item, far in flows.beyond(flow, far=step.far)]
        for parts in flow.texts:
            holes = [part for part in parts if isinstance(part, Hole)]
            more += (_Step(hole.filled, step.far, True) for hole in holes)
            words = {hole.name: held for hole in holes if (held := _held(flows, hole))}
            letters = any(_LETTERS.search(part) for part in parts if isinstance(part, str))
            told = _is_said(parts, far=step.far) or _is_list(parts) or (words and parts[-1] == ".")
            if (words or letters) and told:
                entry = found[_written(parts)]
                entry.say(module, within=step.within)
                for name, held in words.items():
                    entry.words[name] |= held
        for item in more:
            if item.key not in seen:
                seen.add(item.key)
                waiting.append(item)


def _held(flows: Flows, hole: Hole) -> set[str]:
    """What a placeholder may hold that is said too."""
    whole = flows.whole_texts(hole.filled)
    lists = [parts for parts, _ in whole if _is_list(parts)]
    held = {_written(parts) for parts, far in whole if _is_said(parts, far=far) and parts not in lists}
    held |= {ANY} if any(parts == (FROM_RUBRIC.value,) for parts, _ in whole) else set()
    return held | {_written(parts) for parts in lists if held or _LETTERS.search(str(parts[1]))}


def _written(parts: Parts) -> str:
    return "".join(f"{{{part.name}}}" if isinstance(part, Hole) else _escaped(part) for part in parts)


def _of_rules(source: Source) -> Iterator[tuple[str, str]]:
    """(module, docstring) of each rule: what it says where it finds nothing."""
    for module in source.modules.values():
        for function in module.functions.values():
            calls = [item for item in function.node.decorator_list if isinstance(item, ast.Call)]
            if any(getattr(item.func, "id", "") == "rule" for item in calls):
                yield module.name, _escaped(" ".join((ast.get_docstring(function.node) or "").split()))


def _is_said(parts: Parts, *, far: bool) -> bool:
    """Whether a text is for people: words, and no path, option or name in code."""
    literal = "".join(part for part in parts if isinstance(part, str))
    if literal == FROM_RUBRIC.value or _SQL.search(literal):
        return False
    if far:
        return bool(_SENTENCE.search(literal))
    if len(parts) == 1:
        return bool(_LETTERS.search(literal)) and not _CODE.match(literal)
    if parts[-1] == " ...":  # of what is cut off
        return False
    return bool(_SPACED.search("".join(part if isinstance(part, str) else "x" for part in parts)))


def _is_list(parts: Parts) -> bool:
    """Whether it is the first of several things with the rest."""
    return [getattr(part, "name", part[-1:] if isinstance(part, str) else "") for part in parts] == [
        "first",
        " ",
        "rest",
    ]


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _sinks(source: Source, flows: Flows) -> list[Bound]:
    found = []
    for said in _SAID:
        module, owner, name = said.rsplit(".", 2)
        home = source.modules[f"analyzer.{module}"]
        kept = home.classes[owner]
        if name in kept.fields:
            found += list(flows.of_field(name, owner=kept))
        else:
            found += list(flows.given_to(kept.methods["__init__"], name))
    for said in _TOLD:
        module, name = said.split(":")
        home = source.modules[f"analyzer.{module}"]
        if name in home.functions:
            found += [Bound(value) for value in source.returns(home.functions[name])]
        else:
            found += [Bound(value) for value in source.local_values(None, home)[name]]
    return found


def _of_rubric(document: dict[str, Any]) -> list[str]:
    found = [document.get("title", ""), *(item["name"] for item in document.get("grades", ()))]
    for section in document.get("sections", ()):
        found.append(section.get("title", ""))
        for item in section.get("criteria", ()):
            found += (item.get(name, "") for name in ("title", "why", "how", "effort"))
    return [" ".join(str(item).split()) for item in found if item]
