"""Clouds that are only emulated, or that a reader is told to use by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from analyzer.artifacts.compose import ComposeService
from analyzer.findings import Place
from analyzer.queries.prose import own_documents
from analyzer.repository import Repository

__all__ = ["emulators", "steps_by_hand"]

_EMULATES = re.compile(r"(?:^|/)localstack(?:-pro)?(?:[:@]|$)")


def emulators(repo: Repository) -> Iterator[ComposeService]:
    """Services of compose that stand in for a cloud."""
    for file in repo.compose_files:
        yield from (service for service in file.services if _EMULATES.search(service.image))


_CLOUD = re.compile(r"(?i)\b(?:gcp|google cloud|aws|ec2|azure|digital ?ocean|heroku|render|railway|cloud run|cloud)\b")
_PUT_THERE = re.compile(r"(?i)\b(?:deploy\w*|set[- ]?up|vm|instance|server|launch|host(?:ing|ed)?|creat(?:e|ing))\b")
_LEAST_STEPS = 3


def steps_by_hand(repo: Repository) -> Iterator[Place]:
    """Sections of READMEs and docs that tell step by step how to put something on a cloud."""
    for document in own_documents(repo):
        named = re.sub(r"[-_]", " ", PurePosixPath(document.path).stem)
        for section in document.sections:
            heading = f"{named} {section.title}" if _CLOUD.search(named) else section.title
            if not (_CLOUD.search(heading) and _PUT_THERE.search(heading)):
                continue
            steps = list(section.of("item", "code"))
            if len(steps) >= _LEAST_STEPS:
                yield steps[0].place
