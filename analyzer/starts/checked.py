"""What ``folioscope init`` plans: a workflow or pipeline with the check, a configuration, and a badge in the README."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from analyzer.analysis import Options, analyze
from analyzer.configuration import find_configuration
from analyzer.errors import UsageError
from analyzer.inventory import Kind
from analyzer.knowledge.starts import CHECKOUT
from analyzer.starts.model import StartFile, plain
from analyzer.starts.project import Project
from analyzer.starts.writing import open_project, origin

__all__ = ["Plan", "plan"]

_WORKFLOW = ".github/workflows/folioscope.yml"
_PIPELINE = ".gitlab-ci.yml"
_CONFIGURATION = ".folioscope.yaml"
_ACTION = re.compile(r"[\w.-]+/[\w./-]+@[\w./-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HEADING = re.compile(r"(?m)^# [^\r\n]*|^[^\r\n]+\r?\n=+[ \t]*(?=\r?$)")
_BLANK = re.compile(r"\r?\n[ \t]*(?:\r?\n|\Z)|\Z")
_STEP = 5
_REMARK = " # zizmor: ignore[unpinned-uses] pin the commit of the release"
"""A linter of workflows refuses tags; whoever reads the line sees that it is one, and what is better."""


class Plan(Struct, frozen=True):
    """Files to write, the badge for the README (each empty where there is none), and what else is to be said."""

    files: tuple[StartFile, ...]
    readme: str
    badge: str
    badge_stands: bool = False
    notes: tuple[str, ...] = ()

    def put_badge(self, root: Path) -> None:
        """Put the badge below the first heading of the README, as a paragraph; nothing else of it changes.

        Raises:
            UsageError: the README cannot be written.
        """
        path = root / self.readme
        try:
            text = path.read_bytes().decode("utf-8")
            heading = _HEADING.search(text)
            at = heading.end() if heading else 0
            line_end = "\r\n" if "\r\n" in text else "\n"
            before = line_end * 2 if heading else ""
            after = "" if _BLANK.match(text, at) else line_end if heading else line_end * 2
            path.write_bytes(f"{text[:at]}{before}{self.badge}{after}{text[at:]}".encode())
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.readme} cannot be changed: {error}", f"Put this into it: {self.badge}") from error


def plan(root: Path, git_dir: Path | None, *, rubric: str, fail_under: float | None, action: str) -> Plan:
    """Plan the check of a repository.

    Args:
        root: the root of its work tree.
        git_dir: its git directory; None for a folder that is no repository yet.
        rubric: the built-in rubric to score by.
        fail_under: the threshold; None for the score of now, rounded down to a multiple of five.
        action: the action that the workflow uses, as OWNER/REPO@REF.

    Raises:
        UsageError: the action is not named in that form.
        FolioscopeError: the repository, or the configuration that it has, cannot be read.
    """
    if not _ACTION.fullmatch(action):
        raise UsageError(f"{action[:80]!r} names no action", "Give it as OWNER/REPO@REF.")
    host, name = origin(git_dir)
    notes = [] if git_dir else [f"{root.name} is no git repository yet: the check runs once it is one, and pushed."]
    with open_project(root, git_dir) as project:
        gitlab = _is_on_gitlab(project, host)
        check = _pipeline(action) if gitlab else _workflow(project, action)
        standing = project.text(_PIPELINE) if gitlab else ""
        configured = _configured(project)
        readme = next((path for path in ("README.md", "readme.md", "Readme.md") if _is_file(root / path)), "")
        text = project.repository.text(readme) or "" if readme else ""
        badge = _badge(project.branch, host, name, gitlab=gitlab)
    files = [check]
    if configured:
        notes.append(f"{configured} holds the configuration, which stays as it is: rubric and threshold are its own.")
    else:
        if fail_under is None:
            options = Options(
                rubric=rubric, worktree=git_dir is not None, standalone=git_dir is None, annotations=False
            )
            fail_under = analyze(str(root), options).scorecard.score // _STEP * _STEP
        files.append(plain("folioscope.yaml.j2", _CONFIGURATION, rubric=rubric, fail_under=f"{fail_under:g}"))
    if standing and "folioscope" not in standing:
        notes += [f"Put the check into {_PIPELINE} yourself:", *check.text.splitlines()]
    if not _is_pinned(action):
        notes.append(f"{action} can be moved: pin the commit of the release, with --action OWNER/REPO@HASH.")
    stands = bool(badge) and "/".join(badge.partition(")")[0].split("/")[-2:]) in text
    return Plan(tuple(files), readme, badge, stands, tuple(notes))


def _is_pinned(action: str) -> bool:
    return bool(_COMMIT.fullmatch(action.rpartition("@")[2]))


def _is_on_gitlab(project: Project, host: str) -> bool:
    """Whether GitLab runs the checks: it is there, or the repository has a pipeline of GitLab and no workflow."""
    if host == "github.com" or "gitlab" in host:
        return host != "github.com"
    pipelines = project.repository.inventory
    return bool(pipelines.of(Kind.GITLAB_CI)) and not pipelines.of(Kind.GITHUB_WORKFLOW)


def _workflow(project: Project, action: str) -> StartFile:
    remark = "" if _is_pinned(action) else _REMARK
    return plain("folioscope.yml.j2", _WORKFLOW, branch=project.branch, checkout=CHECKOUT, action=action, remark=remark)


def _pipeline(action: str) -> StartFile:
    """A pipeline that includes the template of the place and version that the action is of."""
    place, _, version = action.partition("@")
    return plain("gitlab-ci.yml.j2", _PIPELINE, home="/".join(place.split("/")[:2]), version=version)


def _badge(branch: str, host: str, name: str, *, gitlab: bool) -> str:
    """The badge, which leads to the runs of the check; GitLab has none for a project that is not named."""
    if gitlab:
        page = f"https://{host}/{name}"
        return f"[![folioscope]({page}/badges/{branch}/pipeline.svg)]({page}/-/pipelines)" if name else ""
    page = f"https://github.com/{name}/actions" if name and host == "github.com" else "../../actions"
    return f"[![folioscope]({page}/workflows/folioscope.yml/badge.svg)]({page}/workflows/folioscope.yml)"


def _configured(project: Project) -> str:
    """The file that holds a configuration already, which one of ours would shadow or never replace."""
    found = find_configuration(project.repository.snapshot.read)
    return found.path if found else ""


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
