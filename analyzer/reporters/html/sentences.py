"""Sentences of the engine in another language: an English one is matched against the templates that it may come from."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import lru_cache
from importlib.resources import files

from msgspec import Struct, field

__all__ = ["Sentences", "Template", "filled", "load_catalog", "load_sentences"]

_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)\}")
_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"`[^`]*`")
_DEEPEST = 12
"""Sentences within sentences that are looked into."""
_REMEMBERED = 20_000
_MOST_TRIED = 60


class Template(Struct, frozen=True):
    """A sentence with placeholders.

    Args:
        text: the sentence in English; ``{name}`` is a placeholder, ``{{`` a brace.
        words: which sentences a placeholder may hold in its turn, by its name; ``*`` is any. What else it holds, and
            what other placeholders hold, stays as it is.
        within: whether it stands within other sentences alone.
    """

    text: str
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    within: bool = False

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
    literals: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    weight: int
    make: Callable[[Mapping[str, str]], str]


class _Among:
    """Some templates, so that those are soon found that a sentence may come from."""

    def __init__(self, known: Iterable[_Known], beside: _Among | None = None) -> None:
        self._beside = beside
        self.whole: dict[str, _Known] = dict(beside.whole) if beside else {}
        self._by_word: dict[str, list[_Known]] = defaultdict(list)
        self._anywhere: list[_Known] = []
        ready = [(item, _words(item.template)) for item in known]
        counts = Counter(word for _, words in ready for word in words)
        for item, words in ready:
            if len(item.template.parts) == 1:
                self.whole[item.template.parts[0][0]] = item
            elif words:
                rarest = min(words, key=lambda word: (counts[word], -len(word), word))
                self._by_word[rarest].append(item)
            else:
                self._anywhere.append(item)

    def near(self, sentence: str) -> list[_Known]:
        """Templates with placeholders whose rarest word the sentence has, those first that fix most letters."""
        words = dict.fromkeys(_WORD.findall(sentence))
        found = [item for word in words for item in self._by_word.get(word, ())]
        found += self._beside.near(sentence) if self._beside else ()
        near = [item for item in (*found, *self._anywhere) if all(part in sentence for part in item.literals)]
        return sorted(near, key=lambda item: -item.weight)


class Sentences:
    """Says sentences of the engine in one language; one that is not known there stays English.

    ``templates`` are English templates, each with what makes its translation from the values of its placeholders.
    """

    def __init__(self, templates: Iterable[tuple[Template, Callable[[Mapping[str, str]], str]]]) -> None:
        known = [_ready(template, make) for template, make in templates]
        self._by_text = {item.template.text: item for item in known}
        self._all = _Among(item for item in known if not item.template.within)
        self._held: dict[tuple[str, str], _Among] = {}
        self._said: dict[tuple[str, int], tuple[str, int] | None] = {}

    def __call__(self, sentence: str) -> str:
        """The sentence in the language, or as it is."""
        said = self._say(sentence, self._all, 0)
        return said[0] if said else sentence

    def knows(self, sentence: str) -> bool:
        """Whether the sentence comes from a template."""
        return self._say(sentence, self._all, 0) is not None

    def _say(self, sentence: str, among: _Among, depth: int) -> tuple[str, int] | None:
        """(the translation, how many letters of the sentence are known), or None."""
        key = sentence, id(among)
        if key not in self._said:
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            self._said[key] = None  # what comes to itself again is no answer
            self._said[key] = self._of_any_case(sentence, among, depth)
        return self._said[key]

    def _of_any_case(self, sentence: str, among: _Among, depth: int) -> tuple[str, int] | None:
        """As it stands, or with the other case of its first letter, which many sentences change on their way."""
        said = self._best(sentence, among, depth)
        if sentence[:1].isalpha() and sentence not in among.whole:
            other = self._best(sentence[0].swapcase() + sentence[1:], among, depth)
            if other and (said is None or other[1] > said[1]):
                first = other[0][:1].upper() if sentence[0].isupper() else other[0][:1].lower()
                return first + other[0][1:], other[1]
        return said

    def _best(self, sentence: str, among: _Among, depth: int) -> tuple[str, int] | None:
        """By the template that knows most letters of the sentence, with what its placeholders hold."""
        whole = among.whole.get(sentence)
        if whole:
            return whole.make({}), _letters(sentence)
        whole = among.whole.get(f"{sentence}.")  # within another sentence, it has no full stop
        if whole:
            return whole.make({}).rstrip("."), _letters(sentence)
        if depth >= _DEEPEST or not sentence.strip() or _CODE.fullmatch(sentence):
            return None
        best: tuple[str, int] | None = None
        enough = False
        for item in among.near(sentence):
            if best and ((not item.template.words and item.weight <= best[1]) or (not item.weight and enough)):
                continue
            for pattern in item.patterns:
                match = pattern.fullmatch(sentence)
                if not match:
                    continue
                values, letters, unknown = match.groupdict(), item.weight, False
                for name in item.template.words:
                    held = self._may_hold(item.template, name)
                    inner = self._say(values[name], held, depth + 1) if values[name] else None
                    if inner:
                        values[name] = inner[0]
                        letters += inner[1]
                    unknown |= bool(values[name]) and inner is None
                # Else it is punctuation, with nothing known on any side of it.
                if letters and (best is None or letters > best[1]):
                    best = item.make(values), letters
                if not unknown:
                    enough |= best is not None and 2 * best[1] > _letters(sentence)
                    break
        return best

    def _may_hold(self, template: Template, name: str) -> _Among:
        key = template.text, name
        if key not in self._held:
            held = template.words[name]
            known = [self._by_text[text] for text in held if text in self._by_text]
            self._held[key] = _Among(known, self._all if "*" in held else None)
        return self._held[key]


def _ready(template: Template, make: Callable[[Mapping[str, str]], str]) -> _Known:
    parts = template.parts
    beside = []
    for index, (_, name) in enumerate(parts[:-1]):
        before, after = parts[index][0] if index else "a", parts[index + 1][0] if parts[index + 1][1] else "a"
        if not (_WORD.search(before) and _WORD.search(after)) and _held_pattern(template.words.get(name, ())):
            beside.append(name)
    # A placeholder beside another one ends where one of its texts ends; one of them, or all, may hold something else.
    strict = [frozenset(beside), *(frozenset(beside) - {name} for name in beside), frozenset[str]()]
    written = [_pattern(template, names) for names in dict.fromkeys(strict)]
    if len(parts) > 2:
        written.append(written[-1].replace(".*?", ".*"))  # the last place where it may end, where the first is none
    patterns = tuple(re.compile(pattern, re.DOTALL) for pattern in dict.fromkeys(written))
    literals = tuple(literal for literal, _ in parts if literal)
    return _Known(template, literals, patterns, sum(_letters(literal) for literal, _ in parts), make)


def _letters(text: str) -> int:
    return sum(map(len, _WORD.findall(text)))


def _pattern(template: Template, strict: Set[str]) -> str:
    """What the sentence looks like; ``strict`` are placeholders that hold what they may hold and nothing else."""
    pattern, seen = "", set[str]()
    for literal, name in template.parts:
        pattern += re.escape(literal)
        if name in seen:
            pattern += f"(?P={name})"
        elif name:
            pattern += f"(?P<{name}>{_held_pattern(template.words[name]) if name in strict else '.*?'})"
            seen.add(name)
    return pattern


def _held_pattern(held: Sequence[str]) -> str:
    """What matches one of some texts, code, or nothing; empty where the texts are too many to be tried."""
    if not held or "*" in held or len(held) > _MOST_TRIED:
        return ""
    known = [Template(text).parts for text in sorted(held, key=len, reverse=True)]
    tried = ["".join(re.escape(literal) + (".*?" if name else "") for literal, name in parts) for parts in known]
    return "|".join((*tried, "`[^`]*`", ""))


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
    return tuple(Template(item["text"], item.get("words", {}), item.get("within", False)) for item in read["sentence"])


def load_sentences(language: str) -> dict[str, str]:
    """The translations of a language by the English template; empty where there is no file of it."""
    path = files(__package__) / "texts" / f"{language}.sentences.toml"
    return dict(tomllib.loads(path.read_text("utf-8"))) if path.is_file() else {}
