"""What git, curl and servers say when they refuse, as errors in words for people: cause and way out."""

from __future__ import annotations

import re

from analyzer.errors import TargetError
from analyzer.target import Target

__all__ = ["explain"]

_NETWORK = (
    r"could(?: not|n't) (?:resolve|connect)|failed to connect|connection (?:refused|reset|timed out)|unreachable"
    r"|operation timed out|recv failure|send failure|early eof|unexpected disconnect|hung up|transfer closed"
    r"|empty reply|ssl|gnutls|tls|certificate"
)
# What git and curl say, in the order in which they are looked for; what was wrong, and the way out.
_CAUSES: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern), what, hint)
    for pattern, what, hint in (
        (
            r"returned error: 429|rate limit|too many requests",
            "The server limits how often it may be asked about {name}",
            "Try again in a few minutes.",
        ),
        (
            r"returned error: (?:401|403|404|410)\b|not found|could not read username|authentication failed|prompts disabled",
            "{name} was not found, or is private",
            "Check the spelling; a private repository can be analyzed from a local clone.",
        ),
        (
            r"transport '\w+' not allowed|protocol \S+ (?:is )?(?:not supported|disabled)|unsupported protocol",
            "The server of {name} redirects to a protocol that is not allowed",
            "Only https is used; analyze a local clone.",
        ),
        (r"returned error: 30\d\b", "The server of {name} redirects elsewhere", "Give the address that it leads to."),
        (
            r"returned error: 5\d\d",
            "The server of {name} has a problem: {said}",
            "Try again later, or analyze a local clone.",
        ),
        (
            r"not our ref|couldn't find remote ref|does not allow request for unadvertised",
            "The server of {name} does not have that commit",
            "Name a branch or tag with --ref; the commit may have been removed.",
        ),
        (r"non-commit object", "What was asked for in {name} is no commit", "Name a branch or a commit with --ref."),
        (
            _NETWORK,
            "{name} could not be reached: {said}",
            "Check the network, or analyze a local clone with --offline.",
        ),
        ("", "{name} could not be read: {said}", "Try again, or analyze a local clone."),
    )
)
_PREFIX = re.compile(r"^(?:fatal|error): (?:unable to access '[^']*': )?")
_ADDRESS = re.compile(r"'?https?://\S+")


def explain(target: Target, complaint: str) -> TargetError:
    """The error of a server or network, in words for people."""
    # Names and ports of an address may look like a cause ("tls-demo", port 40401).
    said = _ADDRESS.sub("''", complaint.lower())
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    last = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "no reason")
    what, hint = next((what, hint) for pattern, what, hint in _CAUSES if pattern.search(said))
    return TargetError(what.format(name=f"{target.owner}/{target.repo}", said=_PREFIX.sub("", last)[:300]), hint)
