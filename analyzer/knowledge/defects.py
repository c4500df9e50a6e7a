"""What the kinds of defects are, how far each reaches, and whether it lowers what leans on it.

``reach`` is ``file`` (nothing of the file runs), ``importers`` (nor what imports it), ``scope`` (the function around the
line, or the file at module level), ``line`` (the command or block on the line), ``step`` (the step of CI around the line, from the
line on) or ``folder`` (nothing of the folder).
``lowers`` are beginnings of the ids of criteria that become partial; empty where the defect is told and nothing else.
"""

from __future__ import annotations

from msgspec import Struct

__all__ = ["DEFECT_KINDS", "DefectKind"]


class DefectKind(Struct, frozen=True):
    """One kind of defect. ``title`` says it in a few words."""

    id: str
    title: str
    reach: str
    lowers: tuple[str, ...] = ()


_CODE = ("e2e.", "tests.", "mon.", "ci.", "skills.")

DEFECT_KINDS: dict[str, DefectKind] = {
    item.id: item
    for item in (
        DefectKind("syntax", "A file cannot be parsed", "importers", _CODE),
        DefectKind("missing-module", "An import names a module that is nowhere", "importers", _CODE),
        DefectKind("missing-name", "An import names what the module does not define", "importers", _CODE),
        DefectKind("undeclared-package", "An import that no dependency file declares", "file"),
        DefectKind("undefined-name", "A name that nothing defines", "scope", _CODE),
        DefectKind("arguments", "A function is called with arguments that it does not take", "scope", _CODE),
        DefectKind(
            "relative-start", "A relative import in what an image starts by itself", "file", ("e2e.", "mon.", "ci.")
        ),
        DefectKind("relative-import", "A relative import in what is started by itself", "file", ("ci.",)),
        DefectKind("leads-out", "A relative import that leads out of its package", "importers", _CODE),
        DefectKind("home-path", "A file on one person's machine", "scope", _CODE),
        DefectKind("library-name", "A name that the library does not have", "importers", _CODE),
        DefectKind("uncollected-tests", "Tests that no runner collects", "file", ("tests.",)),
        DefectKind(
            "missing-file", "A command calls a file that is not there", "line", ("ci.", "e2e.", "repro.automation")
        ),
        DefectKind("missing-program", "Code starts a program that is not there", "scope", _CODE),
        DefectKind("makefile", "A Makefile that make cannot read", "file", ("ci.", "repro.automation")),
        DefectKind("missing-target", "A task that no task file has", "line", ("ci.", "repro.automation")),
        DefectKind("missing-copy", "An image copies what is not there", "file", ("e2e.container",)),
        DefectKind("image-lacks", "An image lacks what it imports or opens", "file", ("e2e.container",)),
        DefectKind("image-start", "An image starts what cannot start so", "file", ("e2e.container",)),
        DefectKind("missing-context", "A compose service is built from what is not there", "line", ("e2e.container",)),
        DefectKind("image-build", "CI builds an image in a folder that lacks its parts", "step", ("ci.",)),
        DefectKind(
            "terraform-reference",
            "A reference to what is not declared, or is twice",
            "folder",
            ("iac.provisioning", "iac.ml-infrastructure", "e2e.cloud-deployment"),
        ),
        DefectKind(
            "terraform-backend",
            "A backend that Terraform cannot set up",
            "folder",
            ("iac.provisioning", "iac.ml-infrastructure", "iac.remote-state", "e2e.cloud-deployment"),
        ),
        DefectKind(
            "template-reference", "A reference to what is not declared", "file", ("iac.", "e2e.cloud-deployment")
        ),
        DefectKind(
            "manifest", "A manifest that the cluster refuses", "file", ("iac.kubernetes", "e2e.cloud-deployment")
        ),
        DefectKind("requirement", "A requirement that cannot be installed", "file", ("e2e.container",)),
        DefectKind("refused-install", "CI installs a list that pip refuses", "step", ("ci.",)),
        DefectKind("missing-input", "A pipeline stage whose input nothing makes", "line", ("e2e.pipeline",)),
        DefectKind("missing-dag", "A DAG is started that is not there", "line", ("mon.retraining",)),
        DefectKind(
            "missing-task",
            "A branch of a DAG leads to a task that is not there",
            "file",
            ("e2e.pipeline", "mon.retraining", "ci.model-gate"),
        ),
        DefectKind("schedule-start", "A schedule starts a flow that cannot run", "line", ("mon.retraining",)),
        DefectKind("workflow-shape", "A workflow that its system refuses", "file", ("ci.", "e2e.cloud-deployment")),
        DefectKind(
            "unset-variable", "A workflow reads a variable that nothing sets", "step", ("ci.", "e2e.cloud-deployment")
        ),
        DefectKind("yaml-version", "An unquoted version that YAML reads as a number", "line", ("ci.",)),
    )
}
"""Kinds by id, in the order in which reports list them."""
