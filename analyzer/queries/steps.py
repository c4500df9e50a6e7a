"""The commands that READMEs and docs tell a reader to type, and whether they find what they work on."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.document import Block, Document
from analyzer.inventory import Kind, kind_of
from analyzer.knowledge.paths import LOWER_DOCKERFILE
from analyzer.queries.grounding import names_part
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["absent_builds", "absent_data", "absent_files", "is_run_here", "misplaced_lists", "typed_commands"]

_COMMAND = re.compile(
    r"(?m)^[ \t]*(?:\$|>|#)?[ \t]*(?:sudo |!)?(?:git clone|cd |pip3? |pipenv|poetry|uv |conda|python3? |docker|docker-compose|make\b|bash |sh |\./|terraform|kubectl|helm|prefect|mlflow|airflow|dvc|npm|streamlit|uvicorn|gunicorn|"
    r"flask|pytest|mage|export |cp |source |aws |gcloud|az |curl|pre-commit|zenml|just |task |astro |wget|chmod|mkdir|dagster|kaggle|brew|apt|evidently|minikube|kind |pulumi|sam |cdk |ssh|scp |gh |tox|nox|feast|bentoml|zenml|node |yarn|pdm |invoke|locust|jupyter|astro|set |setx |sam)"
)

_SHELLS = frozenset(
    {
        "",
        "bash",
        "sh",
        "shell",
        "console",
        "zsh",
        "cmd",
        "powershell",
        "text",
        "terminal",
        "python",
        "bat",
        "ps1",
        "shell-session",
        "commandline",
        "cli",
    }
)


@remembered
def typed_commands(document: Document) -> Iterator[tuple[Block, str]]:
    """(block, command line) of what a reader is told to type, in code blocks and in code within sentences."""
    for block in document.blocks:
        if block.kind == "code" and block.lang in _SHELLS:
            yield from ((block, _plain(line)) for line in block.text.split("\n") if _COMMAND.match(line))
        elif block.kind in ("item", "paragraph", "quote"):
            told = (_plain(code) for code in block.codes if _COMMAND.match(code))
            yield from ((block, code) for code in told if " " in code or "/" in code)  # else the name of a program
            if not block.codes:
                yield from (
                    (block, _plain(line))
                    for line in block.text.split("\n")
                    if _COMMAND.match(line) and len(line.split()) <= 12
                )


_BACKSLASH = re.compile(r"(?<=[\w.])\\(?=[\w.])")


def _plain(line: str) -> str:
    """A command without space around it, and with the slashes of a path where Windows has backslashes."""
    return _BACKSLASH.sub("/", line.strip())


_PROGRAM_FILE = re.compile(
    r"^(?:\$ )?(?:python3?|bash|sh|\./)\s*(?:-\w\s+)?([\w./-]+\.(?:py|sh))\b|^(?:\$ )?\./([\w./-]+\.sh)\b"
)


@remembered
def _has_kind(repo: Repository, kind: Kind) -> bool:
    return any(kind_of(path) is kind for path in repo.snapshot.entries)


@remembered
def absent_files(repo: Repository, command: str) -> Iterator[str]:
    """Scripts, lists, modules and targets that a command asks for and that are nowhere in the repository."""
    name = next((match.group(1) for pattern in _ASKS_FOR if (match := pattern.search(command))), "")
    if name and not _STANDS_FOR_ANY.search(name) and not _is_there(repo, name):
        yield name
    elif target := _absent_target(repo, command) or _absent_module(repo, command):
        yield target
    elif (
        not name
        and not _NEEDS_NO_FILE.search(command)
        and any(
            pattern.search(command) and not any(_has_kind(repo, kind) for kind in kinds)
            for pattern, kinds in _RUNS_KIND
        )
    ):
        yield command.split("#", 1)[0].strip("$> ")


# What a command reads, by its name: programs, pages, lists of packages, files of services, examples of settings.
_ASKS_FOR = (
    re.compile(
        r"^(?:\$ )?(?:(?:poetry|pipenv|uv) run )?(?:python3?|bash|sh|source|\.)\s+(?:-\w\s+)?([\w./-]+\.(?:py|sh))\b"
    ),
    re.compile(r"^(?:\$ )?\./([\w./-]+\.sh)\b"),
    re.compile(r"\bstreamlit run ([\w./-]+\.py)\b"),
    re.compile(r"\bpip3? install .*?-r\s*([\w./-]+\.txt)\b"),
    re.compile(r"\bconda env (?:create|update) .*?(?:-f|--file)[ =]([\w./-]+\.ya?ml)\b"),
    re.compile(r"\bdocker[- ]compose .*?-f[ =]([\w./-]+\.ya?ml)\b"),
    re.compile(r"\bkubectl (?:apply|create) .*?-f[ =]([\w./-]+\.ya?ml)\b"),
    re.compile(r"^(?:\$ )?cp ([\w./-]*\.?env[\w.-]*(?:example|sample|template|dist)[\w.-]*)\s"),
)


# A name that a reader is to replace.
_STANDS_FOR_ANY = re.compile(
    r"(?i)[<{]|(?:^|[/_-])(?:your|my|some|any)[_-]|(?:^|/)(?:your|some|path)/|(?:^|[/_])(?:script|file|filename|example|name|app_?name|module)(?:_?file)?(?:_?name)?\.\w+$"
)


def _is_there(repo: Repository, name: str) -> bool:
    """Whether a path of the repository ends so: from which folder a reader types is not always told."""
    plain = re.sub(r"^(?:\.{1,2}/)+", "", name)
    return plain.startswith("/") or any(place in repo.snapshot.entries for place in repo.index.ending(plain))


# Questions to a tool or a cluster, and charts that others keep.
_NEEDS_NO_FILE = re.compile(
    r"\s--?(?:version|help)\b|\bversion$|^\W*(?:kubectl (?!apply|create)|helm (?!(?:install|upgrade)\b.* \.))"
)
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")  # what GNU make looks for
_MAKE = re.compile(r"^(?:\$ )?make ([a-z][\w-]*)\s*(?:#.*)?$")


def _absent_target(repo: Repository, command: str) -> str:
    """The target that a command asks of ``make`` where there are Makefiles and none of them has it."""
    match = _MAKE.match(command)
    files = [file for file in repo.task_files if file.tool == "make"] if match else []
    if match and files and all(file.path.rsplit("/", 1)[-1] not in _MAKEFILES for file in files):
        return f"a file named Makefile, for {files[0].path} is none to make"
    if match is None or not files or any(file.includes or file.named(match.group(1)) for file in files):
        return ""
    pattern = any(re.search(r"(?m)^[\w./-]*%", repo.text(file.path) or "") for file in files)
    return "" if pattern else f"make {match.group(1)}"


_SERVED = re.compile(r"\b(?:uvicorn|gunicorn)\s+(?:-\S+(?:[ =]\S+)?\s+)*([\w./]+):\w+")


def _absent_module(repo: Repository, command: str) -> str:
    """The module that a command gives to a server where no file has its name."""
    match = _SERVED.search(command)
    if not match:
        return ""
    if "/" in match.group(1):
        return match.group(1)  # a path is no module
    last = match.group(1).rsplit(".", 1)[-1]
    there = _is_there(repo, f"{last}.py") or any(f"/{path}".find(f"/{last}/__init__.py") >= 0 for path in repo.paths)
    return "" if there else match.group(1)


_PULLS = re.compile(r"^\W*dvc (?:pull|fetch)\b")
_RUNS_DVC = re.compile(r"^\W*dvc (?:pull|fetch|repro|push|exp)\b")


def absent_data(repo: Repository, commands: list[tuple[Block, str]]) -> Iterator[tuple[Block, str, str]]:
    """(block, command, what it lacks): what commands of DVC need and no command before them makes: its folder, and a remote to pull from."""
    runs = [(block, text) for block, text in commands if _RUNS_DVC.match(text)]
    if not runs:
        return
    told = " ".join(text for _, text in commands)
    kept = repo.index.ends_with(".dvc/config") or "dvc init" in told
    remote = any(file.remotes for file in repo.dvc_files) or "dvc remote" in told
    for block, text in runs:
        if not kept:
            yield block, text, "the folder .dvc"
        elif _PULLS.match(text) and not remote:
            yield block, text, "a remote of DVC"


_STARTS_ALL = re.compile(r"^\W*(?:sudo )?docker[- ]compose (?:(?!-f|--file)-\S+ )*up\b(?:\s+-\S+)*\s*(?:#.*)?$")


def absent_builds(repo: Repository, commands: list[tuple[Block, str]]) -> Iterator[tuple[Block, str, str]]:
    """(block, command, Dockerfile): services that a command starts, all of a file together, and that nothing here can build."""
    started = next(((block, text) for block, text in commands if _STARTS_ALL.match(text)), None)
    if started is None or len(repo.compose_files) != 1:
        return  # of several files it is not told which one is meant
    lost = [
        service.dockerfile
        for service in repo.compose_files[0].services
        if service.builds and not _UNKNOWN.search(f"{service.context} {service.dockerfile}")
        if not repo.has(service.dockerfile) and not repo.has(LOWER_DOCKERFILE.sub("dockerfile", service.dockerfile))
    ]
    if ".gitmodules" not in repo.snapshot.entries:  # else they may lie in another repository
        yield from ((*started, name) for name in lost)


_UNKNOWN = re.compile(r"[$*{]|(?:^|\s)\.\.|://")


_INSTALLS_LIST = re.compile(r"\bpip3? install .*?-r\s*([\w.-]+\.txt)\b")
_CLONED = re.compile(r"\bgit clone (?:-\S+ )?(\S{1,300})")
_GOES = re.compile(r"^\W*(?:cd|pushd)\s+[\"']?([\w./-]+)|&&\s*cd\s+[\"']?([\w./-]+)")


def misplaced_lists(
    repo: Repository, document: Document, commands: list[tuple[Block, str]]
) -> Iterator[tuple[Block, str, str]]:
    """(block, command, list): lists of packages that lie elsewhere than where the page stands, and to which no step before goes."""
    here = posixpath.dirname(document.path)
    cloned: set[str] = set()
    for block, text in commands:
        cloned.update(posixpath.basename(url.rstrip("/")).removesuffix(".git") for url in _CLONED.findall(text))
        if any(name.strip("./") not in cloned for names in _GOES.findall(text) for name in names if name):
            return
        match = _INSTALLS_LIST.search(text)
        name = match.group(1) if match else ""
        if (
            name
            and repo.index.ends_with(name)
            and not any(posixpath.join(folder, name) in repo.snapshot.entries for folder in (here, repo.subdir, ""))
        ):
            yield block, text, name


_RUNS_KIND: tuple[tuple[re.Pattern[str], tuple[Kind, ...]], ...] = (
    (re.compile(r"^\W*make(?: +[\w./-]+)?\s*(?:#.*)?$"), (Kind.MAKEFILE,)),
    (re.compile(r"^\W*docker[- ]compose\b"), (Kind.COMPOSE,)),
    (re.compile(r"^\W*docker build\b"), (Kind.DOCKERFILE,)),
    (re.compile(r"^\W*terraform\b"), (Kind.TERRAFORM,)),
    (re.compile(r"^\W*(?:kubectl|helm)\b"), (Kind.YAML, Kind.HELM_CHART)),
    (re.compile(r"^\W*dvc\b"), (Kind.DVC_PIPELINE, Kind.DVC_POINTER, Kind.DVC_CONFIG)),
    (re.compile(r"^\W*(?:poetry|uv) (?:install|sync|run|lock|add|shell|build)\b"), (Kind.PYPROJECT,)),
    (re.compile(r"^\W*pipenv\b"), (Kind.PIPFILE,)),
    (re.compile(r"\b(?:pip3? install|conda env) .*(?:requirements|environment)"), (Kind.REQUIREMENTS, Kind.CONDA)),
)


def is_run_here(repo: Repository, command: str) -> bool | None:
    """Whether a command finds in the repository what it works on; None for one that needs nothing of it."""
    words = command.lstrip("$> ").split()
    if next(absent_files(repo, command), ""):
        return False
    named = [after for before, after in itertools.pairwise(words) if before in ("-r", "-f", "--file", "-k")]
    named += [word.split("=", 1)[1] for word in words if word.startswith("-chdir=")]
    if named:
        folders = repo.inventory.own
        return all(
            any(f"/{path}/".find(f"/{name.strip('./')}/") >= 0 and (repo.text(path) or "").strip() for path in folders)
            for name in named
        )
    if words[:1] == ["make"]:
        return any(file.named(word) for file in repo.task_files if file.tool == "make" for word in words[1:])
    if words[:2] in (["python", "-m"], ["python3", "-m"]) and len(words) > 2:
        here = repo.world.local.find(words[2], "x.py") is not None
        return True if here else False if "." in words[2] else None
    if _PROGRAM_FILE.match(command) or names_part(repo, command):
        return True
    for pattern, kinds in _RUNS_KIND:
        if pattern.search(command):
            return any((repo.text(path) or "").strip() for path in repo.inventory.of(*kinds))
    return None
