"""Make the table of public names of well-known libraries from their released wheels.

    python tools/library_names.py --work FOLDER [LIBRARY ...]

Each wheel is downloaded with pip, read as a zip archive and parsed with ``ast``; nothing of it is imported or run.
What was read of a wheel is kept in FOLDER, so that a second run reads only what is new. The table goes to
``analyzer/knowledge/library_names.zip``, one JSON member a library:

    {"roots": [import names], "versions": [oldest ... newest],
     "modules": {"dotted.name": [in, open, {mask: "names"}]}}

and one more, ``parts.json``, with what each has right below its root: {"import name": "names"}.

Masks are bit sets over the versions, in hexadecimal: ``in`` where the module exists, ``open`` where its names cannot
be known (``__getattr__``, compiled code, star imports from outside), the keys of the last part where names exist.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from analyzer.artifacts.python_bindings import bindings_of

TABLE = Path(__file__).parent.parent / "analyzer" / "knowledge" / "library_names.zip"

LIBRARIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "alibi-detect": (("alibi_detect",), ("0.10.5", "0.12.0", "0.13.0")),
    "apache-airflow": (
        ("airflow",),
        ("1.10.15", "2.0.2", "2.3.4", "2.6.3", "2.8.4", "2.10.5", "2.11.2", "3.0.6", "3.2.2"),
    ),
    "azure-ai-ml": (("azure.ai.ml",), ("1.5.0", "1.15.0", "1.28.1", "1.35.2")),
    "bentoml": (("bentoml",), ("0.13.1", "1.0.25", "1.1.11", "1.2.20", "1.3.22", "1.4.40")),
    "dagster": (("dagster",), ("1.0.17", "1.5.14", "1.9.13", "1.13.29")),
    "deepchecks": (("deepchecks",), ("0.9.2", "0.17.5", "0.19.1")),
    "dvclive": (("dvclive",), ("2.16.0", "3.0.1", "3.49.1")),
    "evidently": (
        ("evidently",),
        (
            "0.2.8",
            "0.3.3",
            "0.4.0",
            "0.4.13",
            "0.4.22",
            "0.4.33",
            "0.4.40",
            "0.5.1",
            "0.6.0",
            "0.6.7",
            "0.7.0",
            "0.7.11",
            "0.7.23",
        ),
    ),
    "fastapi": (("fastapi",), ("0.68.2", "0.95.2", "0.110.3", "0.115.14", "0.165.0")),
    "feast": (("feast",), ("0.31.1", "0.36.0", "0.40.1", "0.47.0", "0.55.0", "0.67.0")),
    "flask": (("flask",), ("1.1.4", "2.0.3", "2.2.5", "3.1.3")),
    "gradio": (("gradio",), ("3.50.2", "4.44.1", "5.49.1", "6.31.0")),
    "great-expectations": (
        ("great_expectations",),
        ("0.13.49", "0.15.50", "0.16.16", "0.17.23", "0.18.22", "1.0.0", "1.3.14", "1.24.1"),
    ),
    "hyperopt": (("hyperopt",), ("0.2.7", "0.3.0")),
    "kedro": (("kedro",), ("0.17.7", "0.18.14", "0.19.15", "1.7.0")),
    "lightgbm": (("lightgbm",), ("3.3.5", "4.1.0", "4.6.0", "4.7.0")),
    "litserve": (("litserve",), ("0.2.0", "0.2.19")),
    "metaflow": (("metaflow",), ("2.7.0", "2.10.0", "2.12.39", "2.19.39")),
    "mlflow": (
        ("mlflow",),
        ("1.30.1", "2.0.1", "2.5.0", "2.9.2", "2.13.2", "2.17.2", "2.22.0", "3.0.0", "3.4.0", "3.10.1", "3.18.0"),
    ),
    "nannyml": (("nannyml",), ("0.9.1", "0.10.7", "0.13.1")),
    "optuna": (("optuna",), ("2.10.1", "3.6.2", "4.7.0", "5.0.0")),
    "pandas": (("pandas",), ("1.3.5", "1.5.3", "2.0.3", "2.2.3", "3.1.1")),
    "pandera": (("pandera",), ("0.14.5", "0.17.2", "0.20.4", "0.24.0", "0.35.0")),
    "prefect": (
        ("prefect",),
        ("1.4.1", "2.0.4", "2.8.7", "2.10.21", "2.14.21", "2.20.0", "3.0.0", "3.1.15", "3.4.0", "3.6.0", "3.9.1"),
    ),
    "prometheus-client": (("prometheus_client",), ("0.14.1", "0.20.0", "0.26.0")),
    "pydantic": (("pydantic",), ("1.8.2", "1.10.13", "2.0.3", "2.5.3", "2.11.7", "2.14.4")),
    "scikit-learn": (("sklearn",), ("0.24.2", "1.0.2", "1.2.2", "1.3.2", "1.5.2", "1.6.1", "1.7.2", "1.9.1")),
    "streamlit": (("streamlit",), ("1.12.2", "1.25.0", "1.40.2", "1.67.0")),
    "wandb": (("wandb",), ("0.12.21", "0.15.12", "0.17.9", "0.19.11", "0.31.0")),
    "whylogs": (("whylogs",), ("0.7.10", "1.1.45", "1.3.32", "1.6.4")),
    "xgboost": (("xgboost",), ("1.5.2", "1.7.6", "2.1.4", "3.2.0")),
    "zenml": (("zenml",), ("0.44.4", "0.58.2", "0.70.0", "0.84.3", "0.98.0")),
}
"""Distribution: import names, and the versions that are read; between two of them, both are asked."""

PARTS = {
    ("apache-airflow", "3.0.6"): ("apache-airflow-core==3.0.6", "apache-airflow-task-sdk==1.0.6"),
    ("apache-airflow", "3.2.2"): ("apache-airflow-core==3.2.2", "apache-airflow-task-sdk==1.2.2"),
}
"""Releases that are spread over several wheels."""

OPEN = frozenset({"mlflow.data"})
"""Modules that other modules add names to."""

INTERNAL = frozenset(
    """
    api_connexion api_fastapi api_internal apis cli cmd contrib database executors frontend gateway jobs legacy_ui
    migrations orion plugins proto protos recipes serialization server static store webserver www zen_server zen_stores
    """.split()
)
"""Parts of module names behind which a library keeps what its users do not import; only their being there is kept."""

PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "macosx_12_0_arm64", "win_amd64")
PYTHONS = ("3.11", "3.9", "3.13", "3.7")
SKIPPED = ("tests", "test", "testing_tests", "vendor", "_vendor", "node_modules", "example_dags", "conftest")


def main() -> None:
    """Read what is new, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--cached", action="store_true", help="use what was read before, download nothing")
    parser.add_argument("libraries", nargs="*")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    tables = {}
    for name, (roots, versions) in LIBRARIES.items():
        read: dict[str, dict[str, dict[str, object]]] = {}
        for version in versions:
            kept = args.work / f"{name}-{version}.json"
            wanted = not args.libraries or name in args.libraries
            if not kept.exists() and wanted and not args.cached:
                modules = read_release(name, version, roots)
                if modules:
                    kept.write_text(json.dumps(modules, sort_keys=True))
                print(name, version, len(modules), flush=True)
            if kept.exists():
                read[version] = outline(json.loads(kept.read_text()))
        if read:
            tables[name] = fold(roots, read)
    write({**present(), **tables})
    print(TABLE, TABLE.stat().st_size, "bytes", len(tables), "libraries")


