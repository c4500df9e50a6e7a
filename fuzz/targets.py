"""What is fuzzed: a function from bytes to nothing, which raises when a promise is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from analyzer.artifacts.text import decode
from analyzer.assessment import assess
from analyzer.inventory import kind_of
from analyzer.limits import Limits
from analyzer.report import ReportTarget
from analyzer.reporters.formats import FORMATS, render
from analyzer.rubric import load_rubric
from analyzer.snapshot import Entry, Snapshot
from tests.artifacts.formats import FORMATS as PARSERS
from tests.artifacts.test_any_bytes import lines_of

__all__ = ["TARGETS", "packed", "parse", "report", "seeds"]

_ROOT = Path(__file__).parents[1]
_SEPARATOR = b"\n\xff\xfe\xff\n"
_MOST_FILES = 12
_LONGEST_SEED = 4096
_NAMES = (
    *("README.md", "Dockerfile", "docker-compose.yml", ".github/workflows/ci.yml", "src/train.py", "src/serve.py"),
    *("main.tf", "k8s/app.yaml", "Makefile", "requirements.txt", "pyproject.toml", "notebooks/a.ipynb", "dvc.yaml"),
    *(".pre-commit-config.yaml", "tests/test_train.py", "prometheus.yml", "grafana/dashboards/a.json", "run.sh"),
    *(".gitlab-ci.yml", "Jenkinsfile", "docs/runbook.md", "template.yaml", "Pulumi.yaml", "chart/Chart.yaml"),
    *("chart/templates/a.yaml", "dags/flow.py", "metrics.json", "alerts.rules.yml", "tox.ini", "environment.yml"),
)


def parse(data: bytes) -> None:
    """A parser, chosen by the first byte, takes any text: it raises nothing, and every line that it names is there."""
    if not data:
        return
    form = PARSERS[data[0] % len(PARSERS)]
    text = decode(data[1:])
    if text is None:
        return
    last = text.count("\n") + 1
    wrong = [(where, line) for where, line in lines_of(form.parse(text)) if not 1 <= line <= last]
    if wrong:
        raise AssertionError(f"{form.name} names lines that are not there: {wrong[:3]}")


def report(data: bytes) -> None:
    """Files of a repository, whatever they hold, come to a report in every format, without a failed rule."""
    files = dict(_files(data))
    entries = {path: Entry(path, len(content)) for path, content in files.items()}
    snapshot = Snapshot(_ROOT, "", "", entries, Limits(), _contents=dict(files))
    found = assess(snapshot, ReportTarget("o/r", "o", "r", "", "", "", "", ""), load_rubric("mlops"))
    broken = [problem for problem in found.problems if "failed" in problem.what or "could not be drawn" in problem.what]
    if broken:
        raise AssertionError(f"{broken[0].where}: {broken[0].what}")
    for name in FORMATS:
        render(found, name)


def _files(data: bytes) -> list[tuple[str, bytes]]:
    """The files that bytes stand for: each begins with a byte that names it."""
    parts = [part for part in data.split(_SEPARATOR)[:_MOST_FILES] if part]
    return [(_NAMES[part[0] % len(_NAMES)], part[1:]) for part in parts]


def packed(files: Mapping[str, bytes]) -> bytes:
    """The bytes that stand for these files, as far as their names are known."""
    known = {name: number for number, name in enumerate(_NAMES)}
    return _SEPARATOR.join(bytes([known[name]]) + content for name, content in files.items() if name in known)


TARGETS: Mapping[str, Callable[[bytes], None]] = {"parsers": parse, "report": report}


def seeds(target: str) -> list[bytes]:
    """Where fuzzing begins: the fragments of each format, and the files of the sample repositories."""
    if target == "parsers":
        return [
            bytes([number]) + "".join(form.fragments).encode()[:_LONGEST_SEED] for number, form in enumerate(PARSERS)
        ]
    found = []
    for repository in sorted((_ROOT / "fixtures" / "repos").iterdir()):
        named: dict[str, bytes] = {}
        for path in sorted(repository.rglob("*")):
            if path.is_file() and path.stat().st_size <= _LONGEST_SEED:
                same = (name for name in _NAMES if kind_of(name) == kind_of(path.relative_to(repository).as_posix()))
                named.setdefault(next(same, ""), path.read_bytes())
        found.append(packed(named))
    return found
