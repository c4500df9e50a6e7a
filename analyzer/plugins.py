"""Rules: how one is written, and how all of them are found.

A rule is a function from a :class:`~analyzer.repository.Repository` to findings. Packages offer their rules
through the entry-point group ``folioscope.rules``; each entry point names a module, whose decorated functions
are its rules. The built-in rules are found in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType

from msgspec import Struct

from analyzer.errors import FolioscopeError, UsageError
from analyzer.findings import Finding
from analyzer.inventory import Kind
from analyzer.repository import Repository

__all__ = ["GROUP", "Check", "Rule", "discover", "rule", "rules_in"]

GROUP = "folioscope.rules"
Check = Callable[[Repository], Iterator[Finding]]
_MARK = "__folioscope_rule__"


def _always(repo: Repository) -> bool:
    del repo
    return True


class Rule(Struct, frozen=True):
    """A rule.

    ``reads`` are the kinds of files it needs: when one of them could not be read, nothing found means unknown. Where
    ``needs`` does not hold of a repository, the rule is not asked.
    """

    id: str
    criterion: str
    title: str
    check: Check
    reads: tuple[Kind, ...] = ()
    needs: Callable[[Repository], bool] = _always


def rule(
    criterion: str, *, reads: tuple[Kind, ...] = (), needs: Callable[[Repository], bool] = _always
) -> Callable[[Check], Check]:
    """Mark a function as a rule that feeds ``criterion``. Its docstring is the rule's title."""

    def mark(check: Check) -> Check:
        title = " ".join((check.__doc__ or check.__name__).split())
        setattr(check, _MARK, Rule(f"{criterion}/{check.__name__}", criterion, title, check, reads, needs))
        return check

    return mark


def rules_in(module: ModuleType) -> Iterator[Rule]:
    """The rules that a module defines, in order of their definition."""
    for value in vars(module).values():
        found = getattr(value, _MARK, None)
        if isinstance(found, Rule) and getattr(value, "__module__", "") == module.__name__:
            yield found


@lru_cache(maxsize=8)
def discover(modules: tuple[str, ...] = ()) -> tuple[Rule, ...]:
    """All installed rules, in order of their ids.

    Args:
        modules: names of modules with more rules, which somebody typed; never anything that a repository says.

    Raises:
        UsageError: one of ``modules`` is not installed, or has no rules.
        FolioscopeError: a package's rules cannot be imported, or two rules have one id.
    """
    found: dict[str, Rule] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda item: (item.name, item.value)):
        try:
            module = point.load()
        except Exception as error:
            raise FolioscopeError(
                f"The rules of {point.value} cannot be loaded: {error}", "Update or remove that package."
            ) from error
        _add(found, module)
    for name in modules:
        _add(found, _named(name))
    return tuple(found[name] for name in sorted(found))


def _add(found: dict[str, Rule], module: ModuleType) -> None:
    for item in rules_in(module):
        if item.id in found and found[item.id].check is not item.check:
            raise FolioscopeError(f"Two rules are called {item.id}", "Rename one of them.")
        found[item.id] = item


def _named(name: str) -> ModuleType:
    try:
        module = import_module(name)
    except Exception as error:
        raise UsageError(
            f"The rules of {name} cannot be loaded: {error}", "Name an installed module, such as my_rules.tracking."
        ) from error
    if not any(rules_in(module)):
        raise UsageError(f"{name} has no rules", "Name the module whose functions are marked with @rule.")
    return module
