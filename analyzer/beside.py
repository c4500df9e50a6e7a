"""Asks the platform about the repository of a report, and sets what it says beside the score."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec.structs import replace

from analyzer.errors import PlatformError
from analyzer.github.facts import PlatformView
from analyzer.github.platform import Platform
from analyzer.report import Report
from analyzer.target import DEFAULT_HOSTS, Host

__all__ = ["host_of", "with_platform"]


def host_of(report: Report, hosts: tuple[Host, ...] = DEFAULT_HOSTS) -> Host:
    """The host that a report's repository lies on; the first where its address is not known."""
    authority = urlsplit(report.target.url).netloc
    return next((host for host in hosts if host.base.partition("://")[2] == authority), hosts[0])


def with_platform(report: Report, platform: Platform | None, why: str = "") -> Report:
    """Return the report with what the platform says; the score, and all that it is made of, stays as it is.

    Where nothing can be asked (``platform`` is None, or no owner is known) the part says ``why``.
    """
    target = report.target
    if platform is None:
        return replace(report, platform=PlatformView("", None, why or "it was not asked"))
    source = platform.settings.api
    if not target.owner:
        reason = "the repository names no origin on a platform"
        return replace(report, platform=PlatformView(source, None, reason))
    try:
        facts = platform.repository(f"{target.owner}/{target.repo}")
    except PlatformError as error:
        return replace(report, platform=PlatformView(source, None, error.what))
    beside = replace(report.authenticity, fork=facts.fork, template=bool(facts.template_of))
    return replace(report, platform=PlatformView(source, facts), authenticity=beside)
