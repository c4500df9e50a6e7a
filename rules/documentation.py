"""Documentation: set-up, operation, and what was learned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from analyzer.artifacts.document import Block, Document, Section
from analyzer.findings import Finding, Place, Status, met, partial
from analyzer.inventory import Kind
from analyzer.knowledge.caseless import Caseless
from analyzer.knowledge.prose import PROCEDURE, TITLES, TROUBLE
from analyzer.plugins import rule
from analyzer.queries.containers import own_services
from analyzer.queries.links import own_articles
from analyzer.queries.pages_named import is_led_to
from analyzer.queries.prose import (
    about,
    docs_pages,
    is_grounded,
    own_documents,
)
from analyzer.queries.steps import (
    absent_builds,
    absent_data,
    absent_files,
    is_run_here,
    misplaced_lists,
    typed_commands,
)
from analyzer.queries.told import challenges, looked_after, operated, problems_by_line, solved_problems, ways_out
from analyzer.repository import Repository

_DOCUMENT = (Kind.DOCUMENT,)
# By the name of the file, or of a folder that holds nothing else: projects predict maintenance, incidents and disasters.
_RUNBOOK = re.compile(
    r"(?i)(?:run-?_?book|playbook|operations?\b|operational|trouble-?_?shoot|(?:set-?up|install\w*|known|common)[-_]issues|incidents?(?:[-_ ]?(?:response|guide|report|log)\w*)?\.|on-?_?call|decision[-_]?records?|architecture[-_]?decision|(?<!predictive.)maintenance|disaster[-_ ]recovery)[^/]*$"
    r"|(?:^|/)(?:adrs?|decisions?|decision[-_]records?|run-?_?books?|playbooks?|operations|troubleshooting)/|(?:^|/)adr[-_]?\d[^/]*$|(?:^|/)\d{4}-[\w-]+\.md$"
)


@rule("doc.setup", reads=_DOCUMENT)
def explains_setup(repo: Repository) -> Iterator[Finding]:
    """The README has no steps to set up and run the project."""
    answers: list[tuple[int, int, Finding]] = []
    lacking: Finding | None = None
    for document in own_documents(repo):
        commands = list(typed_commands(document))
        absent = _absent(repo, document, commands)
        if absent and document is repo.readme:  # whatever other pages say, it is what a visitor follows
            where, name = absent[0]
            lacking = partial(f"The steps call what is not in the repository, such as {name}", where)
        if commands and (answer := _judge_setup(repo, document, commands, absent)):
            if answer.status is Status.MET and not is_led_to(repo, document):
                told = f"The steps are told in {document.path}, to which no README leads"
                answer = partial(told, *answer.places)
            typed = sum(not _ASKS.search(text) for _, text in commands)
            answers.append((answer.status.rank, typed if answer.status is Status.PARTIAL else 0, answer))
    if answers:
        # Of pages that all fall short, the one with most to type is the guide; else the first, which is the README.
        yield lacking or max(answers, key=lambda answer: answer[:2])[2]
        return
    for document in own_documents(repo):
        section = next(
            (item for item in about(document, "setup") if item.words >= 8 and not _NAMES_FILE.match(item.title)), None
        )
        if section:
            yield lacking or partial("Steps are told, and the page holds no commands to type", section)
            return


_NAMES_FILE = re.compile(r"\W*[\w./-]+\.(?:py|sh|ipynb|ya?ml|toml|txt|sql|tf|json|csv|env|pem|key)\W*$")
_INSTALLS = re.compile(
    r"\b(?:pip3?|pipenv|poetry|uv|conda|mamba|npm|apt(?:-get)?|brew|pdm|hatch) .*?(?:install|sync|create|shell|lock|update|add)\b|requirements|environment\.yml|make (?:set-?up|install|env|venv|init|build|prepare|up|start|all|dev|deps|create[_-]env|requirements)\w*|docker(?:-compose| compose)? .*?(?:up|build)|docker build|kind create cluster|minikube start|k3d cluster create|setup\w*\.sh|install\w*\.sh|terraform init|python3? -m venv|pipenv$|conda activate|astro dev start|mage start"
)
_CLONES = re.compile(r"^(?:\$|>|#)?\s*(?:git clone|cd |ls|mkdir|cp |export |source |chmod)")
_FETCHES = re.compile(r"\b(?:wget|curl)\b")
_ASKS = re.compile(r"--version\b|^\W*curl\b|\bhello-world\b")


def _absent(repo: Repository, document: Document, commands: list[tuple[Block, str]]) -> list[tuple[Place, str]]:
    """What commands ask for and do not find, with the line of each; none where it is an example of settings alone."""
    fetched = " ".join(text for _, text in commands if _FETCHES.search(text))
    found = [
        (_place_of(repo, block, text), name)
        for block, text in commands
        for name in absent_files(repo, text)
        if name.rsplit("/", 1)[-1] not in fetched
    ]
    lacking = (
        *absent_data(repo, commands),
        *absent_builds(repo, commands),
        *misplaced_lists(repo, document, commands),
    )
    found += ((_place_of(repo, block, text), name) for block, text, name in lacking)
    found.sort(key=lambda item: ".env" in item[1])  # an example of settings is what is least needed
    return [] if all(".env" in name for _, name in found) else found


def _judge_setup(
    repo: Repository, document: Document, commands: list[tuple[Block, str]], absent: list[tuple[Place, str]]
) -> Finding | None:
    shown = [item for item in commands if not _CLONES.match(item[1])] or commands
    doing = [item for item in shown if not _ASKS.search(item[1])] or shown
    guiding = {id(block) for block in _blocks_of_setup(document)}
    block, command = min(doing, key=lambda item: (item[0].kind != "code", id(item[0]) not in guiding))
    heading = (section.place for section in document.sections if block in section.blocks)
    first = (_place_of(repo, block, command), *heading)
    finds = [is_run_here(repo, text) for _, text in commands]
    if False in finds and True not in finds:
        return None  # steps of another project
    texts = {text for (_, text), found in zip(commands, finds, strict=True) if found is not False}
    installing = any(_INSTALLS.search(text) for text in (*texts, *_told_by_scripts(repo, texts)))
    running = [text for text in texts if not _CLONES.match(text)]
    if absent:
        where, name = absent[0]
        return partial(f"The steps call what is not in the repository, such as {name}", where)
    unfinished = [block for block, _ in commands if block in repo.once(_unfinished_blocks)]
    if len(unfinished) * 2 > len(commands):
        return partial("The steps are marked as unfinished", unfinished[0])
    if not running:
        return partial("Only the clone of the repository is described", *first)
    if not installing:
        return partial("Commands are given, but not how the environment is set up", *first)
    own = [text for text in running if not _starts_others(repo, text)]
    compose = any(re.search(r"compose.*\bup\b|docker run|make ", text) for text in own)
    told = (block.text for block in document.blocks if block.kind in ("paragraph", "item"))
    starts = any(_STARTS_OWN.search(_INSTALLED.sub("", text)) for text in own)
    if not starts and not any(_TELLS_TO_START.search(text) for text in told):
        return partial("The environment is set up, but no command runs the project", *first)
    if len(running) >= 2 or compose:
        return met("Steps with commands to set up and run", *first)
    return partial("Only one command is given", *first)


_TELLS_TO_START = re.compile(r"(?i)\b(?:run|start|execute)\b.{0,20}\bpython3? [\w./-]+\.py\b")
# Programs that are installed are not started by that: ``pipenv install flask gunicorn``.
_INSTALLED = re.compile(
    r"\b(?:pip3?|pipenv|poetry|uv|conda|mamba|apt(?:-get)?|brew|pdm) (?:\w+ )?(?:install|add)\b[^&;|]*"
)


def _starts_others(repo: Repository, command: str) -> bool:
    """Whether a command starts nothing but services of others, such as a database: no compose file has one of the project."""
    return bool(re.search(r"\bdocker[- ]compose\b.*\bup\b", command)) and repo.once(_has_only_services_of_others)


def _has_only_services_of_others(repo: Repository) -> bool:
    return any(file.services for file in repo.compose_files) and not any(own_services(repo))


def _blocks_of_setup(document: Document) -> Iterator[Block]:
    """What stands below headings that speak of setting up or running."""
    for section in document.sections:
        if any(TITLES["setup"].search(title) for title in (section.heading, *section.trail)):
            yield from section.blocks


_SCRIPT = re.compile(r"^(?:\$ )?(?:(?:bash|sh|source) )?(?:\./)?([\w./-]+\.sh)\b")


def _told_by_scripts(repo: Repository, texts: Iterable[str]) -> Iterator[str]:
    """The lines of the scripts of the repository that commands start."""
    for text in texts:
        match = _SCRIPT.match(text)
        path = repo.find(match.group(1), "") if match else None
        if path:
            yield from (line for line in repo.lines(path) if not line.lstrip().startswith("#"))


def _place_of(repo: Repository, block: Block, command: str) -> Place:
    """The line of a block on which a command stands."""
    lines = repo.lines(block.path)[block.line - 1 : block.end_line]
    begin = block.line + next((number for number, text in enumerate(lines) if command in text), 0)
    return Place(block.path, begin, block.end_line)


_STARTS_OWN = re.compile(
    r"\.py\b|\.sh\b|\.ipynb|jupyter[ -](?:notebook|lab)|docker|compose|\bmake\b|uvicorn|gunicorn|streamlit|flask run|python3? -m|\bdvc (?:repro|exp)|kedro run|zenml|\bprefect (?:deploy|worker|agent|run)|airflow dags|astro dev|mage start|"
    r"terraform|kubectl|helm|pulumi|\bsam\b|\bcdk\b|serverless|npm|yarn|just|\btask\b|poetry run|uv run|pipenv run|dagster|bentoml|mlflow run|\btox\b|\bnox\b|pytest|metaflow|kfp|poe "
)
_UNFINISHED = Caseless(
    r"\bto-?do\b|not (?:yet )?(?:done|implemented|finished|complete[d]?)|work in progress|\bwip\b|coming soon|under construction"
)


def _unfinished_blocks(repo: Repository) -> frozenset[Block]:
    """The blocks of sections of documents that say of themselves that they are unfinished; among many commands it is a remark."""
    sections = (section for item in own_documents(repo) for section in item.sections)
    unfinished = (
        section
        for section in sections
        if _UNFINISHED.search(section.title)
        or (_UNFINISHED.search(section.prose) and len(section.of("code")) < _MANY_ENTRIES)
    )
    return frozenset(block for section in unfinished for block in section.blocks)


_TROUBLE = re.compile(r"(?i)trouble|common (?:issues?|errors?|problems?)|faq|debug|run ?book|gotchas")
_COMMANDS = re.compile(r"(?i)(?:^|/)(?:useful_?)?commands?\.(?:md|rst)$")


_MANY_WORDS, _MANY_ENTRIES = 60, 5
_EXPLAINS = re.compile(r"(?m)^[ \t]*#[ \t]+\w")
"""A line among commands that says what the next one is for."""
_MANY_STEPS = 3
_SHORT_SECTION = "A short section on operation or troubleshooting"
_FEW_COMMANDS = 4  # of a page that says little more than what to type


@rule("doc.operations", reads=_DOCUMENT)
def explains_operation(repo: Repository) -> Iterator[Finding]:
    """There is no runbook, decision record, troubleshooting or operational guide."""
    for document in own_documents(repo):
        told = document.words >= _MANY_WORDS or len(list(typed_commands(document))) >= _FEW_COMMANDS
        if _RUNBOOK.search(document.path) and told:
            yield met("A runbook, decision record or troubleshooting guide", document)
            return
    short: list[Finding] = []
    for document in own_documents(repo):
        for finding in (*_sections_on_operation(repo, document), *_notes_on_operation(repo, document)):
            if finding.status is Status.MET:
                yield finding
                return
            short.append(finding)
    in_section = any(finding.message == _SHORT_SECTION for finding in short)
    if in_section and (block := next(looked_after(repo), None)):
        yield met("A section on operation, with the commands that look after the running system", block)
    yield from short[:1]


def _sections_on_operation(repo: Repository, document: Document) -> Iterator[Finding]:
    """What the sections of a page tell that have operation in their heading."""
    title = next((item for item in document.sections if item.title), None) if document is repo.readme else None
    for section in document.sections:
        procedure = bool(PROCEDURE.search(section.heading))
        if section is title or not (procedure or TITLES["operations"].search(section.heading)):
            continue
        below = list(document.below(section))
        if not is_grounded(repo, "\n".join(block.text for item in below for block in item.blocks)):
            continue
        code = sum(len(item.of("code")) for item in below)
        words = sum(item.words for item in below)
        led = sum(
            _IN_BOLD.match(repo.line(block.place)) is not None for item in below for block in item.of("paragraph")
        )
        entries = max(len(below) - 1, sum(len(item.of("item")) for item in below), led)
        told = words >= _MANY_WORDS and (entries >= _MANY_ENTRIES or code >= _MANY_ENTRIES - 1)
        explained = sum(len(_EXPLAINS.findall(block.text)) for item in below for block in item.of("code"))
        if procedure and ((code >= 2 and words >= 30) or explained >= _MANY_STEPS):
            yield met("An operational procedure is described, with its commands", section)
        elif _TROUBLE.search(section.heading) and (told or min(entries, code) >= _MANY_ENTRIES or code > _MANY_ENTRIES):
            many = "five entries or more" if entries >= _MANY_ENTRIES else "the commands that help"
            yield met(f"Troubleshooting is described, with {many}", section)
        elif words >= 10 or code:
            yield partial(_SHORT_SECTION, section)
    asked = _asked_about_trouble(document) if _FAQ.search(document.path) else []
    if len(asked) >= _MANY_ENTRIES and is_grounded(repo, "\n".join(block.text for block in asked)):
        yield met("Troubleshooting is described, with five entries or more", asked[0])
    if PROCEDURE.search(document.path) and len(list(typed_commands(document))) >= 2 and document.words >= 60:
        yield met("An operational procedure is described, with its commands", document)


_IN_BOLD = re.compile(r"\s*(?:\*\*|__)\S")
"""How a paragraph begins that has its heading in bold in front of it."""
_FAQ = re.compile(r"(?i)(?:^|/)(?:[\w-]*[-_])?(?:faqs?|q-?and-?a|questions)\.\w+$")
_ASKS_ABOUT = re.compile(r"(?i)\W*(?:q\d*\W+)?(?:what|how|which|can|could|where|do|does|is|are|why|who|when|should)\b")
_QUESTION = 120  # characters that one line of a question has at most


def _asked_about_trouble(document: Document) -> list[Block]:
    """The entries of a page of questions that are about what fails, each with the answer behind it.

    They name a failure, or say what happens instead of asking.
    """
    found = []
    for block in document.blocks:
        first, _, answer = block.text.partition("\n")
        if block.kind != "paragraph" or not answer or len(first) > _QUESTION:
            continue
        if TROUBLE.search(first) or (first.rstrip().endswith(".") and not _ASKS_ABOUT.match(first)):
            found.append(block)
    return found


def _notes_on_operation(repo: Repository, document: Document) -> Iterator[Finding]:
    """What a page tells of operation in passing."""
    if _COMMANDS.search(document.path) and len(list(typed_commands(document))) >= 2:
        yield partial(_SHORT_SECTION, document)
    for problem in solved_problems(repo, document):
        yield partial("A few problems are told with their solution", problem)
    for block in operated(repo, document):
        yield partial("A command to a running system is told, and little else of operation", block)
    if len(out := list(ways_out(repo, document))) > 1:  # one is a remark
        yield partial("What to do about errors is told in passing", out[0])


_TELLS_STORY = re.compile(
    r"(?i)challeng|lessons?\b|learn(?:ed|t|ings)\b|write-?up|\bblog|article|post-?mortem|retrospect|case[-_]?stud"
)


@rule("doc.writeup", reads=_DOCUMENT)
def has_writeup(repo: Repository) -> Iterator[Finding]:
    """There is no article or page about challenges and how they were solved."""
    for link in own_articles(repo):
        yield met("An article about the project is linked", link)
        return
    pages = docs_pages(repo)
    for document in pages:
        if _TELLS_STORY.search(document.path):
            yield met("A page about challenges and their solution", document)
            return
        for section in (*solved_problems(repo, document), *problems_by_line(repo, document)):
            yield met("A page about challenges and their solution", section)
            return
        for section in about(document, "challenges"):
            if sum(_told_in(item) for item in document.below(section)) >= 80:
                yield met("A page about challenges and their solution", section)
                return
    for document in own_documents(repo):
        for place in challenges(repo, document):
            if document in pages:
                yield met("A page about challenges and their solution", place)
            else:
                yield partial("A section of the README tells of challenges", place)
            return
    telling = [document for document in pages if not _SETS_UP.search(document.path)]
    if len(telling) >= 2:
        page = min(telling, key=lambda item: len(list(typed_commands(item))))
        yield partial("Several pages of documentation, none about challenges and their solution", page)
    elif telling and (longest := max(telling, key=lambda item: item.words)).words >= _LONG_PAGE:
        yield partial("A long page of documentation, and not about challenges and their solution", longest)


_LONG_PAGE = 600  # words
_LEAST_TOLD = 8


def _told_in(section: Section) -> int:
    """The words of a section, without items of a few words: skills that were learned and boxes that were ticked."""
    return section.words - sum(item.words for item in section.of("item") if item.words < _LEAST_TOLD)


# Pages on installing and lists of changes tell of no work.
_SETS_UP = re.compile(
    r"(?i)(?:^|[/ ])(?:\d+[_-])?(?:set-?up|manual[-_]steps|pre-?requisites?|install(?:ation|ing)?|release[-_]notes|change-?log)(?![a-z])[^/]*$"
    r"|(?:^|/)(?:set-?up|install(?:ation)?|getting[-_]started)/"
)
