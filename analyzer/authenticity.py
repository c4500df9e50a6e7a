"""Facts beside the score: history, authorship, copies, course work, generated parts. Neutral, and never points."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from msgspec import Struct

from analyzer.history import Commit, History
from analyzer.inventory import Inventory, Owner
from analyzer.repository import Repository

__all__ = ["Authenticity", "Copies", "Growth", "Ownership", "look_beside"]

_PATHS_SHOWN = 5
_MOSTLY = 0.5
"""Share of the files from which on the commit that brought them is named alone."""


class Growth(Struct, frozen=True):
    """How the repository came to be.

    Args:
        commits: number of commits looked at.
        complete: whether these are all; else they are the newest.
        first: day of the first of them (UTC, ISO 8601), by the author's clock.
        last: day of the last of them.
        days: days from the first to the last, both counted.
        active_days: days with at least one commit.
        authors: who authored a commit, without bots; the same name, e-mail address or account is one of them.
        largest_share: share of the judged folder's own files that one commit added; None where it cannot be known.
    """

    commits: int
    complete: bool
    first: str
    last: str
    days: int
    active_days: int
    authors: int
    largest_share: float | None


class Ownership(Struct, frozen=True):
    """Commits that carry a name, address or account of the owner that the user named, among all without merges and bots."""

    commits: int
    among: int

    @property
    def share(self) -> float:
        """Share from 0 to 1."""
        return round(self.commits / self.among, 4) if self.among else 0.0


class Copies(Struct, frozen=True):
    """Unchanged copies from one public template: how many, and the first few paths."""

    template: str
    files: int
    paths: tuple[str, ...]


class Authenticity(Struct, frozen=True):
    """The facts. ``fork`` and ``template`` are None where the platform was not asked; ``files`` counts by owner."""

    fork: bool | None
    template: bool | None
    growth: Growth | None
    ownership: Ownership | None
    copies: tuple[Copies, ...]
    files: tuple[tuple[str, int], ...]
    course_share: float

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts as sentences, in neutral words."""
        return tuple(_sentences(self))


def look_beside(repo: Repository, history: History | None, owner: str = "") -> Authenticity:
    """Collect the facts about one repository.

    Args:
        repo: the repository.
        history: its commits, or None where they are not known.
        owner: name, e-mail address or account of its owner, for the share of the commits; empty for none.
    """
    whole = repo.inventory.whole
    counted = sum(whole.get(kind, 0) for kind in (Owner.OWN, Owner.COURSE, Owner.SCAFFOLD))
    return Authenticity(
        None,
        None,
        _growth(history, repo.inventory) if history else None,
        _ownership(history, owner) if history and owner else None,
        _copies(repo.inventory),
        tuple((kind.value, whole.get(kind, 0)) for kind in Owner if kind is not Owner.OUTSIDE),
        round(whole.get(Owner.COURSE, 0) / counted, 4) if counted else 0.0,
    )


def _growth(history: History, inventory: Inventory) -> Growth:
    days = sorted({day for commit in history.commits if (day := commit.day)})
    span = 0
    if days:
        moments = [commit.authored for commit in history.commits if commit.day]
        span = max(moments) // 86_400 - min(moments) // 86_400 + 1
    return Growth(
        len(history.commits),
        history.complete,
        days[0] if days else "",
        days[-1] if days else "",
        span,
        len(days),
        len(_people(commit for commit in history.commits if not _is_bot(commit))),
        _largest_share(history, inventory),
    )


def _largest_share(history: History, inventory: Inventory) -> float | None:
    """The share of the files that the commit which added most of them added; the latest addition of a path counts."""
    own = set(inventory.own)
    if not own or all(commit.added is None for commit in history.commits):
        return None
    left = set(own)
    most = 0
    for commit in history.commits:
        brought = left.intersection(commit.added or ())
        left -= brought
        most = max(most, len(brought))
    return round(most / len(own), 4)


def _is_bot(commit: Commit) -> bool:
    return commit.name.endswith("[bot]") or "[bot]@" in commit.email


def _ownership(history: History, owner: str) -> Ownership:
    people = [commit for commit in history.commits if commit.parents < 2 and not _is_bot(commit)]
    by_owner = [own for own in _people(people) if any(_is_by(commit, owner) for commit in own)]
    return Ownership(sum(map(len, by_owner)), len(people))


# What machines call their user, and so many people's commits.
_NOBODY = frozenset({"", "admin", "root", "ubuntu", "unknown", "user", "vscode", "yourname"})


