"""Third-party conformance sets, read by this project's parsers: right, in part, refused with a reason, crashed.

    python benchmarks/conformance.py FOLDER

FOLDER holds bare repositories as ``OWNER+REPO/repo``; those that are not there are left out. Nothing of them is kept.
**Right** is said of each set: what its own files or its own expected results say, against what was parsed. **In part**:
a result with a reason, or one that differs. **Refused**: no result, with a reason; where the set says that a file is
wrong, that is right. **Crashed**: an exception.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from analyzer.artifacts.ci import parse_github
from analyzer.artifacts.dockerfile import parse_dockerfile
from analyzer.artifacts.kubernetes import parse_kubernetes
from analyzer.artifacts.monitoring import parse_dashboard
from analyzer.artifacts.terraform import parse_terraform
from analyzer.artifacts.text import decode
from analyzer.artifacts.yaml_reader import read_yaml

RIGHT, PART, REFUSED, CRASHED = "right", "in part", "refused", "crashed"
Files = Mapping[str, str]


def _files(git_dir: Path, pattern: str) -> dict[str, str]:
    """The texts of the files of HEAD whose path matches."""
    run = ["git", f"--git-dir={git_dir}"]
    names = subprocess.run([*run, "ls-tree", "-r", "-z", "--name-only", "HEAD"], capture_output=True, check=True).stdout
    found = {}
    for name in names.decode("utf-8", "replace").split("\0"):
        if re.search(pattern, name):
            shown = subprocess.run([*run, "cat-file", "blob", f"HEAD:{name}"], capture_output=True, check=False)
            text = decode(shown.stdout)
            if text is not None:
                found[name] = text
    return found


def dockerfiles(files: Files) -> Iterator[tuple[str, str]]:
    """Right: the instructions, by name and in order, that BuildKit's own result lists."""
    for path, text in files.items():
        if not path.endswith("Dockerfile"):
            continue
        parsed = parse_dockerfile(path, text)
        names = [item.name.lower() for item in parsed.instructions]
        expected = files.get(path.removesuffix("Dockerfile") + "result")
        if expected is None:  # wrong on purpose
            yield path, REFUSED if parsed.error or not names else PART
        else:
            wanted = re.findall(r"(?m)^\((\S+)", expected)
            yield path, RIGHT if names == wanted and not parsed.error else PART if names else REFUSED


def hcl(files: Files) -> Iterator[tuple[str, str]]:
    """Right: no error, or one where the set expects one. Blocks of other languages than Terraform's are not kept."""
    for path, text in files.items():
        if path.endswith(".hcl"):
            error = bool(parse_terraform(path, text).error)
            expected = "diagnostics" in files.get(path.removesuffix(".hcl") + ".t", "")
            yield path, RIGHT if error == expected else REFUSED if error else PART


_MARKS = (("\u2423", " "), ("\u2190", "\r"), ("\u21d4", "\ufeff"), ("\u21b5", ""))


def yaml(files: Files) -> Iterator[tuple[str, str]]:
    """Right: the scalars of all documents are those of the set's events, in order; or an error where one is expected."""
    for path, text in files.items():
        cases = read_yaml(text)
        for case in cases.documents[0] if cases.documents else ():
            source = re.sub("\u2014*\u00bb", "\t", case.get("yaml").text).replace("\u220e\n", "")
            for mark, stands_for in _MARKS:
                source = source.replace(mark, stands_for)
            if not source:
                continue
            parsed = read_yaml(source)
            if case.get("fail").text == "true":
                yield path, RIGHT if parsed.error else PART
                continue
            wanted = re.findall(r"(?m)^\s*=VAL (?:&\S+ )?(?:<[^>]*> )?[:'\"|>](.*)$", case.get("tree").text)
            found = [node.text for document in parsed.documents for node in _scalars(document)]
            plain = [re.sub(r"\s|\\n|\\t|\u2423", "", item.replace("\\\\", "\\")) for item in wanted]
            same = [re.sub(r"\s", "", item) for item in found] == plain
            yield path, RIGHT if same and not parsed.error else PART if parsed.documents else REFUSED


def _scalars(node: object) -> Iterator[object]:
    from analyzer.artifacts.yaml_reader import Node

    assert isinstance(node, Node)
    if node.kind == "mapping":
        for key, value in node._raw.value:
            yield from _scalars(Node(key))
            yield from _scalars(Node(value))
    elif node.kind == "sequence":
        for item in node:
            yield from _scalars(item)
    elif node.kind == "scalar":
        yield node


