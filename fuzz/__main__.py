"""``python -m fuzz TARGET [libFuzzer options]``: fuzz one target; see ``bin/fuzz``.

With ``-runs=N`` it begins with the seeds alone, so that the same inputs come every time; else with what was found before.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["analyzer.artifacts", "analyzer.code", "analyzer.commands", "rules"]):
    from fuzz.targets import TARGETS, seeds


def main() -> None:
    """Write the seeds and fuzz until libFuzzer's limits."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in TARGETS:
        sys.exit(f"usage: python -m fuzz {'|'.join(TARGETS)} [libFuzzer options]")
    if any(option.startswith("-runs=") for option in sys.argv):
        with TemporaryDirectory(prefix="folioscope-fuzz-") as folder:
            _fuzz(name, Path(folder))
    else:
        _fuzz(name, Path(__file__).parent / "corpus" / name)


def _fuzz(name: str, corpus: Path) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    found = Path(__file__).parent / "found"
    found.mkdir(exist_ok=True)
    options = ["-timeout=30", "-rss_limit_mb=3000", "-max_len=16384", f"-artifact_prefix={found}/{name}-"]
    atheris.Setup([sys.argv[0], *options, *sys.argv[2:], str(corpus)], TARGETS[name])
    atheris.Fuzz()


main()
