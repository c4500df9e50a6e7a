"""Technologies that words name and nothing shows: README, badges, descriptions, dependency files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote

from msgspec import Struct

from analyzer.artifacts.document import Document
from analyzer.inventory import Kind
from analyzer.knowledge.caseless import Caseless
from analyzer.knowledge.claims import FUTURE_LINE, FUTURE_TITLE, SET_ASIDE, looked_for, spelled
from analyzer.knowledge.named import technologies_named
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.repository import Repository
from analyzer.technologies import Technology

__all__ = ["Claim", "find_claims", "place_words"]


class Claim(Struct, frozen=True, order=True):
    """A technology that is named and not shown.

    ``sentence`` says where, and what was looked for; ``aside`` marks one that is named only as a plan, or
    beside what is used.
    """

    technology: str
    path: str
    line: int
    sentence: str
    aside: bool = False


class _Mention(Struct, frozen=True):
    technology: str
    path: str
    line: int
    verb: str
    aside: bool = False


def find_claims(repo: Repository, shown: Iterable[Technology]) -> tuple[Claim, ...]:
    """Return one claim for each technology that is named and not among those shown, by name; asides are marked."""
    known = {item.id for item in shown} | _run_by_readme(repo)
    areas = {marks.id: marks.area for marks in TECHNOLOGIES}
    claims: dict[str, Claim] = {}
    for item in _mentions(repo):
        if item.technology not in known and item.technology not in claims:
            missing = looked_for(item.technology, areas.get(item.technology, ""))
            where = place_words(repo, item.path, item.line)
            sentence = f"{where} {item.verb.format(spelled(item.technology))}; no {missing} was found."
            claims[item.technology] = Claim(item.technology, item.path, item.line, sentence, item.aside)
    return tuple(sorted(claims.values()))


def _run_by_readme(repo: Repository) -> set[str]:
    """Tools of packaging whose commands the README runs: where there is no file of theirs, nothing else would show them."""
    blocks = [block for section in repo.readme.sections for block in section.of("code")] if repo.readme else []
    first = {line.strip().lstrip("$ ").split(" ", 1)[0] for block in blocks for line in block.text.split("\n")}
    return {marks.id for marks in TECHNOLOGIES if marks.area == "packaging" and first.intersection(marks.commands)}


def place_words(repo: Repository, path: str, line: int) -> str:
    """``README line 12`` for the README that a visitor sees first, ``docs/run.md line 3`` for any other file."""
    return f"{'README' if repo.readme_path and path == repo.front_page else path} line {line}"


def _mentions(repo: Repository) -> Iterator[_Mention]:
    """What is named, the plainest place first."""
    readme = repo.readme
    if readme:
        yield from _in_prose(repo, readme)
        yield from _in_pictures(readme)
    yield from _in_descriptions(repo)
    yield from _in_dependencies(repo)
    if readme:
        yield from _in_prose(repo, readme, asides=True)


def _in_prose(repo: Repository, readme: Document, *, asides: bool = False) -> Iterator[_Mention]:
    lines = (repo.text(readme.path) or "").split("\n")
    verb = "names {} as a plan or aside" if asides else "mentions {}"
    prose = []
    for section in readme.sections:
        if not asides and any(FUTURE_TITLE.search(title) for title in (section.title, *section.trail)):
            continue
        prose.append((section.title, section.line))
        for block in section.of("paragraph", "item", "quote", "table"):
            if block.open and not asides:
                continue
            prose.append((block.text if asides else _without_asides(block.text), block.line))
    joined = "\n".join(text for text, _ in prose)
    for pattern, name in technologies_named(joined):
        yield _Mention(name, readme.path, _line_of(pattern, prose, lines), verb, asides)


def _without_asides(text: str) -> str:
    """The text without lines on plans, and without what it names to say that it is something else."""
    lines = []
    for line in text.split("\n"):
        plain = "" if FUTURE_LINE.search(line) else line
        for match in SET_ASIDE.finditer(plain):
            plain = plain.replace(plain[match.start() : match.end()], "." * (match.end() - match.start()))
        lines.append(plain)
    return "\n".join(lines)


def _line_of(pattern: Caseless, prose: list[tuple[str, int]], lines: list[str]) -> int:
    first = next((line for text, line in prose if pattern.search(text)), 1)
    near = range(max(first, 1), min(first + 60, len(lines) + 1))
    return next((number for number in near if pattern.search(lines[number - 1])), first)


def _in_pictures(readme: Document) -> Iterator[_Mention]:
    """Badges and pictures, by their text and by the words of their address."""
    for image in readme.images:
        address = unquote(image.source).rsplit("/badge/", 1)[-1] if "/badge" in image.source else ""
        words = f"{image.alt} {re.sub(r'[-_?=&/.]+', ' ', address)}"
        for _, name in technologies_named(words):
            yield _Mention(name, readme.path, image.line, "names {} in a badge or picture")


_DESCRIPTION = re.compile(r"""(?im)^[ \t]*"?description"?[ \t]*[=:][ \t]*(.{1,400})$""")


def _in_descriptions(repo: Repository) -> Iterator[_Mention]:
    for path in repo.inventory.of(Kind.PYPROJECT, Kind.SETUP_CFG, Kind.PACKAGE_JSON):
        text = repo.text(path) or ""
        found = _DESCRIPTION.search(text)
        if found:
            line = text.count("\n", 0, found.start(1)) + 1
            for _, name in technologies_named(found.group(1)):
                yield _Mention(name, path, line, "mentions {} in its description")


def _in_dependencies(repo: Repository) -> Iterator[_Mention]:
    packages = _packages()
    for file in repo.dependency_files:
        if not file.lock and not file.frozen:
            for requirement in file.requirements:
                for name in packages.get(requirement.name, ()):
                    same = requirement.name == spelled(name).lower()
                    listed = "{}" if same else f"{requirement.name} ({{}})"
                    yield _Mention(name, file.path, requirement.line, f"lists {listed} as a dependency")


@lru_cache(maxsize=1)
def _packages() -> dict[str, tuple[str, ...]]:
    """Distributions by the technology that a dependency on them claims."""
    table: dict[str, tuple[str, ...]] = {"scikit-learn": ("scikit-learn",), "torch": ("pytorch",), "psycopg": ()}
    for marks in TECHNOLOGIES:
        for item in marks.imports:
            if "." not in item:
                name = item.replace("_", "-")
                table[name] = tuple(dict.fromkeys((*table.get(name, ()), marks.id)))
        table.setdefault(marks.id, (marks.id,))
    return table
