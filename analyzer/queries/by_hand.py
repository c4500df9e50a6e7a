"""Clouds that are only emulated, or that a reader is told to use by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from analyzer.artifacts.compose import ComposeService
from analyzer.artifacts.python_source import Call, PythonModule
from analyzer.findings import Place
from analyzer.queries.prose import own_documents
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["asks_emulator", "asks_own_store", "deploys_here", "emulators", "pushes_by_hand", "steps_by_hand"]

_EMULATES = re.compile(r"(?:^|/)localstack(?:-pro)?(?:[:@]|$)")


def emulators(repo: Repository) -> Iterator[ComposeService]:
    """Services of compose that stand in for a cloud."""
    for file in repo.compose_files:
        yield from (service for service in file.services if _EMULATES.search(service.image))


_EMULATOR = re.compile(r"(?i)localstack|azurite|:4566\b")
_HERE = re.compile(r"//(?:localhost|127\.0\.0\.1)\b")


def asks_emulator(repo: Repository, call: Call) -> bool:
    """Whether a call to a cloud goes to one that is emulated: by the address of a client, or by what its module names."""
    return _is_emulated(repo, call.path)


@remembered
def _is_emulated(repo: Repository, path: str) -> bool:
    module = repo.code.module(path)
    if module is None:
        return False
    return any(map(_HERE.search, _addresses(module))) or any(_EMULATOR.search(text.value) for text in module.texts)


_ADDRESS_OF_STORE = re.compile(r"(?i)//[\w.-]*(?:minio|seaweed)")


def asks_own_store(repo: Repository, call: Call) -> bool:
    """Whether a client of a cloud asks a store of the project's own instead, by its address."""
    module = repo.code.module(call.path)
    addresses = _addresses(module) if module else []
    return bool(addresses) and all(map(_ADDRESS_OF_STORE.search, addresses))


def _addresses(module: PythonModule) -> list[str]:
    """The addresses that the clients of a module are given instead of the cloud's."""
    given = (item.keyword("endpoint_url") for item in module.calls)
    return [address for address in given if isinstance(address, str)]


_NO_SERVER = re.compile(r"^(?:local|fake)\b|//(?:localhost|127\.0\.0\.1)\b")


def deploys_here(repo: Repository, call: Call) -> bool:
    """Whether a call to MLflow's deployments starts a process of this machine: its module asks a client for no other place."""
    module = repo.code.module(call.path)
    clients = [item for item in module.calls if item.last == "get_deploy_client"] if module else []
    return bool(clients) and all(any(_NO_SERVER.search(text) for text in item.texts()) for item in clients)


_PUSH = re.compile(r"^\s*(?:[$>#]\s*)?(?:sudo\s+)?(?:docker|podman)\s+(?:image\s+)?push\s+\S")


def pushes_by_hand(repo: Repository) -> Iterator[Place]:
    """Commands of READMEs and docs that push an image, where there is a Dockerfile to make it."""
    for document in own_documents(repo) if repo.dockerfiles else ():
        for section in document.sections:
            for block in section.of("code"):
                for place in (Place(block.path, number) for number in range(block.line, block.end_line + 1)):
                    line = repo.line(place)
                    if _PUSH.match(line) and "localhost" not in line:
                        yield place


_CLOUD = re.compile(r"(?i)\b(?:gcp|google cloud|aws|ec2|azure|digital ?ocean|heroku|render|railway|cloud run|cloud)\b")
_PUT_THERE = re.compile(r"(?i)\b(?:deploy\w*|set[- ]?up|vm|instance|server|launch|host(?:ing|ed)?|creat(?:e|ing))\b")
_LEAST_STEPS = 3
_CHOICE = re.compile(
    r"(?i)[-*+_ ]{0,6}(aws|amazon|gcp|google cloud|azure|heroku|digital ?ocean|render|railway)\b[^a-z]{0,4}:"
)


def steps_by_hand(repo: Repository) -> Iterator[Place]:
    """Sections of READMEs and docs that tell step by step how to put something on a cloud."""
    for document in own_documents(repo):
        named = re.sub(r"[-_]", " ", PurePosixPath(document.path).stem)
        for section in document.sections:
            heading = f"{named} {section.title}" if _CLOUD.search(named) else section.title
            if not (_CLOUD.search(heading) and _PUT_THERE.search(heading)):
                continue
            steps = list(section.of("item", "code"))
            choices = {found[1].lower() for step in steps if (found := _CHOICE.match(step.text))}
            if len(steps) >= _LEAST_STEPS and len(choices) < 2:  # one cloud beside another is a choice, and no step
                yield steps[0].place
