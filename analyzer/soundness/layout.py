"""Where things are: which modules, files and folders the repository has, and which it may get elsewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cached_property

from analyzer.artifacts.python_bindings import Bindings
from analyzer.artifacts.python_source import PythonModule
from analyzer.repository import Repository
from analyzer.snapshot import EntryKind

__all__ = ["Layout"]

_PRODUCES = re.compile(r"(?:>{1,2}\s*|(?:-o|--output|--output-file|--out|-O|--path)[= ]|(?:cp|mv|touch|curl|wget|ln|freeze|export|compile|tee|sed|envsubst)\b[^\n]*?)\s*[\"']?(?:\./)?([\w./-]+)")  # fmt: skip

_FETCHED = re.compile(r"(?:https?|s3|gs)://[^\s\"']*/([\w.-]+)")

_TEMPLATES = ("template", "tpl", "tmpl", "j2", "jinja", "example", "sample", "dist", "in")


class Layout:
    """Questions about paths that several families of checks ask; everything is built on first use."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.asked: dict[str, Bindings | None] = {}
        """What was asked of modules since somebody emptied it, and the answers."""
        self.unsure = False
        """Whether more than names and modules was asked since: what is ignored, or made."""

    # -- modules ---------------------------------------------------------------------------------------------

    @cached_property
    def _modules(self) -> dict[str, list[str]]:
        """Module files of the whole snapshot, whoever's they are, by every dotted tail of their path."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.repository.snapshot.entries):
            if path.endswith((".py", ".pyi", ".so", ".pyd", ".pyx", ".ipynb")):
                parts = path[: path.rfind(".")].removesuffix("/__init__").split("/")
                for start in range(len(parts)):
                    found.setdefault(".".join(parts[start:]), []).append(path)
        return found

    @cached_property
    def _packages(self) -> frozenset[str]:
        """Every dotted tail of every folder that holds a module, however deep."""
        found: set[str] = set()
        folders = {posixpath.dirname(path) for paths in self._modules.values() for path in paths}
        for folder in sorted(folders):
            parts = folder.split("/")
            for end in range(1, len(parts) + 1):
                found.update(".".join(parts[start:end]) for start in range(end))
        return frozenset(found)

    def modules(self, dotted: str, importer: str) -> tuple[str, ...]:
        """Every file that an import may mean."""
        if dotted.startswith("."):
            return tuple(path for path in self._relative(dotted, importer) if path in self.repository.snapshot.entries)
        return tuple(self._modules.get(dotted, ()))

    def is_package(self, dotted: str, importer: str) -> bool:
        """Whether a folder with modules has that name."""
        if dotted.startswith("."):
            base = self._base(dotted, importer)
            return base in ("", ".") or self.repository.has(base)
        return dotted in self._packages

    def exists(self, dotted: str, importer: str) -> bool:
        """Whether an import finds a module or a folder of the repository."""
        return bool(self.modules(dotted, importer)) or self.is_package(dotted, importer)

    def _base(self, dotted: str, importer: str) -> str:
        level = len(dotted) - len(dotted.lstrip("."))
        base = posixpath.dirname(importer)
        for _ in range(level - 1):
            base = posixpath.dirname(base)
        rest = dotted[level:].replace(".", "/")
        return posixpath.join(base, rest) if rest else base

    def _relative(self, dotted: str, importer: str) -> Iterator[str]:
        base = self._base(dotted, importer)
        yield from (f"{base}.py", posixpath.join(base, "__init__.py"), f"{base}.so", f"{base}.pyx", f"{base}.pyi")

    @cached_property
    def _parsed(self) -> dict[str, PythonModule]:
        return {module.path: module for module in self.repository.modules}

    @cached_property
    def _bindings(self) -> dict[str, Bindings | None]:
        return {}

    def bindings(self, path: str) -> Bindings | None:
        """What a module of the candidate binds; None where that cannot be told."""
        if path not in self._bindings:
            module = self._parsed.get(path)
            if module is not None and not module.error:
                self._bindings[path] = module.bindings
            elif path.endswith("__init__.py") and not (self.repository.text(path) or "").strip():
                self._bindings[path] = Bindings(frozenset(), (), open=False)
            else:
                self._bindings[path] = None
        self.asked[path] = self._bindings[path]
        return self._bindings[path]

    def defines(self, path: str, name: str, asked: frozenset[str] = frozenset()) -> bool | None:
        """Whether a module has a name; None where that cannot be told."""
        bound = self.bindings(path)
        if bound is None or bound.open:
            return None
        if name in bound.names or name.startswith("__"):
            return True
        if path.endswith("__init__.py"):
            folder = posixpath.dirname(path)
            if self.repository.has(posixpath.join(folder, name)) or self.repository.has(f"{folder}/{name}.py"):
                return True
        for level, module in bound.stars:
            dotted = "." * level + module
            targets = self.modules(dotted, path)
            if not targets:
                return None
            for target in targets:
                answer = self.defines(target, name, asked | {path}) if target not in asked else False
                if answer is not False:
                    return answer
        return False

    @cached_property
    def is_template(self) -> bool:
        """Whether the repository is one from which others are made, so that its files are none that run."""
        entries = self.repository.snapshot.entries
        marks = ("cookiecutter.json", "copier.yml", "copier.yaml", "databricks_template_schema.json")
        return any(path in marks or "{{" in path or "{%" in path for path in entries)

    # -- files -----------------------------------------------------------------------------------------------

    @cached_property
    def has_submodules(self) -> bool:
        """Whether parts of what is judged live in other repositories."""
        within = f"{self.repository.subdir}/" if self.repository.subdir else ""
        return any(
            entry.kind is EntryKind.SUBMODULE and path.startswith(within)
            for path, entry in self.repository.snapshot.entries.items()
        )

    @cached_property
    def _all_paths(self) -> str:
        """Every path on a line of its own, behind a slash."""
        return "".join(f"/{path}\n" for path in self.repository.snapshot.entries)

    def somewhere(self, name: str) -> bool:
        """Whether any file or folder of the repository has a path that ends with ``name``."""
        plain = name.strip("/")
        if f"/{plain}\n" in self._all_paths or f"/{plain}/" in self._all_paths:
            return True
        return bool(self._linked) and not self._linked.isdisjoint(plain.split("/")[:-1])

    @cached_property
    def _linked(self) -> frozenset[str]:
        """The last names of symbolic links: below one lies what it leads to."""
        entries = self.repository.snapshot.entries.items()
        return frozenset(path.rsplit("/", 1)[-1] for path, entry in entries if entry.kind is EntryKind.SYMLINK)

    @cached_property
    def _ignored(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """Plain names and patterns of ignore files."""
        patterns: list[str] = []
        for path in self.repository.snapshot.entries:
            if path.rsplit("/", 1)[-1] == ".gitignore":
                lines = (self.repository.text(path) or "").split("\n")
                patterns += (
                    line.strip().strip("/") for line in lines if line.strip() and not line.startswith(("#", "!"))
                )
        every = dict.fromkeys(part for pattern in patterns for part in (pattern, pattern.removeprefix("**/")))
        globs = tuple(pattern for pattern in every if not {"*", "?", "["}.isdisjoint(pattern))
        plain = frozenset(every) - frozenset(globs)
        # Names are asked for from the folder that uses them, which may lie deeper than the ignore file.
        tails = {pattern[cut + 1 :] for pattern in plain for cut, letter in enumerate(pattern) if letter == "/"}
        return plain | tails, globs

    def is_ignored(self, name: str) -> bool:
        """Whether an ignore file leaves a path out of the repository, so that it may be there all the same."""
        self.unsure = True
        parts = name.strip("/").split("/")
        candidates = {*parts, *("/".join(parts[:end]) for end in range(1, len(parts) + 1))}
        plain, globs = self._ignored
        return not plain.isdisjoint(candidates) or any(
            fnmatchcase(candidate, pattern) for pattern in globs for candidate in candidates
        )

    @cached_property
    def _produced(self) -> frozenset[str]:
        """Names of files that commands or code anywhere in the repository write or fetch."""
        found: set[str] = set()
        for path in self.repository.paths:
            name = path.rsplit("/", 1)[-1].lower()
            scripts = name.endswith(
                (".sh", ".yml", ".yaml", ".mk", ".toml", ".ini", ".md", ".tf", ".ps1", ".bat", ".tpl")
            )
            if not scripts and not re.search(r"makefile|dockerfile|jenkinsfile|justfile", name):
                continue
            entry = self.repository.snapshot.entries.get(path)
            if entry is None or entry.size > 200_000:
                continue
            text = self.repository.text(path) or ""
            found.update(match.group(1).rsplit("/", 1)[-1] for match in _PRODUCES.finditer(text))
            found.update(match.group(1) for match in _FETCHED.finditer(text))
        values = {item.value for module in self.repository.modules for item in module.texts}
        found.update(value.rsplit("/", 1)[-1] for value in values if len(value) < 200 and "." in value)
        return frozenset(found)

    def is_produced(self, name: str) -> bool:
        """Whether something in the repository writes a file of that name, or holds a template of it."""
        self.unsure = True
        base = name.rsplit("/", 1)[-1]
        return base in self._produced or any(self.somewhere(f"{base}.{ending}") for ending in _TEMPLATES)
