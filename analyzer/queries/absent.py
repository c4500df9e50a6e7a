"""CI steps that ask for what is not in the repository or not begun yet: they fail, and so does what comes after them."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator

from analyzer.argv import unwrap
from analyzer.artifacts.ci import Job, Pipeline, Step
from analyzer.artifacts.shell import ShellCommand
from analyzer.inventory import Kind, Owner, kind_of
from analyzer.knowledge.actions import action_roles
from analyzer.knowledge.paths import LOWER_DOCKERFILE
from analyzer.path_index import PathIndex
from analyzer.remembered import remembered
from analyzer.repository import Repository
from analyzer.startmark import ORIGIN

__all__ = ["in_order", "is_stalled", "stalled_steps"]

_UNTOLD = re.compile(r"[$*?{}<>|`\\~=@]|^/|://|^-|^\.{1,2}/?$")
_CHECKERS = frozenset({"pytest", "ruff", "flake8", "black", "isort", "mypy", "pylint", "pyright", "bandit"})
_VERBS = frozenset({"check", "format", "-m"})
_NEEDED_KINDS: dict[str, tuple[Kind, ...]] = {
    "make": (Kind.MAKEFILE,),
    "terraform": (Kind.TERRAFORM,),
    "dvc": (Kind.DVC_PIPELINE, Kind.DVC_POINTER, Kind.DVC_CONFIG),
    "tox": (Kind.TOX, Kind.PYPROJECT, Kind.SETUP_CFG),
}
_GUARDED = re.compile(r"\bif\s|\[\[? |\btest -\w")
_PROJECT = re.compile(r"(?:^|/)(?:setup\.py|setup\.cfg|pyproject\.toml)$")


def is_stalled(repo: Repository, step: Step) -> bool:
    """Whether a step, or one that must have gone well before it, asks for what is not in the repository."""
    return (step.path, step.line) in stalled_steps(repo)


def stalled_steps(repo: Repository) -> frozenset[tuple[str, int]]:
    """(path, line) of the steps of all pipelines that cannot be reached with what is in the repository."""
    return repo.once(_all_stalled)


def _all_stalled(repo: Repository) -> frozenset[tuple[str, int]]:
    pipelines = (*repo.pipelines, *repo.misplaced_pipelines)
    return frozenset((step.path, step.line) for item in pipelines for step in _stalled(repo, item))


def _stalled(repo: Repository, pipeline: Pipeline) -> Iterator[Step]:
    stopped: set[str] = set()
    for job in in_order(pipeline.jobs):
        if stopped.intersection(job.needs):
            stopped.add(job.name)
            yield from job.steps
            continue
        if any(step.inputs.get("repository") for step in job.steps):
            continue  # works in the checkout of another repository
        for index, step in enumerate(job.steps):
            before = "\n".join(earlier.run for earlier in job.steps[:index])
            if _skips_itself(repo, step, before):
                yield step
            elif not step.allow_failure and _asks_in_vain(repo, step, before):
                yield from job.steps[index:]
                if not job.allow_failure:
                    stopped.add(job.name)
                break


_IF_THERE = re.compile(
    r"\s*if\s+\[\[?\s+-[fde]\s+[\"']?([\w./-]+)[\"']?\s+\]\]?\s*;?\s*then\s.*?(?:\selse\s+echo\b[^\n]*)?\sfi\s*",
    re.DOTALL,
)


def _skips_itself(repo: Repository, step: Step, before: str) -> bool:
    """Whether all that a step does is asked for by a file that is not here and that no step before speaks of."""
    match = _IF_THERE.fullmatch(step.run) if step.run.count("\nfi") + step.run.count("; fi") == 1 else None
    if match is None or "{" in step.folder:
        return False
    made = rf"(?m)^[^#\n]*(?:>|\b(?:cp|mv|touch|curl|wget|tee|lock|init)\b)[^\n]*{re.escape(posixpath.basename(match.group(1)))}"
    if re.search(made, before):
        return False
    return not repo.has(posixpath.normpath(posixpath.join(step.folder, match.group(1))))


def in_order(jobs: tuple[Job, ...]) -> Iterator[Job]:
    """Jobs with those first that others need."""
    done: set[str] = set()
    pending = list(jobs)
    names = {job.name for job in jobs}
    while pending:
        ready = [job for job in pending if not (set(job.needs) & names) - done] or pending[:1]
        for job in ready:
            done.add(job.name)
            pending.remove(job)
            yield job


def _asks_in_vain(repo: Repository, step: Step, before: str) -> bool:
    """Whether a step asks for what is not here; what the text of the steps ``before`` names, they may have made."""
    if step.uses:
        return _action_in_vain(repo, step, before)
    if _GUARDED.search(step.run) or "hashFiles" in step.condition:
        return False
    for command in step.commands:
        words = unwrap(command.argv)
        if not words or command.swallowed:
            continue
        if words[0] in ("git", "gh") and "clone" in words:
            return False
        if _command_in_vain(repo, command, words):
            return True
    return False


def _action_in_vain(repo: Repository, step: Step, before: str) -> bool:
    roles = action_roles(step.uses)
    if "image.build" in roles:
        named = [step.inputs.get("context", ""), step.inputs.get("file", "")]
        return not _has_kind(repo, Kind.DOCKERFILE) or _absent(repo, named)
    definition = step.inputs.get("task-definition", "")
    return "amazon-ecs" in step.uses and definition not in before and _absent(repo, [definition])


@remembered
def _has_kind(repo: Repository, kind: Kind) -> bool:
    return any(kind_of(path) is kind for path in _entries(repo))


@remembered
def _has_project(repo: Repository) -> bool:
    return any(_PROJECT.search(path) for path in _entries(repo))


def _entries(repo: Repository) -> Iterator[str]:
    """All paths but those of copied projects."""
    owners = repo.inventory.owners
    return (path for path in repo.snapshot.entries if owners.get(path) is not Owner.VENDORED)


def _command_in_vain(repo: Repository, command: ShellCommand, words: tuple[str, ...]) -> bool:
    name = words[0].rsplit("/", 1)[-1]
    if name == "uv" and words[1:2] == ("pip",):
        name, words = "pip", words[1:]
    if name in ("pip", "pip3") and "install" in words:
        files = [after for before, after in itertools.pairwise(words) if before in ("-r", "--requirement")]
        own = any(re.fullmatch(r"[\"']?\.(?:\[[\w,-]+\])?[\"']?", word) for word in words[1:])
        return _absent(repo, files) or (own and not _has_project(repo))
    if name in _CHECKERS:
        targets = [word for word in _positional(words[1:]) if word not in _VERBS]
        return bool(targets) and all(_is_absent(repo, word) for word in targets)
    if name in ("python", "bash", "sh"):
        if words[1:2] == ("-m",):
            return False
        target = next((word for word in words[1:] if not word.startswith("-")), "")
        return target.endswith((".py", ".sh")) and (_is_absent(repo, target) or _is_unfinished(repo, target))
    if name == "docker" and "build" in words:
        return not _has_kind(repo, Kind.DOCKERFILE)
    kinds = _NEEDED_KINDS.get(name)
    if name == "dvc" and words[1:2] in (("pull",), ("repro",)):
        asked = list(_positional(words[2:]))
        if _absent(repo, asked) and not any(_is_known_to_dvc(repo, target) for target in asked):
            return True
    if kinds:
        return not any(_has_kind(repo, kind) for kind in kinds)
    if name == "kubectl" and "apply" in words:
        files = [after for before, after in itertools.pairwise(words) if before in ("-f", "-k", "--filename")]
        return _absent(repo, files)
    return False


def _is_known_to_dvc(repo: Repository, target: str) -> bool:
    """Whether DVC can get a target that git does not hold: one with a pointer beside it, a stage, or what a stage makes."""
    plain = posixpath.normpath(target.strip("\"'"))
    return plain in repo.once(_made_by_dvc) or not _is_absent(repo, f"{plain}.dvc")


def _made_by_dvc(repo: Repository) -> frozenset[str]:
    """The names of the stages of DVC and what they make."""
    stages = (stage for file in repo.dvc_files for stage in file.stages)
    return frozenset(name for stage in stages for name in (stage.name, *stage.outs))


def _positional(words: tuple[str, ...]) -> Iterator[str]:
    """The words before the first flag; what follows a flag may be its value."""
    for word in words:
        if word.startswith("-"):
            return
        yield word


def _absent(repo: Repository, names: list[str]) -> bool:
    """Whether files are named and none of them is here."""
    told = [name for name in names if name and not _UNTOLD.search(name)]
    return bool(told) and all(_is_absent(repo, name) for name in told)


def _is_absent(repo: Repository, name: str) -> bool:
    """Whether nothing in the repository can be meant by a relative path, from whatever folder."""
    plain = posixpath.normpath(name.strip("\"'").split("::", 1)[0])
    while plain.startswith("../"):
        plain = plain[3:]
    if not plain or _UNTOLD.search(name.strip("\"'")) or plain == ".":
        return False
    places = repo.once(_places)
    return not (places.ends_with(plain) or places.ends_with(LOWER_DOCKERFILE.sub("dockerfile", plain)))


def _is_unfinished(repo: Repository, name: str) -> bool:
    """Whether a program is the start of one, which stops as long as nobody has worked on it."""
    plain = posixpath.normpath(name.strip("\"'"))
    starts = (path for path, origin in repo.inventory.copies.items() if origin == ORIGIN)
    return any(f"/{path}".endswith(f"/{plain}") for path in starts)


def _places(repo: Repository) -> PathIndex:
    return PathIndex(_entries(repo))
