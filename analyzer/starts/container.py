"""A Dockerfile for the service or app that is there."""

from __future__ import annotations

import json
import shlex

from analyzer.knowledge.starts import TOOLS
from analyzer.starts.context import copied, local_paths, package_files, requirement_files
from analyzer.starts.model import RefusalError, Start, rendered
from analyzer.starts.project import Project
from analyzer.starts.service import App

__all__ = ["dockerfile"]


def dockerfile(project: Project) -> Start:
    """An image that holds the project's code and its dependencies, and starts its service or app."""
    app = project.app
    if app is None:
        raise RefusalError(
            "There is no service or app that an image could start (FastAPI, Flask or Streamlit)",
            "Write one first: folioscope rules show e2e.serving says how.",
        )
    if project.tool == "pip" and not project.requirements and not project.is_package:
        raise RefusalError(
            f"Nothing in {project.folder or 'the root'} says what the image must install",
            "Write a requirements.txt or a pyproject.toml first.",
        )
    needed, command = _command(app, project.shipped)
    package = project.tool == "pip" and not project.requirements
    folders = [] if package or project.tool != "pip" else local_paths(project)
    described = package_files(project) if package or "." in folders else []
    listed = requirement_files(project)
    code = project.code_folders
    file = rendered(
        "Dockerfile.j2",
        project.outer("Dockerfile"),
        "e2e.container",
        python=project.python,
        tool=project.tool,
        version=TOOLS.get(project.tool, ""),
        listed=copied(listed, ()),
        described=copied([path for path in described if path not in listed], code),
        folders=[path for path in folders if path != "." and path.split("/")[0] not in code],
        installed="." if package else " ".join(f"-r {path}" for path in project.requirements),
        late=package or bool(folders),
        needed=needed,
        code=[f"{name} {name}" if name.endswith(".py") else f"{name}/ {name}/" for name in code],
        paths=":".join(dict.fromkeys(("/app", f"/app/{app.base}" if app.base else "/app"))),
        port=app.port,
        command=json.dumps(command),
    )
    context = shlex.quote(project.folder or ".")
    notes = [
        f"docker build --tag {project.name} {context} && docker run --publish {app.port}:{app.port} {project.name}"
    ]
    if any(project.repository.code.calls("model.load")):
        notes.append("The service loads a model: copy its file into the image, or give the address of its registry.")
    return Start("e2e.container", (file,), tuple(notes))


def _command(app: App, shipped: frozenset[str]) -> tuple[str, list[str]]:
    """The package that is missing to start it, and the command."""
    if app.framework == "fastapi":
        more = ["--factory"] if app.factory else []
        words = ["uvicorn", f"{app.module}:{app.variable}", *more, "--host", "0.0.0.0", "--port", str(app.port)]  # nosec B104  # noqa: S104
        return ("" if {"uvicorn", "fastapi-cli"} & shipped else "uvicorn==0.35.0"), words
    if app.framework == "streamlit":
        return "", ["streamlit", "run", app.path, "--server.address=0.0.0.0", f"--server.port={app.port}"]
    if "gunicorn" in shipped:
        made = f"{app.variable}()" if app.factory else app.variable
        return "", ["gunicorn", f"--bind=0.0.0.0:{app.port}", f"{app.module}:{made}"]
    if app.runs_itself:
        return "", ["python", app.path]
    return "", ["flask", "--app", f"{app.module}:{app.variable}", "run", "--host=0.0.0.0", f"--port={app.port}"]
