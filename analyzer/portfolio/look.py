"""The first look: what the names of a repository's files say, from a commit here or from a clone without contents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from posixpath import normpath

from msgspec.structs import replace

from analyzer.analysis import Options, Progress
from analyzer.inventory import Kind, Owner, kind_of, take_inventory
from analyzer.knowledge.signs import CLUTTER, DOTFILES, SIGNS
from analyzer.listing import listing_of
from analyzer.portfolio.model import Look
from analyzer.projects import find_projects, impression_of, signs_of, weight_of
from analyzer.target import parse_target

__all__ = ["look_at", "look_of", "subdir_of", "why_not"]

_SHOWN = 3
_CODE = frozenset({Kind.PYTHON, Kind.NOTEBOOK, Kind.PROGRAM})
_SPEAKING = frozenset(sign.name for sign in SIGNS if sign.speaks)
_BY_LANGUAGE = frozenset({"Python", "notebooks"})
_FEWEST_SHARE = 0.2
"""Share of the code that Python has at least where it is what a repository is about."""
_NO_STRAYS = frozenset({".vscode", ".idea"})


def look_at(target: str, options: Options, progress: Progress) -> Look:
    """Look at one target: a path, or a remote repository whose file names alone are fetched.

    Raises:
        FolioscopeError: the target is wrong, cannot be read, or exceeds a limit.
    """
    listing = listing_of(target, options, progress)
    return replace(look_of(listing.paths, listing.subdir), branch=listing.branch)


def look_of(paths: Iterable[str], subdir: str = "") -> Look:
    """Look at the paths of a tree."""
    inventory = take_inventory(paths, subdir)
    base = f"{subdir}/" if subdir else ""
    own = inventory.own
    at_root = [path[len(base) :] for path in own if "/" not in path[len(base) :]]
    signs = signs_of(own)
    strays = [
        path
        for owner in (Owner.VENDORED, Owner.GENERATED)
        for path in inventory.by_owner.get(owner, ())
        if not _NO_STRAYS.intersection(path.split("/"))
    ]
    return Look(
        len(own),
        signs,
        impression_of(own),
        weight_of(signs),
        any(name.lower().startswith("readme") for name in at_root),
        sum(kind_of(name) in _CODE and not name.startswith((".", "__", "setup.", "conftest")) for name in at_root),
        tuple(path for path in own if CLUTTER.search(path))[:_SHOWN],
        len(strays),
        find_projects(inventory),
        speaks=_speaks(own, signs),
        folder=subdir,
    )


def subdir_of(path: str, folder: str, target: str, options: Options) -> str:
    """A folder of a repository as ``--subdir`` of a target that names the ``folder`` with these options.

    Of an address it is seen from the root, whatever folder the address has; of a path here, from that path.
    """
    if parse_target(target, hosts=options.hosts, local=options.local).path is None:
        return path
    here = folder.removesuffix(normpath(options.subdir) if options.subdir else "").rstrip("/")
    return path.removeprefix(f"{here}/") if here else path


def _speaks(own: Sequence[str], signs: Sequence[str]) -> bool:
    """Whether a sign speaks of machine learning or of its operation; a few scripts beside other code do not."""
    found = _SPEAKING.intersection(signs)
    if found - _BY_LANGUAGE:
        return True
    code = [kind for path in own if (kind := kind_of(path)) in _CODE]
    return bool(found) and sum(kind is not Kind.PROGRAM for kind in code) >= _FEWEST_SHARE * len(code)


def why_not(name: str, look: Look) -> str:
    """Why a repository does not deserve a full analysis, in a sentence without its end; empty where it does."""
    if not look.files:
        return "it holds no file of its own"
    if DOTFILES.fullmatch(name.rpartition("/")[2]):
        return "its name says that it holds settings"
    if not look.speaks:
        seen = ", ".join(look.signs) or "none that a first look knows"
        return f"no file name speaks of machine learning or of its operation (seen: {seen})"
    return ""
