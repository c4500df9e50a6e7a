"""Looking for a word finds what an expression with the same borders finds."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from analyzer.knowledge.words import has_word

_TEXTS = st.text("ab-_.é 7\n", max_size=12)
_WORDS = st.sampled_from(["a", "ab", "a.b", "a-b", "aa"])


@given(_TEXTS, _WORDS)
def test_a_name_may_go_on_after_a_dash(text: str, word: str):
    assert has_word(text, word) == bool(re.search(rf"(?<![\w-]){re.escape(word)}(?!\w)", text))


@given(_TEXTS, _WORDS)
def test_a_word_with_a_dash_behind_is_a_longer_one(text: str, word: str):
    assert has_word(text, word, joined="-") == bool(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text))
