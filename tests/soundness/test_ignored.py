"""What an ignore file keeps out of the repository is made or put there by whoever runs it: no defect."""

from __future__ import annotations

from analyzer.soundness import find_defects
from tests.conftest import BuildRepository

DOCKERFILE = "FROM python:3.12\nCOPY private /app/private\nCOPY app.py /app/\nCMD python /app/app.py\n"


def test_a_copy_of_an_ignored_folder_is_no_defect(repository: BuildRepository):
    files = {"modeling/Dockerfile": DOCKERFILE, "modeling/app.py": "print(1)\n"}
    assert "private" in find_defects(repository(files))[0][0].sentence
    assert find_defects(repository({**files, ".gitignore": "modeling/private/\n"}))[0] == ()
    assert find_defects(repository({**files, "modeling/.gitignore": "/private\n"}))[0] == ()


def test_a_module_in_a_folder_ignored_for_its_data_is_lost(repository: BuildRepository):
    """``data/`` is meant for the data of the root, and keeps ``src/data`` out of git too."""
    files = {
        "src/__init__.py": "",
        "src/train.py": "from src.data.load import load\n\nload()\n",
        "requirements.txt": "pandas==2.2.0\nnumpy==2.1.0\nscikit-learn==1.6.0\n",
        ".gitignore": "data/\n",
    }
    (found,) = find_defects(repository(files))[0]
    assert found.kind == "missing-module"
    assert found.sentence.endswith("an ignore file keeps every folder data out of the repository")
    assert find_defects(repository({**files, ".gitignore": "load.py\n"}))[0] == ()
