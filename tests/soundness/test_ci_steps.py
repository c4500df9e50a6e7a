"""Steps of CI that fail, what comes after them, and images that CI or pip cannot build."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from analyzer.soundness import find_defects
from tests.conftest import BuildRepository, judged

TIDES = "def height(hour):\n    return hour * 2\n"
TEST = "from tides import {name}\n\n\ndef test_height():\n    assert {name}(2) == 4\n"
HEAD = "on: push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
PUSH = "      - uses: docker/build-push-action@v6\n        with:\n          push: true\n          tags: crew/tides:1\n"
IMAGE = "FROM python:3.12\nCOPY tides.py /app/\nCMD python /app/tides.py\n"


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> tuple[Status, str]:
    decision = judged(repository, criterion, {"tides.py": TIDES, "README.md": "# Tides\n", **files})
    return decision.status, decision.summary


def told(repository: BuildRepository, files: dict[str, str], *kinds: str) -> list[tuple[str, int, str]]:
    defects, problems = find_defects(repository({"tides.py": TIDES, **files}))
    assert problems == ()
    return [(item.path, item.line, item.sentence) for item in defects if item.kind in kinds]


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("pytest", Status.PARTIAL),
        ("pytest tests/", Status.PARTIAL),
        ("python -m pytest -q tests", Status.PARTIAL),
        ("pytest tests/test_good.py", Status.MET),
        ("pytest --ignore=tests/test_bad.py", Status.MET),
        ("pytest --continue-on-collection-errors", Status.MET),
    ],
)
def test_one_module_that_cannot_be_imported_stops_pytest(
    repository: BuildRepository, command: str, wanted: Status
) -> None:
    files = {
        "tests/test_good.py": TEST.format(name="height"),
        "tests/test_bad.py": TEST.format(name="depth"),
        ".github/workflows/ci.yml": f"{HEAD}      - run: {command}\n",
    }
    found, summary = status(repository, "ci.tests", files)
    assert found is wanted
    assert ("depth is imported from tides.py" in summary) is (wanted is Status.PARTIAL)


def test_what_comes_after_a_failing_step_is_not_come_to(repository: BuildRepository) -> None:
    tests = {"tests/test_bad.py": TEST.format(name="depth"), "Dockerfile": IMAGE}
    after = {**tests, ".github/workflows/ci.yml": f"{HEAD}      - run: pytest\n{PUSH}"}
    before = {**tests, ".github/workflows/ci.yml": f"{HEAD}{PUSH}      - run: pytest\n"}
    assert status(repository, "ci.deploy", after)[0] is Status.PARTIAL
    assert status(repository, "ci.deploy", before)[0] is Status.MET


@pytest.mark.parametrize(
    ("line", "wanted"),
    [("", Status.MET), ("    needs: check\n", Status.PARTIAL), ("    needs: check\n    if: always()\n", Status.MET)],
)
def test_jobs_that_need_a_failing_one(repository: BuildRepository, line: str, wanted: Status) -> None:
    image = f"  image:\n{line}    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n{PUSH}"
    files = {
        "tests/test_bad.py": TEST.format(name="depth"),
        "Dockerfile": IMAGE,
        ".github/workflows/ci.yml": f"{HEAD}      - run: pytest\n{image}",
    }
    assert status(repository, "ci.deploy", files)[0] is wanted


def test_a_step_that_may_fail_stops_nothing(repository: BuildRepository) -> None:
    run = "      - run: pytest\n        continue-on-error: true\n"
    files = {"tests/test_bad.py": TEST.format(name="depth"), "Dockerfile": IMAGE}
    assert status(repository, "ci.deploy", {**files, ".github/workflows/ci.yml": f"{HEAD}{run}{PUSH}"})[0] is Status.MET


def test_folders_of_tests_above_the_repository(repository: BuildRepository) -> None:
    run = "      - run: pytest --cov=. {}\n"
    files = {"tests/test_good.py": TEST.format(name="height")}
    up = {**files, ".github/workflows/ci.yml": HEAD + run.format("../tests/")}
    inside = {
        **files,
        ".github/workflows/ci.yml": HEAD + "      - run: pytest ../tests/\n        working-directory: src\n",
    }
    sentence = "the CI job check tests ../tests/ from the root, which leads out of the repository"
    assert told(repository, up, "missing-file") == [(".github/workflows/ci.yml", 7, sentence)]
    assert told(repository, {**inside, "src/a.py": "x = 1\n"}, "missing-file") == []


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        ("with: {push: true}", ""),
        ("with: {push: true, context: .}", ""),
        ("with: {push: true, context: ./service}", "the CI job check builds service/Dockerfile in service, which has no tides.py to copy"),
        ("with: {push: true, file: service/Dockerfile}", ""),
        ('with: {push: true, context: "{{defaultContext}}:service"}', "the CI job check builds service/Dockerfile in service, which has no tides.py to copy"),
        ("with: {push: true, context: docks}", "the CI job check builds an image from docks/Dockerfile, which is not in the repository"),
        ("with: {push: true, context: '${{ matrix.folder }}'}", ""),
    ],
)  # fmt: skip
def test_the_folder_in_which_an_action_builds(repository: BuildRepository, step: str, wanted: str) -> None:
    files = {
        "Dockerfile": IMAGE,
        "service/Dockerfile": IMAGE,
        ".github/workflows/ci.yml": f"{HEAD}      - uses: docker/build-push-action@v6\n        {step}\n",
    }
    assert [item[2] for item in told(repository, files, "image-build")] == ([wanted] if wanted else [])


def test_the_folder_in_which_a_command_builds(repository: BuildRepository) -> None:
    build = f"{HEAD}      - run: docker build -t tides -f service/Dockerfile {{}}\n"
    files = {"service/Dockerfile": IMAGE}
    for context, count in ((".", 0), ("service", 1)):
        workflow = {".github/workflows/ci.yml": build.format(context)}
        assert len(told(repository, {**files, **workflow}, "image-build")) == count


def test_a_step_before_may_bring_what_is_built(repository: BuildRepository) -> None:
    action = "      - uses: docker/build-push-action@v6\n        with: {push: true, context: docks}\n"
    for before, count in (
        ("      - run: cp -r service docks\n", 0),
        ("      - uses: docker/setup-buildx-action@v3\n", 1),
    ):
        files = {"service/Dockerfile": IMAGE, ".github/workflows/ci.yml": f"{HEAD}{before}{action}"}
        assert len(told(repository, files, "image-build")) == count


@pytest.mark.parametrize(
    ("lines", "others", "wanted"),
    [
        ("COPY . .\nRUN pip install -r requirements.txt\n", {}, "is not in the repository"),
        ("COPY . .\nRUN pip install -r requirements.txt\n", {"old/requirements.txt": "flask\n"}, "is not in the folder that it copies"),
        ("COPY . .\nRUN pip install -r requirements.txt\n", {"requirements.txt": "flask==3.1.3\n"}, ""),
        ("COPY . .\nRUN uv export > requirements.txt && pip install -r requirements.txt\n", {}, ""),
        ("COPY . .\nWORKDIR old\nRUN pip install -r requirements.txt\n", {"old/requirements.txt": "flask==3.1.3\n"}, ""),
    ],
)  # fmt: skip
def test_lists_of_packages_that_an_image_installs(
    repository: BuildRepository, lines: str, others: dict[str, str], wanted: str
) -> None:
    files = {"Dockerfile": f"FROM python:3.12\nWORKDIR /app\n{lines}CMD python tides.py\n", **others}
    found = [item[2] for item in told(repository, files, "missing-copy")]
    assert found == ([f"the image installs requirements.txt, which {wanted}"] if wanted else [])


ALERT = """
import smtplib


