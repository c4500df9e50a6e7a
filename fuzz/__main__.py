"""``python -m fuzz TARGET [libFuzzer options]``: fuzz one target; see ``bin/fuzz``."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["analyzer.artifacts", "analyzer.code", "analyzer.commands", "rules"]):
    from fuzz.targets import TARGETS, seeds


def main() -> None:
    """Write the seeds and fuzz until libFuzzer's limits."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"usage: python -m fuzz {'|'.join(TARGETS)} [libFuzzer options]")
    corpus = Path(__file__).parent / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    found = Path(__file__).parent / "found"
    found.mkdir(exist_ok=True)
    options = ["-timeout=30", "-rss_limit_mb=3000", "-max_len=16384", f"-artifact_prefix={found}/{name}-"]
    atheris.Setup([sys.argv[0], *options, *sys.argv[2:], str(corpus)], TARGETS[name])
    atheris.Fuzz()


main()
