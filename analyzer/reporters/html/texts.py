"""The texts of the pages: one TOML file a language, in ``texts/`` beside this module, and one with the engine's sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache, partial
from importlib.resources import files
from typing import Any

from analyzer.reporters.html.sentences import Sentences, Template, filled, load_catalog, load_sentences
from analyzer.reporters.words import visible

__all__ = ["LANGUAGES", "Texts", "load_texts", "plural_category"]

LANGUAGES: tuple[str, ...] = ("en",)
"""Languages that there is a file of; the first is the one that all others fall back to."""


class Texts:
    """The texts of one language: ``texts("steps.gain", points="4")``.

    A text that the language lacks comes from ``fallback``. Whatever is filled in has its control and bidi characters
    shown as escapes, so that a name from a repository cannot turn the words around it.

    ``sentences`` are translations of what the engine says, by the English template in the catalog; ``said`` says it.
    """

    def __init__(
        self,
        language: str,
        entries: dict[str, Any],
        fallback: Texts | None = None,
        sentences: Mapping[str, str] | None = None,
    ) -> None:
        self.language = language
        self._entries = entries
        self._fallback = fallback
        self._sentences = sentences or {}

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return str(self._entries.get("direction", "ltr"))

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key, with values filled in; ``n`` chooses between forms of number.

        Raises:
            KeyError: there is no such text.
        """
        found = self._find(key)
        if isinstance(found, dict):
            category = plural_category(self.language, int(str(values["n"])))
            found = found.get(category, found["other"])
        return str(found).format(**{name: visible(str(value)) for name, value in values.items()})

    def kept(self, key: str, /, **values: object) -> str:
        """A text that is kept, in English, with values as they are; where it is shown, :meth:`said` says it.

        Raises:
            KeyError: there is no such text.
        """
        return str((self._fallback or self)._find(key)).format(**values)

    def said(self, sentence: str) -> str:
        """A sentence of the engine in this language, English where the language lacks it; in English it is what it was."""
        return sentence if self._fallback is None else self._translated(sentence)

    @cached_property
    def _translated(self) -> Sentences:
        """What the engine says by the catalog, and what is kept of requests by its text in English (``_KEPT``)."""
        spoken = [
            (template, filled(self._sentences[template.text]))
            for template in load_catalog()
            if template.text in self._sentences
        ]
        english = self._fallback or self
        for key, text in _leaves(english._entries, _KEPT):
            held = {name: ("*",) for _, name in Template(text).parts if name}
            spoken.append((Template(text, held), partial(self._again, key)))
        return Sentences(spoken)

    def _again(self, key: str, values: Mapping[str, str]) -> str:
        """A text that was kept in English, by its key and what was filled in."""
        return self(key, **values)

    def has(self, key: str) -> bool:
        """Whether there is a text of this key."""
        try:
            self._find(key)
        except KeyError:
            return False
        return True

    def _find(self, key: str) -> Any:
        found: Any = self._entries
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is not None:
            return found
        if self._fallback is None:
            raise KeyError(key)
        return self._fallback._find(key)


_KEPT = ("problem.row", "problem.invalid")
"""Tables of texts that are kept in English, with rows of a batch, and translated when they are shown."""


def _leaves(entries: Mapping[str, Any], tables: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(key, text) of each text below some tables; several of those that have a plural."""
    for table in tables:
        waiting = [(table, _below(entries, table))]
        while waiting:
            key, found = waiting.pop()
            if isinstance(found, str):
                yield key, found
            elif "other" in found:
                yield from ((key, text) for text in found.values())
            else:
                waiting += [(f"{key}.{name}", inner) for name, inner in found.items()]


def _below(entries: Mapping[str, Any], key: str) -> Any:
    found: Any = entries
    for part in key.split("."):
        found = found.get(part, {})
    return found


def plural_category(language: str, n: int) -> str:
    """The plural category of a whole number by Unicode CLDR, for the languages that many readers have."""
    if language == "ar":
        if n in (0, 1, 2):
            return ("zero", "one", "two")[n]
        rest = n % 100
        return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"
    if language == "fr":
        return "one" if n in (0, 1) else "other"
    return "one" if n == 1 else "other"


@lru_cache(maxsize=8)
def load_texts(language: str = LANGUAGES[0]) -> Texts:
    """Read the texts of a language.

    Raises:
        KeyError: there is no file of this language.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    entries = tomllib.loads((files(__package__) / "texts" / f"{language}.toml").read_text("utf-8"))
    if language == LANGUAGES[0]:
        return Texts(language, entries)
    return Texts(language, entries, load_texts(), load_sentences(language))
