"""Compose files."""

from __future__ import annotations

import pytest

from analyzer.artifacts.compose import ComposeFile, parse_compose, substitute
from analyzer.findings import Place

STACK = """\
name: shop
x-env: &env
  MLFLOW: http://mlflow:5000
services:
  api:
    build:
      context: ./services/api
      dockerfile: docker/Dockerfile
    command: ["uvicorn", "api:app"]
    ports:
      - "8000:8000"
    environment:
      <<: *env
      LEVEL: info
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:${PG:-16}
    volumes:
      - data:/var/lib/postgresql/data
      - type: bind
        source: ./init
        target: /init
volumes:
  data: {}
"""


def services(text: str, path: str = "compose.yaml") -> ComposeFile:
    return parse_compose(path, text)


def test_a_service_is_built_from_a_folder() -> None:
    api = services(STACK).services[0]
    assert (api.context, api.dockerfile, api.build_line) == (
        "services/api",
        "services/api/docker/Dockerfile",
        7,
    )
    assert api.builds
    assert (api.place, api.end_line) == (Place("compose.yaml", 5), 17)


def test_a_service_runs_an_image() -> None:
    db = services(STACK).services[1]
    assert (db.image, db.builds, db.context, db.dockerfile) == ("postgres:16", False, "", "")
    assert db.volumes == ("data:/var/lib/postgresql/data", "./init:/init")


def test_merged_environment_counts() -> None:
    api = services(STACK).services[0]
    assert api.environment == ("LEVEL=info", "MLFLOW=http://mlflow:5000")
    assert (api.command, api.ports, api.depends_on) == ("uvicorn api:app", ("8000:8000",), ("db",))


def test_paths_are_relative_to_the_file() -> None:
    service = services("services:\n  a:\n    build: ..\n", "deploy/local/compose.yaml").services[0]
    assert (service.context, service.dockerfile) == ("deploy", "deploy/Dockerfile")


def test_a_build_without_a_context_means_the_folder() -> None:
    service = services("services:\n  a:\n    build:\n      target: dev\n").services[0]
    assert (service.context, service.dockerfile) == (".", "Dockerfile")


def test_an_inline_dockerfile_is_no_file() -> None:
    text = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM x\n"
    assert services(text).services[0].dockerfile == ""


def test_lists_of_the_short_forms_are_read() -> None:
    text = "services:\n  a:\n    image: x\n    entrypoint: python\n    command: app.py\n    expose: ['1']\n    environment: [A=b]\n    depends_on: [c]\n"
    service = services(text).services[0]
    assert (service.command, service.ports, service.environment, service.depends_on) == (
        "python app.py",
        ("1",),
        ("A=b",),
        ("c",),
    )


def test_files_of_version_1_have_services_at_the_top() -> None:
    file = services("web:\n  build: .\ndb:\n  image: x\nnote: y\n")
    assert [(item.name, item.line) for item in file.services] == [("web", 1), ("db", 3)]


@pytest.mark.parametrize("text", ["version: '3'\nweb:\n  image: x\n", "", "- a\n", "a: b\n", "services: null\n"])
def test_other_files_have_no_services(text: str) -> None:
    file = services(text)
    assert (file.services, file.place) == ((), Place("compose.yaml", 1))


def test_a_broken_file_is_read_up_to_the_error() -> None:
    file = services("services:\n  a:\n    image: x\n  b: ]\n")
    assert ([item.name for item in file.services], bool(file.error)) == (["a"], True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x:${TAG:-latest}", "x:latest"),
        ("x:${TAG-latest}", "x:latest"),
        ("x:$KNOWN", "x:1"),
        ("x:${KNOWN:-2}", "x:1"),
        ("x:${TAG}", "x:${TAG}"),
        ("x:${TAG:?must be set}", "x:${TAG:?must be set}"),
        ("${REG:-${KNOWN:-ghcr.io}}/x", "1/x"),
        ("${REG:-${HOST:-example.org}}/x", "example.org/x"),
        ("plain", "plain"),
    ],
)
def test_variables_are_replaced_where_their_value_is_known(text: str, expected: str) -> None:
    assert substitute(text, {"KNOWN": "1"}) == expected
