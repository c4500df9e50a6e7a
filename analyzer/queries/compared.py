"""What monitoring compares with what: new data with those of the training, or only parts of the training with each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from analyzer.artifacts.python_source import Call, Function
from analyzer.artifacts.python_values import Name
from analyzer.code import Code
from analyzer.queries.places import written
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["only_train_and_validation"]

# Reference and current data that are drawn from one table by chance.
_SPLIT = re.compile(
    r"\b(?:ref\w*|train\w*)\s*,\s*(?:cur\w*|val\w*|test\w*)\s*=\s*train_test_split\(|\breference\w*\s*,\s*\w*current\w*\s*=\s*train_test_split\("
)


_VALIDATION = re.compile(r"train_test_split|(?:^|(?<!to)[._])x?_?(?:val|valid|validation|test)(?:$|[._])")
_TRAINING = re.compile(r"train|reference")
# The other way round only by the whole name, which nobody gives to new data.
_HELD_OUT = re.compile(r"^(?:x|df|data)?_?(?:val|valid|validation|test)(?:_(?:df|data|set))?$")
_TRAINED_ON = re.compile(r"^(?:x|df|data)?_?train(?:_(?:df|data|set))?$")
_NOW, _BEFORE = "current_data", "reference_data"


def only_train_and_validation(repo: Repository, calls: list[Call]) -> bool:
    """Whether every comparison is of training with validation data of the same split, either way round."""
    runs = [
        call
        for module in repo.code.modules
        for call in module.calls
        if call.has_keyword(_BEFORE) and call.has_keyword(_NOW)
    ]
    if not runs:
        return False
    paths = {call.path for call in calls}
    relevant = [call for call in runs if call.path in paths]
    if relevant and all(_SPLIT.search(repo.text(call.path) or "") for call in relevant):
        return True
    return bool(relevant) and all(_is_of_training(repo, call) for call in relevant)


class _Table(Struct, frozen=True):
    """A name in a scope that stands for a table."""

    path: str
    scope: str
    name: str


_MOST_HANDS = 3
"""Functions through which a table is followed back to where it is made."""
_MOST_ORIGINS = 30
"""Places where two tables of one comparison may be made; of more nothing is said."""


def _is_of_training(repo: Repository, call: Call) -> bool:
    """Whether a comparison, in whatever hands its tables come to it, is of parts of the training."""
    if _same_data(repo, call):
        return True
    now, before = (_Table(call.path, call.scope, _name_of(repo, call, keyword)) for keyword in (_NOW, _BEFORE))
    pairs = list(islice(_handed_in(repo, now, before, _MOST_HANDS), _MOST_ORIGINS + 1))
    if len(pairs) > _MOST_ORIGINS:
        return False
    return all(_is_split(repo, *pair, handed=pair != (now, before)) for pair in pairs)


def _name_of(repo: Repository, call: Call, keyword: str) -> str:
    """The name of what is given by a keyword, as it is written."""
    match = re.search(rf"\b{keyword}\s*=\s*(\w+)", written(repo, call.place))
    value = call.keyword(keyword)
    return match.group(1) if match else value.dotted if isinstance(value, Name) else str(value or "")


def _handed_in(repo: Repository, now: _Table, before: _Table, hands: int) -> Iterator[tuple[_Table, _Table]]:
    """Both tables where they are made: by the callers of a function that has them as parameters, else here."""
    module = repo.code.module(now.path)
    function = module.function_at.get(now.scope) if module and hands else None
    known = _given_by_callers(function) if function else ()
    found = False
    if function and now.name in known and before.name in known:
        for call in _callers(repo.code, function.name):
            if (call.path, call.scope) == (now.path, now.scope):
                continue
            given = [_argument(repo, call, function, table.name) for table in (now, before)]
            if all(given):
                found = True
                handed = [_Table(call.path, call.scope, name) for name in given]
                yield from _handed_in(repo, handed[0], handed[1], hands - 1)
    if not found:
        yield now, before


def _given_by_callers(function: Function) -> list[str]:
    return [name for name in function.parameters if name not in ("self", "cls")]


@remembered
def _callers(code: Code, name: str) -> tuple[Call, ...]:
    """The calls that may be of a function, by its name."""
    return tuple(call for module in code.modules for call in module.calls if call.last == name)


def _argument(repo: Repository, call: Call, function: Function, parameter: str) -> str:
    """The name that a call gives for a parameter, as it is written; empty where it gives none, or more than a name."""
    if call.has_keyword(parameter):
        return _name_of(repo, call, parameter)
    names = _given_by_callers(function)
    match = re.search(rf"\b{re.escape(call.last)}\(([^()]*)", written(repo, call.place))
    plain = [text.strip() for text in match.group(1).split(",")] if match else []
    index = names.index(parameter)
    return plain[index] if index < len(plain) and plain[index].isidentifier() else ""


def _is_split(repo: Repository, now: _Table, before: _Table, *, handed: bool) -> bool:
    """Whether the words of one table are those of what is held out, and of the other those of what is trained on."""
    current, reference = tuple(_words(repo, now)), tuple(_words(repo, before))
    # What is called a reference, by somebody who is handed what is to be tested, may be compared with new data.
    trained = re.compile("train") if handed else _TRAINING
    if any(map(_VALIDATION.search, current)) and any(map(trained.search, reference)):
        return True
    return any(map(_HELD_OUT.search, reference)) and any(map(_TRAINED_ON.search, current))


def _words(repo: Repository, table: _Table) -> Iterator[str]:
    """The name of a table, those of what it is made from, and of the files that it is read from."""
    yield table.name.lower()
    assigned, calls = _made(repo.code, table.path)
    yield from assigned.get(table.name, ())
    for made in calls.get(table.name, ()):
        if made.last == "DataFrame" and made.scope == table.scope:
            yield from (found.lower() for found in re.findall(r"DataFrame\(\s*(\w+)", written(repo, made.place)))
        elif made.last.startswith("read_"):
            yield from (text.rsplit("/", 1)[-1].lower() for text in made.texts())
        elif made.last in _KEEP_ROWS and made.scope == table.scope:
            yield from (found.lower() for found in re.findall(rf"=\s*(\w+)\.{made.last}\(", written(repo, made.place)))


@remembered
def _made(code: Code, path: str) -> tuple[dict[str, list[str]], dict[str, list[Call]]]:
    """What the variables of a module are assigned: the names in lower case, and the calls."""
    assigned: dict[str, list[str]] = {}
    calls: dict[str, list[Call]] = {}
    module = code.module(path)
    for item in module.assignments if module else ():
        if isinstance(item.value, Name):
            assigned.setdefault(item.target, []).append(item.value.dotted.lower())
    for call in module.calls if module else ():
        if call.assigned:
            calls.setdefault(call.assigned, []).append(call)
    return assigned, calls


_KEEP_ROWS = frozenset({"assign", "copy", "drop", "rename", "reset_index", "astype", "fillna"})
"""Methods of a table that give the same rows with other columns."""


def _same_data(repo: Repository, call: Call) -> bool:
    """Whether a comparison is of a table with itself: of one name, or of two that hold the same file unchanged."""
    source = written(repo, call.place)
    given = [re.search(rf"\b{keyword}\s*=\s*(\w+)\s*[,)\n]", source) for keyword in (_BEFORE, _NOW)]
    names = [found[1] for found in given if found and found[1] != "None"]
    if len(names) < 2:
        return False
    if names[0] == names[1]:
        return True
    read: list[tuple[str, ...]] = []
    for name in names:
        made = [item for item in _made(repo.code, call.path)[1].get(name, ()) if item.scope == call.scope]
        if len(made) != 1 or not made[0].last.startswith("read_") or not _WHOLE.search(written(repo, made[0].place)):
            return False
        read.append(made[0].texts())
    return bool(read[0]) and read[0] == read[1] and not any("{" in text for text in read[0])


_WHOLE = re.compile(r"=\s*[\w.]+\([^()\[\]]*\)\s*$")
"""A table as it is read, without a selection of its rows."""
