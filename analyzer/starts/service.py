"""The service or app of a project, and what starts it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from analyzer.artifacts.python_source import Call, PythonModule

if TYPE_CHECKING:
    from analyzer.starts.project import Project

__all__ = ["App", "find_app"]

_MODULE = re.compile(r"(?:[\w-]+/)*[A-Za-z_]\w*\.py", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,120}")
_PORTS = {"fastapi": 8000, "flask": 5000, "streamlit": 8501}
_FRAMEWORKS = {"fastapi.FastAPI": "fastapi", "flask.Flask": "flask"}


class App(Struct, frozen=True):
    """A service or app: its file, the folder that Python starts from, the dotted module, and the port that it listens on.

    ``variable`` is the module's name of the application, or of the function that makes it (``factory``).
    """

    framework: str
    path: str
    base: str
    module: str
    variable: str
    port: int
    runs_itself: bool
    factory: bool = False


def find_app(project: Project) -> App | None:
    """The service or app of the project; the first by path where there are several, one that stands ready before all."""
    code = project.repository.code
    made = [
        (call, framework)
        for call in code.calls("serve.app", reached=False)
        if (framework := _FRAMEWORKS.get(call.name)) and _MODULE.fullmatch(project.inner(call.path))
    ]
    for named in (_variable, _factory):
        for call, framework in made:
            if variable := named(project, call):
                return _app(project, framework, call.path, variable, factory=named is _factory)
    for call in code.calls("serve.ui"):
        if call.root == "streamlit" and _PLAIN.fullmatch(project.inner(call.path)):
            return _app(project, "streamlit", call.path, "")
    return None


def _module(project: Project, path: str) -> PythonModule | None:
    return next((module for module in project.repository.code.modules if module.path == path), None)


def _variable(project: Project, made: Call) -> str:
    """The module's variable that holds the application: it takes it, or what the function around it returns."""
    if not made.scope:
        return made.assigned
    module = _module(project, made.path)
    calls = module.calls if module else ()
    return next((one.assigned for one in calls if one.last == made.scope and one.assigned and not one.scope), "")


def _factory(project: Project, made: Call) -> str:
    """The function around it that returns the application and needs nothing for that."""
    module = _module(project, made.path)
    for function in module.functions if module else ():
        if function.qualname == function.name == made.scope and function.answers:
            lines = project.repository.lines(function.path)[function.line - 1 : function.end_line]
            head = "\n".join(lines).partition("):")[0].partition(") ->")[0]
            if all(re.search(rf"\*{name}\b|\b{name}\b[^,=]*=", head) for name in function.parameters):
                return function.name
    return ""


def _app(project: Project, framework: str, outer: str, variable: str, *, factory: bool = False) -> App:
    path = project.inner(outer)
    folder = posixpath.dirname(path)
    while folder and project.has(f"{folder}/__init__.py"):
        folder = posixpath.dirname(folder)
    # Without packages the modules of the folder import each other by plain names, or by the folder's from the root.
    named = {item.root for module in project.repository.code.modules for item in module.imports}
    if folder and not folder.startswith("src") and folder.split("/")[0] in named:
        folder = ""
    dotted = path[len(folder) :].strip("/").removesuffix(".py").replace("/", ".")
    roots = ("flask", "uvicorn", variable)
    module = _module(project, outer)
    runs = [one for one in module.calls if one.last == "run" and one.root in roots] if module else []
    ports = [one.keyword("port") for one in runs]
    port = next((value for value in ports if isinstance(value, int) and 0 < value < 65536), _PORTS[framework])
    return App(framework, path, folder, dotted, variable, port, bool(runs), factory)
