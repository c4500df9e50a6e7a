"""Public names of well-known libraries by version, from the table that ``tools/library_names.py`` makes of their wheels."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from functools import cached_property, lru_cache, reduce
from importlib.resources import files
from operator import or_

from msgspec import Struct

__all__ = ["LIBRARIES", "Library", "library", "library_parts"]

LIBRARIES: dict[str, str] = {
    "airflow": "apache-airflow",
    "alibi_detect": "alibi-detect",
    "bentoml": "bentoml",
    "dagster": "dagster",
    "deepchecks": "deepchecks",
    "dvclive": "dvclive",
    "evidently": "evidently",
    "fastapi": "fastapi",
    "feast": "feast",
    "flask": "flask",
    "gradio": "gradio",
    "great_expectations": "great-expectations",
    "hyperopt": "hyperopt",
    "kedro": "kedro",
    "lightgbm": "lightgbm",
    "litserve": "litserve",
    "metaflow": "metaflow",
    "mlflow": "mlflow",
    "nannyml": "nannyml",
    "optuna": "optuna",
    "pandas": "pandas",
    "pandera": "pandera",
    "prefect": "prefect",
    "prometheus_client": "prometheus-client",
    "pydantic": "pydantic",
    "sklearn": "scikit-learn",
    "streamlit": "streamlit",
    "wandb": "wandb",
    "whylogs": "whylogs",
    "xgboost": "xgboost",
    "zenml": "zenml",
}
"""Import names of the libraries of the table, and their distributions."""

_RENAMED: dict[str, tuple[str, ...]] = {
    "prefect": ("prefect.infrastructure.docker", "prefect.docker", "prefect.projects", "prefect.packaging"),
}
"""Modules that a library finds under an old name without a file of it (Prefect's ``register_renamed_module``)."""
_NUMBERS = re.compile(r"\d+")


class Library(Struct, frozen=True, dict=True):
    """The names of one library. Sets of versions are bit masks over ``versions``, the oldest the lowest bit."""

    name: str
    versions: tuple[str, ...]
    modules: dict[str, tuple[int, int, dict[int, str]]]

    @property
    def all(self) -> int:
        """The mask of every version."""
        return (1 << len(self.versions)) - 1

    @cached_property
    def _keys(self) -> tuple[tuple[int, ...], ...]:
        return tuple(_key(version) for version in self.versions)

    def matching(self, specifiers: Iterable[str]) -> int:
        """The versions that the written specifiers allow, all of them when none is written; 0 where that cannot be told.

        A version between two of the table is judged by both; the mask is the union over the specifiers, since each
        may be the one that counts where the code runs. Versions before the table's first, and those before a release,
        cannot be judged.
        """
        masks = [self._allowed(written) for written in specifiers] or [self.all]
        return 0 if 0 in masks else reduce(or_, masks)

    def _allowed(self, written: str) -> int:
        text = written.strip().strip("\"'()").split(";", 1)[0].strip()
        if not text or text == "*":
            return self.all
        low: tuple[int, ...] = ()
        high: tuple[int, ...] = (10**6,)
        for part in text.split(","):
            match = re.match(r"\s*(===?|~=|>=|<=|!=|>|<|\^|~|=)?\s*v?(\d[\w.*+!-]*)\s*$", part)
            if match is None:
                return self.all
            if re.search(r"[\d.](?:a|b|rc|dev)\d*$", match.group(2)):
                return 0
            operator, key = match.group(1) or "==", _key(match.group(2))
            if operator in ("==", "===", "="):
                stars = "*" in part or (operator == "=" and len(key) < 3)
                low, high = max(low, key), min(high, _next(key, len(key)) if stars else key)
            elif operator in (">=", ">"):
                low = max(low, key)
            elif operator in ("<=", "<"):
                high = min(high, key)
            elif operator in ("~=", "~"):
                low, high = max(low, key), min(high, _next(key, max(len(key) - 1, 1)))
            elif operator == "^":
                depth = next((index for index, number in enumerate(key) if number), 0) + 1
                low, high = max(low, key), min(high, _next(key, depth))
        return self._between(low, high)

    def _between(self, low: tuple[int, ...], high: tuple[int, ...]) -> int:
        keys = self._keys
        if high < keys[0]:
            return 0
        first = max((index for index, key in enumerate(keys) if key <= low), default=0)
        last = min((index for index, key in enumerate(keys) if key >= high), default=len(keys) - 1)
        return sum(1 << index for index in range(first, max(last, first) + 1))

    def has_module(self, dotted: str, among: int) -> bool | None:
        """Whether any of the versions has a module; None where that cannot be told."""
        if dotted.startswith(_RENAMED.get(self.name, ())):
            return None
        entry = self.modules.get(dotted)
        if entry is not None and entry[0] & among:
            return True
        if any(part.startswith("_") for part in dotted.split(".")):
            return None
        parent = dotted.rpartition(".")[0]
        while parent:
            above = self.modules.get(parent)
            if above is not None and above[1] & among:
                return None
            if above is not None and above[0] & among:
                return False  # it makes no names as they are asked for, whatever stands above it
            parent = parent.rpartition(".")[0]
        return False

    def has_name(self, module: str, name: str, among: int) -> bool | None:
        """Whether a module has a name in any of the versions; None where that cannot be told."""
        entry = self.modules.get(module)
        if entry is None or not entry[0] & among or name.startswith("_"):
            return None
        if entry[1] & among:
            return None
        return self.has_somewhere(module, name) & among != 0

    def has_somewhere(self, module: str, name: str) -> int:
        """The versions in which a module has a name."""
        entry = self.modules.get(module)
        found = 0
        for mask, names in entry[2].items() if entry else ():
            if f" {name} " in f" {names} ":  # splitting them takes far longer
                found |= mask
        return found

    def words(self, mask: int) -> str:
        """A set of versions in words: ``0.7.0 and later``, ``1.0 to 1.5``."""
        held = [version for index, version in enumerate(self.versions) if mask >> index & 1]
        if not held:
            return ""
        if held[-1] == self.versions[-1] and held[0] != self.versions[0]:
            return f"{held[0]} and later"
        if held[0] == self.versions[0] and held[-1] != self.versions[-1]:
            return f"{held[-1]} and before"
        return held[0] if len(held) == 1 else f"{held[0]} to {held[-1]}"


def _key(version: str) -> tuple[int, ...]:
    plain = re.split(r"[a-zA-Z+!*-]", version, maxsplit=1)[0]
    return tuple(int(number) for number in _NUMBERS.findall(plain)[:4]) or (0,)


def _next(key: tuple[int, ...], length: int) -> tuple[int, ...]:
    """The first version after all that begin with the first ``length`` numbers."""
    head = (*key[: length - 1], key[length - 1] + 1)
    return (*head[:-1], head[-1] - 1, 10**6)


@lru_cache(maxsize=1)
def _archive() -> zipfile.ZipFile:
    # In memory: processes that fork would share the position in an open file.
    return zipfile.ZipFile(io.BytesIO(files("analyzer.knowledge").joinpath("library_names.zip").read_bytes()))


@lru_cache(maxsize=64)
def library(name: str) -> Library | None:
    """The table of a distribution, read on first use; None when there is none."""
    try:
        document = json.loads(_archive().read(f"{name}.json"))
    except (KeyError, OSError, ValueError):
        return None
    modules = {
        dotted: (int(exists, 16), int(opened, 16), {int(mask, 16): names for mask, names in groups.items()})
        for dotted, (exists, opened, groups) in document["modules"].items()
    }
    return Library(name, tuple(document["versions"]), modules)


@lru_cache(maxsize=1)
def library_parts() -> dict[str, frozenset[str]]:
    """The names in lower case of what stands right below the root of each library, by its import name."""
    return {root: frozenset(names.split()) for root, names in json.loads(_archive().read("parts.json")).items()}
