"""Would it run? What would stop the project, told from its files without executing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzer.errors import LimitError
from analyzer.repository import Repository
from analyzer.snapshot import Problem
from analyzer.soundness.called_files import missing_called_files, missing_programs
from analyzer.soundness.ci_images import unbuildable_in_ci
from analyzer.soundness.ci_installs import refused_installs
from analyzer.soundness.dags import unknown_branches, unknown_dags
from analyzer.soundness.declared import Declared
from analyzer.soundness.defect import Defect, joined
from analyzer.soundness.held_files import unheld_files
from analyzer.soundness.held_modules import unheld_modules
from analyzer.soundness.home_paths import foreign_homes
from analyzer.soundness.ignored_copies import ignored_copies
from analyzer.soundness.images import broken_images
from analyzer.soundness.imports import broken_imports
from analyzer.soundness.installed import lacking_images
from analyzer.soundness.layout import Layout
from analyzer.soundness.libraries import unknown_library_names
from analyzer.soundness.makefiles import refused_makefiles
from analyzer.soundness.manifests import refused_workloads
from analyzer.soundness.names import undefined_names, unparsed_modules
from analyzer.soundness.scheduled import failing_schedules
from analyzer.soundness.signatures import refused_arguments
from analyzer.soundness.stages import missing_inputs
from analyzer.soundness.started import leading_out, relative_starts
from analyzer.soundness.terraform import undeclared_in_templates, undeclared_references
from analyzer.soundness.terraform_files import unwritten_files
from analyzer.soundness.test_files import idle_tests, uncollected_tests
from analyzer.soundness.workflows import workflow_shapes

__all__ = ["Defect", "find_defects"]

_MOST = 200


def find_defects(repository: Repository) -> tuple[tuple[Defect, ...], tuple[Problem, ...]]:
    """All defects in order of paths and lines, at most 200, and a problem for each family of checks that failed."""
    layout, declared = Layout(repository), Declared(repository)
    if layout.is_template:
        return (), ()
    families: dict[str, Callable[[], Iterator[Defect]]] = {
        "syntax": lambda: unparsed_modules(repository),
        "imports": lambda: broken_imports(layout, declared),
        "names": lambda: undefined_names(repository),
        "arguments": lambda: refused_arguments(repository),
        "homes": lambda: foreign_homes(repository),
        "libraries": lambda: unknown_library_names(layout, declared),
        "tests": lambda: uncollected_tests(repository),
        "tests as scripts": lambda: idle_tests(repository),
        "called files": lambda: missing_called_files(layout),
        "programs": lambda: missing_programs(layout),
        "images": lambda: broken_images(layout),
        "builds in CI": lambda: unbuildable_in_ci(layout),
        "installs in CI": lambda: refused_installs(repository),
        "ignored copies": lambda: ignored_copies(repository),
        "held files": lambda: unheld_files(repository),
        "held modules": lambda: unheld_modules(layout),
        "installed": lambda: lacking_images(layout),
        "terraform": lambda: undeclared_references(repository),
        "files of Terraform": lambda: unwritten_files(layout),
        "templates": lambda: undeclared_in_templates(repository),
        "makefiles": lambda: refused_makefiles(repository),
        "manifests": lambda: refused_workloads(repository),
        "starts": lambda: relative_starts(layout),
        "packages": lambda: leading_out(layout),
        "stages": lambda: missing_inputs(layout),
        "dags": lambda: unknown_dags(repository),
        "branches": lambda: unknown_branches(repository),
        "schedules": lambda: failing_schedules(repository),
        "workflows": lambda: workflow_shapes(repository),
    }
    found: set[Defect] = set()
    problems: list[Problem] = []
    for name, family in families.items():
        try:
            found.update(joined(family()))
        except (LimitError, MemoryError):  # of the whole analysis, whoever meets it
            raise
        except Exception as error:  # noqa: BLE001 a check that fails must cost its own answers alone
            problems.append(Problem("soundness", f"the checks of {name} failed: {type(error).__name__}: {error}"[:300]))
    return tuple(sorted(found))[:_MOST], tuple(problems)