def workflows(files: Files) -> Iterator[tuple[str, str]]:
    """Right: no error, and as many jobs as the file has keys below ``jobs``."""
    for path, text in files.items():
        parsed = parse_github(f".github/workflows/{Path(path).name}", text)
        below = re.search(r"(?ms)^jobs:\s*$(.*?)(?=^\S|\Z)", text)
        first = re.search(r"(?m)^( +)[\w-]+:", below.group(1)) if below else None
        wanted = len(re.findall(rf"(?m)^{first.group(1)}[\w-]+:", below.group(1))) if below and first else 0
        error = getattr(parsed, "error", "")
        yield path, RIGHT if len(parsed.jobs) == wanted and not error else PART if parsed.jobs else REFUSED


def terraform(files: Files) -> Iterator[tuple[str, str]]:
    """Right: no error, and as many resources, variables and outputs as the file has heads of such blocks."""
    for path, text in files.items():
        parsed = parse_terraform(path, text)
        wanted = [len(re.findall(rf'(?m)^{kind} "', text)) for kind in ("resource", "variable", "output")]
        found = [len(parsed.resources), len(parsed.variables), len(parsed.outputs)]
        yield path, RIGHT if found == wanted and not parsed.error else PART if any(found) else REFUSED


def kubernetes(files: Files) -> Iterator[tuple[str, str]]:
    """Right: no error, and as many objects as the file has kinds at its left edge."""
    for path, text in files.items():
        objects, error = parse_kubernetes(path, text)
        wanted = len(re.findall(r"(?m)^[\"']?kind[\"']?:\s*\S", text))
        yield path, RIGHT if len(objects) == wanted and not error else PART if objects else REFUSED


def dashboards(files: Files) -> Iterator[tuple[str, str]]:
    """Right: a dashboard with as many panels as the JSON has, those of rows included."""
    for path, text in files.items():
        try:
            document = json.loads(text)
        except ValueError:
            document = {}
        if not isinstance(document, dict) or "panels" not in document:
            continue
        parsed = parse_dashboard(path, text)
        panels = [*document["panels"], *(inner for panel in document["panels"] for inner in panel.get("panels", ()))]
        counts = {len(panels), len([panel for panel in panels if panel.get("type") != "row"])}
        yield path, REFUSED if parsed is None else RIGHT if parsed.panels in counts else PART


_SETS: tuple[tuple[str, str, str, Callable[[Files], Iterator[tuple[str, str]]]], ...] = (
    ("BuildKit's Dockerfile parser", "moby+buildkit", r"dockerfile/parser/testfiles", dockerfiles),
    ("HCL specification suite", "hashicorp+hcl", r"specsuite/tests/.*\.(hcl|t)$", hcl),
    ("yaml-test-suite", "yaml+yaml-test-suite", r"^src/.*\.yaml$", yaml),
    ("Starter workflows of GitHub Actions", "actions+starter-workflows", r"^[a-z-]+/[^/]+\.ya?ml$", workflows),
    ("Terraform module", "terraform-aws-modules+terraform-aws-vpc", r"\.tf$", terraform),
    ("Kubernetes examples", "kubernetes+examples", r"\.ya?ml$", kubernetes),
    ("Grafana dashboards", "percona+grafana-dashboards", r"\.json$", dashboards),
)


def main() -> None:
    """Print the table, and on standard error each file that is not right."""
    folder = Path(sys.argv[1])
    print("| set | files or cases | right | in part | refused | crashed |\n|---|---:|---:|---:|---:|---:|")
    for title, name, pattern, judge in _SETS:
        git_dir = folder / name / "repo"
        if not git_dir.is_dir():
            print(f"{title}: {git_dir} is not there", file=sys.stderr)
            continue
        counts: Counter[str] = Counter()
        texts = _files(git_dir, pattern)
        groups = [texts] if judge in (dockerfiles, hcl) else [{path: text} for path, text in texts.items()]
        for group in groups:
            try:
                for path, outcome in judge(group):
                    counts[outcome] += 1
                    if outcome != RIGHT:
                        print(f"{title}: {path}: {outcome}", file=sys.stderr)
            except Exception as error:  # noqa: BLE001 a crash is what is counted
                counts[CRASHED] += 1
                print(f"{title}: {next(iter(group))}: {type(error).__name__}: {error}", file=sys.stderr)
        cells = " | ".join(str(counts[word]) for word in (RIGHT, PART, REFUSED, CRASHED))
        print(f"| {title} | {sum(counts.values())} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
