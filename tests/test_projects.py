"""Projects inside a repository, told from file names."""

from __future__ import annotations

from analyzer import Options, analyze
from analyzer.inventory import take_inventory
from analyzer.projects import find_projects, several_projects
from analyzer.reporters.json_report import as_document, from_document
from analyzer.reporters.markdown import render_markdown
from analyzer.reporters.text import render_text
from analyzer.rubric import load_rubric
from tests.conftest import FIXTURES, BuildGit


def project(folder: str, *more: str) -> list[str]:
    return [f"{folder}/{name}" for name in ("README.md", "requirements.txt", "train.py", *more)]


def found(*paths: str, subdir: str = "") -> list[str]:
    return [item.path for item in find_projects(take_inventory(paths, subdir))]


def test_a_folder_with_readme_manifest_and_code_is_a_project():
    assert found("README.md", *project("churn"), *project("taxi", "Dockerfile")) == ["churn", "taxi"]


def test_marks_and_impression():
    (item,) = find_projects(take_inventory(project("taxi", "Dockerfile", "dvc.yaml", "tests/test_train.py")))
    assert item.marks == ("README", "manifest", "Dockerfile", "pipeline")
    assert item.files == 6
    assert item.impression == (
        "2 Python files; README, training or serving code, dependencies, Dockerfile, pipeline, tests"
    )


def test_homework_of_a_course_is_none():
    course = [
        f"{number:02}-week/homework/{name}"
        for number in range(1, 5)
        for name in ("README.md", "a.py", "requirements.txt")
    ]
    modules = [f"{number:02}-week/notes.ipynb" for number in range(1, 5)]
    assert found("README.md", *course, *modules, *project("project")) == ["project"]


def test_parts_of_one_project_are_none():
    service = ["README.md", "compose.yaml", "pyproject.toml"]
    parts = [
        f"services/{name}/{file}"
        for name in ("api", "worker")
        for file in ("Dockerfile", "requirements.txt", "main.py")
    ]
    assert found(*service, *parts) == []
    assert found("README.md", "app/Dockerfile", "app/requirements.txt", "app/main.py") == []


def test_folders_of_tests_infrastructure_and_examples_are_none():
    assert found("README.md", *project("tests"), *project("terraform"), *project("examples/one")) == []


def test_a_folder_that_only_gathers_gives_way_to_what_it_gathers():
    assert found("work/README.md", "work/requirements.txt", *project("work/one"), *project("work/two")) == [
        "work/one",
        "work/two",
    ]


def test_what_lies_in_a_project_is_a_part_of_it():
    assert found(*project("taxi"), "taxi/web/README.md", "taxi/web/Dockerfile", "taxi/web/app.py") == ["taxi"]


def test_vendored_and_generated_folders_are_none():
    assert found("train.py", *project("vendor/lib"), *project("site-packages/x")) == []


def test_projects_below_the_judged_folder():
    assert found(*project("all/one"), *project("all/two"), *project("other"), subdir="all") == ["all/one", "all/two"]


def test_a_report_tells_of_several_and_of_one_in_a_course():
    assert several_projects(take_inventory(project("only"))) == ()
    assert len(several_projects(take_inventory([*project("one"), *project("two")]))) == 2


def test_they_stand_in_every_form_of_the_report_and_survive_the_cache(git_repository: BuildGit, validate):
    text = {path: "x = 1\n" if path.endswith(".py") else "words\n" for path in [*project("one"), *project("two")]}
    report = analyze(str(git_repository(text)))
    assert [item.path for item in report.projects] == ["one", "two"]
    document = as_document(report)
    validate(document)
    assert from_document(document, load_rubric(), report.target.input).projects == report.projects
    assert "one  1 Python file" in render_text(report)
    assert "- `two`: 1 Python file" in render_markdown(report)


def test_a_report_without_them_has_no_such_part():
    report = analyze(str(FIXTURES / "notebook-only"), Options(standalone=True))
    assert "projects" not in as_document(report)
    assert "platform" not in as_document(report)


def test_the_project_of_the_sample_course_is_found():
    report = analyze(str(FIXTURES / "course-subfolder"), Options(standalone=True))
    assert [item.path for item in report.projects] == ["project"]
