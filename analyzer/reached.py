"""Which functions of a body of code anything calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from analyzer.artifacts.python_source import Class, Function, PythonModule
from analyzer.artifacts.python_values import Name
from analyzer.remembered import remembered

__all__ = ["reached_scopes"]

_PASSIVE_DECORATORS = frozenset(
    [
        "staticmethod",
        "classmethod",
        "property",
        "abstractmethod",
        "lru_cache",
        "cache",
        "cached_property",
        "wraps",
        "dataclass",
        "overload",
        "final",
    ]
)
_ENTRY_NAMES = frozenset(
    [
        "lambda_handler",
        "handler",
        "predict_fn",
        "model_fn",
        "input_fn",
        "output_fn",
        "init",
        "run",
        "create_app",  # factories, of which Flask finds these two: https://flask.palletsprojects.com/en/stable/cli/
        "make_app",
        "build_app",
        "entrypoint",
    ]
)
# Functions that a framework finds by their names, in the modules that import it:
# https://docs.kedro.org/en/stable/build/pipeline_registry/
_BY_CONVENTION = {"kedro": frozenset({"register_pipelines", "create_pipeline"})}
# Frameworks whose decorated functions run only when code calls them or a command names their file.
_STARTED_BY_NAME = frozenset({"prefect", "zenml", "kfp", "flytekit", "airflow", "mage_ai"})

# Blocks are all called by the same few names, as transform, and by their pipeline alone.
_BLOCKS = "mage_ai."


def reached_scopes(
    modules: Sequence[PythonModule], outside: Iterable[str], started: Callable[[str], bool]
) -> frozenset[tuple[str, str]]:
    """(path, scope) of what is reached from module level, decorated functions, tests and entry points, by the names they use.

    By name alone: two functions of one name count as one, which errs in favour of the candidate.

    Args:
        modules: the body of code.
        outside: names that files other than Python call.
        started: whether a module, by its path, is named where programs are started.
    """
    by_name: dict[str, list[tuple[PythonModule, Function]]] = {}
    for module in modules:
        for function in module.functions:
            by_name.setdefault(function.name, []).append((module, function))
    bases = {item.name: (module, item) for module in modules for item in module.classes}
    chosen = _chosen_by_name(modules)
    pending: list[str] = list(outside)
    reached: set[tuple[str, str]] = set()
    known: set[str] = set()
    idle: set[tuple[str, str]] = set()

    def reach(module: PythonModule, function: Function) -> None:
        if (module.path, function.qualname) not in reached:
            reached.add((module.path, function.qualname))
            pending.extend(_names_used(module, function.qualname))
            pending.extend(chosen.get((module.path, function.qualname), ()))

    for module in modules:
        pending.extend(_names_used(module, ""))
        pending.extend(chosen.get((module.path, ""), ()))
        pending += module.targets
        for function, only_started in _entries(module):
            if not only_started or started(function.path):
                reach(module, function)
            elif any(name.startswith(_BLOCKS) for name in function.decorators):
                idle.add((function.path, function.qualname))
    while pending:
        name = pending.pop()
        if name in known:
            continue
        known.add(name)
        for module, function in by_name.get(name, ()):
            if (function.path, function.qualname) not in idle:
                reach(module, function)
        if name in bases:
            module, owner = bases[name]
            for function in module.functions:
                if function.qualname == f"{owner.name}.{function.name}" and _lives_with_class(function, owner):
                    reach(module, function)
    for module in modules:
        for function in module.functions:
            outer = function.qualname.rpartition(".")[0]
            if function.nested and (module.path, outer) in reached:
                reached.add((module.path, function.qualname))
    return frozenset(reached)


def _chosen_by_name(modules: Sequence[PythonModule]) -> dict[tuple[str, str], set[str]]:
    """The methods that a scope takes from a class by a name that is only known when it runs, where a text holds that name."""
    asking: dict[tuple[str, str], set[str]] = {}
    for module in modules:
        for call in module.calls if module.classes else ():
            if call.name != "getattr" or len(call.args) < 2 or isinstance(call.args[1], str):
                continue
            owner = call.args[0].dotted if isinstance(call.args[0], Name) else ""
            owner = call.scope.split(".", 1)[0] if owner in ("self", "cls") else owner
            asking.setdefault((module.path, owner), set()).add(call.scope)
    if not asking:
        return {}
    told = {text.value for module in modules for text in module.texts}
    found: dict[tuple[str, str], set[str]] = {}
    for module in modules:
        for function in module.functions:
            owner = function.qualname.removesuffix(f".{function.name}")
            for scope in asking.get((module.path, owner), ()) if function.name in told else ():
                found.setdefault((module.path, scope), set()).add(function.name)
    return found


def _names_used(module: PythonModule, scope: str) -> Iterable[str]:
    """The names that a scope uses, and those of what it uses by another name: ``from a import b as c``."""
    names = module.names_in.get(scope, ())
    renamed = _renamed(module)
    return (*names, *(other for name in names for other in renamed.get(name, ()))) if renamed else names


@remembered
def _renamed(module: PythonModule) -> dict[str, list[str]]:
    """What a module imports by other names, by these; a name may stand for several."""
    found: dict[str, list[str]] = {}
    for item in module.imports:
        if item.name and item.alias != item.name:
            found.setdefault(item.alias, []).append(item.name)
    return found


def _lives_with_class(function: Function, owner: Class) -> bool:
    """Dunder methods live with their class, and all methods of a class that a framework calls through its base."""
    if function.name.startswith("__"):
        return True
    outside = [base for base in owner.bases if base and base.rsplit(".", 1)[-1] not in ("object", "ABC", "Protocol")]
    return bool(outside)


def _found_by_name(module: PythonModule) -> frozenset[str]:
    """The names under which frameworks that a module imports look for functions in it."""
    for item in module.imports:
        if item.module.startswith("kedro"):
            return _BY_CONVENTION["kedro"]
    return frozenset()


@remembered
def _entries(module: PythonModule) -> tuple[tuple[Function, bool], ...]:
    """Functions that something calls which is not in the code, and whether only where the module is started by its name."""
    found = []
    by_convention = _found_by_name(module)
    for function in module.functions:
        active = [name for name in function.decorators if name.rsplit(".", 1)[-1] not in _PASSIVE_DECORATORS]
        named = function.qualname in _ENTRY_NAMES or function.qualname in by_convention
        called = named or function.name.startswith(("test", "pytest_"))
        if called or active:
            only_started = not called and all(name.split(".", 1)[0] in _STARTED_BY_NAME for name in active)
            found.append((function, only_started))
    return tuple(found)
