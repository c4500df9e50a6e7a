"""What files are by their names, and whose work they are."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.inventory import Kind, Owner, kind_of, take_inventory
from analyzer.knowledge.library_names import library_parts
from analyzer.knowledge.paths import KINDS_BY_NAME, KINDS_BY_SUFFIX, TELLS_BY_ITSELF


def test_every_kind_of_the_tables_is_one():
    named = {*KINDS_BY_SUFFIX.values(), *(kind for _, kind, _ in KINDS_BY_NAME)}
    assert named <= set(Kind)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/train.py", Kind.PYTHON),
        ("notebooks/EDA.ipynb", Kind.NOTEBOOK),
        ("run.sh", Kind.SHELL),
        ("Dockerfile", Kind.DOCKERFILE),
        ("docker/api.Dockerfile", Kind.DOCKERFILE),
        ("Dockerfile.train", Kind.DOCKERFILE),
        ("docs/dockerfile-best-practices.md", Kind.DOCUMENT),
        ("deploy/web_cloudbuild.json", Kind.OTHER_CI),
        ("Containerfile", Kind.DOCKERFILE),
        ("dockerfile.md", Kind.DOCUMENT),
        ("docker-compose.prod.yml", Kind.COMPOSE),
        ("compose.yaml", Kind.COMPOSE),
        (".github/workflows/ci.yml", Kind.GITHUB_WORKFLOW),
        ("project/.github/workflows/ci.yml", Kind.MISPLACED_WORKFLOW),
        (".github/actions/setup/action.yml", Kind.MISPLACED_WORKFLOW),
        (".gitlab-ci.yml", Kind.GITLAB_CI),
        ("Jenkinsfile", Kind.JENKINSFILE),
        (".circleci/config.yml", Kind.CIRCLECI),
        ("azure-pipelines.yml", Kind.AZURE_PIPELINES),
        ("cloudbuild.yaml", Kind.OTHER_CI),
        ("infra/main.tf", Kind.TERRAFORM),
        ("Pulumi.yaml", Kind.PULUMI_YAML),
        ("infra/main.bicep", Kind.BICEP),
        ("serverless.yml", Kind.SERVERLESS),
        ("chart/Chart.yaml", Kind.HELM_CHART),
        ("chart/templates/deployment.yaml", Kind.HELM_TEMPLATE),
        ("k8s/kustomization.yaml", Kind.KUSTOMIZATION),
        ("dvc.yaml", Kind.DVC_PIPELINE),
        ("data/raw.csv.dvc", Kind.DVC_POINTER),
        (".dvc/config", Kind.DVC_CONFIG),
        ("MLproject", Kind.MLPROJECT),
        ("Makefile", Kind.MAKEFILE),
        ("justfile", Kind.JUSTFILE),
        ("Taskfile.yml", Kind.TASKFILE),
        ("tox.ini", Kind.TOX),
        ("package.json", Kind.PACKAGE_JSON),
        (".pre-commit-config.yaml", Kind.PRE_COMMIT),
        ("requirements-dev.txt", Kind.REQUIREMENTS),
        ("requirements/base.in", Kind.REQUIREMENTS),
        ("pyproject.toml", Kind.PYPROJECT),
        ("Pipfile", Kind.PIPFILE),
        ("Pipfile.lock", Kind.LOCK),
        ("uv.lock", Kind.LOCK),
        ("setup.cfg", Kind.SETUP_CFG),
        ("environment.yml", Kind.CONDA),
        ("render.yaml", Kind.PLATFORM),
        ("prefect.yaml", Kind.PREFECT_YAML),
        ("pipelines/train/metadata.yaml", Kind.MAGE_PIPELINE),
        ("databricks.yml", Kind.DATABRICKS),
        ("README", Kind.DOCUMENT),
        ("docs/guide.RST", Kind.DOCUMENT),
        ("docs/flow.drawio", Kind.DIAGRAM),
        ("schema.sql", Kind.SQL),
        ("main.go", Kind.PROGRAM),
        ("k8s/deployment.yaml", Kind.YAML),
        ("grafana/dashboard.json", Kind.JSON),
        ("LICENSE", Kind.OTHER),
        ("data.csv", Kind.OTHER),
    ],
)
def test_a_name_says_what_a_file_is(path, kind):
    assert kind_of(path) is kind


@given(st.text(max_size=200))
def test_any_path_has_a_kind(path):
    assert kind_of(path) in Kind


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("src/train.py", Owner.OWN),
        ("venv/lib/x.py", Owner.VENDORED),
        ("fixtures/repos/shop/Dockerfile", Owner.TEST_DATA),
        ("fixtures/repos/shop/tests/test_shop.py", Owner.TEST_DATA),
        ("tests/fixtures/shop/train.py", Owner.TEST_DATA),
        ("tests/fixtures/models.py", Owner.OWN),
        ("pkg/testdata/rows.csv", Owner.TEST_DATA),
        ("web/node_modules/x/index.js", Owner.VENDORED),
        ("src/shop.egg-info/PKG-INFO", Owner.VENDORED),
        ("mlruns/0/meta.yaml", Owner.GENERATED),
        (".ipynb_checkpoints/a.ipynb", Owner.GENERATED),
        ("homework/train.py", Owner.COURSE),
        ("04-homework.py", Owner.COURSE),
        ("week_2/train.py", Owner.COURSE),
        ("data_loaders/load_titanic.py", Owner.SCAFFOLD),
    ],
)
def test_whose_work_a_file_is(path, owner):
    assert take_inventory([path, "own.py"]).owners[path] is owner


def test_an_environment_is_known_by_its_configuration():
    inventory = take_inventory(["env-of-mine/pyvenv.cfg", "env-of-mine/lib/x.py", "src/a.py"])
    assert inventory.own == ("src/a.py",)


def test_modules_of_a_course_beside_a_project_are_not_the_project():
    paths = ["01-intro/a.py", "02-tracking/b.py", "03-deploy/c.py", "project/train.py"]
    inventory = take_inventory(paths)
    assert inventory.own == ("project/train.py",)
    assert inventory.of(Kind.PYTHON) == ("project/train.py",)
    assert not inventory.course_only
    assert take_inventory(paths[:3]).own == tuple(paths[:3])


def test_weeks_of_a_course_may_have_short_names():
    paths = ["W1/a.ipynb", "W2/b.py", "W3/c.py", "project/train.py"]
    assert take_inventory(paths).own == ("project/train.py",)
    assert take_inventory(["W1/a.ipynb", "W2/b.py", "W3/c.py"]).own == ("W1/a.ipynb", "W2/b.py", "W3/c.py")


def test_course_work_alone_counts_after_all():
    inventory = take_inventory(["homework/train.py", "homework/Dockerfile"])
    assert inventory.course_only
    assert inventory.own == ("homework/Dockerfile", "homework/train.py")


def test_modules_of_a_course_with_homework_in_several_are_all_course_work():
    modules = ["01-intro/train.py", "02-tracking/homework/train.py", "03-flow/flow.py", "04-deploy/homework/score.py"]
    assert take_inventory(modules).course_only
    assert not take_inventory([path.replace("homework", "src") for path in modules]).course_only
    with_project = take_inventory([*modules, "w7-project/train.py"])
    assert (with_project.course_only, with_project.own) == (False, ("w7-project/train.py",))


def test_a_subfolder_keeps_what_serves_it_apart():
    inventory = take_inventory(
        ["README.md", "Makefile", ".github/workflows/ci.yml", ".dvc/config", "setup.py", "other/a.py", "project/b.py",
         "project/.github/workflows/x.yml", "LICENSE"],
        "project",
    )  # fmt: skip
    assert inventory.own == ("project/.github/workflows/x.yml", "project/b.py")
    assert inventory.serving == (".dvc/config", ".github/workflows/ci.yml", "Makefile", "README.md")
    assert inventory.owners["other/a.py"] is Owner.OUTSIDE


def test_the_order_of_paths_does_not_matter():
    paths = ["b.py", "a.py", "Dockerfile", "homework/x.py"]
    assert take_inventory(paths) == take_inventory(reversed(paths))


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "name", ["1" + "a" * 60 + "!", "home" * 400 + "!", "_" * 1500 + "!", "docker-compose" * 100, "requirements-" * 100]
)
def test_a_hostile_name_costs_no_time(name):
    take_inventory([f"{name}/{name}", f"{name}.yml", "2-b/x.py", "3-c/x.py", "project/x.py"])


_WORDS = ("Dockerfile", "jenkinsfile", "makefile", "requirements", "docker-compose", "action", "x", "profile", "env")
_FOLDERS = (
    "",
    "src/",
    ".github/workflow/",
    ".github/workflows/",
    "a/.github/workflow/",
    "requirements/",
    "x/templates/",
)


def test_a_suffix_that_tells_by_itself_tells_what_the_patterns_tell():
    for path in itertools.product(_FOLDERS, _WORDS, (*".-_", ""), (*_WORDS, ""), sorted(TELLS_BY_ITSELF)):
        lowered = "".join(path).lower()
        name = lowered.rpartition("/")[2]
        by_pattern = (kind for pattern, kind, whole in KINDS_BY_NAME if pattern.search(lowered if whole else name))
        suffix = f".{name.rpartition('.')[2]}"
        assert kind_of("".join(path)) == next(by_pattern, KINDS_BY_SUFFIX.get(suffix, "other")), path


def test_copies_and_environments_are_folders_and_no_beginnings_of_names():
    paths = {
        "env/pyvenv.cfg", "env/bin/x.py", "environment/x.py", "x-main/a.py", "x-main.py", "train.py",
        "copy/README.md", "copy/LICENSE", "copy/.gitignore", "copy/inner/a.py", "copying/a.py",
    }  # fmt: skip
    inventory = take_inventory(paths)
    assert set(inventory.by_owner[Owner.VENDORED]) == {
        "env/pyvenv.cfg", "env/bin/x.py", "x-main/a.py", "copy/README.md", "copy/LICENSE", "copy/.gitignore", "copy/inner/a.py",
    }  # fmt: skip


def test_a_sample_of_tests_is_judged_by_itself():
    paths = ["train.py", "fixtures/shop/train.py", "fixtures/shop/fixtures/rows.csv"]
    assert set(take_inventory(paths).own) == {"train.py"}
    assert set(take_inventory(paths, "fixtures/shop").own) == {"fixtures/shop/train.py"}


def test_modules_of_zoomcamp_by_their_names():
    modules = ["01-intro/a.py", "02-experiment-tracking/b.py", "03-orchestration/c.py", "05-monitoring/d.py"]
    assert take_inventory(modules).course_only
    assert take_inventory([*modules, "notes/look.ipynb"]).course_only
    assert not take_inventory([*modules, "app/serve.py"]).course_only
    assert not take_inventory([path.replace("-", "_") for path in modules]).course_only


def test_a_package_with_the_parts_of_a_library_is_a_copy_whatever_it_is_called():
    parts = sorted(library_parts()["mlflow"])
    for names, owner in (
        (parts[:20], Owner.VENDORED),
        (parts[:11], Owner.OWN),
        (parts[:12] + list("abcdef"), Owner.OWN),
    ):
        package = [f"tools/mine/{name}.py" for name in ("__init__", *names)]
        found = take_inventory([*package, "tools/mine/deep/more.py", "train.py"], "").owners
        assert {found[path] for path in package} == {owner}
        assert found["tools/mine/deep/more.py"] is owner
        assert found["train.py"] is Owner.OWN
    assert take_inventory([f"mine/{name}.py" for name in ("__init__", *parts)], "").owners["mine/db.py"] is Owner.OWN


def test_a_model_with_its_card_is_somebody_elses():
    model = [f"models/base/{name}" for name in ("README.md", "config.json", "tokenizer.json", "pytorch_model.bin")]
    found = take_inventory([*model, "models/mine/config.json", "models/mine/tokenizer.json", "train.py"]).owners
    assert {found[path] for path in model} == {Owner.VENDORED}
    assert found["models/mine/config.json"] is Owner.OWN


def test_course_work_counts_when_what_stood_beside_it_is_a_copy():
    inventory = take_inventory([*(f"0{number}-part/homework/a.py" for number in range(1, 4)), "generate/make.py"])
    assert not inventory.course_only
    alone = inventory.without({"generate/make.py": "a course"})
    assert alone.course_only
    assert "01-part/homework/a.py" in alone.own
