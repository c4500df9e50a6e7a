"""What questions stand on: facts of one repository, each looked up once, and the ground of a question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import Struct, field

from analyzer.artifacts.infrastructure import Resource
from analyzer.artifacts.python_source import Call
from analyzer.claims import Claim
from analyzer.engine import Decision
from analyzer.findings import Evidence, Located, Place, Status
from analyzer.queries.learning import training_calls
from analyzer.queries.schedules import Schedule, schedules
from analyzer.queries.serving import batch_scoring, handlers, prediction_routes
from analyzer.repository import Repository

__all__ = ["Facts", "Ground", "at", "code", "is_beside"]

_LONGEST_QUOTE = 90
_HEAD = re.compile(r"(?:async )?def (\w+)\(")
_ASKED = re.compile(r"^(?:el)?if |^return |(?<=[\w)\]]):$")
_TRAILING = re.compile(r"\s*(?:,|#.*)$")
_WRAPPERS = frozenset(
    {
        "Pipeline", "GridSearchCV", "RandomizedSearchCV", "Trainer", "TransformedTargetRegressor",
        "Estimator", "HuggingFace", "PyTorch", "SKLearn", "TensorFlow", "XGBoost",  # containers of a platform
    }
)  # fmt: skip
_CLASS = re.compile(r"[A-Z]\w*[a-z]\w*")


class Ground(Struct, frozen=True):
    """The place in the repository on which the question of that id stands, and what fills its fields."""

    template: str
    place: Place
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """(path, line) of all places that the question names, its own first."""
        named = [match for text in self.fields.values() for match in _AT.findall(text)]
        return ((self.place.path, self.place.line), *((path, int(line)) for path, line in named))


_AT = re.compile(r"`([^`]+):(\d+)`")


def at(item: Located | Place | Evidence) -> str:
    """``path:line`` set as code."""
    place = item if isinstance(item, Place | Evidence) else item.place
    return code(f"{place.path}:{place.line}", most=1000)


def code(text: str, most: int = _LONGEST_QUOTE) -> str:
    """Text of the repository on one line, set as code with backticks, shortened where it is long."""
    plain = " ".join(text.replace("`", "'").split())
    if len(plain) > most:
        words = plain[:most].rsplit(" ", 1)[0]
        plain = f"{(words if len(words) > most // 2 else plain[:most]).rstrip(' ,;:')} ..."
    return f"`{plain}`"


_BESIDE = re.compile(
    r"(?i)bastion|zenml|kubeflow|trigger|extract|\bload(?:er)?\b|scrap|crawl|collect|pipeline|monitor|drift|evidently|mlflow|(?<![a-z])mage(?![a-z])|airflow|prefect|grafana|prometheus|orchestrat|dashboard|jenkins|retrain"
    r"|train(?:ing|er)?\b|ingest|\betl\b|frontend|\bui\b"
)
_ANSWERS = re.compile(r"(?i)predict|infer|scor(?:e|ing)|\bapi\b|[-_]api|serving|endpoint")


def is_beside(resource: Resource) -> bool:
    """Whether a resource runs what stands beside the model (tracking, monitoring, pipelines), by its name and place."""
    return bool(_BESIDE.search(f"{resource.path} {resource.name}")) and not _ANSWERS.search(resource.name)


class Facts:
    """One repository with what was decided about it."""

    def __init__(self, repo: Repository, decisions: Iterable[Decision], claims: tuple[Claim, ...]) -> None:
        self.repo = repo
        self.claims = claims
        self._decisions = {item.criterion: item for item in decisions}

    def found(self, criterion: str) -> Place | None:
        """The decisive place of a criterion that is met or partly met."""
        decision = self._decisions.get(criterion)
        return _place(decision.evidence[0]) if decision and decision.evidence else None

    def met(self, criterion: str) -> Place | None:
        """The decisive place of a criterion that is met."""
        decision = self._decisions.get(criterion)
        return self.found(criterion) if decision and decision.status is Status.MET else None

    def missing(self, criterion: str) -> bool:
        """Whether nothing was found for a criterion that was looked at."""
        decision = self._decisions.get(criterion)
        return bool(decision and decision.status is Status.MISSING)

    def places(self, criterion: str) -> tuple[Place, ...]:
        """All places of a criterion, the decisive one first."""
        decision = self._decisions.get(criterion)
        return tuple(_place(item) for item in decision.evidence) if decision else ()

    def quote(self, place: Place, most: int = _LONGEST_QUOTE) -> str:
        """The line of a place, set as code."""
        text = self.repo.line(place).strip()
        if place.path.endswith(".ipynb"):
            text = _cell_line(text)
        head = _HEAD.match(text)
        return code(f"{head.group(1)}(...)" if head else _ASKED.sub("", _TRAILING.sub("", text)), most)

    @cached_property
    def schedule(self) -> Schedule | None:
        """A schedule that is switched on and comes to training; one whose file speaks of it before others."""
        if not self.found("mon.retraining"):
            return None
        active = sorted(
            (item for item in schedules(self.repo) if not item.idle),
            key=lambda item: "train" not in item.place.path.lower(),
        )
        return next((item for item in active if item.starts(self.repo, "model.fit")), None)

    @cached_property
    def _answering(self) -> frozenset[str]:
        """Modules that answer requests or score batches."""
        found = {call.path for call in prediction_routes(self.repo)}
        found |= {function.path for function in handlers(self.repo)}
        return frozenset(found | {call.path for call in batch_scoring(self.repo)})

    @cached_property
    def serving_paths(self) -> frozenset[str]:
        """Modules that answer requests or score batches, and those of ours that they use."""
        own, world = set(self._answering), self.repo.code
        for path in sorted(own):
            module = world.module(path)
            for item in module.used_imports if module else ():
                for dotted in (item.dotted, item.module):
                    target = world.local.find(dotted, path) if dotted.strip(".") else None
                    own |= {target} if target else set()
        return frozenset(own)

    @cached_property
    def route(self) -> Call | None:
        """The route that answers with predictions: one that takes input before one that shows a page."""
        routes = list(prediction_routes(self.repo))
        return next((item for item in routes if _takes_input(item)), routes[0] if routes else None)

    @cached_property
    def handler(self) -> Place | None:
        """The function that a platform calls with a request, where it comes to a prediction."""
        return next((item.place for item in handlers(self.repo)), None)

    @cached_property
    def loads(self) -> tuple[Call, ...]:
        """Calls that load the model for serving or scoring."""
        calls = self.repo.code.calls("model.load", "registry.load")
        training = {place.path for place in self.places("e2e.training")}
        found = [call for call in calls if call.path in self.serving_paths and call.path not in training]
        routes = {call.path for call in prediction_routes(self.repo)}

        def distance(call: Call) -> int:
            return 0 if call.path in routes else 1 if call.path in self._answering else 2

        return tuple(sorted(found, key=lambda call: (distance(call), call.path, call.line)))

    @cached_property
    def model(self) -> str:
        """What is trained, by the class of the estimator where the code tells it, set as code."""
        place = self.found("e2e.training")
        for world in (self.repo.code, self.repo.notebook_code):
            for call in training_calls(world, reached=False):
                owner = call.name.rpartition(".")[0].rsplit(".", 1)[-1].removesuffix("()")
                at_place = place and (call.path, call.line) == (place.path, place.line)
                if at_place and _CLASS.fullmatch(owner) and owner not in _WRAPPERS:
                    return code(owner)
        return "the model"

    @property
    def trained_in_notebook(self) -> bool:
        """Whether the decisive training stands in a notebook."""
        place = self.found("e2e.training")
        return bool(place and place.path.endswith(".ipynb"))


def _place(evidence: Evidence) -> Place:
    return Place(evidence.path, evidence.line, evidence.end_line)


def _cell_line(text: str) -> str:
    """A line of code as it stands in a notebook's JSON, without quotes and escapes."""
    try:
        line = json.loads(text.removesuffix(","))
    except ValueError:
        return text
    return line.strip() if isinstance(line, str) else text


def _takes_input(call: Call) -> bool:
    words = " ".join((call.last, call.decorates, *call.texts()))
    return bool(re.search(r"(?i)\bpost\b|predict|score|infer|forecast|classif|recommend|invocations", words))
