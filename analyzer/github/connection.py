"""PyGithub, connected as the settings say: authentication, conditional requests, patience."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from github import Auth, Github, GithubException, GithubIntegration
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass

from analyzer.errors import PlatformError
from analyzer.github.cache import AnswerCache, ConditionalAdapter
from analyzer.github.settings import Settings
from analyzer.github.waiting import HonestRetry, Waiter
from analyzer.version import VERSION

__all__ = ["connect"]

Progress = Callable[[str, str], None]
_A_PAGE = 100

# PyGithub prints its log on standard error. Of a rate limit it says less than the progress; whoever sets up logging
# still gets it.
for _printing in logging.getLogger("github").handlers[:]:
    if type(_printing) is logging.StreamHandler:
        logging.getLogger("github").removeHandler(_printing)
logging.getLogger("github").addHandler(logging.NullHandler())


def connect(settings: Settings, progress: Progress, waiter: Waiter | None = None) -> Github:
    """Return PyGithub's entry.

    Raises:
        PlatformError: the GitHub App has no such installation, or its id or key is wrong.
    """
    waiter = waiter or Waiter(settings.longest_wait, progress)
    common: dict[str, Any] = {
        "base_url": settings.api,
        "timeout": settings.timeout,
        "user_agent": f"folioscope/{VERSION}",
        "per_page": _A_PAGE,
        "retry": HonestRetry.patient(waiter),
        # Requests go one after the other, which is what GitHub asks for; pauses are for writing.
        "seconds_between_requests": None,
    }
    github = Github(auth=_auth(settings, common), **common)
    cache = AnswerCache(settings.cache, settings.identity)

    def connection(*args: Any, **kwargs: Any) -> HTTPRequestsConnectionClass | HTTPSRequestsConnectionClass:
        secure = settings.api.startswith("https:")
        made = (HTTPSRequestsConnectionClass if secure else HTTPRequestsConnectionClass)(*args, **kwargs)
        made.session.mount(f"{made.protocol}://", ConditionalAdapter(cache, max_retries=made.retry))
        # The environment may name a proxy and certificates, but no other user.
        return made

    # PyGithub's own way to put in a connection holds for the whole process and gives up persistent connections.
    github.requester._Requester__connectionClass = connection  # type: ignore[attr-defined]
    return github


def _auth(settings: Settings, common: dict[str, Any]) -> Auth.Auth | None:
    if not settings.app_id:
        return Auth.Token(settings.token) if settings.token else None
    app = Auth.AppAuth(int(settings.app_id) if settings.app_id.isdigit() else settings.app_id, settings.app_key)
    try:
        _ = app.token  # signs
    except Exception as error:
        raise PlatformError(
            f"The key of the GitHub App {settings.app_id} is no private key that signs",
            "Set FOLIOSCOPE_GITHUB_APP_KEY to the PEM file that GitHub gave, or to all of its text.",
        ) from error
    integration = GithubIntegration(auth=app, **common)
    try:
        number = settings.installation or next((item.id for item in integration.get_installations()), 0)
        if not number:
            raise PlatformError(
                f"The GitHub App {settings.app_id} is not installed anywhere", "Install it on an account."
            )
        installed = app.get_installation_auth(number, requester=integration.requester)
        _ = installed.token  # asked for now and kept: a wrong installation is no fault of what is asked about
    except GithubException as error:
        raise _refused(error, settings) from error
    finally:
        integration.close()
    return installed


def _refused(error: GithubException, settings: Settings) -> Exception:
    """The error where the platform does not take the App for what the settings say; another one as it is."""
    if error.status == 401:
        return PlatformError(
            f"GitHub does not accept the key of the GitHub App {settings.app_id}",
            "Check FOLIOSCOPE_GITHUB_APP_ID, that FOLIOSCOPE_GITHUB_APP_KEY is a key of this App, and the clock of this machine.",
        )
    if error.status == 404 and settings.installation:
        return PlatformError(
            f"The GitHub App {settings.app_id} has no installation {settings.installation}",
            "Correct FOLIOSCOPE_GITHUB_APP_INSTALLATION, or leave it out for the first one.",
        )
    return error
