"""Imports that find nothing: local modules, local names, packages that nothing declares."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.python_bindings import Bindings, ImportedName
from analyzer.artifacts.python_source import PythonModule
from analyzer.knowledge.packages import DISTRIBUTIONS, PLATFORM_MODULES, STDLIB
from analyzer.soundness.declared import Declared
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout

__all__ = ["broken_imports"]

_GENERATED = re.compile(r"(?:^|\.)(?:_?version|__version__|\w+_pb2(?:_grpc)?|_\w+)$")


def broken_imports(layout: Layout, declared: Declared) -> Iterator[Defect]:
    """Imports of the candidate's modules that find nothing; a package that nothing declares is told once a project."""
    undeclared: set[str] = set()
    sound = _known_as_sound(layout, declared)
    for module in layout.repository.modules:
        if _is_template(module) or _still_sound(sound.get(module.path), layout, module):
            continue
        layout.asked, layout.unsure = {}, False
        wrong = False
        seen: set[tuple[str, str]] = set()
        for item in module.all_imports:
            if item.guarded or (item.module, item.name) in seen:
                continue
            seen.add((item.module, item.name))
            found = _check(layout, declared, module, item)
            wrong = wrong or found is not None
            if found is None or (found.kind, found.sentence) in seen or found.sentence in undeclared:
                continue
            seen.add((found.kind, found.sentence))
            if found.kind == "undeclared-package":
                undeclared.add(found.sentence)  # once a project, not once a module
            yield found
        if not wrong and not layout.unsure:
            sound[module.path] = (module, dict(layout.asked))


_Sound = dict[str, tuple[PythonModule, dict[str, Bindings | None]]]
"""Modules whose imports all find something, by path, with what other modules had to bind for that."""


def _known_as_sound(layout: Layout, declared: Declared) -> _Sound:
    """What another commit with the same paths and the same declared packages found out; empty at first."""
    shared = layout.repository.snapshot.shared
    if shared is None:
        return {}
    entries = layout.repository.snapshot.entries
    return shared.table(("sound imports", frozenset(entries), layout.has_submodules, declared.signature))


def _still_sound(
    known: tuple[PythonModule, dict[str, Bindings | None]] | None, layout: Layout, module: PythonModule
) -> bool:
    return (
        known is not None
        and known[0] is module
        and all(layout.bindings(path) == bound for path, bound in known[1].items())
    )


def _is_template(module: PythonModule) -> bool:
    return "{{" in module.path or "cookiecutter" in module.path


def _check(layout: Layout, declared: Declared, module: PythonModule, item: ImportedName) -> Defect | None:
    root = item.module.split(".", 1)[0]
    if not item.module.startswith("."):
        if root in STDLIB or root in PLATFORM_MODULES or item.module in PLATFORM_MODULES:
            return None
        lower = root.lower()
        if lower in STDLIB and root not in DISTRIBUTIONS and not layout.exists(root, module.path):
            sentence = f"{root} is imported, and the module of Python is called {lower}"
            return Defect(module.path, item.line, "missing-module", sentence)
        foreign = root in DISTRIBUTIONS
        if foreign and not layout.modules(item.module, module.path):
            return _undeclared(layout, declared, module, item, root)
        if foreign or not layout.exists(root, module.path):
            return None if layout.exists(root, module.path) else _nowhere(layout, declared, module, item, root)
    return _local(layout, declared, module, item)


def _undeclared(
    layout: Layout, declared: Declared, module: PythonModule, item: ImportedName, root: str
) -> Defect | None:
    """A well-known package that no dependency file, image, script or notebook installs."""
    if not declared.has_files or layout.exists(root, module.path) or declared.covers(item.module):
        return None
    if declared.unclear or (root in ("boto3", "botocore") and _has_lambda(layout)):
        return None
    return Defect(
        module.path, item.line, "undeclared-package", f"{root} is imported, but no dependency file declares it"
    )


def _has_lambda(layout: Layout) -> bool:
    """Whether code may run on AWS Lambda, whose Python brings boto3 along."""
    layout.unsure = True
    return any(re.search(r"(?i)lambda|(?:^|/)serverless\.ya?ml$", path) for path in layout.repository.paths)


def _nowhere(layout: Layout, declared: Declared, module: PythonModule, item: ImportedName, root: str) -> Defect | None:
    """A name that is no module here, no well-known package and nothing that is declared."""
    if not declared.has_files or layout.has_submodules or declared.covers(item.module) or declared.unclear:
        return None
    if _may_appear(layout, item.module):
        return None
    if _stands_elsewhere(layout, module, item):
        return None  # the folder has another name where the code runs
    if "." not in item.module and item.name and layout.exists(item.name, module.path):
        return None
    if lost := _lost_module(layout, module, item):
        return Defect(module.path, item.line, "missing-module", f"{item.module} is imported, but {lost}")
    sentence = f"{root} is imported, but it is no module of the repository and no dependency file declares it"
    return Defect(module.path, item.line, "undeclared-package", sentence)


_TELLING_LENGTH = 6
"""Letters of a name that two modules hardly choose by chance; `main`, `train` and `run` stand everywhere."""


def _lost_module(layout: Layout, module: PythonModule, item: ImportedName) -> str:
    """What shows that an unknown name is a module of the candidate's own and no package of others; or nothing."""
    file = f"{item.module.replace('.', '/')}.py"
    for image in layout.repository.dockerfiles:
        if any(
            posixpath.basename(source) == posixpath.basename(file) for copy in image.copies for source in copy.sources
        ):
            return f"{file}, which {image.path} copies, is not in the repository"
    if len(item.name) < _TELLING_LENGTH:
        return ""
    found = [other.path for other in layout.repository.modules if other is not module and _defines(other, item.name)]
    return f"{item.name} is defined in {found[0]}, and there is no module of that name" if len(found) == 1 else ""


