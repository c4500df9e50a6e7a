"""What the service can be told, by environment (``FOLIOSCOPE_...``), by a file (TOML) and by secret files.

Order, strongest first: arguments of the command, environment, secret files, the file, the defaults here.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from analyzer import Host, Limits, UsageError, mistyped_variables

__all__ = ["VARIABLES", "Settings", "load_settings", "mistyped"]

_LOG = logging.getLogger("folioscope.api")
_MIB = 1024 * 1024
_SHORTEST_SECRET = 32
_Words = Annotated[tuple[str, ...], NoDecode]
"""Words separated by spaces, as ``FOLIOSCOPE_HOSTS`` of the command line has them."""


class Settings(BaseSettings):
    """All settings with their defaults, which are safe on one's own machine."""

    model_config = SettingsConfigDict(env_prefix="FOLIOSCOPE_", extra="forbid", frozen=True, validate_default=True)

    # -- serving -------------------------------------------------------------------------------------------------
    host: str = Field("127.0.0.1", description="address to listen on; other than loopback, a secret key is needed")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    public_url: str = Field(
        "", description="address under which users reach the service, such as https://f.example.org"
    )
    trusted_proxies: str = Field("", description="addresses of proxies whose X-Forwarded headers count, with commas")
    secret_key: SecretStr = Field(SecretStr(""), description="at least 32 characters; signs cookies and links")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="at least 32 characters; whoever sends it as Authorization: Bearer reads /metrics"
    )
    metrics_networks: _Words = Field(
        (),
        description="networks that read /metrics without it; neither set: this machine, and nobody once it is public",
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    # -- store ---------------------------------------------------------------------------------------------------
    data_folder: Path = Field(default_factory=lambda: _data_home() / "folioscope", description="database, clones")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the data folder")
    migrate: bool = Field(True, description="bring the database up to date when a server or worker starts")
    retention_days: int = Field(90, ge=1, description="days after which analyses and batches are deleted")
    audit_days: int = Field(365, ge=1, description="days after which entries of the audit log are deleted")

    # -- jobs ----------------------------------------------------------------------------------------------------
    executor: Literal["local", "celery", "none"] = Field(
        "local", description="local: processes of the server; celery: workers elsewhere; none: accept only"
    )
    broker_url: SecretStr = Field(SecretStr("redis://127.0.0.1:6379/0"), description="Redis or RabbitMQ, for Celery")
    workers: int = Field(2, ge=1, le=256, description="processes that analyze, per server or worker")
    reserved: int = Field(1, ge=0, description="how many of all processes rows of batches may never use")
    attempts: int = Field(3, ge=1, le=20, description="how often a job is begun whose worker is lost")
    job_seconds: float = Field(300, gt=0, description="wall-clock time of one job")
    job_memory_mb: int = Field(2048, ge=128, description="address space of one job, MiB")
    lease_seconds: float = Field(30, gt=0, description="a job whose worker is silent this long is begun again")
    poll_seconds: float = Field(0.5, gt=0, description="how often the database is asked for what other processes did")
    clone_folder: Path | None = Field(None, description="where repositories are fetched to; empty: in the data folder")
    hosts: _Words = Field(("https://github.com",), description="git hosts that may be read, with spaces between")
    clone_mb: int = Field(1024, ge=1, description="size of one clone, MiB")
    clone_seconds: int = Field(120, ge=1, description="time of one clone")
    fresh_seconds: float = Field(60, ge=0, description="how long it is believed that a branch has not moved")
    queue_most: int = Field(1000, ge=1, description="anonymous analyses that may wait")

    # -- bounds of requests --------------------------------------------------------------------------------------
    body_bytes: int = Field(64 * 1024, ge=1024, description="size of a request")
    upload_bytes: int = Field(8 * _MIB, ge=1024, description="size of the upload of a batch")
    batch_rows: int = Field(10_000, ge=1, le=100_000, description="rows of one batch")
    patience_seconds: float = Field(
        30, gt=0, description="time of a request to come, and of a reader to take what is sent"
    )
    streams: int = Field(200, ge=1, description="open event streams of one address or account")
    redis_url: SecretStr = Field(SecretStr(""), description="Redis for rate limits, where several processes serve")
    rate_anonymous: str = Field("30/hour", description="analyses of one address without a key")
    rate_keyed: str = Field("1200/hour", description="analyses of one account")
    rate_batches: str = Field("60/hour", description="batches of one account")
    rate_sign_in: str = Field("20/hour", description="attempts of one address to sign in")
    rate_requests: str = Field("1200/minute", description="requests of one address or account")

    # -- accounts ------------------------------------------------------------------------------------------------
    session_hours: float = Field(12, gt=0, description="how long a sign-in holds")
    oidc_issuer: str = Field("", description="OpenID provider, such as https://login.example.org; empty: none")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_domains: _Words = Field((), description="e-mail domains whose verified addresses get an account at sign-in")

    @field_validator("hosts", "metrics_networks", "oidc_domains", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("hosts")
    @classmethod
    def _are_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("at least one host is needed, such as https://github.com")
        for url in value:
            try:
                Host.of(url)
            except UsageError as error:
                raise ValueError(str(error)) from error
        return value

    @field_validator("metrics_networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in value)

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", value):
            raise ValueError(f"{value!r} is no address; give it as https://f.example.org")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_proxies(cls, value: str) -> str:
        for part in filter(None, (one.strip() for one in value.split(","))):
            if part != "*":
                ipaddress.ip_network(part, strict=False)
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: SecretStr) -> SecretStr:
        return _with_scheme(value, "redis", "rediss", "unix", "redis+unix", "redis+sentinel", "redis+cluster")

    @field_validator("broker_url")
    @classmethod
    def _is_broker(cls, value: SecretStr) -> SecretStr:
        return _with_scheme(value, "redis", "rediss", "sentinel", "amqp", "amqps", "pyamqp")

    @field_validator("rate_anonymous", "rate_keyed", "rate_batches", "rate_sign_in", "rate_requests")
    @classmethod
    def _is_rate(cls, value: str) -> str:
        from limits import parse

        parse(value)
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> Settings:
        for name in ("secret_key", "metrics_token"):
            length = len(getattr(self, name).get_secret_value())
            if 0 < length < _SHORTEST_SECRET:
                raise ValueError(f"{name} has {length} characters; give at least {_SHORTEST_SECRET}")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()):
            raise ValueError("oidc_issuer needs oidc_client_id and oidc_client_secret")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of the sources; the file is named by ``FOLIOSCOPE_CONFIG``."""
        sources = [init_settings, env_settings, file_secret_settings]
        if path := os.environ.get("FOLIOSCOPE_CONFIG"):
            sources.append(TomlConfigSettingsSource(settings_cls, Path(path)))
        return tuple(sources)

    # -- what follows from them ----------------------------------------------------------------------------------
    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL, with the driver that is installed."""
        url = self.database_url or f"sqlite:///{self.data_folder.resolve() / 'folioscope.sqlite3'}"
        scheme, separator, rest = url.partition("://")
        return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgres", "postgresql") else url

    @property
    def clones(self) -> Path:
        """The folder for clones."""
        return (self.clone_folder or self.data_folder / "clones").resolve()

    @cached_property
    def git_hosts(self) -> tuple[Host, ...]:
        """The hosts that may be read."""
        return tuple(Host.of(url) for url in self.hosts)

    @property
    def limits(self) -> Limits:
        """The limits of one analysis."""
        return Limits(clone_bytes=self.clone_mb * _MIB, clone_seconds=self.clone_seconds)

    @property
    def https(self) -> bool:
        """Whether users reach the service over https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")

    @cached_property
    def public(self) -> bool:
        """Whether other machines reach the service, by itself or through a proxy that serves its address."""
        named = urlsplit(self.public_url).hostname
        return not _is_loopback(self.host) or bool(named and not _is_loopback(named))

    @cached_property
    def secret(self) -> str:
        """The secret key; where none is set, one that is made once and kept in the data folder."""
        return self.secret_key.get_secret_value() or _kept_secret(self.data_folder / "secret")

    def check_binding(self) -> None:
        """Refuse to be reached from other machines without a secret.

        Raises:
            UsageError: the address is not loopback and there is no secret key.
        """
        if self.secret_key.get_secret_value() or _is_loopback(self.host):
            return
        raise UsageError(
            f"The service would be reachable on {self.host}, and there is no secret key",
            f"Set FOLIOSCOPE_SECRET_KEY to at least {_SHORTEST_SECRET} random characters, or serve on 127.0.0.1.",
        )


VARIABLES = frozenset(
    {f"FOLIOSCOPE_{name.upper()}" for name in Settings.model_fields}
    | {"FOLIOSCOPE_CONFIG", "FOLIOSCOPE_SECRETS_FOLDER"}
)
"""The variables of the environment that are read here."""


def mistyped() -> None:
    """Log a warning for each variable and secret file that begins as ours and is none: it would have no effect."""
    folder = os.environ.get("FOLIOSCOPE_SECRETS_FOLDER")
    files = [path.name.upper() for path in Path(folder).iterdir()] if folder else []
    for name, alike in mistyped_variables([*os.environ, *files], VARIABLES):
        meant = f"; did you mean {' or '.join(alike)}?" if alike else "; docs/service.md lists all"
        _LOG.warning("%s is no setting and has no effect%s", name, meant)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings.

    Raises:
        UsageError: a setting is wrong; the message names it.
    """
    from tomllib import TOMLDecodeError

    given = {name: value for name, value in overrides.items() if value is not None}
    folder, file = os.environ.get("FOLIOSCOPE_SECRETS_FOLDER"), os.environ.get("FOLIOSCOPE_CONFIG")
    # The reader of settings passes over what is not there, and the service would run with its defaults.
    if file and not Path(file).is_file():
        raise UsageError(f"There is no file of settings {file}", "It is named by FOLIOSCOPE_CONFIG.")
    if folder and not Path(folder).is_dir():
        raise UsageError(f"There is no folder of secrets {folder}", "It is named by FOLIOSCOPE_SECRETS_FOLDER.")
    try:
        if folder:
            given["_secrets_dir"] = folder
        return Settings(**given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'settings'}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_url=False, include_input=False)
        )
        raise UsageError(f"The settings are wrong: {wrong}", "docs/service.md lists them all.") from error
    except (OSError, TOMLDecodeError) as error:
        raise UsageError(
            f"The file of settings cannot be read: {error}", "It is named by FOLIOSCOPE_CONFIG."
        ) from error


def _with_scheme(value: SecretStr, *known: str) -> SecretStr:
    """A URL of one of these kinds, or empty; what is wrong is told without it, for it may hold a password."""
    scheme, separator, _ = value.get_secret_value().partition("://")
    if value.get_secret_value() and (not separator or scheme not in known):
        raise ValueError(f"it is no URL of a kind that is known; give {known[0]}://HOST:PORT/0")
    return value


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _data_home() -> Path:
    try:
        return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    except RuntimeError:  # a user without a home folder
        return Path.cwd()


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text("ascii").strip()
