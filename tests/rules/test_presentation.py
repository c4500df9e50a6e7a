"""What a README must say to count, in small examples."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from rules.presentation import _line_of
from tests.conftest import BuildRepository, decide_one

TITLE = "# Dock watch\n\n"
# What the READMEs are about: words that name nothing of the repository count for little.
CODE = """import mlflow
import psycopg
import streamlit as st
from prefect import flow

@flow
def forecast_docks(station, riders):
    mlflow.log_metric('rmse', 1.5)
    mlflow.log_metric('loss', 2900)
    st.title('docks')

forecast_docks('station', 'riders')
"""


def status(repository: BuildRepository, criterion: str, readme: str, **files: str) -> Status:
    return decide_one(repository({"README.md": readme, "docks.py": CODE, **files}), criterion).status


def test_a_problem_needs_reasons(repository: BuildRepository) -> None:
    told = (
        "Riders who find a full station cannot end their ride; they pay for the extra minutes and complain. Support costs "
        "the company two people a month, and customers leave because of it. A forecast helps them to choose another station."
    )
    assert status(repository, "doc.problem", f"{TITLE}## Problem\n\n{told}\n") is Status.MET
    assert (
        status(repository, "doc.problem", f"{TITLE}## Problem\n\nThis project predicts free docks.\n") is Status.PARTIAL
    )
    assert status(repository, "doc.problem", "") is Status.MISSING


def test_results_under_the_word_impact_are_no_problem(repository: BuildRepository) -> None:
    assert (
        status(
            repository,
            "doc.problem",
            "# Dock watch\n\n## Business impact\n\n- 40 % cost reduction against the old batch\n",
        )
        is Status.MISSING
    )


def test_signs_before_a_heading_do_not_hide_it(repository: BuildRepository) -> None:
    words = "It is crucial that riders are told early, because a full station costs them money and time. " * 3
    assert status(repository, "doc.problem", f"{TITLE}## 🌟 1. Project overview\n\n{words}\n") is Status.MET


def test_the_problem_under_a_subtitle_of_the_project(repository: BuildRepository) -> None:
    words = "It is crucial that riders are told early, because a full station costs them money and time. " * 3
    for heading, wanted in (("Begun in July 2025", Status.MET), ("Installation", Status.MISSING)):
        assert status(repository, "doc.problem", f"# Docks\n\n### {heading}\n\n{words}\n") is wanted


def test_architecture_counts_sentences_that_say_what_a_tool_does(repository: BuildRepository) -> None:
    sentence = "Prefect triggers the training flow, which reads the readings from PostgreSQL and registers the model in MLflow.\n\n"
    assert status(repository, "doc.architecture", f"{TITLE}## Parts\n\n{sentence * 16}") is Status.MET
    assert status(repository, "doc.architecture", f"{TITLE}## Tech stack\n\n- Prefect\n- MLflow\n") is Status.PARTIAL
    for title in ("Arquitectura del sistema", "Arquitetura", "시스템 아키텍처", "架构"):
        assert status(repository, "doc.architecture", f"{TITLE}## {title}\n\n{sentence * 6}") is Status.MET
    assert status(repository, "doc.architecture", f"{TITLE}## Best practices\n\n{sentence * 16}") is Status.MISSING


def test_page_laid_out_with_line_breaks_has_headings(repository: BuildRepository) -> None:
    words = (
        "The service loads the model from MLflow and stores every prediction in the PostgreSQL database.<br/>\n<br/>\n"
    )
    readme = f"Intro<br/>\n<br/>\n**Architecture**<br/>\n<br/>\n{words * 10}"
    assert status(repository, "doc.architecture", readme) is Status.MET


def test_results_are_numbers_beside_a_metric(repository: BuildRepository) -> None:
    assert status(repository, "doc.results", "## Results\n\nThe RMSE is 5.23 docks.\n") is Status.MET
    assert status(repository, "doc.results", "## Results\n\nA loss of about 2900 rupees.\n") is Status.MET
    assert status(repository, "doc.results", "## Results\n\nIt works well.\n") is Status.MISSING


def test_quantified_needs_a_comparison_a_time_or_a_cost(repository: BuildRepository) -> None:
    better = "## Results\n\nOur model reduces the error by 31 % against the baseline.\n"
    assert status(repository, "doc.quantified", better) is Status.MET
    assert status(repository, "doc.quantified", "## Results\n\nRMSE of 5.2\n") is Status.PARTIAL


def test_how_long_a_step_of_the_set_up_takes_is_no_outcome(repository: BuildRepository) -> None:
    readme = "# T\n\n## Setup\n\nThe server takes about 10 minutes to start.\n"
    assert status(repository, "doc.quantified", readme) is Status.MISSING


def test_an_error_in_euros_is_no_cost(repository: BuildRepository) -> None:
    assert (
        status(repository, "doc.quantified", "## Results\n\nAn RMSE of 83.9 EUR on the test set.\n") is Status.PARTIAL
    )


def test_own_site_is_told_from_the_site_of_a_library(repository: BuildRepository) -> None:
    own = "# Dockwatch\n\nSee [dockwatch.org](https://dockwatch.org).\n"
    assert status(repository, "doc.site", own) is Status.MET
    library = "# Dockwatch\n\nWe use [hyperopt](https://hyperopt.github.io/hyperopt/).\n"
    assert status(repository, "doc.site", library, **{"requirements.txt": "hyperopt==0.2\n"}) is Status.MISSING


def test_a_course_video_is_no_demo(repository: BuildRepository) -> None:
    assert status(repository, "doc.site", "[Demo](https://youtu.be/abc)\n") is Status.MET
    assert status(repository, "doc.site", "[course lecture](https://youtu.be/abc)\n") is Status.MISSING


def test_link_in_brackets_that_are_no_address_is_passed_over(repository: BuildRepository) -> None:
    assert status(repository, "e2e.live-endpoint", "[app](http://[host]/x)\n") is Status.MISSING


def test_a_hosted_report_is_not_the_application(repository: BuildRepository) -> None:
    assert (
        status(repository, "e2e.live-endpoint", "[monitoring](https://dock-monitoring.streamlit.app)\n")
        is Status.PARTIAL
    )
    assert status(repository, "e2e.live-endpoint", "[app](https://docks.streamlit.app)\n") is Status.MET
    assert status(repository, "e2e.live-endpoint", "[app](http://localhost:8000)\n") is Status.MISSING


def test_diagram_by_name_and_in_text(repository: BuildRepository) -> None:
    picture = {"architecture.png": "x" * 1000}
    assert (
        status(repository, "doc.diagram", f"{TITLE}Words.\n\n![architecture](architecture.png)\n", **picture)
        is Status.MET
    )
    assert status(repository, "doc.diagram", f"{TITLE}Words.\n\n![architecture](absent.png)\n") is Status.MISSING
    assert status(repository, "doc.diagram", f"{TITLE}```mermaid\ngraph TD\n a-->b\n```\n") is Status.MET


def test_the_page_of_a_tool_is_no_diagram(repository: BuildRepository) -> None:
    pictures = {"mlflow.png": "x" * 1000, "prefect.png": "x" * 1000, "training_flow.png": "x" * 1000}
    readme = f"{TITLE}## Deploy the workflow\n\nTraining runs as a flow.\n\n![](mlflow.png)\n![](prefect.png)\n"
    assert status(repository, "doc.diagram", readme, **pictures) is Status.MISSING
    assert status(repository, "doc.diagram", f"{readme}![](training_flow.png)\n", **pictures) is Status.MET


def test_a_picture_named_after_a_tool_is_no_number(repository: BuildRepository) -> None:
    pictures = {
        "mlflow_registry.png": "x" * 1000,
        "icons/metrics.png": "x" * 1000,
        "train.py": "import mlflow\nmlflow.log_metric('a', 1)\n",
    }
    assert (
        status(repository, "doc.results", f"{TITLE}Words.\n\n![](mlflow_registry.png)\n", **pictures) is Status.PARTIAL
    )
    assert status(repository, "doc.results", f"{TITLE}Words.\n\n![](icons/metrics.png)\n", **pictures) is Status.MISSING
    pictures["dashboard.png"] = "x" * 1000
    assert status(repository, "doc.results", f"{TITLE}Words.\n\n![](dashboard.png)\n", **pictures) is Status.PARTIAL


def test_who_is_meant_is_no_reason(repository: BuildRepository) -> None:
    subject = "Docks of customers are counted, therefore a model is trained for each of them, and a manual trigger starts the "
    told = f"{TITLE}{subject}{'training of the docks in the night, when the lake is calm and nobody rows, ' * 2}and that is all.\n"
    assert status(repository, "doc.problem", told) is Status.PARTIAL
    assert status(repository, "doc.problem", told.replace("and that is all", "which saves costs")) is Status.MET
    assert (
        status(
            repository,
            "doc.problem",
            told.replace("and that is all", "which fails and nobody can know, so it is hard to plan"),
        )
        is Status.MET
    )


def test_a_video_that_explains_a_tool_is_no_demo(repository: BuildRepository) -> None:
    video = "https://youtu.be/abcdefghijk"
    assert status(repository, "doc.site", f"{TITLE}Watch the [demo]({video}).\n") is Status.MET
    assert status(repository, "doc.site", f"{TITLE}If you need an account, see {video}.\n") is Status.MISSING


def test_counts_of_tests_are_no_results(repository: BuildRepository) -> None:
    readme = f"{TITLE}## Results\n\n| suite | test coverage | score |\n|---|---|---|\n| api | 93.5 % | 8.1 |\n"
    assert status(repository, "doc.results", readme) is Status.MISSING


README = "# Dock watch\n\nA forecast of free docks.\n\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("A demo: [video](https://youtu.be/abc)\n", Status.MET),
        ("See here for a tutorial on how to do it:\n\n[video](https://youtu.be/abc)\n", Status.MISSING),
        ("The following video can be used as a reference. [link](https://youtu.be/abc)\n", Status.MISSING),
    ],
)
def test_a_video_of_others_is_no_site(repository: BuildRepository, text: str, status: Status) -> None:
    assert decide_one(repository({"README.md": f"{README}{text}"}), "doc.site").status is status


def test_the_application_itself_is_no_site(repository: BuildRepository) -> None:
    files = {
        "README.md": f"{README}Live at https://dock-watch.vercel.app/\n",
        "app.py": "import streamlit as st\nst.title('docks')\n",
    }
    assert decide_one(repository(files), "e2e.live-endpoint").status is Status.MET
    assert decide_one(repository(files), "doc.site").status is Status.MISSING


PICTURE = "https://github.com/user-attachments/assets/0123"


def test_a_picture_without_words_is_told_by_the_line_above(repository: BuildRepository) -> None:
    code = {"watch.py": "import mlflow\nmlflow.log_metric('rmse', 1.5)\n"}
    shown = f"{README}- Training metrics dashboard\n![image]({PICTURE})\n"
    assert decide_one(repository({"README.md": shown, **code}), "doc.results").status is Status.MET
    mark = f'{README}<img src="{PICTURE}" width="13"> Metrics by Grafana\n'
    assert decide_one(repository({"README.md": mark, **code}), "doc.results").status is Status.MISSING


@pytest.mark.parametrize(
    ("alt", "status"),
    [
        ("MLOps pipeline dashboard", Status.MISSING),
        ("Baseline model overview", Status.MISSING),
        ("Architecture of the dashboard", Status.MET),
        ("Pipeline", Status.MET),
    ],
)
def test_a_page_is_no_diagram(repository: BuildRepository, alt: str, status: Status) -> None:
    readme = f"{README}![{alt}]({PICTURE})\n"
    assert decide_one(repository({"README.md": readme}), "doc.diagram").status is status


def test_reasons_in_other_languages(repository: BuildRepository) -> None:
    readme = (
        "# Docks\n\n## Problématique\n\nChaque jour des milliers de trajets finissent devant une station pleine : le client paie les "
        "minutes de trop et le coût du support augmente. Cette prévision des docks libres doit aider les stations à anticiper et "
        "permet de réduire les pertes de la ville.\n"
    )
    code = {"docks.py": "def forecast_docks(stations):\n    return stations\n\nforecast_docks(1)\n"}
    assert decide_one(repository({"README.md": readme, **code}), "doc.problem").status is Status.MET


def test_goals_are_no_results(repository: BuildRepository) -> None:
    code = {"watch.py": "import mlflow\nmlflow.log_metric('accuracy', 0.9)\n"}
    for heading, status in (("Success metrics", Status.MISSING), ("Results", Status.MET)):
        readme = f"{README}## {heading}\n\n- Accuracy: 91.5 %\n"
        assert decide_one(repository({"README.md": readme, **code}), "doc.results").status is status


def test_numbers_in_a_log_are_named_by_their_line(repository: BuildRepository) -> None:
    readme = f"{README}## Results\n\n```\nstarting\nreading\naccuracy 0.915\n```\n"
    code = {"watch.py": "import mlflow\nmlflow.log_metric('accuracy', 0.9)\n"}
    assert decide_one(repository({"README.md": readme, **code}), "doc.results").evidence[0].line == 10


DOCKS = "def free(count):\n    return count\n\nfree(1)\n"


def test_the_pages_of_a_library_are_no_site(repository: BuildRepository) -> None:
    files = {"docks.py": DOCKS}
    library = f"{README}Drawn with [tables](https://tables.readthedocs.io/en/latest/).\n"
    assert decide_one(repository({"README.md": library, **files}), "doc.site").status is Status.MISSING
    own = f"{README}See [the pages](https://somebody.github.io/dock-watch/).\n"
    assert decide_one(repository({"README.md": own, **files}), "doc.site").status is Status.MET


def test_the_picture_below_the_title_is_no_diagram(repository: BuildRepository) -> None:
    picture = f"![Bicycles]({PICTURE})\n"
    title = repository({"README.md": f"# The pipeline of dock watch\n\nA forecast of free docks.\n\n{picture}"})
    assert decide_one(title, "doc.diagram").status is Status.MISSING
    section = repository({"README.md": f"{README}## The pipeline\n\n{picture}"})
    assert decide_one(section, "doc.diagram").status is Status.MET


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("It registers the models which have an accuracy of more than 77.5 %.", Status.MISSING),
        ("The metric is the area above an 80 % recall.", Status.MISSING),
        ("The model has an accuracy of 77.5 %.", Status.MET),
    ],
)
def test_what_is_asked_of_a_model_is_no_result(repository: BuildRepository, sentence: str, wanted: Status) -> None:
    code = {"watch.py": "import mlflow\nmlflow.log_metric('accuracy', 0.9)\n"}
    assert decide_one(repository({"README.md": f"{README}{sentence}\n", **code}), "doc.results").status is wanted


def test_contents_are_no_list_of_tools(repository: BuildRepository) -> None:
    readme = f"{README}## Table of contents\n\n- [MLflow](#mlflow)\n\n## Tools\n\n- MLflow\n"
    code = {"watch.py": "import mlflow\nmlflow.log_metric('accuracy', 0.9)\n"}
    decision = decide_one(repository({"README.md": readme, **code}), "doc.architecture")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 11)
    assert decision.summary == "The architecture is a list of tools or folders, hardly how they work together"


def test_an_architecture_in_one_sentence_is_called_that(repository: BuildRepository) -> None:
    readme = f"{README}## Architecture\n\nThe flow reads the docks every hour, trains the model anew and redeploys the service.\n"
    decision = decide_one(repository({"README.md": readme}), "doc.architecture")
    assert (decision.status, decision.summary) == (Status.PARTIAL, "The architecture is told in a few words only")


def test_a_readme_of_a_few_words_leaves_it_to_that_of_the_project(repository: BuildRepository) -> None:
    told = (
        "# Docks\n\nBike docks run empty in the morning, so that riders walk to work and the city loses money, because trucks are sent "
        "by habit. We predict the demand of each dock in order to send trucks where bikes are needed, which reduces cost. "
        "Riders find a bike, the city keeps its fares, and drivers go home in time, since nobody has to drive a second round.\n"
    ) + "More about the docks of the city. " * 12
    root = {"README.md": "# Course\n\nAnswers and the project of a course.\n"}
    project = {"project/README.md": told, "project/a.py": "print(1)\n", "project/b.py": "print(2)\n"}
    repo = repository({**root, **project})
    assert (repo.readme_path, repo.front_page) == ("project/README.md", "README.md")
    assert decide_one(repo, "doc.problem").evidence[0].path == "project/README.md"
    long = repository({"README.md": root["README.md"] + "Words about it all. " * 12, **project})
    assert long.readme_path == "README.md"
    beside = repository({**root, **project, **{f"other/{number}.py": "print(1)\n" for number in range(4)}})
    assert beside.readme_path == "README.md"


def test_a_row_of_a_table_is_found_however_it_is_written(repository: BuildRepository) -> None:
    repo = repository({"README.md": "# A\n\n| Metric | Value |\n|---|---|\n| **AUC** |   `0.84` |\n"})
    (block,) = (item for item in repo.documents[0].blocks if item.kind == "table")
    assert _line_of(repo, block, "AUC | 0.84").line == 5
    assert _line_of(repo, block, "nowhere").line == 3


def test_the_problem_is_told_where_it_stands_and_not_among_the_steps(repository: BuildRepository) -> None:
    problem = "This project predicts how many docks will be free in the next hour."
    steps = "The files of the folder infra make a bucket. " * 9
    for heading in ("## How to replicate the project", "# The dock project"):
        readme = f"{heading}\n\n### Bucket\n\n{steps}\n\n## Objective\n\n{problem}\n"
        readme = readme if heading.startswith("# ") else f"# Docks\n\n{readme}"
        decision = decide_one(repository({"README.md": readme}), "doc.problem")
        line = readme.splitlines().index(problem) + 1
        assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, line), heading


@pytest.mark.parametrize("criterion", ["doc.results", "doc.quantified"])
def test_a_list_of_goals_is_no_result(repository: BuildRepository, criterion: str) -> None:
    code = {"watch.py": "import mlflow\nmlflow.log_metric('accuracy', 0.9)\n"}
    for lead, wanted in (("Success metrics", False), ("What came out", True)):
        readme = f"{README}## The task\n\nType: regression\n{lead}:\n- Accuracy of 91.5 %\n"
        found = decide_one(repository({"README.md": readme, **code}), criterion)
        assert (found.status is not Status.MISSING) is wanted


def test_goals_are_no_outcomes(repository: BuildRepository) -> None:
    for heading, wanted in (("Goals", Status.MISSING), ("Results", Status.MET)):
        readme = f"{README}## {heading}\n\n- Latency from 420 ms to 120 ms\n"
        assert status(repository, "doc.quantified", readme) is wanted


def test_memory_that_was_saved_is_an_outcome(repository: BuildRepository) -> None:
    told = f"{README}## Deployment\n\nOne container for both saved 2.5gb of memory.\n"
    assert status(repository, "doc.quantified", told) is Status.MET
    told = f"{README}## Lessons\n\nThe image went from 2.1 GB to 300 MB.\n"
    assert status(repository, "doc.quantified", told) is Status.MET


def test_metrics_in_a_picture_alone_are_no_outcome_that_is_told(repository: BuildRepository) -> None:
    readme = f"{TITLE}## Results\n\nThe runs and their RMSE.\n\n![](metrics.png)\n"
    assert status(repository, "doc.quantified", readme, **{"metrics.png": "x" * 1000}) is Status.MISSING
    assert status(repository, "doc.results", readme, **{"metrics.png": "x" * 1000}) is not Status.MISSING


def test_processing_is_no_roc_curve(repository: BuildRepository) -> None:
    for name, wanted in (("roc_curve.png", Status.MET), ("preprocessing.png", Status.MISSING)):
        readme = f"{TITLE}Words.\n\n![]({name})\n"
        assert status(repository, "doc.results", readme, **{name: "x" * 1000}) is wanted


FLOW = "```text\nriders.csv → Prefect flow → MLflow registry → Streamlit page\n      ↓\n   psycopg\n```\n"
TOLD = (
    "Every night a Prefect flow reads the riders and hands the features on to the training, which writes the model to the "
    "MLflow registry. The Streamlit page loads it from there.\n"
)


def test_a_flow_drawn_as_text_beside_few_words(repository: BuildRepository) -> None:
    architecture = f"{TITLE}## Architecture\n\n{TOLD}\n"
    assert status(repository, "doc.architecture", architecture) is Status.PARTIAL
    assert status(repository, "doc.architecture", architecture + FLOW) is Status.MET
    assert status(repository, "doc.architecture", f"{TITLE}## Architecture\n\n{FLOW}\n") is Status.PARTIAL
    strangers = FLOW.replace("Prefect flow", "x").replace("MLflow registry", "y").replace("Streamlit page", "z")
    assert status(repository, "doc.architecture", architecture + strangers.replace("psycopg", "w")) is Status.PARTIAL


def test_decisions_about_the_design_beside_few_words(repository: BuildRepository) -> None:
    reasons = (
        "MLflow was taken because the registry and the runs are in one place, so that the page asks for the newest model "
        "by its alias instead of a path. Prefect starts the flow in docks.py again where the database is away, which a timer would not.\n"
    )
    told = f"{TITLE}## Architecture\n\n{TOLD}\n{TOLD}\n"
    assert status(repository, "doc.architecture", told) is Status.PARTIAL
    assert status(repository, "doc.architecture", f"{told}\n## Design decisions\n\n{reasons}") is Status.MET
    assert status(repository, "doc.architecture", f"{told}\n## Licence\n\n{reasons}") is Status.PARTIAL
    of_any = reasons.replace(" in docks.py", "")  # names nothing but tools
    assert status(repository, "doc.architecture", f"{told}\n## Design decisions\n\n{of_any}") is Status.PARTIAL


@pytest.mark.parametrize(
    ("led_in", "name", "alt", "wanted"),
    [
        ("The parts:", "pipeline.png", "The pipeline", Status.MET),
        ("Here is a snapshot:", "orchestration.png", "Orchestration pipeline", Status.MISSING),
        ("Here is a snapshot of the architecture:", "pipeline.png", "The pipeline", Status.MET),
        ("The parts:", "jenkins.png", "Jenkins pipelines", Status.MISSING),
        ("The parts:", "prefect-1.png", "Daily flow run", Status.MISSING),
        ("The parts:", "project_structure.png", "", Status.MISSING),
        ("The parts:", "mlops_fill.png", "Data entry", Status.MISSING),
    ],
)
def test_pictures_of_screens_are_no_diagrams(
    repository: BuildRepository, led_in: str, name: str, alt: str, wanted: Status
) -> None:
    readme = f"{TITLE}## Run\n\n{led_in}\n\n![{alt}]({name})\n"
    assert status(repository, "doc.diagram", readme, **{name: "x" * 1000}) is wanted