def _defines(module: PythonModule, name: str) -> bool:
    if module.notebook:
        return False
    return any(item.qualname == name for item in module.functions) or any(item.name == name for item in module.classes)


_HOLDS_DATA = frozenset({"data", "datasets", "model", "models", "artifacts", "output", "outputs", "logs"})


def _lost_folder(layout: Layout, dotted: str) -> str:
    """The folder of a module that an ignore file means for data, so that its code never came into git; or nothing.

    ``data/`` without a leading slash leaves out ``src/data`` as well, whose author never notices: it is on that machine.
    """
    folders = dotted.strip(".").split(".")[:-1]
    return next((name for name in folders if name in _HOLDS_DATA and layout.is_ignored(f"{name}/")), "")


def _stands_elsewhere(layout: Layout, module: PythonModule, item: ImportedName) -> bool:
    """Whether the end of a dotted name is a module here that may hold what is imported from it."""
    parts = item.module.split(".")
    for tail in (".".join(parts[start:]) for start in range(1, len(parts))):
        if not layout.exists(tail, module.path):
            continue
        targets = layout.modules(tail, module.path)
        whole = not item.name or item.name == "*" or layout.exists(f"{tail}.{item.name}", module.path)
        if whole or not targets or any(layout.defines(target, item.name) is not False for target in targets):
            return True
    return False


def _may_appear(layout: Layout, dotted: str) -> bool:
    """Whether a module may be there all the same: generated, ignored by git, copied under that name."""
    if _GENERATED.search(dotted):
        return True
    if _lost_folder(layout, dotted) and not layout.is_ignored(dotted.rsplit(".", 1)[-1] + ".py"):
        return False
    path = dotted.strip(".").replace(".", "/")
    names = (f"{path}.py", f"{path}/", path.split("/", 1)[0], f"{path.split('/', 1)[0]}.py")
    if any(layout.is_ignored(name) for name in names) or layout.is_produced(f"{path}.py"):
        return True
    last = path.rsplit("/", 1)[-1]
    return any(
        last in re.split(r"[/.]", copy.destination)
        for file in layout.repository.dockerfiles
        for copy in file.copies
        if copy.destination.strip("./")
    )


def _local(layout: Layout, declared: Declared, module: PythonModule, item: ImportedName) -> Defect | None:
    """An import from this repository: the module, and the name in it."""
    dotted, path = item.module, module.path
    targets = layout.modules(dotted, path)
    if layout.has_submodules and not targets:
        return None  # the module may lie in another repository; of one that is here it is known what it holds
    if not targets and not layout.is_package(dotted, path):
        return _missing_module(layout, declared, module, item)
    if lost := _lost_package(layout, dotted, targets):
        return Defect(path, item.line, "missing-module", f"{dotted} is imported by itself, but {lost}")
    if not item.name or item.name == "*":
        return None
    joint = dotted if dotted.endswith(".") else f"{dotted}."
    if layout.exists(joint + item.name, path):
        return None
    if not targets:
        if layout.is_ignored(f"{item.name}.py") or _GENERATED.search(item.name) or not dotted.strip("."):
            return None
        if not dotted.startswith(".") and declared.covers(dotted):
            return None
        sentence = f"{dotted} is imported for {item.name}, but the folder holds no module of that name"
        return Defect(path, item.line, "missing-name", sentence)
    if not dotted.startswith(".") and declared.covers(dotted):
        return None  # a declared package and a module here bear one name; which is meant depends on the path
    if item.name == "__version__" or any(target.endswith((".so", ".pyx", ".ipynb")) for target in targets):
        return None
    answers = [layout.defines(target, item.name) for target in targets]
    if any(answer is not False for answer in answers):
        return None
    nearest = targets[0] if len(targets) == 1 else dotted
    return Defect(path, item.line, "missing-name", f"{item.name} is imported from {nearest}, which does not define it")


def _lost_package(layout: Layout, dotted: str, targets: tuple[str, ...]) -> str:
    """What fails in a module that is imported without its package and imports from beside itself; or nothing."""
    module = layout.repository.world.module(targets[0]) if len(targets) == 1 and "." not in dotted else None
    if module is None or module.path.endswith("/__init__.py"):
        return ""
    return next(
        (
            f"{module.path} imports {item.module} on line {item.line}, which needs a package"
            for item in module.all_imports
            if item.module.startswith(".") and not (item.guarded or item.deferred)
        ),
        "",
    )


def _missing_module(layout: Layout, declared: Declared, module: PythonModule, item: ImportedName) -> Defect | None:
    dotted, path = item.module, module.path
    head, _, last = dotted.rpartition(".")
    if _may_appear(layout, dotted) or (not dotted.startswith(".") and declared.covers(dotted)):
        return None
    if not dotted.startswith("."):
        if _stands_elsewhere(layout, module, item):
            return None  # found below another folder, which may be on the path where it runs
        for target in layout.modules(head, path) if head else ():
            if layout.defines(target, last) is not False:
                return None
    shown = f"{head} has no module {last}" if head.strip(".") else f"there is no module {dotted}"
    if lost := _lost_folder(layout, dotted):
        shown = f"{shown}: an ignore file keeps every folder {lost} out of the repository"
    return Defect(path, item.line, "missing-module", f"{dotted} is imported, but {shown}")
