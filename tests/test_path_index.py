"""Paths are found without looking at all of them, and work grows no faster than a repository."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from analyzer.analysis import Options, analyze
from analyzer.path_index import PathIndex
from benchmarks.instructions import counted
from tests.conftest import write_files

PATHS = ("README.md", "app-old/x.py", "app/main.py", "app/data/a.csv", "app.py", "b/app/main.py")
INDEX = PathIndex(PATHS)
_paths = st.lists(st.text("ab/-0", min_size=1, max_size=6), max_size=8)


def test_below_a_folder_is_all_that_lies_in_it():
    assert INDEX.below("app") == ("app/data/a.csv", "app/main.py")
    assert INDEX.below("") == tuple(sorted(PATHS))
    assert INDEX.below("none") == ()


def test_within_a_folder_are_its_own_files():
    assert list(INDEX.within("app")) == ["app/main.py"]
    assert list(INDEX.within("")) == ["README.md", "app.py"]
    assert list(INDEX.within("none")) == []


def test_an_end_of_a_path_is_that_of_a_file_or_a_folder():
    found = {
        name for name in ("main.py", "app/main.py", "app", "b/app", "data", "pp", "app/app") if INDEX.ends_with(name)
    }
    assert found == {"main.py", "app/main.py", "app", "b/app", "data"}


def test_names_of_files_and_segments():
    assert INDEX.has_file("x.py", "nothing")
    assert not INDEX.has_file("app")
    assert (INDEX.count_of("app"), INDEX.count_of("main.py"), INDEX.count_of("x")) == (3, 2, 0)


@given(_paths, st.text("ab/-0", max_size=4))
def test_the_same_as_a_look_at_every_path(paths, prefix):
    index = PathIndex(paths)
    assert list(index.starting(prefix)) == sorted(path for path in paths if path.startswith(prefix))


def test_instructions_grow_no_faster_than_files(tmp_path):
    """Twice as many more parts take about twice as many more instructions; each in a loop over all paths takes more."""
    small, *larger = (_parts(tmp_path / str(count), count) for count in (40, 80, 160))
    work = partial(analyze, options=Options(standalone=True))
    work(small)  # what is imported and compiled once does not count
    first, second, third = (counted(partial(work, path)) for path in (small, *larger))
    assert third - second <= 2.1 * (second - first)


def _parts(root: Path, count: int) -> str:
    """A repository of many small parts, each of which gives every query something to look for."""
    steps = "".join(
        f"      - run: pytest part{number}/tests && python part{number}/run.py\n" for number in range(count)
    )
    workflow = f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
    write_files(root, {".github/workflows/ci.yml": workflow, "README.md": "# Parts\n"})
    for number in range(count):
        files = {
            "README.md": f"# Part {number}\n\n```sh\npython part{number}/run.py\npython lost{number}.py\n```\n",
            "Dockerfile": 'FROM python:3.12\nCOPY src /app\nCOPY lost.py .\nCOPY *.txt .\nCMD ["python", "lost.py"]\n',
            "requirements.txt": "mlflow==2.16.0\n",
            "compose.yaml": "services:\n  api:\n    build: .\n    volumes: [./src:/app]\n",
            "main.tf": f'resource "aws_s3_bucket" "part{number}" {{}}\n',
            "start.sh": f"python gone{number}.py\n",
            "run.py": f"open('part{number}.csv')\n",
            "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef sample():\n    return [1]\n",
            "tests/test_part.py": "def test_part(sample):\n    assert sample == [1]\n",
        }
        write_files(root, {f"part{number}/{name}": content for name, content in files.items()})
    return str(root)
