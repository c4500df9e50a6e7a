"""How much of a batch's text is in more than one repository: what sharing parsed files by content could save.

    python benchmarks/same_blobs.py FOLDER

FOLDER holds git directories as OWNER+REPO/repo. Counted are the files of the commits at HEAD, by name of a kind that is
parsed and of at most 1 MiB: how many bytes an earlier repository has as well, in a file of any path, and in one of the same.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from analyzer.inventory import Kind, kind_of

_MOST = 1 << 20


def main() -> None:
    """Print the two shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    repositories = sorted(
        path / "repo" for path in parser.parse_args().folder.iterdir() if (path / "repo/HEAD").is_file()
    )
    blobs: set[str] = set()
    files: set[tuple[str, str]] = set()
    total = same = same_path = 0
    for repository in repositories:
        listed = _files(repository)
        total += sum(size for _, _, size in listed)
        same += sum(size for blob, _, size in listed if blob in blobs)
        same_path += sum(size for blob, path, size in listed if (blob, path) in files)
        blobs.update(blob for blob, _, _ in listed)
        files.update((blob, path) for blob, path, _ in listed)
    shares = f"{same / total:.1%} in an earlier one, {same_path / total:.1%} under the same path"
    print(f"{len(repositories)} repositories, {total / 2**20:.0f} MiB of text: {shares}")


def _files(repository: Path) -> list[tuple[str, str, int]]:
    """(blob, path, size) of what is parsed."""
    command = ["git", "--git-dir", str(repository), "ls-tree", "-r", "-l", "-z", "HEAD"]
    out = subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")
    found = []
    for row in out.split("\0"):
        told, _, path = row.partition("\t")
        words = told.split()
        if path and kind_of(path) is not Kind.OTHER and words[3].isdigit() and 0 < int(words[3]) <= _MOST:
            found.append((words[2], path, int(words[3])))
    return found


if __name__ == "__main__":
    main()