def tell(gap):
    smtplib.SMTP("mail").sendmail("a", "b", f"drift {gap}")


def watch(gap):
    if gap > 1:
        tell({given})


watch(2)
"""


def test_what_is_called_only_where_a_defect_stands(repository: BuildRepository) -> None:
    assert status(repository, "mon.alerting", {"drift.py": ALERT.replace("{given}", "gap")})[0] is Status.MET
    found, summary = status(repository, "mon.alerting", {"drift.py": ALERT.replace("{given}", "width")})
    assert found is Status.PARTIAL
    assert "width is used, but nothing defines or imports it" in summary


ROOT = 'terraform {\n  backend "s3" {\n    bucket = "states"\n  }\n}\nmodule "crew" {\n  source = "./modules/crew"\n}\n'
CREW = 'resource "aws_instance" "crew" {\n  ami = "ami-1"\n}\n'


@pytest.mark.parametrize("criterion", ["iac.provisioning", "iac.ml-infrastructure"])
def test_a_broken_root_takes_its_modules_along(repository: BuildRepository, criterion: str) -> None:
    sound = {"infra/main.tf": ROOT, "infra/modules/crew/main.tf": CREW}
    broken = {**sound, "infra/main.tf": f'{ROOT}module "docks" {{\n  source = "./modules/docks"\n}}\n'}
    other = {**broken, "live/main.tf": 'module "crew" {\n  source = "../infra/modules/crew"\n}\n'}
    assert status(repository, criterion, sound)[0] is Status.MET
    found, summary = status(repository, criterion, broken)
    assert found is Status.PARTIAL
    assert "the module docks is taken from infra/modules/docks, which is no folder of the repository" in summary
    assert status(repository, criterion, other)[0] is Status.MET


def test_the_state_is_kept_whatever_a_reference_lacks(repository: BuildRepository) -> None:
    lacking = {"infra/main.tf": f'{ROOT}output "a" {{\n  value = var.nobody\n}}\n', "infra/modules/crew/main.tf": CREW}
    assert status(repository, "iac.remote-state", lacking)[0] is Status.MET
    variable = {"infra/main.tf": ROOT.replace('"states"', "var.states"), "infra/modules/crew/main.tf": CREW}
    assert status(repository, "iac.remote-state", variable)[0] is Status.PARTIAL


def test_a_file_that_is_named_is_collected_whatever_it_is_called(repository: BuildRepository) -> None:
    files = {"tests/tests.py": TEST.format(name="depth"), "tests/test_good.py": TEST.format(name="height")}
    named = {**files, ".github/workflows/ci.yml": f"{HEAD}      - run: pytest tests/tests.py\n"}
    folder = {**files, ".github/workflows/ci.yml": f"{HEAD}      - run: pytest tests\n"}
    assert status(repository, "ci.tests", named)[0] is Status.PARTIAL
    assert status(repository, "ci.tests", folder)[0] is Status.MET


@pytest.mark.parametrize(
    ("run", "kinds"),
    [
        ("pip install -r requirements.txt", ["missing-file"]),
        ("if [ -f requirements.txt ]; then pip install -r requirements.txt; fi", []),
    ],
)
def test_a_list_that_is_asked_for_first_may_lie_elsewhere(
    repository: BuildRepository, run: str, kinds: list[str]
) -> None:
    files = {"lists/requirements.txt": "click\n", ".github/workflows/ci.yml": f"{HEAD}      - run: {run}\n"}
    defects, _ = find_defects(repository({"tides.py": TIDES, **files}))
    assert [item.kind for item in defects] == kinds
