"""The chain from data to alert: complete, and broken at each link."""

from __future__ import annotations

import pytest

from analyzer.wiring import LINKS, Chain, build_wiring, chain
from tests.conftest import BuildRepository, Files
from tests.wiring.support import SYSTEM


def _chain(repository: BuildRepository, files: Files) -> Chain:
    repo = repository(files)
    return chain(build_wiring(repo), repo)


def test_a_system_whose_parts_belong_together_is_complete(repository: BuildRepository) -> None:
    found = _chain(repository, SYSTEM)
    assert [(link.name, link.path) for link in found.links] == [
        ("data", "pipeline/ingest.py"),
        ("training", "pipeline/train.py"),
        ("registry", "pipeline/train.py"),
        ("image", "Dockerfile"),
        ("deployment", "k8s/api.yaml"),
        ("service", "service/app.py"),
        ("metrics", "service/app.py"),
        ("alert", "monitoring/rules.yml"),
    ]
    assert found.complete
    assert found.first_missing is None


@pytest.mark.parametrize(
    ("changed", "link", "sentence"),
    [
        (
            {"pipeline/train.py": "print('nothing')\n"},
            "training",
            "no script, module or task was found that trains a model",
        ),
        (
            {"pipeline/train.py": SYSTEM["pipeline/train.py"].replace("data/rides.parquet", "other.parquet")},
            None,
            "",
        ),
        (
            {"pipeline/train.py": SYSTEM["pipeline/train.py"].replace(", registered_model_name=MODEL_NAME", "")},
            "registry",
            "nothing registers the trained model",
        ),
        (
            {"docker-compose.yml": SYSTEM["docker-compose.yml"].replace("ride-duration", "another-model")},
            "image",
            "Dockerfile packages code, but nothing shows that it loads the model that training makes",
        ),
        (
            {"k8s/api.yaml": "", ".github/workflows/deploy.yml": ""},
            "deployment",
            "nothing deploys the image of Dockerfile to a cloud",
        ),
        (
            {"monitoring/prometheus.yml": ""},
            "metrics",
            "service/app.py exports metrics, but no scrape job reads them",
        ),
        (
            {"monitoring/rules.yml": SYSTEM["monitoring/rules.yml"].replace("ride_predictions", "ride_errors")},
            "alert",
            "NoPredictions watches ride_errors_total, which nothing exports",
        ),
    ],
    ids=["training", "reads for itself", "registry", "image", "deployment", "metrics", "alert"],
)
def test_the_first_missing_link_is_named(
    repository: BuildRepository, changed: dict[str, str], link: str | None, sentence: str
) -> None:
    missing = _chain(repository, {**SYSTEM, **changed}).first_missing
    assert (missing.name if missing else None) == link
    assert (missing.sentence if missing else "") == sentence


def test_an_image_that_copies_no_code_starts_what_is_mounted(repository: BuildRepository) -> None:
    image = "\n".join(line for line in SYSTEM["Dockerfile"].split("\n") if not line.startswith("COPY"))
    found = _chain(repository, {**SYSTEM, "Dockerfile": image})
    told = next(link.sentence for link in found.links if link.name == "image")
    assert told.startswith("Dockerfile starts ")


def test_an_empty_repository_has_no_link(repository: BuildRepository) -> None:
    found = _chain(repository, {"README.md": "# Nothing yet\n"})
    assert [link.name for link in found.links] == list(LINKS)
    assert not any(link.found for link in found.links)