def _people(commits: Iterable[Commit]) -> list[list[Commit]]:
    """Commits by who authored them: by the same name, address or account they are one, though one may still be two."""
    groups: list[tuple[set[str], list[Commit]]] = []
    found: dict[tuple[str, str], list[Commit]] = {}
    for commit in commits:
        found.setdefault((commit.name, commit.email.lower()), []).append(commit)
    for (name, email), own in found.items():
        plain = unicodedata.normalize("NFKD", name).casefold()
        marks = {f"<{email}>", "".join(letter for letter in plain if letter.isalnum()), _account(email)} - _NOBODY
        same = [group for group in groups if group[0] & marks]
        groups = [group for group in groups if not group[0] & marks]
        groups.append(
            (marks.union(*(names for names, _ in same)), [*own, *(item for _, more in same for item in more)])
        )
    return [own for _, own in groups]


def _account(email: str) -> str:
    """The account in an address that a platform gives (``123+account@users.noreply...``), by its letters and digits."""
    account = email.partition("@")[0].rpartition("+")[2] if "noreply" in email else ""
    return "".join(letter for letter in account if letter.isalnum())


def _is_by(commit: Commit, owner: str) -> bool:
    """Whether a commit is by a name, an e-mail address, or an account (``123+account@users.noreply...``)."""
    wanted = owner.strip().lower()
    name, email = commit.name.lower(), commit.email.lower()
    account = email.partition("@")[0].rpartition("+")[2] if "noreply" in email else ""
    return wanted in {name, email, account} - {""}


def _copies(inventory: Inventory) -> tuple[Copies, ...]:
    by_template: dict[str, list[str]] = {}
    for path, template in sorted(inventory.copies.items()):
        by_template.setdefault(template, []).append(path)
    found = (Copies(name, len(paths), tuple(paths[:_PATHS_SHOWN])) for name, paths in by_template.items())
    return tuple(sorted(found, key=lambda item: (-item.files, item.template)))


# -- words -------------------------------------------------------------------------------------------------------


def _sentences(facts: Authenticity) -> list[str]:
    found = [_origin_words(facts), _growth_words(facts.growth)]
    if facts.ownership:
        own = facts.ownership
        among = f"{own.commits:,} of {_count(own.among, 'commit')}"
        verb = "carries" if own.commits == 1 else "carry"
        found.append(f"{among} ({own.share:.0%}) {verb} a name, address or account of the owner that was named.")
    counts = dict(facts.files)
    copied = sum(item.files for item in facts.copies)
    if copied:
        origins = ", ".join(f"{item.template} ({item.files:,})" for item in facts.copies)
        many = f"{copied:,} files are unchanged copies of public files: {origins}."
        found.append(f"1 file is an unchanged copy of a public file: {origins}." if copied == 1 else many)
    else:
        found.append("No file is an unchanged copy from one of the public templates that are known here.")
    if counts.get("course"):
        course = _count(counts["course"], "file")
        found.append(f"Course material or homework around the project: {course} ({facts.course_share:.0%}).")
    parts = [
        f"{counts[kind]:,} {kind}" for kind in ("scaffold", "vendored", "generated", "test data") if counts.get(kind)
    ]
    if parts:
        one = len(parts) == 1 and parts[0].startswith("1 ")
        found.append(f"Not counted as evidence: {', '.join(parts)} {'file' if one else 'files'}.")
    return found


def _origin_words(facts: Authenticity) -> str:
    if facts.fork is None and facts.template is None:
        return "Whether it is a fork or made from a template is unknown: the platform was not asked."
    kinds = [word for word, value in (("a fork", facts.fork), ("made from a template", facts.template)) if value]
    return f"The platform says that it is {' and '.join(kinds) or 'neither a fork nor made from a template'}."


def _growth_words(growth: Growth | None) -> str:
    if growth is None:
        return "The history is unknown: no commit was read."
    least = "" if growth.complete else "at least "
    by = " by 1 author" if growth.authors == 1 else f" under {growth.authors:,} names" if growth.authors else ""
    text = f"{least}{_count(growth.commits, 'commit')}{by}"
    if growth.days > 1:
        text += f" over {growth.days:,} days, {growth.active_days:,} of them with commits"
    if not growth.complete:
        text += "; the earlier history was not looked at"
    share = growth.largest_share
    if share is not None and growth.commits == 1 and growth.complete:
        text += ", which holds everything"
    elif share is not None and share >= _MOSTLY:
        text += f"; one commit brought {share:.0%} of the files"
    elif share is not None:
        text += f"; the files came step by step, at most {share:.0%} in one commit"
    return f"{text[:1].upper()}{text[1:]}."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
