"""Images that copy or start what is not there, and compose services built from nothing."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.dockerfile import Copy, Dockerfile, Instruction
from analyzer.inventory import Kind
from analyzer.knowledge.paths import LOWER_DOCKERFILE
from analyzer.queries.commands import all_invocations
from analyzer.queries.containers import Packaging, contexts, in_context, keeps_paths, packagings, sources
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout

__all__ = ["TEMPLATES", "broken_images", "installed_lists", "lists_in", "refusal"]

_DATA = re.compile(
    r"(?i)(?:^|/)(?:models?|data|datasets?|artifacts?|dist|build|target|out(?:put)?s?|mlruns|mlartifacts|logs?|certs?|keys?|secrets?|credentials?|node_modules|wheels?|\.\w+)(?:/|$)"
    r"|\.(?:pkl|bin|joblib|onnx|pt|pth|h5|keras|pickle|cbm|xgb|ubj|model|safetensors|tflite|csv|parquet|json|gz|zip|tar|whl|jar|pem|key|crt|env|db|sqlite3?|lock|feather|npy|npz)$"
    r"|(?:^|/)\.|model|data"
)
# What an image installs from; nobody makes it by training or downloading.
_INSTALLED = re.compile(
    r"(?:^|/)(?:[\w-]*requirements[\w.-]*\.txt|poetry\.lock|uv\.lock|Pipfile(?:\.lock)?|pyproject\.toml|package\.json)$"
)
_UNKNOWN = re.compile(r"[$*?\[\]{}<>]|^/|^~|^https?:|^git@")


TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template")  # filled in before anybody builds them


def broken_images(layout: Layout) -> Iterator[Defect]:
    """Copies of what is in no build context, starts of modules that nothing brings in, contexts that do not exist."""
    if not layout.has_submodules:
        for packaging in packagings(layout.repository):
            if packaging.dockerfile.path.endswith(TEMPLATES):
                continue
            for copy in packaging.absent:
                yield from _absent(layout, copy, copy.sources)
            for copy, source in packaging.lacking:
                yield from _absent(layout, copy, (source,))
            yield from _without_list(layout, packaging)
            yield from _starts(layout, packaging.dockerfile)
            yield from _lists(layout, packaging)
            yield from _installs(layout, packaging)
        yield from _contexts(layout)


def _absent(layout: Layout, copy: Copy, sources: tuple[str, ...]) -> Iterator[Defect]:
    for source in sources:
        plain = source.strip("\"',").removeprefix("./").rstrip("/")
        if not plain or plain == "." or _UNKNOWN.search(plain) or plain.startswith("<<"):
            continue
        needed = bool(_INSTALLED.search(plain))
        if _DATA.search(plain) and not needed and not _is_nobodys_file(layout, plain):
            continue
        tail = plain
        while tail.startswith("../"):
            tail = tail[3:]
        ignored = layout.is_ignored(tail)
        if layout.somewhere(tail) or (ignored and not needed) or layout.is_produced(tail):
            continue
        if ignored and _is_locked_by_command(layout, tail):
            continue
        sentence = f"the image copies {plain}, which {'an ignore file leaves out of' if ignored else 'is not in'} the repository"
        yield Defect(copy.path, copy.line, "missing-copy", sentence)


# https://pipenv.pypa.io/en/latest/commands.html, https://python-poetry.org/docs/cli/ and https://docs.astral.sh/uv/concepts/projects/sync/.
_LOCKS = {
    "Pipfile.lock": re.compile(r"\bpipenv (?:install|lock|update|upgrade)\b"),
    "poetry.lock": re.compile(r"\bpoetry (?:install|lock|update|add)\b"),
    "uv.lock": re.compile(r"\buv (?:sync|lock|add|run)\b"),
}


def _is_locked_by_command(layout: Layout, name: str) -> bool:
    """Whether a task, a script or CI of the project makes a lock file that is kept out of the repository."""
    locks = _LOCKS.get(posixpath.basename(name))
    if locks is None:
        return False
    images = {file.path for file in layout.repository.dockerfiles}  # which copy it before they install what it names
    return any(locks.search(item.text) for item in all_invocations(layout.repository) if item.place.path not in images)


def _is_nobodys_file(layout: Layout, name: str) -> bool:
    """Whether a model or table is named by its file, and no notebook, command or setting speaks of it: something may make it."""
    base = posixpath.basename(name)
    stem, ending = posixpath.splitext(base)
    if not stem or not re.fullmatch(r"\.\w{2,7}", ending):
        return False
    repo = layout.repository
    told = repo.inventory.of(*_MAY_MAKE)
    return not (
        any(base in text.value for item in repo.notebooks for text in item.module.texts)
        or any(base in (repo.text(path) or "") for path in told)
    )


_MAY_MAKE = (
    Kind.YAML,
    Kind.DVC_PIPELINE,
    Kind.DVC_POINTER,
    Kind.MAKEFILE,
    Kind.SHELL,
    Kind.GITHUB_WORKFLOW,
    Kind.GITLAB_CI,
)


_PIP = re.compile(r"\bpip3?\b[^|;&\n]*(?:\\\n[^|;&\n]*)*")
_LIST = re.compile(r"\s(?:-r|--requirement[= ])\s*([\w./-]+)")


def lists_in(command: str) -> Iterator[str]:
    """The lists of packages that a command gives to pip, which takes any number."""
    for match in _PIP.finditer(command):
        yield from _LIST.findall(match.group())


# One equals sign, as conda writes it, and versions of a Linux distribution: https://peps.python.org/pep-0508/.
_REFUSED = re.compile(
    r"^[A-Za-z][\w.-]*(?:\[[^\]]*\])?\s*(?:=(?![=]).*|==[^#;\s]*\+(?:ubuntu|debian|deb\d|dfsg)\S*)", re.MULTILINE
)


def _without_list(layout: Layout, packaging: Packaging) -> Iterator[Defect]:
    """Copies of a list of packages that is in another folder, where every folder to build in lacks something."""
    repo, dockerfile = layout.repository, packaging.dockerfile
    lost = [(copy, source) for copy, source in packaging.lacking if _INSTALLED.search(source)]
    lost += [(copy, copy.sources[0]) for copy in packaging.absent if _INSTALLED.search(copy.sources[0])]
    found = [
        (copy, source)
        for copy, source in lost
        if layout.somewhere(source.strip("./")) and not _UNKNOWN.search(source) and "/" not in source.strip("./")
    ]
    if not found or not packaging.code:
        return
    for context in contexts(repo, dockerfile):
        built = in_context(repo, dockerfile, context)
        if not built.absent and not built.lacking:
            return
    copy, source = found[0]
    where = packaging.context or "the root"
    yield Defect(copy.path, copy.line, "missing-copy", f"the image copies {source}, which is not in {where}")


def _lists(layout: Layout, packaging: Packaging) -> Iterator[Defect]:
    """Requirements files that the image installs from the folder that it copies whole, and that are nowhere."""
    dockerfile = packaging.dockerfile
    whole = any(not copy.from_stage and set(copy.sources) & {".", "./"} for copy in dockerfile.copies)
    told = "\n".join(f"{item.value} {item.heredoc}" for item in dockerfile.instructions)
    asked = list(lists_in(told))
    moves = len(dockerfile.named("WORKDIR")) > 1 or re.search(r"\bcd\s", told)
    for item in dockerfile.named("RUN") if whole and packaging.code else ():
        for name in lists_in(item.value):
            base = posixpath.basename(name)
            if (
                _INSTALLED.search(base)
                and told.count(base) == sum(other.count(base) for other in asked)  # nothing else may make it
                and not layout.is_produced(base)
                and not (
                    layout.somewhere(base) if moves or name.startswith("/") else _is_beside(layout, dockerfile, name)
                )
            ):
                where = "is not in the folder that it copies" if layout.somewhere(base) else "is not in the repository"
                sentence = f"the image installs {name}, which {where}"
                yield Defect(dockerfile.path, item.line, "missing-copy", sentence)


def _is_beside(layout: Layout, dockerfile: Dockerfile, name: str) -> bool:
    """Whether a folder that the image may be built in has a file of the name."""
    repo = layout.repository
    return any(sources(repo, context, name) for context in contexts(repo, dockerfile))


def _installs(layout: Layout, packaging: Packaging) -> Iterator[Defect]:
    """Lines of a requirements file that the image installs and pip refuses."""
    for item, path in installed_lists(layout, packaging):
        why = refusal(layout.repository.text(path) or "")
        if why:
            sentence = f"pip refuses {path}, which the image installs: {why}"
            yield Defect(packaging.dockerfile.path, item.line, "requirement", sentence)


def refusal(text: str) -> str:
    """Why pip installs nothing of a list of packages, in words; empty where nothing is known against it."""
    if refused := _REFUSED.search(text):
        return f"line {text.count(chr(10), 0, refused.start()) + 1} reads {refused.group().strip()[:60]}"
    twice = _asked_twice(text)
    return f"it asks for {twice}" if twice else ""


_PINNED = re.compile(
    r"^[ \t]*([A-Za-z][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*==[ \t]*([\w.!+]+)[ \t]*(?:#.*|\\)?$", re.MULTILINE
)


_NO_MORE = re.compile(r"(?:\.0)+$")
"""What makes no other version: https://packaging.python.org/en/latest/specifications/version-specifiers/."""


