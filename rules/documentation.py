"""Documentation: set-up, operation, and what was learned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.document import Block, Section
from analyzer.findings import Finding, met, partial
from analyzer.inventory import Kind
from analyzer.knowledge.prose import ARTICLE_HOSTS
from analyzer.plugins import rule
from analyzer.queries.prose import about, absent_files, docs_pages, own_documents, typed_commands
from analyzer.repository import Repository

_DOCUMENT = (Kind.DOCUMENT,)
_RUNBOOK = re.compile(
    r"(?i)run-?_?book|playbook|operations?\b|operational|trouble-?_?shoot|incident|on-?_?call|(?:^|/)adrs?/|decision[-_]?records?|architecture[-_]?decision|(?:^|/)adr[-_]?\d|(?:^|/)\d{4}-[\w-]+\.md$|maintenance|disaster"
)
_OWN_ARTICLE = re.compile(r"(?i)my |our |article|blog|post|wrote|write-?up|read more|story|medium")


@rule("doc.setup", reads=_DOCUMENT)
def explains_setup(repo: Repository) -> Iterator[Finding]:
    """The README has no steps to set up and run the project."""
    best: list[tuple[Block, str]] = []
    for document in own_documents(repo):
        commands = list(typed_commands(document))
        if len(commands) > len(best):
            best = commands
    if best:
        yield _judge_setup(repo, best)
        return
    for document in own_documents(repo):
        section = next((item for item in about(document, "setup") if item.words >= 8), None)
        if section:
            yield partial("Steps are told without the commands to type", section)
            return


_INSTALLS = re.compile(
    r"\b(?:pip3?|pipenv|poetry|uv|conda|mamba|npm|apt(?:-get)?|brew|pdm|hatch) .*?(?:install|sync|create|shell|lock|update|add)\b|requirements|environment\.yml|make (?:set-?up|install|env|venv|init|build|prepare|up|start|all|dev)\w*|docker(?:-compose| compose)? .*?(?:up|build)|docker build|setup\w*\.sh|install\w*\.sh|terraform init|python3? -m venv|pipenv$|conda activate|astro dev start|mage start"
)
_CLONES = re.compile(r"^(?:\$|>|#)?\s*(?:git clone|cd |ls|mkdir|cp |export |source |chmod)")


def _judge_setup(repo: Repository, commands: list[tuple[Block, str]]) -> Finding:
    first = next((block for block, text in commands if not _CLONES.match(text)), commands[0][0])
    absent = [(block, name) for block, text in commands for name in absent_files(repo, text)]
    texts = {text for _, text in commands}
    installing = any(_INSTALLS.search(text) for text in texts)
    running = [text for text in texts if not _CLONES.match(text)]
    if len(absent) >= 2:
        block, name = absent[0]
        return partial(f"The steps call files that are not in the repository, such as {name}", block)
    if not running:
        return partial("Only the clone of the repository is described", first)
    if not installing:
        return partial("Commands are given, but not how the environment is set up", first)
    compose = any(re.search(r"compose.*\bup\b|docker run|make ", text) for text in running)
    if len(running) >= 2 or compose:
        return met("Steps with commands to set up and run", first)
    return partial("Only one command is given", first)


@rule("doc.operations", reads=_DOCUMENT)
def explains_operation(repo: Repository) -> Iterator[Finding]:
    """There is no runbook, decision record, troubleshooting or operational guide."""
    for document in own_documents(repo):
        if _RUNBOOK.search(document.path) and document.words >= 60:
            yield met("A runbook, decision record or troubleshooting guide", document)
            return
    short: Section | None = None
    for document in own_documents(repo):
        for section in about(document, "operations"):
            below = list(document.below(section))
            entries = sum(max(len(item.of("item")), bool(item.title) and item is not section) for item in below)
            code = sum(len(item.of("code")) for item in below)
            words = sum(item.words for item in below)
            trouble = re.search(r"(?i)trouble|issue|error|faq|debug|run ?book|roll", section.title)
            if trouble and (entries >= 5 or (code >= 3 and words >= 60)):
                yield met("Troubleshooting or operational steps are described", section)
                return
            if words >= 10 or code:
                short = short or section
    if short:
        yield partial("A short section on operation or troubleshooting", short)


@rule("doc.writeup", reads=_DOCUMENT)
def has_writeup(repo: Repository) -> Iterator[Finding]:
    """There is no article or page about challenges and how they were solved."""
    for document in own_documents(repo)[:1]:
        for link in document.links:
            if ARTICLE_HOSTS.match(link.url) and _OWN_ARTICLE.search(f"{link.text} {repo.line(link.place)}"):
                yield met("An article about the project is linked", link)
                return
    pages = docs_pages(repo)
    for document in pages:
        if re.search(
            r"(?i)challeng|lesson|learn|write-?up|blog|article|post-?mortem|retrospect|case[-_]?stud", document.path
        ):
            yield met("A page about challenges and their solution", document)
            return
        for section in about(document, "challenges"):
            if sum(item.words for item in document.below(section)) >= 80:
                yield met("A page about challenges and their solution", section)
                return
    for document in own_documents(repo):
        for section in about(document, "challenges"):
            if sum(item.words for item in document.below(section)) >= 25:
                yield partial("A section of the README tells of challenges", section)
                return
    if len(pages) >= 2:
        yield partial("Several pages of documentation, none about challenges and their solution", pages[0])
