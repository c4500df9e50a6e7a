"""Sentences of the engine in another language: an English one is matched against the templates that it may come from."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

from msgspec import Struct

__all__ = ["Sentences", "Template", "filled", "load_catalog", "load_sentences"]

_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)\}")
_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"`[^`]*`")
_DEEPEST = 12
"""Sentences within sentences that are looked into."""
_REMEMBERED = 20_000


class Template(Struct, frozen=True):
    """A sentence with placeholders. ``words`` are those that may hold a sentence or word in their turn.

    Args:
        text: the sentence in English; ``{name}`` is a placeholder, ``{{`` a brace.
        words: names of placeholders.
    """

    text: str
    words: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """(literal, name of the placeholder after it); the last has no placeholder."""
        found, literal, end = [], "", 0
        for match in _FIELD.finditer(self.text):
            literal += self.text[end : match.start()]
            end = match.end()
            if match.group(1) is None:
                literal += match.group()[0]
            else:
                found.append((literal, match.group(1)))
                literal = ""
        return (*found, (literal + self.text[end:], ""))


class _Known(Struct, frozen=True):
    """A template that is ready to be matched; ``weight`` counts the letters that it fixes."""

    template: Template
    pattern: re.Pattern[str]
    weight: int
    make: Callable[[Mapping[str, str]], str]


class Sentences:
    """Says sentences of the engine in one language; one that is not known there stays English.

    ``templates`` are English templates, each with what makes its translation from the values of its placeholders.
    """

    def __init__(self, templates: Iterable[tuple[Template, Callable[[Mapping[str, str]], str]]]) -> None:
        self._whole: dict[str, _Known] = {}
        self._by_word: dict[str, list[_Known]] = defaultdict(list)
        self._anywhere: list[_Known] = []
        self._said: dict[str, tuple[str, int] | None] = {}
        counts: dict[str, int] = defaultdict(int)
        known = [_ready(template, make) for template, make in templates]
        for item in known:
            for word in _words(item.template):
                counts[word] += 1
        for item in known:
            parts = item.template.parts
            if len(parts) == 1:
                self._whole[parts[0][0]] = item
                continue
            words = _words(item.template)
            if words:
                self._by_word[min(words, key=lambda word: (counts[word], -len(word), word))].append(item)
            else:
                self._anywhere.append(item)

    def __call__(self, sentence: str) -> str:
        """The sentence in the language, or as it is."""
        said = self._say(sentence, 0)
        return said[0] if said else sentence

    def knows(self, sentence: str) -> bool:
        """Whether the sentence comes from a template."""
        return self._say(sentence, 0) is not None

    def _say(self, sentence: str, depth: int) -> tuple[str, int] | None:
        """(the translation, how many letters of the sentence are known), or None."""
        if sentence not in self._said:
            if len(self._said) >= _REMEMBERED:
                self._said = {}
            self._said[sentence] = None  # what comes to itself again is no answer
            self._said[sentence] = self._of_any_case(sentence, depth)
        return self._said[sentence]

    def _of_any_case(self, sentence: str, depth: int) -> tuple[str, int] | None:
        """As it stands, or with the other case of its first letter, which many sentences change on their way."""
        said = self._best(sentence, depth)
        if said is None and sentence[:1].isalpha():
            other = self._best(sentence[0].swapcase() + sentence[1:], depth)
            if other:
                first = other[0][:1].upper() if sentence[0].isupper() else other[0][:1].lower()
                return first + other[0][1:], other[1]
        return said

    def _best(self, sentence: str, depth: int) -> tuple[str, int] | None:
        whole = self._whole.get(sentence)
        if whole:
            return whole.make({}), len(sentence)
        if depth >= _DEEPEST or not sentence.strip() or _CODE.fullmatch(sentence):
            return None
        best: tuple[str, int] | None = None
        words = dict.fromkeys(_WORD.findall(sentence))
        near = {id(item): item for word in words for item in self._by_word.get(word, ())}
        for item in sorted((*near.values(), *self._anywhere), key=lambda item: -item.weight):
            match = item.pattern.fullmatch(sentence)
            if not match:
                continue
            values, letters, kept = match.groupdict(), item.weight, 0
            for name in item.template.words:
                inner = self._say(values[name], depth + 1) if values[name] else ("", 0)
                if inner:
                    values[name] = inner[0]
                    letters += inner[1]
                else:
                    kept += 1
            if not letters:
                continue  # punctuation alone, with nothing known on any side of it
            if best is None or letters > best[1]:
                best = item.make(values), letters
            if not kept:
                break
        return best


def _ready(template: Template, make: Callable[[Mapping[str, str]], str]) -> _Known:
    pattern, seen = "", set[str]()
    for literal, name in template.parts:
        pattern += re.escape(literal)
        if name:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
            seen.add(name)
    weight = sum(len(word) for literal, _ in template.parts for word in _WORD.findall(literal))
    return _Known(template, re.compile(pattern, re.DOTALL), weight, make)


def _words(template: Template) -> list[str]:
    """Whole words of a template: those that touch no placeholder."""
    found, parts = [], template.parts
    for index, (literal, name) in enumerate(parts):
        for match in _WORD.finditer(literal):
            cut = (match.start() == 0 and index > 0) or (match.end() == len(literal) and bool(name))
            if not cut:
                found.append(match.group())
    return found


def filled(text: str) -> Callable[[Mapping[str, str]], str]:
    """What fills a translation: placeholders by their names; one that the template lacks stays as it stands."""
    parts = Template(text).parts

    def make(values: Mapping[str, str]) -> str:
        return "".join(literal + (values.get(name, f"{{{name}}}") if name else "") for literal, name in parts)

    return make


@lru_cache(maxsize=1)
def load_catalog() -> tuple[Template, ...]:
    """All templates of the engine, as ``python -m tools.sentences`` found them."""
    read = tomllib.loads((files(__package__) / "texts" / "sentences.toml").read_text("utf-8"))
    return tuple(Template(item["text"], tuple(item.get("words", ()))) for item in read["sentence"])


def load_sentences(language: str) -> dict[str, str]:
    """The translations of a language by the English template; empty where there is no file of it."""
    path = files(__package__) / "texts" / f"{language}.sentences.toml"
    return dict(tomllib.loads(path.read_text("utf-8"))) if path.is_file() else {}
