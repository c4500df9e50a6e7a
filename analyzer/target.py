"""What the user typed, parsed: a repository on a host, or a path on this machine."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from analyzer.errors import UsageError

__all__ = ["DEFAULT_HOSTS", "LOGIN", "Host", "Target", "check_ref", "clean_subdir", "parse_target", "place_of"]

LOGIN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}"
"""A name of an account: what GitHub gives today (single hyphens within), and what it gave.

Managed users of an enterprise have an underscore, accounts from before 2014 several hyphens or one at the end. The few
that begin with one are left out: nothing that begins like an option is a name here.
"""
_OWNER = re.compile(LOGIN)
_REPO = re.compile(r"[A-Za-z0-9._-]{1,100}")
_SCP = re.compile(r"git@([A-Za-z0-9.-]+):(.+)", re.DOTALL)
_REF_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?:/|$)|^[-/.]|[/.]$|^@$")
_ADDRESSES = "https://github.com/OWNER/REPO, OWNER/REPO, a URL with /tree/REF/FOLDER"
_FORMS = {
    True: f"Give {_ADDRESSES}, git@github.com:OWNER/REPO.git, or the path of a folder on this machine.",
    False: f"Give {_ADDRESSES}, or git@github.com:OWNER/REPO.git.",
}
"""What can be typed, by whether paths of this machine can."""
_LONGEST = 2048
_FILE_PAGES = frozenset({"blob", "raw", "edit", "blame"})
_PAGES = _FILE_PAGES | {"tree", "commits", "commit"}
_DEFAULT_PORT = {"https": ":443", "http": ":80"}


class Host(Struct, frozen=True):
    """A git host that may be cloned from. ``base`` is scheme and authority, without a trailing slash."""

    name: str
    base: str

    @classmethod
    def of(cls, url: str) -> Host:
        """The host at an address such as ``https://git.example.org``.

        Raises:
            UsageError: it is no address of a host.
        """
        scheme, _, authority = url.rstrip("/").partition("://")
        if scheme not in ("https", "http") or not authority or any(character in authority for character in "@/ "):
            raise UsageError(f"{url!r} is not the address of a host", "Give it as https://git.example.org.")
        return cls(authority.rpartition(":")[0] or authority, f"{scheme}://{authority}")


DEFAULT_HOSTS: tuple[Host, ...] = (Host("github.com", "https://github.com"),)


class Target(Struct, frozen=True):
    """One repository, or a folder of one.

    ``tail`` holds the rest of a /tree/ or /blob/ URL: which part of it is the ref can only be told from the
    refs that the repository has. ``ref`` and ``subdir`` were given beside the URL and come before it.
    ``path`` is set for local targets alone; it may name a folder that only a commit has.
    """

    input: str
    host: Host | None = None
    owner: str = ""
    repo: str = ""
    ref: str = ""
    subdir: str = ""
    tail: tuple[str, ...] = ()
    tail_is_file: bool = False
    path: Path | None = None

    @property
    def clone_url(self) -> str:
        """The URL to clone, rebuilt from host, owner and name."""
        if self.host is None:
            raise ValueError("a local target has no clone URL")
        return f"{self.host.base}/{self.owner}/{self.repo}.git"

    @property
    def web_url(self) -> str:
        """The page of the repository, or an empty string for a local target."""
        return f"{self.host.base}/{self.owner}/{self.repo}" if self.host else ""


def place_of(
    text: str, *, ref: str = "", subdir: str = "", hosts: tuple[Host, ...] = DEFAULT_HOSTS, local: bool = True
) -> tuple[object, ...]:
    """What is the same for two spellings of one repository, ref and folder; what cannot be read is what was typed."""
    try:
        target = parse_target(text, ref=ref, subdir=subdir, hosts=hosts, local=local)
        where = str(target.path.resolve()) if target.path is not None else target.web_url.lower()
    except (UsageError, OSError, RuntimeError, ValueError):
        return (text.strip(),)
    return where, target.ref, target.subdir, target.tail


def check_ref(ref: str) -> str:
    """Return ``ref`` if git would accept it as a branch, tag or commit name.

    Raises:
        UsageError: it is no valid ref name (git-check-ref-format(1)), or begins with a dash.
    """
    if not ref or len(ref) > 250 or _REF_FORBIDDEN.search(ref):
        raise UsageError(f"{ref[:80]!r} is not a valid branch, tag or commit name", "Give the name as git shows it.")
    return ref


def clean_subdir(subdir: str) -> str:
    """Return a folder of a repository as a relative POSIX path without a trailing slash.

    Raises:
        UsageError: it is absolute or leaves the repository.
    """
    parts = [part for part in subdir.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts or "\x00" in subdir or subdir.startswith("/"):
        raise UsageError(f"The subfolder {subdir[:80]!r} leaves the repository", "Give a folder relative to its root.")
    return "/".join(parts)


def parse_target(
    text: str, *, ref: str = "", subdir: str = "", hosts: tuple[Host, ...] = DEFAULT_HOSTS, local: bool = True
) -> Target:
    """Read what the user typed.

    Args:
        text: a URL, ``owner/name``, ``git@host:owner/name.git``, or (when ``local``) a path.
        ref: branch, tag or commit; overrides one in the URL.
        subdir: folder in the repository; overrides one in the URL.
        hosts: the hosts that may be cloned from.
        local: whether paths of this machine are allowed.

    Raises:
        UsageError: it is none of these, or names a host that is not allowed.
    """
    stripped = text.strip()
    if ref:
        check_ref(ref)
    subdir = clean_subdir(subdir)
    if not stripped:
        raise UsageError("No repository was given", _FORMS[local])
    if len(stripped) > _LONGEST:
        raise UsageError(
            f"The target is {len(stripped)} characters long", f"At most {_LONGEST} are read. {_FORMS[local]}"
        )
    path = _local_path(stripped) if local else None
    if path is not None:
        return Target(input=text, ref=ref, subdir=subdir, path=path)
    return _remote(stripped, text, ref, subdir, hosts, local=local)


def _local_path(stripped: str) -> Path | None:
    """The path that is meant: one that exists, looks like one, or leads into a bare repository."""
    if "://" in stripped or "\x00" in stripped:
        return None
    try:
        path = Path(stripped).expanduser()
        if path.exists() or stripped.startswith(("/", "./", "../", "~")):
            return path
        if len(path.parts) > 2 and "." not in path.parts[0] and Path(path.parts[0]).is_dir():
            return path  # longer than OWNER/REPO, and begun on this machine
        inside = any((folder / "HEAD").is_file() and (folder / "objects").is_dir() for folder in path.parents[:-1])
    except (OSError, RuntimeError):  # a name that is too long, or the home of nobody
        return Path(stripped) if stripped.startswith(("/", "./", "../")) else None
    return path if inside else None


def _remote(stripped: str, text: str, ref: str, subdir: str, hosts: tuple[Host, ...], *, local: bool) -> Target:
    forms = _FORMS[local]
    host, segments = _host_and_segments(stripped, hosts, forms)
    if len(segments) < 2:
        raise UsageError(f"{stripped[:120]!r} names no repository", forms)
    owner, repo = segments[0], segments[1].removesuffix(".git")
    if not _OWNER.fullmatch(owner) or not _REPO.fullmatch(repo) or repo in ("", ".", ".."):
        raise UsageError(f"{owner[:60]}/{repo[:110]} is not a valid repository name", forms)
    kind, tail = (segments[2] if len(segments) > 2 else ""), tuple(segments[3:])
    if kind == "releases" and tail[:1] == ("tag",):
        tail = tail[1:]
    elif kind not in _PAGES:
        if kind and stripped.startswith(f"{owner}/"):
            neither = "neither a folder on this machine nor OWNER/REPO" if local else "not OWNER/REPO"
            raise UsageError(f"{stripped[:120]!r} is {neither}", forms)
        tail = ()
    return Target(
        input=text,
        host=host,
        owner=owner,
        repo=repo,
        ref=ref,
        subdir=subdir,
        tail=tail,
        tail_is_file=bool(tail) and kind in _FILE_PAGES,
    )


def _host_and_segments(stripped: str, hosts: tuple[Host, ...], forms: str) -> tuple[Host, list[str]]:
    scp = _SCP.fullmatch(stripped)
    if scp:
        scheme, authority, path = "https", scp.group(1), scp.group(2)
    elif "://" in stripped:
        try:
            parts = urlsplit(stripped)
        except ValueError as error:
            raise UsageError(f"{stripped[:120]!r} is not a URL", forms) from error
        scheme, authority, path = parts.scheme.lower(), parts.netloc, parts.path
        if scheme in ("ssh", "git+ssh") and authority.startswith("git@"):
            scheme, authority = "https", authority.removeprefix("git@").removesuffix(":22")
    else:
        bare = re.split(r"[?#]", stripped, maxsplit=1)[0]
        first = bare.split("/", 1)[0].lower().removeprefix("www.")
        if "." in first and bare.count("/") >= 2 and any(first == known.name for known in hosts):
            return _host_and_segments(f"https://{bare}", hosts, forms)
        return hosts[0], [] if bare.startswith("/") else _segments(bare)
    if "@" in authority:
        raise UsageError("The URL carries a user name or password", "Give it without; private access is by token.")
    wanted = authority.lower().removesuffix(_DEFAULT_PORT.get(scheme, "\n")).removeprefix("www.").rstrip(".")
    for host in hosts:
        own_scheme, _, own_authority = host.base.partition("://")
        if wanted in (host.name, own_authority) and scheme in (own_scheme, "git", "http", "https"):
            return host, _segments(path)
    allowed = ", ".join(host.name for host in hosts)
    raise UsageError(f"{scheme}://{authority[:80]} is not a host that may be read", f"Allowed: {allowed}. {forms}")


def _segments(path: str) -> list[str]:
    return [unquote(segment, errors="surrogateescape") for segment in path.split("/") if segment]
