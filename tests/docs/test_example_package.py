"""The example of a rule package: built as a wheel, installed in a fresh environment, seen in every format."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from analyzer.reporters.formats import FORMATS
from tests.conftest import FIXTURES
from tests.docs.fresh import Fresh

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "folioscope-model-card"
PICTURES = ("badge", "shields")
"""Formats that show the score alone."""


@pytest.fixture(scope="module")
def installed(fresh: Fresh, tmp_path_factory: pytest.TempPathFactory) -> tuple[Fresh, Path]:
    """A fresh environment with the example's wheel, and a folder with the source and a project."""
    folder = tmp_path_factory.mktemp("example")
    own = fresh.copy(folder)
    shutil.copytree(EXAMPLE, folder / "source")
    shutil.copytree(FIXTURES / "notebook-only", folder / "project")
    (folder / "project" / "MODEL_CARD.md").write_text(
        "# Card\n## Intended use\nSays how much ice cream the kiosk sells on a day.\n"
    )
    run(own, folder, "python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "built", "./source")
    [wheel] = (folder / "built").glob("*.whl")
    run(own, folder, "python", "-m", "pip", "install", "--quiet", "--no-deps", str(wheel))
    return own, folder


def run(own: Fresh, folder: Path, *command: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=dict(own.environment(folder)), capture_output=True, text=True, check=False, timeout=200
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def analysis(installed: tuple[Fresh, Path], name: str, *, extended: bool = True) -> str:
    own, folder = installed
    rubric = "source/folioscope_model_card/rubric.yaml" if extended else "mlops"
    return run(own, folder, "folioscope", "analyze", "project", "--standalone", "--format", name, "--rubric", rubric)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", FORMATS)
def test_the_criterion_appears_in_every_format(name: str, installed: tuple[Fresh, Path]) -> None:
    shown = analysis(installed, name)
    if name in PICTURES:
        assert shown != analysis(installed, name, extended=False)
    else:
        assert "model card" in shown.lower()
        assert "card.model-card" in shown or name in ("text", "markdown", "html", "annotations"), shown[:400]


@pytest.mark.timeout(300)
def test_its_own_test_passes(installed: tuple[Fresh, Path]) -> None:
    own, folder = installed
    assert "2 passed" in run(own, folder, "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "source/tests")
