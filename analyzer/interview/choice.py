"""Which questions are asked: one of each topic of the guide, then those that have most ground."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from analyzer.claims import Claim
from analyzer.errors import LimitError
from analyzer.findings import Place
from analyzer.interview import guide_topics, more_topics, secret_topics
from analyzer.interview.facts import Facts, Ground, at
from analyzer.knowledge.interview import GUIDE_TOPICS, QUESTIONS, TOPICS
from analyzer.repository import Repository
from analyzer.scorer import Scorecard
from analyzer.snapshot import Problem

__all__ = ["Interview", "Question", "interview_questions"]

FEWEST, MOST = 5, 8
_STRONG = 1.5
"""Weight from which a question beside the guide's topics is asked although there are enough without it."""


class Question(Struct, frozen=True):
    """One question. ``topic`` is an id of ``TOPICS``; code and places within the text stand in backticks."""

    topic: str
    question: str
    path: str
    line: int
    covers: tuple[str, ...]


class Interview(Struct, frozen=True):
    """Up to eight questions; ``note`` says why there are few, where there are."""

    questions: tuple[Question, ...] = ()
    note: str = ""


Finder = Callable[[Facts], Iterator[Ground]]
_FINDERS: dict[str, Finder] = {
    "retraining": guide_topics.retraining,
    "accuracy-drop": guide_topics.accuracy_drop,
    "versioning": guide_topics.versioning,
    "rollout": guide_topics.rollout,
    "data-quality": more_topics.data_quality,
    "decision": more_topics.decision,
    "secrets": secret_topics.secrets,
    "results": more_topics.results,
    "cost": more_topics.cost,
    "claims": more_topics.claims,
}
_TEMPLATES = {item.id: item for item in QUESTIONS}


def interview_questions(
    repo: Repository, card: Scorecard, claims: tuple[Claim, ...]
) -> tuple[Interview, tuple[Problem, ...]]:
    """Return the questions for a repository, and a problem for each topic whose search failed.

    A topic that fails costs its own question, nothing else.
    """
    facts = Facts(repo, (item.decision for item in card.criteria), claims)
    grounds: dict[str, list[Ground]] = {}
    problems: list[Problem] = []
    for topic, find in _FINDERS.items():
        try:
            grounds[topic] = sorted(find(facts), key=lambda ground: -_TEMPLATES[ground.template].weight)
        except (LimitError, MemoryError):  # of the whole analysis, whoever meets it
            raise
        except Exception as error:  # noqa: BLE001 whatever goes wrong with a question must not cost the report
            problems.append(Problem(f"interview/{topic}", f"no question: {type(error).__name__}: {error}"[:300]))
    grounds["next"] = list(_next_step(card))
    chosen = _choose(grounds)
    return Interview(tuple(_asked(ground) for ground in chosen), _note(grounds, len(chosen))), tuple(problems)


def _choose(grounds: dict[str, list[Ground]]) -> list[Ground]:
    chosen: list[Ground] = []
    for topic in GUIDE_TOPICS:
        chosen += _unused(grounds.get(topic, []), chosen)[:1]
    others = [
        ground
        for topic in TOPICS
        if topic not in GUIDE_TOPICS
        for ground in (_unused(grounds.get(topic, []), chosen) or grounds.get(topic, []))[:1]
    ]
    for ground in sorted(others, key=lambda item: -_TEMPLATES[item.template].weight):
        enough = len(chosen) >= (MOST if _TEMPLATES[ground.template].weight >= _STRONG else FEWEST)
        if not enough and _unused([ground], chosen):
            chosen.append(ground)
    return chosen


_BESIDE = 2
"""Lines within which two places are the same piece of code."""


def _unused(grounds: list[Ground], chosen: list[Ground]) -> list[Ground]:
    """Grounds on lines that no chosen question stands on; those of a guide's topic rather twice than not at all."""
    taken = [place for item in chosen for place in item.places]

    def is_fresh(ground: Ground) -> bool:
        path, line = ground.place.path, ground.place.line
        return not any(path == other and abs(line - at) <= _BESIDE for other, at in taken)

    fresh = [item for item in grounds if is_fresh(item)]
    guided = bool(grounds) and _TEMPLATES[grounds[0].template].topic in GUIDE_TOPICS
    return fresh or (grounds if guided else [])


def _asked(ground: Ground) -> Question:
    template = _TEMPLATES[ground.template]
    return Question(
        template.topic, template.text.format(**ground.fields), ground.place.path, ground.place.line, template.covers
    )


def _next_step(card: Scorecard) -> Iterator[Ground]:
    from analyzer.advice import next_steps

    for step in next_steps(card):
        if step.builds_on:
            place = Place(step.builds_on.path, step.builds_on.line)
            yield Ground("next.step", place, {"place": at(place), "title": step.title})
            return


def _note(grounds: dict[str, list[Ground]], number: int) -> str:
    absent = [what for topic, what in GUIDE_TOPICS.items() if not grounds.get(topic)]
    if number >= FEWEST and not absent:
        return ""
    count = "No question" if not number else "One question" if number == 1 else f"{number} questions"
    if not absent:
        return f"{count}: there is not more in the repository that one could stand on."
    return f"{count}: nothing was found that {_joined(absent)} a model, so there is no line to ask about."


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
