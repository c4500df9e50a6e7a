"""Moves the project to another place on GitHub: ``analyzer/knowledge/home.py`` and every file that names the same.

    python tools/home.py OWNER/REPO

Changes what ``git ls-files`` names below the current folder; look at ``git diff`` afterwards.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["main", "moved"]

_HOME = "analyzer/knowledge/home.py"
_LINE = re.compile(r'(?m)^REPOSITORY = "([\w.-]+)/([\w.-]+)"$')
_FOLDERS = ("analyzer/knowledge", "deploy/helm", "docs", "man", "templates")


def main() -> int:
    """Move it, and name the files that changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", metavar="OWNER/REPO")
    new = parser.parse_args().repository
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,39}/[\w.-]{1,100}", new):
        parser.error(f"{new!r} is no OWNER/REPO")
    root = Path.cwd()
    known = _LINE.search((root / _HOME).read_text("utf-8"))
    if not known:
        parser.error(f"{_HOME} names no repository; run this in the root of the project")
    old = f"{known[1]}/{known[2]}"
    for path in _files(root):
        text = path.read_text("utf-8")
        if (changed := moved(text, old, new)) != text:
            path.write_text(changed, "utf-8")
            print(path.relative_to(root))
    return 0


def moved(text: str, old: str, new: str) -> str:
    """The text with one home in the place of another: of the repository, its images and its charts."""
    owner, registry = old.partition("/")[0], new.partition("/")[0].lower()
    # An image is called as the repository in small letters, a chart below its owner.
    text = re.sub(rf"(?<![\w.-])ghcr\.io/{re.escape(old.lower())}(?![\w.-])", f"ghcr.io/{new.lower()}", text)
    text = re.sub(rf"(?<![\w.-])ghcr\.io/{re.escape(owner.lower())}/charts/", f"ghcr.io/{registry}/charts/", text)
    return re.sub(
        rf"(?<![\w./-])((?:(?:git\+)?https://github\.com/)?){re.escape(old)}(?![\w-]|/)", rf"\g<1>{new}", text
    )


def _files(root: Path) -> Iterator[Path]:
    listing = subprocess.run(["git", "ls-files", "-z", "--", *_FOLDERS], cwd=root, capture_output=True, check=True)
    for name in listing.stdout.decode().split("\0"):
        if name.endswith((".py", ".md", ".yml", ".yaml", ".1", "Jenkinsfile")):
            yield root / name


if __name__ == "__main__":
    sys.exit(main())