def read_release(name: str, version: str, roots: tuple[str, ...]) -> dict[str, dict[str, object]]:
    """The modules of one release: whether their names are open, and which they are."""
    modules: dict[str, dict[str, object]] = {}
    for part in PARTS.get((name, version), (f"{name}=={version}",)):
        with tempfile.TemporaryDirectory() as folder:
            wheel = download(part, Path(folder))
            if wheel is None:
                return {}
            for dotted, module in Wheel(wheel, roots).modules().items():
                modules[dotted] = together(modules.get(dotted), module)
    return modules


def together(one: dict[str, object] | None, other: dict[str, object]) -> dict[str, object]:
    """What two wheels hold of one module: a package may be spread over both."""
    if one is None:
        return other
    names = {*one["names"], *other["names"]}  # type: ignore[misc]
    return {"open": bool(one["open"] or other["open"]), "names": sorted(names)}


def download(requirement: str, folder: Path) -> Path | None:
    """Download one wheel, whatever platform it is for: it is only read."""
    for python in PYTHONS:
        for platform in PLATFORMS:
            command = [
                sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(folder),
                "--python-version", python, "--platform", platform, requirement,
            ]  # fmt: skip
            subprocess.run(command, capture_output=True, check=False)
            found = sorted(folder.glob("*.whl"))
            if found:
                return found[0]
    return None


