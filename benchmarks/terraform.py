"""Two grammars of Terraform side by side: python-hcl2's, and tree-sitter's, which reads for us.

    python benchmarks/terraform.py FOLDER

FOLDER holds git directories as OWNER+REPO/repo. Every ``.tf`` file of their newest commits is parsed by both, in turns.
Prints the time of each and what each refuses, and the files of which they differ.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import hcl2
import tree_sitter
import tree_sitter_hcl

from analyzer.limits import Limits
from analyzer.snapshot import open_git


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    fast = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
    refuses: dict[str, Callable[[str], bool]] = {
        "python-hcl2": _refused_by_hcl2,
        "tree-sitter": lambda text: fast.parse(text.encode("utf-8", "replace")).root_node.has_error,
    }
    spent = dict.fromkeys(refuses, 0.0)
    answers: dict[str, list[str]] = {name: [] for name in refuses}
    files = letters = 0
    for where, text in _texts(parser.parse_args().folder):
        files, letters = files + 1, letters + len(text)
        for name, refused in refuses.items():
            since = time.process_time()
            if refused(text):
                answers[name].append(where)
            spent[name] += time.process_time() - since
    print(
        f"{files} files, {letters:,} characters\n\n| grammar | seconds | over the other | refuses |\n|---|---:|---:|---:|"
    )
    for name, seconds in spent.items():
        print(f"| {name} | {seconds:.2f} | {seconds / min(spent.values()):.1f} | {len(answers[name])} |")
    for where in sorted(set(answers["python-hcl2"]) ^ set(answers["tree-sitter"])):
        print(
            f"\n{where}: refused by {'python-hcl2' if where in answers['python-hcl2'] else 'tree-sitter'} alone", end=""
        )
    print()


def _refused_by_hcl2(text: str) -> bool:
    try:
        hcl2.parses_to_tree(f"{text}\n")
    except Exception:  # noqa: BLE001 lark raises a family of errors without a common public base
        return True
    return False


def _texts(folder: Path) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for git_dir in sorted(folder.glob("*/repo")):
        with open_git(git_dir, "", Limits()) as snapshot:
            paths = [path for path in snapshot.entries if path.endswith(".tf")]
            contents = ((path, snapshot.read_if_small(path)) for path in paths)
            name = git_dir.parent.name
            found += [(f"{name}:{path}", content.decode("utf-8", "replace")) for path, content in contents if content]
    return found


if __name__ == "__main__":
    main()
