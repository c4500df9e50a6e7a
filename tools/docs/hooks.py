"""Hooks of MkDocs: pages that are made, pages that lie elsewhere in the repository, and links that lead out of ``docs/``."""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

ELSEWHERE = {
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "benchmarks/README.md": "project/benchmarks.md",
    "benchmarks/results.md": "project/results.md",
}
"""Files of the repository that are pages of the site."""
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")
_FENCE = re.compile(r"(^ *(`{3,}).*?^ *\2`* *$)", re.MULTILINE | re.DOTALL)


def on_config(config: Any) -> Any:
    """Put pages that the navigation does not name under "More", and those from elsewhere under "Project"."""
    named = set(re.findall(r"[\w./-]+\.md", str(config.nav)))
    there = sorted(path.relative_to(config.docs_dir).as_posix() for path in Path(config.docs_dir).rglob("*.md"))
    more = [path for path in there if path not in named and not path.startswith("examples/")]
    if more:
        config.nav.append({"More": more})
    config.nav.append({"Project": [page for source, page in ELSEWHERE.items() if (ROOT / source).is_file()]})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made and those that lie elsewhere."""
    from mkdocs.structure.files import File

    from tools.docs.reference import reference_pages

    pages = reference_pages()
    pages |= {page: (ROOT / name).read_text("utf-8") for name, page in ELSEWHERE.items() if (ROOT / name).is_file()}
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn links to files of the repository into links to their page, or into the file's name where it has none."""
    del config
    source = {target: name for name, target in ELSEWHERE.items()}.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    known = {f"docs/{file.src_uri}": file.src_uri for file in files} | ELSEWHERE

    def lead(match: re.Match[str]) -> str:
        text, target, anchor = match.group(1), match.group(2), match.group(3) or ""
        if re.match(r"[a-z]+:", target):
            return match.group()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if path in known:
            return f"[{text}]({posixpath.relpath(known[path], posixpath.dirname(page.file.src_uri))}{anchor})"
        return f"{text} (`{path}`)" if (ROOT / path).exists() and path.strip("`") != text.strip("`") else text

    parts = _FENCE.split(markdown)
    # The pattern has two groups: text, a whole fenced block, its fence, text, ...
    return "".join(
        _LINK.sub(lead, part) if index % 3 == 0 else part for index, part in enumerate(parts) if index % 3 != 2
    )
