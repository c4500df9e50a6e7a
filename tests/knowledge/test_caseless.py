"""Expressions for words in any case."""

from __future__ import annotations

import pytest

from analyzer.knowledge.caseless import Caseless


def test_words_are_found_in_any_case():
    expression = Caseless(r"\bmodels?\b")
    assert expression.search("The MODEL")
    assert expression.findall("Model and MODELS") == ["model", "models"]
    assert [match.start() for match in expression.finditer("a Model, a model")] == [2, 11]


def test_a_capital_in_an_expression_is_refused():
    with pytest.raises(ValueError, match="not in lower case"):
        Caseless(r"MLOps")


def test_classes_of_characters_are_no_capitals():
    assert Caseless(r"\S\W\d").search("A 1")
