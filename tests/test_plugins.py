"""Rules are found through entry points, the built-in ones like any other."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from analyzer import plugins
from analyzer.errors import FolioscopeError
from analyzer.findings import Finding
from analyzer.inventory import Kind
from analyzer.plugins import discover, rule, rules_in
from analyzer.repository import Repository
from analyzer.rubric import load_rubric


@pytest.fixture
def offered(monkeypatch):
    """Offer entry points instead of the installed ones."""

    def offer(*modules: ModuleType | Exception) -> None:
        class Point:
            def __init__(self, module: ModuleType | Exception, index: int) -> None:
                self.module, self.name, self.value = module, f"point{index}", f"package.module{index}"

            def load(self) -> ModuleType:
                if isinstance(self.module, Exception):
                    raise self.module
                return self.module

        points = [Point(module, index) for index, module in enumerate(modules)]
        monkeypatch.setattr(plugins, "entry_points", lambda group: points)
        discover.cache_clear()

    yield offer
    discover.cache_clear()


def module_with(name: str = "third", criterion: str = "x.y", check_name: str = "check") -> ModuleType:
    def check(repository: Repository) -> Iterator[Finding]:
        """A title
        over two lines.
        """
        yield from ()

    check.__name__, check.__module__ = check_name, name
    module = ModuleType(name)
    vars(module)[check_name] = rule(criterion, reads=(Kind.PYTHON,))(check)
    return module


def test_a_rule_has_an_id_a_title_and_what_it_reads():
    (found,) = rules_in(module_with())
    assert (found.id, found.criterion, found.reads) == ("x.y/check", "x.y", (Kind.PYTHON,))
    assert found.title == "A title over two lines."


def test_rules_that_a_module_imports_are_not_its_own():
    module = module_with()
    other = ModuleType("other")
    vars(other).update(vars(module), __name__="other")
    assert list(rules_in(other)) == []


def test_every_criterion_has_a_rule_and_every_rule_a_criterion():
    criteria = {item.id for item in load_rubric().criteria}
    assert {item.criterion for item in discover()} == criteria
    assert len(criteria) == 44


def test_every_rule_says_what_it_looks_for():
    assert all(len(item.title.split()) > 2 for item in discover())


def test_rules_of_other_packages_are_found_in_order_of_their_ids(offered):
    offered(module_with("one", check_name="zebra"), module_with("two", check_name="ape"))
    assert [item.id for item in discover()] == ["x.y/ape", "x.y/zebra"]


def test_a_package_that_cannot_be_loaded_is_named(offered):
    offered(ImportError("no such library"))
    with pytest.raises(FolioscopeError, match=r"package\.module0 cannot be loaded: no such library") as caught:
        discover()
    assert caught.value.hint == "Update or remove that package."


def test_two_rules_of_one_id_are_an_error(offered):
    offered(module_with("one"), module_with("two"))
    with pytest.raises(FolioscopeError, match=r"Two rules are called x\.y/check"):
        discover()


def test_the_same_rule_twice_is_one(offered):
    module = module_with()
    offered(module, module)
    assert len(discover()) == 1


def test_entry_points_are_read_from_the_group():
    from importlib.metadata import entry_points

    points = entry_points(group=plugins.GROUP)
    assert {point.name for point in points} >= {"end_to_end", "presentation"}
    assert all(isinstance(point, EntryPoint) for point in points)
