"""How the platform is reached: address, authentication, patience. Read from the environment, never from a repository."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from analyzer.errors import UsageError
from analyzer.target import Host

__all__ = ["PUBLIC_API", "Settings", "settings_from"]

PUBLIC_API = "https://api.github.com"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Settings:
    """How the platform is reached.

    Args:
        api: base address of the REST interface, without a trailing slash.
        token: a personal access token; empty for none.
        app_id: id of a GitHub App; empty for none. It comes before the token.
        app_key: its private key (PEM).
        installation: number of the App's installation; 0 for the first.
        longest_wait: seconds that a rate limit is waited for, in all.
        cache: folder of kept answers; None for none.
        timeout: seconds of one request.
    """

    api: str = PUBLIC_API
    token: str = ""
    app_id: str = ""
    app_key: str = ""
    installation: int = 0
    longest_wait: float = 900.0
    cache: Path | None = None
    timeout: int = 20

    @property
    def authenticated(self) -> bool:
        """Whether a token or an App speaks for the user."""
        return bool(self.token or self.app_id)

    @property
    def identity(self) -> str:
        """Who asks, without a secret: answers kept for one are not given to another."""
        if self.app_id:
            return f"app:{self.app_id}:{self.installation}"
        return f"token:{hashlib.sha256(self.token.encode()).hexdigest()}" if self.token else "anonymous"

    @property
    def spoken(self) -> str:
        """How it authenticates, for people."""
        return (
            f"as the GitHub App {self.app_id}" if self.app_id else "with a token" if self.token else "without a token"
        )

    def for_host(self, host: Host) -> Settings:
        """The settings for a host: those of another host lose their token, which is nobody else's business."""
        api = PUBLIC_API if host.name == "github.com" else f"{host.base}/api/v3"
        if api == self.api or _serves(self.api, host):
            return self
        return Settings(api, longest_wait=self.longest_wait, cache=self.cache, timeout=self.timeout)


def _serves(api: str, host: Host) -> bool:
    """Whether an API address is the one of a host: on it, or on its name with ``api.`` before it."""
    name = urlsplit(host.base).hostname or ""
    return (urlsplit(api).hostname or "") in {name, f"api.{name}"}


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from environment variables (``docs/portfolio.md`` lists them).

    Raises:
        UsageError: an address or a number is wrong, or a key cannot be read.
    """
    given = os.environ if environment is None else environment
    api = given.get("FOLIOSCOPE_GITHUB_API", "").strip().rstrip("/") or PUBLIC_API
    token = given.get("FOLIOSCOPE_GITHUB_TOKEN", "").strip()
    if not token and api == PUBLIC_API:
        token = given.get("GITHUB_TOKEN", "").strip()  # of github.com, and of no other host
    settings = Settings(
        _checked(api),
        token,
        given.get("FOLIOSCOPE_GITHUB_APP_ID", "").strip(),
        _key(given.get("FOLIOSCOPE_GITHUB_APP_KEY", "")),
        int(_number(given, "FOLIOSCOPE_GITHUB_APP_INSTALLATION", "0")),
        _number(given, "FOLIOSCOPE_GITHUB_MAX_WAIT", "900"),
        _cache_folder(given),
    )
    if bool(settings.app_id) != bool(settings.app_key):
        raise UsageError(
            "A GitHub App needs both its id and its key",
            "Set FOLIOSCOPE_GITHUB_APP_ID and FOLIOSCOPE_GITHUB_APP_KEY (the PEM text or the path of its file).",
        )
    return settings


def _checked(api: str) -> str:
    parts = urlsplit(api)
    plain = parts.scheme == "http" and (parts.hostname or "") not in _LOOPBACK
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or plain:
        raise UsageError(
            f"{api!r} is not the address of a GitHub REST interface",
            "Give it as https://git.example.org/api/v3; a token goes over https alone.",
        )
    return api


def _number(given: Mapping[str, str], name: str, default: str) -> float:
    text = given.get(name, "").strip() or default
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value < 1e12:
        raise UsageError(f"{name} is {text!r}, which is no number from 0", "Give a number.")
    return value


def _key(text: str) -> str:
    text = text.strip()
    if not text or text.startswith("-----BEGIN"):
        return text.replace("\\n", "\n")
    try:
        return Path(text).expanduser().read_text("ascii")
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(
            "The private key of the GitHub App cannot be read", "Give the PEM text or its path."
        ) from error


def _cache_folder(given: Mapping[str, str]) -> Path | None:
    try:
        base = Path(given.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return base / "folioscope" / "github"
