"""Unchanged copies of public files are told by their content, whatever their path, line ends and quotes."""

from __future__ import annotations

import pytest

from analyzer import fingerprints
from analyzer.fingerprints import Templates, fingerprint, normalised, possible_sizes
from analyzer.inventory import Kind, Owner
from tests.conftest import BuildRepository

BLOCK = """if 'loader' not in globals():
    from toolkit.decorators import loader


@loader
def load_data(*args, **kwargs):
    # Specify how to load the data here

    return {}
"""


@pytest.fixture(autouse=True)
def known_template(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that knows one file of one template."""
    content = BLOCK.encode()
    table = Templates(frozenset(possible_sizes(content)), {"toolkit": frozenset({fingerprint(content)})})
    monkeypatch.setattr(fingerprints, "_templates", lambda: table)


def test_an_unchanged_copy_is_scaffold_and_no_evidence(repository: BuildRepository):
    repo = repository(
        {"blocks/load.py": BLOCK, "train.py": "print('mine, and long enough to be compared with others')\n"}
    )

    assert repo.inventory.copies == {"blocks/load.py": "toolkit"}
    assert repo.inventory.by_owner[Owner.SCAFFOLD] == ("blocks/load.py",)
    assert [module.path for module in repo.modules] == ["train.py"]


@pytest.mark.parametrize(
    "copy",
    [
        BLOCK.replace("\n", "\r\n"),
        BLOCK.replace("'", '"'),
        BLOCK.rstrip("\n"),
    ],
    ids=["crlf", "quotes", "no-last-newline"],
)
def test_what_editors_and_formatters_do_does_not_hide_a_copy(repository: BuildRepository, copy: str):
    repo = repository({"load.py": copy})

    assert list(repo.inventory.copies) == ["load.py"]


def test_a_changed_file_is_the_candidates(repository: BuildRepository):
    repo = repository({"load.py": BLOCK.replace("{}", "{1}")})

    assert not repo.inventory.copies
    assert repo.inventory.own == ("load.py",)


def test_a_copied_module_still_resolves_for_the_code_that_calls_it(repository: BuildRepository):
    repo = repository({"load.py": BLOCK, "run.py": "from load import load_data\n\nload_data()\n"})

    assert repo.code.module("load.py") is None
    assert repo.world.module("load.py") is not None


def test_a_copied_dockerfile_still_holds_the_candidates_code(
    repository: BuildRepository, monkeypatch: pytest.MonkeyPatch
):
    dockerfile = (
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD python app.py\n"
    )
    content = dockerfile.encode()
    table = Templates(frozenset(possible_sizes(content)), {"course": frozenset({fingerprint(content)})})
    monkeypatch.setattr(fingerprints, "_templates", lambda: table)

    repo = repository({"Dockerfile": dockerfile})

    assert repo.inventory.copies == {"Dockerfile": "course"}
    assert repo.inventory.of(Kind.DOCKERFILE) == ("Dockerfile",)


def test_short_files_have_no_fingerprint():
    assert fingerprint(b"import os\n") == ""


def test_normalised_text_is_stable():
    assert normalised(normalised(BLOCK.encode())) == normalised(BLOCK.encode())


def test_the_shipped_table_holds_hashes_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()

    table = fingerprints._templates()

    assert len(table.prints) > 10
    assert all(len(item) == 12 and int(item, 16) >= 0 for known in table.prints.values() for item in known)
