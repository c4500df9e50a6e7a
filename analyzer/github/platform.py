"""GitHub, asked through PyGithub: repositories, owners, trees. What it does not tell has its reason."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from analyzer.errors import PlatformError
from analyzer.github.facts import OwnerFacts, RepositoryFacts, Unknown
from analyzer.github.settings import Settings, settings_from
from analyzer.target import Host

if TYPE_CHECKING:
    from github import Github

    from analyzer.github.waiting import Waiter

__all__ = ["Asker", "Platform", "platform_for", "waits_in_log"]

_Value = TypeVar("_Value")
Progress = Callable[[str, str], None]

_NOT_SHOWN = "GitHub does not show it"
_NOT_ACCEPTED = "GitHub does not accept the token"
_NOT_ALLOWED = "the token may not see it"
_LATER = "Try later, or name the repositories by their addresses, which need no API."
_WAYS_OUT = {
    _NOT_SHOWN: "Check the name; private ones need a token that may read them.",
    _NOT_ACCEPTED: "Check FOLIOSCOPE_GITHUB_TOKEN or GITHUB_TOKEN: it is mistyped, expired or revoked, or of another host.",
    _NOT_ALLOWED: "Give the token the right to read it, or name the repositories by their addresses, which need no API.",
}


_LOG = logging.getLogger("folioscope")


def waits_in_log(stage: str, detail: str) -> None:
    """What is waited for goes to the log, where nobody asked for progress: minutes of silence look like a fault."""
    if stage == "wait":
        _LOG.warning("waiting: %s", detail)


class Asker:
    """Asks one thing at a time; what fails is noted with its cause, and a platform out of reach is not asked again."""

    def __init__(self) -> None:
        self.unknown: list[Unknown] = []
        self._lost = ""

    def ask(self, what: str, question: Callable[[], _Value]) -> _Value | None:
        """The answer, or None with the cause noted."""
        if self._lost:
            self.unknown.append(Unknown(what, self._lost))
            return None
        try:
            return question()
        except Exception as error:  # noqa: BLE001 whatever an answer is like, it must cost its own fact alone
            cause, lost = cause_of(error)
            self.unknown.append(Unknown(what, cause))
            if lost:
                self._lost = cause
            return None


def cause_of(error: Exception) -> tuple[str, bool]:
    """The cause of a failure for people, and whether asking further is of no use."""
    import requests
    from github import GithubException

    if isinstance(error, PlatformError):
        return error.what, True
    if isinstance(error, GithubException):
        said = str((error.data or {}).get("message", "")) if isinstance(error.data, dict) else ""
        if error.status == 401:
            return _NOT_ACCEPTED, True
        if error.status == 403 and "rate limit" in said.lower():
            return "the rate limit of GitHub is used up", True
        known = {403: _NOT_ALLOWED, 404: _NOT_SHOWN, 451: "GitHub withholds it"}
        return known.get(error.status, f"GitHub answered {error.status}"), error.status >= 500
    if isinstance(error, requests.exceptions.Timeout):
        return "GitHub did not answer in time", True
    if isinstance(error, requests.exceptions.RequestException):
        return "GitHub could not be reached", True
    return f"the answer could not be read ({type(error).__name__})", False


class Platform:
    """A connection to GitHub or GitHub Enterprise. It is closed at the end of a ``with`` block."""

    def __init__(self, settings: Settings, progress: Progress = waits_in_log, waiter: Waiter | None = None) -> None:
        self.settings = settings
        self._progress = progress
        self._waiter = waiter
        self._github: Github | None = None
        self._details: dict[str, RepositoryFacts] = {}

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._github is not None:
            self._github.close()
            self._github = None

    @property
    def github(self) -> Github:
        """PyGithub's entry.

        Raises:
            PlatformError: PyGithub is not installed, or the App is not accepted.
        """
        if self._github is None:
            try:
                from analyzer.github.connection import connect
            except ImportError as error:
                raise PlatformError(
                    "GitHub cannot be asked: PyGithub is not installed", "Install folioscope[github]."
                ) from error
            self._github = connect(self.settings, self._progress, self._waiter)
        return self._github

    def repository(self, name: str) -> RepositoryFacts:
        """The facts about ``owner/name``.

        Raises:
            PlatformError: GitHub could not be asked, or shows no such repository.
        """
        from analyzer.github.repositories import read_repository

        if name not in self._details:
            self._progress("ask", f"GitHub about {name}, {self.settings.spoken}")
            self._details[name] = self._certain(name, lambda: read_repository(self.github, name, self.settings))
        return self._details[name]

    def owner(self, login: str) -> OwnerFacts:
        """The facts about a user or organisation, with the repositories.

        Raises:
            PlatformError: GitHub could not be asked, or shows no such account.
        """
        from analyzer.github.owners import read_owner

        self._progress("ask", f"GitHub about {login}, {self.settings.spoken}")
        return self._certain(login, lambda: read_owner(self.github, login, self.settings))

    def own_commits(self, name: str) -> int | None:
        """Commits of a fork that its parent does not have; None where it is no fork, or not known."""
        from analyzer.github.repositories import commits_ahead

        asker = Asker()
        return asker.ask("own commits", lambda: commits_ahead(self.github.get_repo(name)))

    def paths(self, name: str, branch: str) -> tuple[str, ...] | None:
        """The paths of all files of a branch; None where GitHub cuts the list off or does not give it."""
        from analyzer.github.repositories import read_paths

        return Asker().ask("files", lambda: read_paths(self.github, name, branch))

    def _certain(self, what: str, question: Callable[[], _Value]) -> _Value:
        try:
            return question()
        except PlatformError:
            raise
        except Exception as error:
            cause, _ = cause_of(error)
            hint = _WAYS_OUT.get(cause, _LATER)
            if cause == _NOT_ACCEPTED and not self.settings.authenticated:
                cause, hint = "it answers with a token alone", "Set FOLIOSCOPE_GITHUB_TOKEN."
            raise PlatformError(f"What GitHub says about {what} is unknown: {cause}", hint) from error


def platform_for(
    host: Host | None = None, settings: Settings | None = None, progress: Progress = waits_in_log
) -> Platform:
    """The platform of a host, as the environment says how it is reached; without a host the one that it names.

    Raises:
        UsageError: the environment says something wrong.
    """
    given = settings or settings_from()
    return Platform(given.for_host(host) if host else given, progress)