def _asked_twice(text: str) -> str:
    """A package that a list pins to two versions, neither of them under a condition, in words; or nothing."""
    pins: dict[str, str] = {}
    for name, version in _PINNED.findall(text):
        first = pins.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)
        if _NO_MORE.sub("", first) != _NO_MORE.sub("", version):
            return f"{name} {first} and {version}"
    return ""


def installed_lists(layout: Layout, packaging: Packaging) -> Iterator[tuple[Instruction, str]]:
    """The requirements files that an image has pip install, by their paths here; an empty one where none is found.

    Several where a folder that the image may be built in has another file of the name.
    """
    repo, dockerfile = layout.repository, packaging.dockerfile
    for item in dockerfile.named("RUN"):
        for given in lists_in(item.value):
            base = posixpath.basename(given)
            renamed = [
                copy.sources[0]
                for copy in dockerfile.copies
                if len(copy.sources) == 1 and posixpath.basename(copy.destination) == base
            ]
            copied = renamed or [
                source for copy in dockerfile.copies for source in copy.sources if posixpath.basename(source) == base
            ]
            places = (packaging.context, posixpath.dirname(dockerfile.path))
            named = () if renamed else (given,)
            found = (repo.find(name, place) for name in (*copied, *named) for place in places)
            paths = dict.fromkeys(path for path in found if path)
            yield from ((item, path) for path in paths or ("",))


