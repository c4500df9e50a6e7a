"""The texts of the pages: one TOML file a language, in ``texts/`` beside this module."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from analyzer.reporters.words import visible

__all__ = ["LANGUAGES", "Texts", "load_texts", "plural_category"]

LANGUAGES: tuple[str, ...] = ("en",)
"""Languages that there is a file of; the first is the one that all others fall back to."""


class Texts:
    """The texts of one language: ``texts("steps.gain", points="4")``.

    A text that the language lacks comes from ``fallback``. Whatever is filled in has its control and bidi characters
    shown as escapes, so that a name from a repository cannot turn the words around it.
    """

    def __init__(self, language: str, entries: dict[str, Any], fallback: Texts | None = None) -> None:
        self.language = language
        self._entries = entries
        self._fallback = fallback

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
    return Texts(language, entries, None if language == LANGUAGES[0] else load_texts())
