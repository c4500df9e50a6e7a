"""Answers that are kept with what they are about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analyzer.queries.serving import prediction_routes
from analyzer.remembered import remembered
from tests.conftest import BuildRepository


class Subject:
    def __init__(self) -> None:
        self.asked: list[str] = []


@remembered
def doubled(subject: Subject, number: int) -> int:
    subject.asked.append(f"doubled {number}")
    return 2 * number


@remembered
def counted(subject: Subject, end: int) -> Iterator[int]:
    for number in range(end):
        subject.asked.append(f"counted {number}")
        yield number


@remembered
def broken(subject: Subject) -> Iterator[int]:
    subject.asked.append("broken")
    yield 1
    raise ValueError("no more")


def test_a_question_is_answered_once():
    subject = Subject()
    assert [doubled(subject, 2), doubled(subject, 2), doubled(subject, 3)] == [4, 4, 6]
    assert subject.asked == ["doubled 2", "doubled 3"]


def test_another_object_is_asked_anew():
    first, second = Subject(), Subject()
    assert doubled(first, 2) == doubled(second, 2)
    assert second.asked == ["doubled 2"]


def test_a_generator_goes_on_where_it_stopped():
    subject = Subject()
    assert next(counted(subject, 3)) == 0
    assert subject.asked == ["counted 0"]
    assert [list(counted(subject, 3)), list(counted(subject, 3))] == [[0, 1, 2], [0, 1, 2]]
    assert subject.asked == ["counted 0", "counted 1", "counted 2"]


def test_every_reader_meets_the_same_failure():
    subject = Subject()
    for _ in range(2):
        answers = broken(subject)
        assert next(answers) == 1
        with pytest.raises(ValueError, match="no more"):
            next(answers)
    assert subject.asked == ["broken"]


SERVICE = """
from fastapi import FastAPI

app = FastAPI()

@app.post("/predict")
def predict(row: dict):
    return model.predict([row])
"""


def test_a_repository_without_some_modules_is_asked_anew(repository: BuildRepository):
    whole = repository({"app.py": SERVICE})
    assert list(prediction_routes(whole))
    reduced = whole.without(frozenset({"app.py"}))
    assert not list(prediction_routes(reduced))
    assert whole.without(frozenset({"app.py"})) is reduced


def test_a_closed_repository_holds_nothing(repository: BuildRepository):
    whole = repository({"app.py": SERVICE, "README.md": "# Service\n"})
    reduced, world = whole.without(frozenset({"app.py"})), whole.world
    assert not reduced.code
    assert whole.documents
    whole.close()
    assert not vars(whole)
    assert not vars(reduced)
    assert not vars(world)
