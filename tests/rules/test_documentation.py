"""Set-up, operation and write-ups, in small examples."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

PROJECT = {
    "requirements.txt": "mlflow==2.0\n",
    "Makefile": "train:\n\tpython train.py\nserve:\n\tpython serve.py\n",
    "train.py": "import mlflow\nmlflow.log_metric('free_docks', 1)\n",
    "serve.py": "print(1)\n",
}
INSTALL = "## Setup\n\n```sh\npip install -r requirements.txt\n{run}\n```\n"


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Status:
    return decide_one(repository({**PROJECT, **files}), criterion).status


def test_set_up_installs_and_runs(repository: BuildRepository) -> None:
    files = {
        "README.md": INSTALL.format(run="python train.py\npython serve.py"),
        "train.py": "x = 1",
        "serve.py": "x = 1",
    }
    assert status(repository, "doc.setup", files) is Status.MET


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("mlflow ui\nmlflow server", "no command runs the project"),
        ("python a.py\npython b.py", "not in the repository"),
    ],
)
def test_set_up_that_falls_short(repository: BuildRepository, run: str, said: str) -> None:
    decision = decide_one(repository({**PROJECT, "README.md": INSTALL.format(run=run)}), "doc.setup")
    assert decision.status is Status.PARTIAL
    assert said in decision.summary


def test_the_page_of_a_generator_tells_nothing(repository: BuildRepository) -> None:
    page = "# Getting Started with Create React App\n\n## Troubleshooting\n\nIf `npm run build` fails to minify, start {} again.\n"
    files = {"README.md": "# Docks\n\nPredicts free docks.\n", "web/README.md": page.format("train.py and serve.py")}
    assert status(repository, "doc.operations", files) is Status.MISSING


def test_unfinished_steps_are_partial(repository: BuildRepository) -> None:
    readme = INSTALL.format(run="make train\nmake serve").replace("## Setup", "## Setup (not yet done)")
    assert status(repository, "doc.setup", {"README.md": readme}) is Status.PARTIAL


def test_a_script_that_is_started_may_set_up(repository: BuildRepository) -> None:
    readme = "## Setup\n\n```sh\n./start.sh\npython train.py\n```\n"
    files = {"README.md": readme, "train.py": "x = 1"}
    assert status(repository, "doc.setup", {**files, "start.sh": "# docker compose up\necho docks\n"}) is Status.PARTIAL
    assert status(repository, "doc.setup", {**files, "start.sh": "docker compose up -d\n"}) is Status.MET


def test_a_heading_that_names_a_program_is_no_step(repository: BuildRepository) -> None:
    told = "This program takes the newest docks and hands them on to the one that follows it.\n"
    assert status(repository, "doc.setup", {"README.md": f"# Docks\n\n### deploy_model.py\n\n{told}"}) is Status.MISSING
    assert status(repository, "doc.setup", {"README.md": f"# Docks\n\n### Deployment\n\n{told}"}) is Status.PARTIAL


def test_the_best_page_decides_about_set_up(repository: BuildRepository) -> None:
    runbook = "# Runbook\n\n" + "```sh\nkubectl get pods\nkubectl logs x\nhelm rollback x\n```\n" * 3
    files = {"README.md": INSTALL.format(run="make train\nmake serve"), "docs/runbook.md": runbook}
    assert status(repository, "doc.setup", files) is Status.MET


def test_five_entries_of_troubleshooting(repository: BuildRepository) -> None:
    entry = "- The port is taken: stop the other process, or choose another port for `serve.py`, then start it again.\n"
    assert (
        status(repository, "doc.operations", {"README.md": "# A\n\n## Troubleshooting\n\n" + entry * 5}) is Status.MET
    )
    assert (
        status(repository, "doc.operations", {"README.md": "# A\n\n## Troubleshooting\n\n" + entry * 2})
        is Status.PARTIAL
    )


def test_known_limits_are_no_troubleshooting(repository: BuildRepository) -> None:
    entry = "- The number of docks is hard-coded in `train.py` and must be changed by hand before the next training is run.\n"
    assert (
        status(repository, "doc.operations", {"README.md": "# A\n\n## Known issues\n\n" + entry * 6}) is Status.PARTIAL
    )


def test_a_procedure_with_commands_is_operation(repository: BuildRepository) -> None:
    page = (
        "# Delete an experiment for good\n\nDeleting in the interface only hides it. Find the folder first, then remove it and "
        "collect what is left. Do this on the tracking server and not on a laptop, since the files are there, and tell the "
        "others, because runs that they look at are gone afterwards; a backup of the database is taken every night, and "
        "restoring one experiment from it takes an hour.\n\n```sh\nmlflow experiments search\nmlflow gc\n```\n"
    )
    assert status(repository, "doc.operations", {"README.md": "# A\n", "docs/delete_experiment.md": page}) is Status.MET


def test_own_article_is_told_from_one_that_helps(repository: BuildRepository) -> None:
    own = "# A\n\nI wrote about this project on [Medium](https://medium.com/@someone/docks-1).\n"
    assert status(repository, "doc.writeup", {"README.md": own}) is Status.MET
    other = "# A\n\nHelp resources:\n- [Medium blog post](https://medium.com/@other/sso-2)\n"
    assert status(repository, "doc.writeup", {"README.md": other}) is Status.MISSING


def test_learning_in_a_title_is_no_lesson(repository: BuildRepository) -> None:
    readme = (
        "# Machine learning project\n\n" + "It predicts the number of free docks at every station of the town. " * 4
    )
    assert status(repository, "doc.writeup", {"README.md": readme}) is Status.MISSING


def test_several_pages_of_the_docs_are_half_a_write_up(repository: BuildRepository) -> None:
    page = "# Tracking server\n\n" + "Install MLflow on the machine that all can reach, and open its port. " * 10
    commands = "\n```sh\npip install mlflow\nmlflow server\nmlflow ui\n```\n"
    files = {"README.md": "# A\n", "docs/a.md": page + commands, "docs/b.md": page}
    decision = decide_one(repository({**PROJECT, **files}), "doc.writeup")
    assert decision.status is Status.PARTIAL
    assert decision.evidence[0].path == "docs/b.md", "the page that tells most"
    assert status(repository, "doc.writeup", {"README.md": "# A\n", "docs/a.md": page}) is Status.MISSING


@pytest.mark.parametrize(("path", "wanted"), [("docs/README.md", Status.PARTIAL), ("server/README.md", Status.MISSING)])
def test_the_readme_of_a_folder_is_no_page_of_the_docs(repository: BuildRepository, path: str, wanted: Status) -> None:
    page = "# Tracking server\n\n" + "Install MLflow on the machine that all can reach, and open its port. " * 10
    files = {"README.md": "# A\n", "docs/a.md": page, path: page}
    assert status(repository, "doc.writeup", files) is wanted


def test_learning_in_the_name_of_a_folder_is_no_lesson(repository: BuildRepository) -> None:
    page = "# Training\n\n" + "Train with `train.py` on the machine that all can reach, which logs to MLflow. " * 10
    files = {"README.md": "# A\n", "machine_learning/training.md": page}
    assert status(repository, "doc.writeup", files) is Status.MISSING
    assert status(repository, "doc.writeup", {"README.md": "# A\n", "lessons_learned.md": page}) is Status.MET


LED_IN = (
    "# Docks\n\n## Problem\n\nForecasting docks brings some **challenges**:\n\n"
    "- **Few full stations.** A day with a full station is rare. To address this, `train.py` draws such days more often.\n"
    "- **Neighbours.** Two stations of one square fill together. To prevent that the test set leaks, they stay in one split.\n"
    "- **Holidays.** There are eleven a year.\n"
)


def test_a_list_of_challenges_with_what_was_done_is_told(repository: BuildRepository) -> None:
    decision = decide_one(repository({**PROJECT, "README.md": LED_IN}), "doc.writeup")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 7)
    unanswered = LED_IN.replace("To address this", "Note that").replace("To prevent that", "Such that")
    assert status(repository, "doc.writeup", {"README.md": unanswered}) is Status.MISSING
    helps = LED_IN.replace("## Problem", "## Troubleshooting")
    assert status(repository, "doc.writeup", {"README.md": helps}) is Status.MISSING
    generic = LED_IN.replace("`train.py`", "the code").replace("docks", "things")
    assert status(repository, "doc.writeup", {"README.md": generic}) is Status.MISSING, "it would fit any project"


PAIR = "### Problem with {0}\n\nThe run of `{0}` stopped.\n\n### Solution\n\nStart it with more memory than one run needs.\n\n"


def test_problems_each_with_a_solution_are_told(repository: BuildRepository) -> None:
    one = "# Docks\n\n## What stopped us\n\n" + PAIR.format("train.py")
    two = one + PAIR.format("serve.py")
    assert status(repository, "doc.writeup", {"README.md": two}) is Status.PARTIAL
    assert status(repository, "doc.operations", {"README.md": two}) is Status.PARTIAL
    assert status(repository, "doc.writeup", {"README.md": one}) is Status.MISSING
    guide = two.replace("What stopped us", "Troubleshooting")
    assert status(repository, "doc.writeup", {"README.md": guide}) is Status.MISSING


def test_issues_that_were_met_are_told(repository: BuildRepository) -> None:
    told = (
        "# Docks\n\n## Issues\n\nThe first version of `train.py` kept all stations in one table, which grew until the machine "
        "stopped. I switched to one table a station, and the run of a night takes minutes again.\n"
    )
    assert status(repository, "doc.writeup", {"README.md": told}) is Status.PARTIAL
    assert status(repository, "doc.writeup", {"README.md": told.replace("switched", "looked")}) is Status.MISSING


README = "# Dock watch\n\nA forecast of free docks.\n\n"


DOCKS = "def free(count):\n    return count\n\nfree(1)\n"


def test_five_entries_of_troubleshooting_with_commands(repository: BuildRepository) -> None:
    entries = "".join(f"{number}. **Docks {number}**\n   ```bash\n   make docks\n   ```\n\n" for number in range(1, 7))
    files = {"README.md": f"{README}## Troubleshooting\n\n{entries}", "docks.py": DOCKS}
    assert decide_one(repository(files), "doc.operations").status is Status.MET


def test_a_notebook_that_is_opened_runs_the_project(repository: BuildRepository) -> None:
    readme = f"{README}## Run\n\n```bash\npip install -r requirements.txt\njupyter notebook\n```\n"
    files = {"README.md": readme, "requirements.txt": "pandas==2.2\n", "docks.py": DOCKS}
    assert decide_one(repository(files), "doc.setup").status is Status.MET


def test_the_name_of_a_program_is_no_command(repository: BuildRepository) -> None:
    readme = "# Docks\n\n## Services\n\n- tracking (folder `mlflow`)\n- flows (folder `prefect`)\n"
    assert status(repository, "doc.setup", {"README.md": readme, **PROJECT}) is not Status.MET
    assert "Commands" not in decide_one(repository({"README.md": readme, **PROJECT}), "doc.setup").summary


def test_a_question_about_the_version_is_not_what_is_shown(repository: BuildRepository) -> None:
    typed = (
        "## Setup\n\n```sh\nterraform --version\n```\n\n```sh\npip install -r requirements.txt\npython train.py\n```\n"
    )
    decision = decide_one(repository({"README.md": f"# Docks\n\n{typed}", **PROJECT}), "doc.setup")
    assert decision.evidence[0].line == 10


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("Promoting a model to production", Status.MET),
        ("Rolling back: rollback of a model", Status.MET),
        ("Forcing a retraining", Status.MET),
        ("Commuters and immigration", Status.MISSING),
    ],
)
def test_a_procedure_is_known_by_its_heading(repository: BuildRepository, heading: str, wanted: Status) -> None:
    steps = (
        "The service reads the alias, so that nothing has to be built: look up the number of the run first, then train and "
        "start the service with it, and look at the dashboard for a while.\n\n"
        "```sh\npython train.py --number 3\n```\n\nThen:\n\n```sh\npython serve.py\n```\n"
    )
    assert status(repository, "doc.operations", {"README.md": f"{README}## {heading}\n\n{steps}"}) is wanted


@pytest.mark.parametrize("title", ["Incident forecast", "Predictive maintenance of docks", "Maintenance of docks"])
def test_the_subject_of_a_project_is_no_operation(repository: BuildRepository, title: str) -> None:
    told = (
        "`train.py` reads what was reported and learns which docks break, so that a van is sent before it happens. " * 5
    )
    readme = f"# {title}\n\n{told}\n\n```sh\npython train.py\n```\n\n```sh\npython serve.py\n```\n"
    assert status(repository, "doc.operations", {"README.md": readme}) is Status.MISSING
    page = {"README.md": README, "predictive_maintenance/README.md": f"# Docks\n\n{told}"}
    assert status(repository, "doc.operations", page) is Status.MISSING


MAKE = {"Makefile": "destroy:\n\tterraform destroy\n", "main.tf": 'resource "aws_s3_bucket" "docks" {}\n'}


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("When you are done, `make destroy` takes everything down.", Status.MISSING),
        ("When you are done:\n\n```sh\nterraform destroy\n```", Status.MISSING),
        ("Read `docker compose logs docks`. When you are done:\n\n```sh\nterraform destroy\n```", Status.PARTIAL),
        ("Take it back with `alembic downgrade -1`.", Status.MISSING),
        ("When you are done:\n\n```sh\nmake teardown\n```", Status.MISSING),
        ("Begin anew with `docker compose restart docks`.", Status.MISSING),
        ("Begin anew with `docker compose restart docks`, and read `docker compose logs docks`.", Status.PARTIAL),
        ("Stop it with `docker compose down`.", Status.MISSING),
    ],
)
def test_commands_to_a_running_system_are_a_note(repository: BuildRepository, told: str, wanted: Status) -> None:
    compose = {"compose.yaml": "services:\n  docks:\n    build: .\n"}
    files = {**MAKE, **compose, "README.md": f"{README}## Use\n\n{told}\n"}
    assert status(repository, "doc.operations", files) is wanted


def test_a_page_of_the_docs_that_ends_in_taking_down(repository: BuildRepository) -> None:
    page = "# User guide\n\nLook at the docks, and when you are done:\n\n```sh\nterraform destroy\n```\n"
    for path, wanted in (("docs/user_guide.md", Status.PARTIAL), ("docs/README.md", Status.MISSING)):
        files = {**MAKE, "README.md": README, path: page}
        assert status(repository, "doc.operations", files) is wanted


FAILS = "If the training of docks fails with an error, run `python train.py` again."
STUCK = "The docks get stuck now and then. A way around this is `python serve.py`."


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (f"{FAILS}\n\n{STUCK}", Status.PARTIAL),
        (FAILS, Status.MISSING),
        (f"{STUCK}\n\nIf it fails, write to us.", Status.MISSING),
        ("If it fails, write to us.", Status.MISSING),
        ("Check with `python train.py` if it will fail.", Status.MISSING),
        ("Run `python train.py`; there should be no errors.", Status.MISSING),
    ],
)
def test_what_to_do_about_an_error_is_a_note(repository: BuildRepository, told: str, wanted: Status) -> None:
    assert status(repository, "doc.operations", {"README.md": f"{README}## Use\n\n{told}\n"}) is wanted


def test_the_page_of_commands_of_a_template_is_no_operation(repository: BuildRepository) -> None:
    page = "Commands\n========\n\n{}\n\n* `make train` trains on the docks.\n* `make serve` serves the docks.\n"
    template = "The Makefile contains the central entry points for common tasks related to this project."
    for told, wanted in ((template, Status.MISSING), ("What we type most.", Status.PARTIAL)):
        files = {"README.md": README, "docs/commands.rst": page.format(told)}
        assert status(repository, "doc.operations", files) is wanted


VERBS = ("release", "roll_back", "warm", "drain", "verify")
NAMES = {"service.py": "".join(f"def {verb}_docks():\n    print('{verb}')\n\n{verb}_docks()\n" for verb in VERBS)}


def test_a_page_on_operation_tells_of_files_that_the_running_system_makes(repository: BuildRepository) -> None:
    words = "Look whether the release answers, compare its manifest with the one before and wait for the traffic. " * 6
    page = (
        f"# Runbook\n\n{words}\n\nThe state lies in `state/active.json`, `state/previous.json` and `state/manifest.json`.\n"
        "Then `release_docks`, `roll_back_docks`, `warm_docks`, `drain_docks` and `verify_docks` follow, as in [slos](slos.md).\n"
    )
    files = {**NAMES, "README.md": "# Docks\n\nPredicts free docks.\n", "docs/runbook.md": page}
    assert status(repository, "doc.operations", files) is Status.MET
    foreign = files | {"docs/runbook.md": page.replace("_docks", "_ships")}
    assert status(repository, "doc.operations", foreign) is Status.MISSING


def test_notes_of_an_assistant_are_no_pages(repository: BuildRepository) -> None:
    page = "# Runbook\n\n" + "Run `train.py`, then `serve.py`, and look at the log of the service. " * 12
    files = {"README.md": "# Docks\n\nPredicts free docks.\n", "docs/runbook.md": page}
    assert status(repository, "doc.operations", files) is Status.MET
    noted = {"README.md": files["README.md"], "thoughts/shared/research/runbook.md": page}
    assert status(repository, "doc.operations", noted) is Status.MISSING


SETUP = "# Docks\n\n## Setup\n\n```sh\npip install -r requirements.txt\npython train.py\n{}\n```\n"


@pytest.mark.parametrize(
    "command",
    [
        "python src/train.py",
        "conda env create -f environment.yml",
        "uvicorn web.app:app --port 9696",
        "gunicorn --bind=0.0.0.0:9696 web.app:app",
        "make serve  # the page",
        "streamlit run page.py",
        "docker compose -f compose.dev.yaml up",
        "dvc pull",
        "uvicorn src/app:app",
    ],
)
def test_steps_that_ask_for_what_is_not_there(repository: BuildRepository, command: str) -> None:
    files = {**PROJECT, "Makefile": "train:\n\tpython train.py\n", "guide.md": SETUP.format("python train.py")}
    decision = decide_one(repository({**files, "README.md": SETUP.format(command)}), "doc.setup")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 8)
    assert "#" not in decision.summary


@pytest.mark.parametrize(
    ("files", "command", "lacks"),
    [
        ({}, "dvc repro", "the folder .dvc"),
        ({".dvc/config": ""}, "dvc repro", ""),
        ({}, "dvc init\ndvc repro", ""),
        ({".dvc/config": ""}, "dvc pull", "a remote of DVC"),
        ({".dvc/config": "['remote \"store\"']\n    url = s3://docks\n"}, "dvc pull", ""),
        ({".dvc/config": ""}, "dvc remote add -d store s3://docks\ndvc pull", ""),
        ({"MakeFile": "all:\n\tpython train.py\n"}, "make all", "a file named Makefile"),
    ],
)
def test_steps_of_dvc_and_make(repository: BuildRepository, files: dict[str, str], command: str, lacks: str) -> None:
    stages = {"dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n"}
    project = {path: text for path, text in PROJECT.items() if path != "Makefile"}
    decision = decide_one(repository({**project, **stages, **files, "README.md": SETUP.format(command)}), "doc.setup")
    assert decision.status is (Status.PARTIAL if lacks else Status.MET)
    assert lacks in decision.summary


@pytest.mark.parametrize(
    "command",
    [
        "make train",
        "curl -O https://example.org/get.sh\nbash get.sh",
        "cp .env.example .env",
        "terraform --version",
        "helm repo add docks https://example.org",
        "kubectl get pods",
        "uv venv",
        "cd deep && python train.py",
        "python your_script.py",
        "python script.py",
        "python ./train.py",
    ],
)
def test_steps_that_find_what_they_need(repository: BuildRepository, command: str) -> None:
    files = {**PROJECT, "Makefile": "train:\n\tpython train.py\n"}
    assert status(repository, "doc.setup", {**files, "README.md": SETUP.format(command)}) is Status.MET


def test_one_unfinished_section_beside_others(repository: BuildRepository) -> None:
    later = "\n## Deployment\n\nWork in progress.\n\n```sh\npython train.py --cloud\n```\n"
    assert status(repository, "doc.setup", {**PROJECT, "README.md": SETUP.format("") + later}) is Status.MET


PAIRS = """# Notes

## Two things

### Full stations
- **Problem:** the mlflow run counted a full station as free.
- **Solution:** the loss is logged for both since.

### Slow runs
- **Root cause**: every free dock was logged alone.
- **Fix**: they are logged together with mlflow.
"""


def test_problems_that_lines_of_a_page_tell_with_their_solutions(repository: BuildRepository) -> None:
    long = f"{PAIRS}\n{'The free docks of a station are what the training in train.py is about. ' * 10}\n"
    assert status(repository, "doc.writeup", {"docs/run.md": long, **PROJECT}) is Status.MET
    one = long.replace("- **Fix**", "- **Note**")
    assert status(repository, "doc.writeup", {"docs/run.md": one, **PROJECT}) is not Status.MET
    helping = long.replace("# Notes", "# Troubleshooting")
    assert status(repository, "doc.writeup", {"docs/run.md": helping, **PROJECT}) is not Status.MET
