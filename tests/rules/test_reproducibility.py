"""Pins, versions of data, tasks and hooks, in small repositories."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

DATA = {"models/docks.pkl": "x"}
"""Makes a repository one that works on data, whatever else it shows."""


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Status:
    return decide_one(repository({**DATA, **files}), criterion).status


def test_pins_are_counted_over_all_files_that_a_run_needs(repository: BuildRepository) -> None:
    pinned, loose = "a==1\nb==2\nc==3\n", "d\ne\nf\n"
    assert status(repository, "repro.dependencies", {"requirements.txt": pinned}) is Status.MET
    assert (
        status(repository, "repro.dependencies", {"requirements.txt": pinned, "tests/requirements.txt": loose})
        is Status.MET
    )
    assert (
        status(repository, "repro.dependencies", {"requirements.txt": pinned, "train/requirements.txt": loose})
        is Status.PARTIAL
    )


def test_what_a_tracker_wrote_beside_a_model_declares_nothing(repository: BuildRepository) -> None:
    files = {"model/MLmodel": "flavors: {}\n", "model/requirements.txt": "numpy==2.1.0\nscikit-learn==1.6.0\n"}
    assert status(repository, "repro.dependencies", files) is Status.MISSING


def test_dated_data_are_versions_and_dated_predictions_are_not(repository: BuildRepository) -> None:
    code = "def keep(df, year, month):\n    df.to_parquet(f's3://bucket/{what}/docks_{year}_{month}.parquet')\n\nkeep(1, 2, 3)\n"
    assert status(repository, "repro.data-versioning", {"ingest.py": code.replace("{what}", "raw")}) is Status.MET
    assert (
        status(repository, "repro.data-versioning", {"ingest.py": code.replace("{what}", "predictions")})
        is Status.PARTIAL
    )


def test_partitions_named_in_a_module_of_paths(repository: BuildRepository) -> None:
    files = {
        "paths.py": "def raw(ds):\n    return f'data/ds={ds}/rows.parquet'\n",
        "extract.py": "from paths import raw\ndef extract(df, ds):\n    df.to_parquet(raw(ds))\nextract(1, 2)\n",
    }
    assert status(repository, "repro.data-versioning", files) is Status.MET


def test_a_download_written_in_a_string_is_a_download(repository: BuildRepository) -> None:
    code = "import subprocess\nsubprocess.run('wget https://data.example.org/docks.csv', shell=True)\n"
    assert status(repository, "repro.data-versioning", {"get.py": code}) is Status.PARTIAL


def test_a_committed_file_read_back_through_the_web_is_no_source(repository: BuildRepository) -> None:
    code = "import pandas as pd\npd.read_csv('https://github.com/o/r/raw/main/docks.csv')\n"
    assert status(repository, "repro.data-versioning", {"a.py": code, "docks.csv": "a\n1\n"}) is Status.MISSING
    assert status(repository, "repro.data-versioning", {"a.py": code}) is Status.PARTIAL


def test_dvc_needs_a_remote(repository: BuildRepository) -> None:
    pointer = {"data.csv.dvc": "outs:\n- md5: a\n  path: data.csv\n"}
    assert status(repository, "repro.data-versioning", pointer) is Status.PARTIAL
    remote = {".dvc/config": "[core]\n    remote = s3\n['remote \"s3\"']\n    url = s3://bucket/x\n"}
    assert status(repository, "repro.data-versioning", {**pointer, **remote}) is Status.MET


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [("google-cloud-storage==2.0\npandas==2.0\n", Status.MET), ("mlflow==2.0\n", Status.PARTIAL)],
)
def test_a_part_of_a_namespace_is_declared_by_its_own_name(
    repository: BuildRepository, declared: str, wanted: Status
) -> None:
    code = "import pandas as pd\nimport yaml\nfrom google.cloud import storage\n\npd.read_csv(yaml.dump(storage.Client().bucket('docks')))\n"
    assert status(repository, "repro.dependencies", {"requirements.txt": declared, "read.py": code}) is wanted


def test_the_first_version_of_a_lock_is_shown(repository: BuildRepository) -> None:
    lock = (
        '{\n    "_meta": {\n        "hash": {\n            "sha256": "00"\n        }\n    },\n    "default": {\n'
        '        "pandas": {\n            "version": "==2.0.0"\n        }\n    }\n}\n'
    )
    decision = decide_one(repository({**DATA, "Pipfile.lock": lock}), "repro.dependencies")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 9)


def test_a_lock_of_tools_alone_pins_nothing_of_the_project(repository: BuildRepository) -> None:
    lock = (
        '{\n    "_meta": {},\n    "default": {},\n    "develop": {\n        "black": {\n            "version": "==24.1.0"\n'
        "        }\n    }\n}\n"
    )
    files = {**DATA, "Pipfile.lock": lock, "requirements.txt": "pandas\n"}
    assert status(repository, "repro.dependencies", files) is Status.PARTIAL


def test_tasks_and_hooks(repository: BuildRepository) -> None:
    assert status(repository, "repro.automation", {"Makefile": "test:\n\tpytest\n"}) is Status.MET
    assert status(repository, "repro.automation", {"Makefile": "test:\n\techo test\n"}) is Status.MISSING
    listing = "_default:\n    just --list\nhelp:\n    grep : Makefile\n"
    assert status(repository, "repro.automation", {"justfile": listing}) is Status.MISSING
    decision = decide_one(repository({"justfile": f"{listing}train:\n    python train.py\n"}), "repro.automation")
    assert (decision.summary, decision.evidence[0].line) == ("One task is automated with just", 5)
    hooks = "repos:\n- repo: x\n  hooks:\n  - id: ruff\n"
    assert status(repository, "repro.hooks", {".pre-commit-config.yaml": hooks}) is Status.MET


def test_a_feature_store_must_be_read(repository: BuildRepository) -> None:
    defined = "from feast import Entity, FeatureView\ndocks = FeatureView(name='docks', entities=[Entity(name='x')])\n"
    assert status(repository, "skills.feature-store", {"repo.py": defined}) is Status.PARTIAL
    read = "from feast import FeatureStore\nFeatureStore('.').get_historical_features(entity_df=1, features=[])\n"
    assert status(repository, "skills.feature-store", {"repo.py": defined, "train.py": read}) is Status.MET


def test_dated_partitions_of_training_data(repository: BuildRepository) -> None:
    code = "from datetime import date\nimport pandas as pd\n\npd.read_csv('raw.csv').to_csv(f\"s3://docks/{{date.today():%Y-%m}}/{}.csv\")\n"
    met = decide_one(repository({"model_training.py": code.format("train")}), "repro.data-versioning")
    assert met.status is Status.MET
    partial = decide_one(repository({"batch.py": code.format("predictions")}), "repro.data-versioning")
    assert partial.status is Status.PARTIAL


def test_a_download_by_a_script_that_is_named_for_it(repository: BuildRepository) -> None:
    script = 'for year in 2023 2024; do\n  wget "https://example.org/docks/${year}" -O "${year}"\ndone\n'
    assert (
        decide_one(repository({**DATA, "download_data.sh": script}), "repro.data-versioning").status is Status.PARTIAL
    )
    assert decide_one(repository({**DATA, "tools.sh": script}), "repro.data-versioning").status is Status.MISSING


def test_hooks_that_cannot_be_read(repository: BuildRepository) -> None:
    broken = "repos:\n  - repo: https://example.org/hooks\n      rev: v1\n    hooks:\n      - id: check\n"  # rev too far right
    decision = decide_one(repository({".pre-commit-config.yaml": broken}), "repro.hooks")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 5)
    nothing = repository({".pre-commit-config.yaml": "repos: [\n"})
    assert decide_one(nothing, "repro.hooks").status is Status.MISSING


def test_an_upload_is_no_download(repository: BuildRepository) -> None:
    up = repository({**DATA, "copy_data.sh": "aws s3 cp ./data/docks.csv s3://docks/docks.csv\n"})
    assert decide_one(up, "repro.data-versioning").status is Status.MISSING
    down = repository({**DATA, "copy_data.sh": "aws s3 cp s3://docks/docks.csv ./data/docks.csv\n"})
    assert decide_one(down, "repro.data-versioning").status is Status.PARTIAL


def test_training_data_that_a_module_for_models_writes(repository: BuildRepository) -> None:
    code = "from datetime import date\nimport pandas as pd\n\npd.read_csv('raw.csv').to_csv(f'runs/{date.today():%Y-%m}/train.csv')\n"
    assert status(repository, "repro.data-versioning", {"model.py": code}) is Status.MET


def test_a_stand_in_for_data_that_are_watched_is_no_source(repository: BuildRepository) -> None:
    code = "from sklearn import datasets\n\nprint(datasets.load_iris())\n"
    assert status(repository, "repro.data-versioning", {"monitoring/watch.py": code}) is Status.MISSING
    assert status(repository, "repro.data-versioning", {"get.py": code}) is Status.PARTIAL


@pytest.mark.parametrize(("name", "wanted"), [("rides", Status.MET), ("fake_rides", Status.MISSING)])
def test_dated_copies_of_data_that_are_made_up(repository: BuildRepository, name: str, wanted: Status) -> None:
    code = (
        "import datetime\nimport pandas as pd\n\ndef keep(frame):\n"
        f"    frame.to_csv(f'data/{name}_{{datetime.datetime.now():%Y-%m-%d}}.csv')\n\nkeep(pd.read_csv('x.csv'))\n"
    )
    assert status(repository, "repro.data-versioning", {"keep.py": code}) is wanted


def test_data_fetched_from_an_address_that_a_name_keeps(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\nimport requests\n\nURL = {!r}\n\n"
        "def fetch(url):\n    open('x', 'wb').write(requests.get(url).content)\n    return pd.read_csv('x')\n\nfetch(URL)\n"
    )
    for url, found in (
        ("https://www.kaggle.com/api/v1/datasets/download/octocat/docks", Status.PARTIAL),
        ("https://data.example.org/docks.parquet", Status.PARTIAL),
        ("https://api.example.org/v1/predict", Status.MISSING),
        ("http://localhost:9000/docks.csv", Status.MISSING),
    ):
        assert decide_one(repository({"fetch.py": code.format(url)}), "repro.data-versioning").status is found, url


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"get.py": "import subprocess\n\nsubprocess.run(['kaggle', 'datasets', 'download', '-d', 'octocat/docks'])\n"}, Status.PARTIAL),
        ({"get.py": "import subprocess\n\nsubprocess.run(['kaggle', 'datasets', 'list'])\n"}, Status.MISSING),
        ({"Makefile": "data:\n\twget https://example.org/docks.zip\n"}, Status.PARTIAL),
        ({"Makefile": "tools:\n\twget https://example.org/commandlinetools-linux.zip\n"}, Status.MISSING),
        ({"Makefile": "model:\n\tcurl https://example.org/metadata.tflite -o m.tflite\n"}, Status.MISSING),
    ],
)  # fmt: skip
def test_data_fetched_by_a_command(repository: BuildRepository, files: dict[str, str], wanted: Status) -> None:
    read = {"read.py": "import pandas as pd\n\nprint(pd.read_csv('docks.csv'))\n"}
    assert status(repository, "repro.data-versioning", {**read, **files}) is wanted


FETCH = "import requests\nimport yaml\n\nopen('docks.zip', 'wb').write(requests.get(yaml.safe_load(open('config.yaml'))['source']).content)\n"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("https://data.example.org/docks/rides.zip", Status.PARTIAL),
        ("https://example.org/docks", Status.MISSING),
        ("http://store:9000/docks.csv", Status.MISSING),
    ],
)
def test_an_address_of_data_in_a_configuration(repository: BuildRepository, source: str, wanted: Status) -> None:
    files = {**DATA, "fetch.py": FETCH, "config.yaml": f"source: {source}\n"}
    assert decide_one(repository(files), "repro.data-versioning").status is wanted


def test_a_scheme_or_a_service_of_its_own_is_no_source(repository: BuildRepository) -> None:
    code = (
        "import requests\n\nsession = requests.Session()\nsession.mount('https://', session)\n"
        "print(requests.get('http://prometheus:9090/api').json())\n"
    )
    read = "import pandas as pd\n\nprint(pd.read_csv('docks.csv'))\n"
    assert (
        decide_one(repository({**DATA, "ask.py": code, "read.py": read}), "repro.data-versioning").status
        is Status.MISSING
    )
