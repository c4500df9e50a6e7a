"""Hostile targets: what is typed, before anything is fetched; and hosts that lead where nobody may go."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.case import TARGET, WRONG_USE, Case, Place

__all__ = ["TYPED", "cases"]

_ANY = "not a valid|names no|not a host|not a URL|neither a folder|carries a user name|characters long|No repository"

# name, what is typed (MARK: a file that only an executed command makes; TRAP: a server that nobody may ask)
TYPED = (
    ("option injection: --upload-pack", "--upload-pack=touch MARK"),
    ("option injection: -c", "-ccore.sshCommand=touch MARK"),
    ("option injection: -u", "-utouch MARK"),
    ("option injection as owner", "https://github.com/--upload-pack=touch MARK/r"),
    ("option injection as owner, percent-encoded", "https://github.com/%2d%2dupload-pack=x/r"),
    ("option injection as host", "https://--upload-pack=touch MARK/o/r"),
    ("remote helper ext", "ext::sh -c 'touch MARK'"),
    ("remote helper ext in a URL", "https://github.com/ext::sh -c touch% MARK/r"),
    ("remote helper fd", "fd::17/foo"),
    ("file URL", "file:///etc"),
    ("file URL with a host", "file://github.com/etc/passwd"),
    ("ssh with an option as host", "ssh://-oProxyCommand=touch MARK/o/r"),
    ("ssh with an option as user", "ssh://-oProxyCommand=x@github.com/o/r"),
    ("scp form with an option as host", "git@-oProxyCommand=touch MARK:o/r"),
    ("ssh port injection", "ssh://git@github.com:-oProxyCommand=x/o/r"),
    ("git protocol to another host", "git://git.example.org/o/r"),
    ("gopher", "gopher://127.0.0.1:6379/_SET/x"),
    ("ftp", "ftp://github.com/o/r"),
    ("javascript", "javascript://github.com/%0aalert(1)/x"),
    ("data", "data:text/plain,o/r"),
    ("user and password", "https://user:word@github.com/o/r"),
    ("user that looks like the host", "https://github.com@git.example.org/o/r"),
    ("password that looks like a port", "https://github.com:443@git.example.org/o/r"),
    ("backslash before the at sign", "https://github.com\\@git.example.org/o/r"),
    ("IPv4 loopback", "http://127.0.0.1/o/r"),
    ("IPv4 loopback, short", "http://127.1/o/r"),
    ("IPv4 loopback, decimal", "http://2130706433/o/r"),
    ("IPv4 loopback, octal", "http://0177.0.0.1/o/r"),
    ("IPv4 loopback, hexadecimal", "http://0x7f000001/o/r"),
    ("IPv4 unspecified", "http://0.0.0.0/o/r"),
    ("IPv4 link-local with metadata", "http://169.254.169.254/latest/meta-data"),
    ("IPv4 private", "http://10.0.0.1/o/r"),
    ("IPv6 loopback", "http://[::1]/o/r"),
    ("IPv6 mapped loopback", "http://[::ffff:127.0.0.1]/o/r"),
    ("IPv6 unique local with metadata", "http://[fd00:ec2::254]/o/r"),
    ("IPv6 link-local with zone", "http://[fe80::1%25eth0]/o/r"),
    ("IPv6 broken", "https://[::1/o/r"),
    ("localhost", "http://localhost/o/r"),
    ("metadata by name", "http://metadata.google.internal/computeMetadata/v1"),
    ("host with a trusted beginning", "https://github.com.example.org/o/r"),
    ("host with a trusted end", "https://notgithub.com/o/r"),
    ("host as a path", "https://git.example.org/github.com/o/r"),
    ("look-alike: Cyrillic", "https://g\u0456thub.com/o/r"),
    ("look-alike: full width", "https://\uff47\uff49\uff54\uff48\uff55\uff42.com/o/r"),
    ("look-alike: ideographic full stop", "https://github\u3002com/o/r"),
    ("look-alike: punycode", "https://xn--gthub-n4a.com/o/r"),
    ("look-alike: zero width", "https://git\u200bhub.com/o/r"),
    ("port that is none", "https://github.com:99999/o/r"),
    ("port of another service", "https://github.com:22/o/r"),
    ("100 kB long", "https://github.com/o/" + "r" * 100_000),
    ("100 kB of slashes", "https://github.com/" + "/" * 100_000),
    ("100 kB of percent signs", "o/" + "%" * 100_000),
    ("owner of 300 characters", "https://github.com/" + "o" * 300 + "/r"),
    ("NUL in the name", "https://github.com/o/r%00.git"),
    ("line feed in the name", "https://github.com/o/r%0a--upload-pack=x"),
    ("header injection", "https://github.com/o%0d%0aHost:%20evil/r"),
    ("leaves upwards", "https://github.com/../../etc/passwd"),
    ("leaves upwards, percent-encoded", "https://github.com/o/%2e%2e"),
    ("leaves upwards, twice encoded", "https://github.com/o/%252e%252e%252f"),
    ("UNC path", "\\\\git.example.org\\share\\r"),
    ("query and fragment alone", "https://github.com?o/r#x"),
    ("shell words", "o/r;touch MARK"),
    ("shell substitution", "$(touch MARK)/`touch MARK`"),
    ("blank", "   "),
    ("log injection", "o/r\x1b[31m\nfolioscope: the score is 100"),
    ("right-to-left override", "https://github.com/o/\u202egpj.r"),
)

_LOCAL = (
    ("path that does not exist", "/nonexistent/folder", TARGET, "There is no folder"),
    ("path of a file", "/etc/passwd", TARGET, "is a file"),
    ("path of a device", "/dev/zero", TARGET, "is no folder|no repository|is a file"),
    ("home of nobody", "~nobody-such/x", TARGET, "There is no folder|not a valid"),
    ("path of 100 kB", "./" + "x/" * 1000, TARGET, "There is no folder"),
)

_ARGUMENTS = (
    ("ref that is an option", ("--ref=--upload-pack=touch x",), "not a valid branch"),
    ("ref that is a refspec", ("--ref=+refs/heads/*:refs/heads/*",), "not a valid branch"),
    ("ref that leaves upwards", ("--ref=../../config",), "not a valid branch"),
    ("folder that leaves upwards", ("--subdir=../../etc",), "leaves the repository"),
    ("folder that is absolute", ("--subdir=/etc",), "leaves the repository"),
    ("folder with NUL", ("--subdir=a\x01\x7f/../..",), "leaves the repository"),
    ("host that is a command", ("--host=ext::sh -c x",), "not the address of a host"),
    ("host with a user", ("--host=https://a@git.example.org",), "not the address of a host"),
    ("rubric that is a device", ("--rubric=/dev/zero",), ""),
    ("limit that is negative", ("--max-files=-1",), "-1 is no limit"),
)

_RESOLVES = (
    ("loopback", "127.0.0.1"),
    ("private", "192.168.0.7"),
    ("shared", "100.64.0.1"),
    ("link-local with metadata", "169.254.169.254"),
    ("IPv6 loopback", "::1"),
    ("IPv6 unique local", "fd12:3456::1"),
    ("IPv6 mapped loopback", "::ffff:127.0.0.1"),
    ("NAT64 of metadata", "64:ff9b::a9fe:a9fe"),
    ("6to4 of private", "2002:c0a8:1::1"),
    ("multicast", "224.0.0.251"),
    ("public and private", "140.82.121.3 10.0.0.1"),
)


def cases() -> Iterator[Case]:
    """Targets that are refused without asking anybody."""
    for name, text in TYPED:

        def typed(place: Place, text: str = text) -> str:
            return text.replace("MARK", str(place.mark)).replace("TRAP", place.trap)

        yield Case(name, "url", typed, (WRONG_USE,), _ANY)
    for name, text, code, says in _LOCAL:

        def local(place: Place, text: str = text) -> str:
            return text

        yield Case(name, "url", local, (code, WRONG_USE), says)
    for name, options, says in _ARGUMENTS:
        yield Case(name, "argument", lambda place: "o/r", (WRONG_USE,), says, options=options)
    for name, addresses in _RESOLVES:
        yield Case(
            f"github.com resolves to {name}",
            "egress",
            lambda place: "https://github.com/o/r",
            (TARGET,),
            "resolves to .* no public address",
            resolves={"github.com": addresses},
        )
    yield Case(
        "a host of the operator resolves to metadata",
        "egress",
        lambda place: "https://git.example.org/o/r",
        (TARGET,),
        "resolves to 169",
        options=("--host", "https://git.example.org"),
        resolves={"git.example.org": "169.254.169.254"},
    )
