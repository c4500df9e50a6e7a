"""The words of a command: flags with a value, and the programs around the one that is run."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from msgspec import Struct

from analyzer.knowledge.commands import WRAPPERS, command_roles

__all__ = ["FLAGS_WITH_TASK", "FLAGS_WITH_VALUE", "ImageBuild", "image_build", "skip_flags", "unwrap"]

FLAGS_WITH_TASK = frozenset(["-e", "-s", "--session", "--sessions", "--entry-point"])
FLAGS_WITH_VALUE = FLAGS_WITH_TASK | frozenset(
    [
        "-C",
        "-f",
        "--file",
        "--directory",
        "-n",
        "--name",
        "-j",
        "-p",
        "--profile",
        "-u",
        "--user",
        "-w",
        "--workdir",
        "-v",
        "--volume",
        "--env",
        "--env-file",
        "--network",
        "--entrypoint",
        "--project-directory",
        "--cov",
        "--with",
        "--python",
        "--extra",
        "--group",
        "--from",
        "-c",
    ]
)

_ANY_PYTHON = re.compile(r"python\d*(?:\.\d+)?|\$\{?\w*PYTHON\w*\}?|py", re.IGNORECASE)
_RUN_SCRIPTS = frozenset({"uv run", "pdm run"})
"""Wrappers that run a script of Python by its name, as they run a program."""
_PYTHON = re.compile(r"python\d(?:\.\d+)?|\$\{?PYTHON\w*\}?")
_RUNS_AS_MODULE = frozenset({"coverage", "invoke"})
"""Programs that run others, and that Python starts as a module too."""
_COVERAGE_WITH_VALUE = frozenset(
    {"--source", "--source-pkgs", "--omit", "--include", "--rcfile", "--data-file", "--context", "--concurrency"}
)


@lru_cache(maxsize=1024)
def unwrap(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Take off programs that only run another one, and ``python -m`` before a known tool."""
    words = list(argv)
    for _ in range(8):
        if not words:
            return ()
        if "bin/" in words[0] and not words[0].endswith((".sh", ".py")):
            words[0] = words[0].rsplit("/", 1)[-1]
        first = words[0].rsplit("/", 1)[-1] if "/" in words[0] and not words[0].endswith((".sh", ".py")) else words[0]
        two, three = " ".join([first, *words[1:2]]), " ".join([first, *words[1:3]])
        wrapper = next((name for name in (three, two, first) if name in WRAPPERS), "")
        if wrapper:
            with_value = _COVERAGE_WITH_VALUE if wrapper == "coverage run" else FLAGS_WITH_VALUE
            words = skip_flags(words[len(wrapper.split()) :], with_value)[WRAPPERS[wrapper] :]
            while words and "=" in words[0] and not words[0].startswith("-"):
                words.pop(0)
            if wrapper in _RUN_SCRIPTS and words and words[0].endswith(".py"):
                words.insert(0, "python")
            if wrapper == "coverage run" and words:
                words = ["python", *([] if words[0].endswith(".py") else ["-m"]), *words]
            continue
        if words[1:2] == ["-m"] and _ANY_PYTHON.fullmatch(first):
            if not _RUNS_AS_MODULE.isdisjoint(words[2:3]):
                words = words[2:]
                continue
            return tuple(words[2:]) if command_roles(" ".join(words[2:4])) else ("python", *words[1:])
        if _PYTHON.fullmatch(first):
            words[0] = "python"
        return tuple(words)
    return tuple(words)


def skip_flags(words: list[str], with_value: Container[str] = FLAGS_WITH_VALUE) -> list[str]:
    """The words after the flags that come first, some of which have their value apart; those after ``-m`` where it is one."""
    index = 0
    while index < len(words) and words[index].startswith("-"):
        if words[index] == "-m":
            return words[index + 1 :]
        index += 2 if words[index] in with_value and "=" not in words[index] else 1
    return words[index:]


_TAG_FLAGS = ("-t", "--tag")
_FILE_FLAGS = ("-f", "--file")
_BUILD_FLAG_WITH_VALUE = re.compile(
    r"^--?(?:build-arg|platform|target|cache-from|cache-to|network|secret|label|progress|builder|output|o|m|memory|add-host|region|registry|r|project|image|config|gcs-log-dir|timeout)$"
)


class ImageBuild(Struct, frozen=True):
    """What a command says of the image that it builds; empty where it says nothing."""

    dockerfile: str
    context: str
    tags: tuple[str, ...]


def image_build(argv: tuple[str, ...]) -> ImageBuild | None:
    """What docker, podman, buildah, gcloud or az builds an image from, or None where they do something else."""
    words = list(argv)
    start = next((index for index, word in enumerate(words) if word in ("build", "submit", "bud")), -1)
    if (
        start < 0
        or words[0].rsplit("/", 1)[-1] not in ("docker", "podman", "buildah", "gcloud", "az")
        or "compose" in words
    ):
        return None
    tags, dockerfile, context = [], "", ""
    rest = words[start + 1 :]
    while rest:
        word = rest.pop(0)
        flag, equals, value = word.partition("=")
        if flag in _TAG_FLAGS and (equals or rest):
            tags.append(value if equals else rest.pop(0))
        elif flag in _FILE_FLAGS and (equals or rest):
            dockerfile = value if equals else rest.pop(0)
        elif _BUILD_FLAG_WITH_VALUE.match(word) and rest:
            given = rest.pop(0)
            tags += [given] if word == "--image" else []
        elif not word.startswith("-") and not context:
            context = word
    return ImageBuild(dockerfile, context, tuple(tags))