def _starts(layout: Layout, dockerfile: Dockerfile) -> Iterator[Defect]:
    """``CMD python x.py`` where no file of that name exists anywhere, and nothing in the Dockerfile makes one."""
    text = layout.repository.text(dockerfile.path) or ""
    for item in dockerfile.starts:
        words = item.argv
        for index, word in enumerate(words):
            name = word.strip("\"'")
            base = posixpath.basename(name)
            after = words[index - 1].rsplit("/", 1)[-1] if index else ""
            if (
                not base.endswith((".py", ".sh"))
                or _UNKNOWN.search(base)
                or not re.fullmatch(r"(?:python3?|bash|sh|run|)", after)
                or (not after and "/" not in name)  # looked for on PATH, which the image below may have filled
            ):
                continue
            made = text.count(base) > sum(other.value.count(base) for other in dockerfile.starts)
            if made or layout.is_ignored(base) or layout.is_produced(base) or not dockerfile.copies:
                continue
            path = posixpath.normpath(name)
            if not layout.somewhere(base):
                sentence = f"the image starts {name}, and no file of that name is in the repository"
                yield Defect(dockerfile.path, item.line, "missing-file", sentence)
            elif not path.startswith(("/", "..")) and not layout.somewhere(path) and keeps_paths(dockerfile):
                sentence = f"the image starts {name}, and {base} is in another folder"
                yield Defect(dockerfile.path, item.line, "missing-file", sentence)
        yield from _serves(layout, dockerfile, item)


_SERVER = re.compile(r"(?:^|\s)(?:uvicorn|gunicorn|hypercorn|granian)\s")
_SERVED = re.compile(r"(?:^|\s)([A-Za-z_][\w.]*):\w+(?:\(\))?(?=\s|$)")


def _serves(layout: Layout, dockerfile: Dockerfile, item: Instruction) -> Iterator[Defect]:
    """A server that is given a module by a name that no file has: https://www.uvicorn.org/#command-line-options."""
    text = " ".join(item.argv)
    match = _SERVED.search(text) if _SERVER.search(text) and keeps_paths(dockerfile) else None
    if match is None:
        return
    path = match.group(1).replace(".", "/")
    there = layout.somewhere(f"{path}.py") or layout.somewhere(f"{path}/__init__.py")
    if there or layout.is_produced(f"{posixpath.basename(path)}.py") or layout.is_ignored(f"{path}.py"):
        return
    sentence = f"the image serves {match.group(1)}, and no module of that name is in the repository"
    yield Defect(dockerfile.path, item.line, "missing-file", sentence)


def _contexts(layout: Layout) -> Iterator[Defect]:
    repo = layout.repository
    for file in repo.compose_files:
        for service in file.services:
            context, dockerfile = service.context, service.dockerfile
            if (
                not service.builds
                or _UNKNOWN.search(context)
                or _UNKNOWN.search(dockerfile)
                or context.startswith("..")
            ):
                continue
            if re.match(r"\w+@|\w+://|github\.com", context):
                continue
            if not repo.has(context):
                sentence = f"the service {service.name} is built from {context}, which is no folder of the repository"
                yield Defect(file.path, service.build_line, "missing-context", sentence)
            elif (
                dockerfile
                and not dockerfile.startswith("..")
                and not repo.has(dockerfile)
                and not repo.has(LOWER_DOCKERFILE.sub("dockerfile", dockerfile))
                and not layout.is_ignored(dockerfile)
            ):
                sentence = f"the service {service.name} is built by {dockerfile}, which is not in the repository"
                yield Defect(file.path, service.build_line, "missing-context", sentence)
