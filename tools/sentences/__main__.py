"""Writes the catalog of all sentences: ``python -m tools.sentences``, in the root of the project.

python -m tools.sentences --check     says whether the catalog is up to date (exit code 1 where it is not)
python -m tools.sentences --lacks fr  names the sentences that texts/fr.sentences.toml lacks, ready to be translated
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path

from tools.sentences.catalog import ANY, Entry, collect

__all__ = ["CATALOG", "main", "written"]

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "analyzer" / "reporters" / "html" / "texts"
CATALOG = TEXTS / "sentences.toml"
_MOST_LISTED = 100
_HEAD = """\
# Every sentence that the engine may put into a report or page, with {placeholders} for what comes from elsewhere.
# Made by `python -m tools.sentences`; do not change it by hand. `words` are sentences of this file that a placeholder may
# hold in its turn, "*" any that stands for itself; `within` are those that stand in others alone; `of` are the modules
# that say it. Translations stand in CODE.sentences.toml: docs/pages.md.
"""


def main() -> int:
    """Write the catalog, or say what is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("--lacks", metavar="CODE", help="name what a language lacks")
    given = parser.parse_args()
    if given.lacks:
        return _name_lacking(TEXTS / f"{given.lacks}.sentences.toml")
    text = written()
    if given.check:
        if CATALOG.read_text("utf-8") != text:
            print("The catalog of sentences is not that of the code: run python -m tools.sentences", file=sys.stderr)
            return 1
        return 0
    CATALOG.write_text(text, "utf-8")
    return 0


def written(root: Path = ROOT) -> str:
    """The catalog as it should stand in its file."""
    lines = [_HEAD]
    found = collect(root)
    for text, entry in found.items():
        lines.append("[[sentence]]")
        lines.append(f"text = {_quoted(text)}")
        for name, held in sorted(entry.words.items()):
            few = held if ANY not in held and len(held) <= _MOST_LISTED else _few(held, found)
            lines.append(f"words.{name} = [{', '.join(map(_quoted, sorted(few)))}]")
        if entry.within:
            lines.append("within = true")
        lines.append(f"of = [{', '.join(map(_quoted, sorted(entry.modules)))}]\n")
    return "\n".join(lines)


def _few(held: set[str], found: dict[str, Entry]) -> set[str]:
    """Any sentence that stands for itself, and those that do not."""
    return {ANY, *(text for text in held if text in found and found[text].within)}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _name_lacking(path: Path) -> int:
    known = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    for item in tomllib.loads(CATALOG.read_text("utf-8"))["sentence"]:
        if item["text"] not in known:
            print(f"# {', '.join(item['of'])}\n{_quoted(item['text'])} = {_quoted(item['text'])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