class Wheel:
    """The modules of a wheel, read from its archive."""

    def __init__(self, path: Path, roots: tuple[str, ...]) -> None:
        self._sources: dict[str, str | None] = {}
        self._packages: set[str] = set()
        with zipfile.ZipFile(path) as archive:
            for entry in archive.namelist():
                self._add(archive, entry, roots)
        self._known: dict[str, tuple[set[str], bool]] = {}

    def _add(self, archive: zipfile.ZipFile, entry: str, roots: tuple[str, ...]) -> None:
        parts = re.sub(r"^.*\.data/(?:purelib|platlib)/", "", entry).split("/")
        stem, _, suffix = parts[-1].partition(".")
        ending = suffix.rsplit(".", 1)[-1]
        if ending not in ("py", "so", "pyd", "pyx"):
            return
        package = stem == "__init__"
        dotted = ".".join(parts[:-1] if package else [*parts[:-1], stem])
        if not any(dotted == root or dotted.startswith(f"{root}.") for root in roots):
            return
        if not all(part.isidentifier() for part in dotted.split(".")):
            return
        for end in range(1, len(parts)):
            self._packages.add(".".join(parts[:end]))
        if ending == "py":
            self._sources[dotted] = archive.read(entry).decode("utf-8", "replace")
        else:
            self._sources.setdefault(dotted, None)

    def modules(self) -> dict[str, dict[str, object]]:
        """Every public module with its names."""
        found: dict[str, dict[str, object]] = {}
        for dotted in sorted(self._sources.keys() | self._packages):
            parts = dotted.split(".")
            if any(part in SKIPPED or part.startswith("_") for part in parts):
                continue
            names, is_open = self.names(dotted, ())
            found[dotted] = {
                "open": is_open,
                "names": sorted(name for name in names if not name.startswith("_")),
            }
        return found

    def names(self, dotted: str, asked: tuple[str, ...]) -> tuple[set[str], bool]:
        """The names that a module has, and whether it may have others."""
        if dotted in self._known:
            return self._known[dotted]
        children = {
            name.rsplit(".", 1)[1]
            for name in self._sources.keys() | self._packages
            if name.rpartition(".")[0] == dotted
        }
        if dotted not in self._sources:
            return children, dotted in self._packages and not children
        source = self._sources[dotted]
        if source is None:
            return children, True
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            return children, True
        reader = bindings_of(tree)
        names, is_open = set(reader.names | children), reader.open or dotted in OPEN
        for level, module in reader.stars:
            target = self._target(dotted, level, module)
            if target in self._sources and target not in asked:
                inner, inner_open = self.names(target, (*asked, dotted))
                names |= inner
                is_open = is_open or inner_open
            elif target not in asked:
                is_open = True
        if not asked:
            self._known[dotted] = names, is_open
        return names, is_open

    def _target(self, dotted: str, level: int, module: str) -> str:
        if not level:
            return module
        package = dotted.split(".") if dotted in self._packages else dotted.split(".")[:-1]
        base = package[: len(package) - level + 1]
        return ".".join([*base, module] if module else base)


def outline(modules: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """The modules with internals cut off: where one begins, its names and modules are open."""
    found: dict[str, dict[str, object]] = {}
    for dotted, module in modules.items():
        parts = dotted.split(".")
        cut = next((index for index, part in enumerate(parts) if index and part in INTERNAL), None)
        if cut is None:
            found[dotted] = module
        else:
            found[".".join(parts[: cut + 1])] = {"open": True, "names": []}
    return found


def fold(roots: tuple[str, ...], read: dict[str, dict[str, dict[str, object]]]) -> dict[str, object]:
    """Versions side by side, with a bit for each."""
    versions = list(read)
    modules: dict[str, list[object]] = {}
    for dotted in sorted({name for release in read.values() for name in release}):
        exists = opened = 0
        masks: dict[str, int] = {}
        for index, version in enumerate(versions):
            module = read[version].get(dotted)
            if module is None:
                continue
            exists |= 1 << index
            opened |= (1 << index) * (bool(module["open"]) or dotted in OPEN)
            for name in module["names"]:  # type: ignore[attr-defined]
                masks[name] = masks.get(name, 0) | 1 << index
        groups: dict[str, list[str]] = {}
        for name in sorted(masks):
            groups.setdefault(f"{masks[name]:x}", []).append(name)
        modules[dotted] = [
            f"{exists:x}",
            f"{opened:x}",
            {mask: " ".join(names) for mask, names in sorted(groups.items())},
        ]
    return {"roots": list(roots), "versions": versions, "modules": modules}


def present() -> dict[str, dict[str, object]]:
    """The libraries of the table as it is, so that one can be read anew without the others."""
    if not TABLE.exists():
        return {}
    with zipfile.ZipFile(TABLE) as archive:
        found = {entry.removesuffix(".json"): json.loads(archive.read(entry)) for entry in archive.namelist()}
    return {name: table for name, table in found.items() if name in LIBRARIES}


def write(tables: dict[str, dict[str, object]]) -> None:
    """Write the table; the same input gives the same bytes.

    Deflated: LZMA saves a sixth of the bytes and takes more than twice as long to read, which every first analysis waits for.
    """
    with zipfile.ZipFile(TABLE, "w") as archive:
        for name, table in (*sorted(tables.items()), ("parts", parts(tables))):
            entry = zipfile.ZipInfo(f"{name}.json", (1980, 1, 1, 0, 0, 0))
            text = json.dumps(table, sort_keys=True, separators=(",", ":"))
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED, compresslevel=9)


def parts(tables: dict[str, dict[str, object]]) -> dict[str, str]:
    """The modules and packages right below the root of each library, of any version, private ones left out."""
    found: dict[str, set[str]] = {}
    for table in tables.values():
        for dotted in table["modules"]:
            for root in table["roots"]:
                below = dotted.removeprefix(f"{root}.").split(".", 1)[0] if dotted.startswith(f"{root}.") else ""
                if below and not below.startswith("_"):
                    found.setdefault(root, set()).add(below.lower())
    return {root: " ".join(sorted(names)) for root, names in found.items()}


if __name__ == "__main__":
    main()
