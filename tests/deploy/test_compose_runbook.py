"""What deployment.md and runbook.md show of Docker Compose: run one after the other, as the pages have it, by the real Compose
against an emulated engine, each held to what it is there for.

Containers run nothing, and images are taken as there. Backup and restore are in test_runbook.py, where pg_dump and pg_restore
run for real.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.deploy.conftest import ROOT, program
from tests.deploy.engine.state import Container, Engine
from tests.deploy.engine.terminal import STAY, Machine, commands_of, opened, sizes, those_of, well

DEPLOYMENT, RUNBOOK = ((ROOT / "docs" / name).read_text("utf-8") for name in ("deployment.md", "runbook.md"))
UP = "docker compose up --detach --wait"
OURS = {"migrate", "web", "worker"}
[VARIABLES] = re.findall(r"^```sh\n(FOLIOSCOPE_.*?)^```$", DEPLOYMENT, re.MULTILINE | re.DOTALL)
COMMANDS = (
    UP,
    "docker compose up --detach --scale worker=4",
    "docker compose ps",
    "docker compose logs --since 15m web worker",
    UP,
    UP,
    "docker compose exec -T postgres pg_dump --username folioscope --format custom folioscope > folioscope.dump",
    "docker compose stop web worker",
    "docker compose exec -T postgres pg_restore --username folioscope --dbname postgres --clean --create --if-exists < folioscope.dump",
    UP,
)
"""What the two pages show, in their order: to begin, more workers, a look, to roll out and back, backup and restore."""

Happened = list[tuple[str, str]]


def after(happened: Happened, later: tuple[str, str], *earlier: tuple[str, str]) -> bool:
    """Whether something began only when all of some others had happened."""
    return all(happened.index(later) > happened.index(other) for other in earlier)


def numbers(engine: Engine) -> dict[str, set[str]]:
    """Of each service, which containers it has."""
    return {name: {found.id for found in those_of(engine, name)} for name in {*STAY, "migrate"}}


def running(engine: Engine) -> list[Container]:
    return [found for found in engine.containers.values() if found.status == "running"]


def images(engine: Engine) -> set[str]:
    """What ours run."""
    return {found.image.name for name in OURS for found in those_of(engine, name)}


# -- the first start ---------------------------------------------------------------------------------------------------


def test_all_services_run_and_are_well(composed: Engine):
    assert well(composed)
    assert sizes(composed) == {name: 2 if name == "worker" else 1 for name in STAY}


def test_each_waits_for_what_it_needs(composed: Engine):
    happened = composed.happened
    assert after(happened, ("started", "migrate"), ("healthy", "postgres"))
    for name in ("web", "worker"):
        assert after(happened, ("started", name), ("ended with 0", "migrate"), ("healthy", "redis"))
    assert after(happened, ("started", "grafana"), ("healthy", "prometheus"))


def test_ports_are_those_of_the_page_on_loopback_alone(composed: Engine):
    places = {place for found in running(composed) for place in found.published}
    shown = re.findall(r"127\.0\.0\.1:(\d+)", DEPLOYMENT.partition("## A cluster")[0])
    assert places == {("127.0.0.1", port) for port in shown}
    assert len(places) == 4


def test_everything_mounted_from_the_machine_is_there(composed: Engine, machine_folder: Path):
    bound = [mount for found in running(composed) for mount in found.mounts if mount["Type"] == "bind"]
    assert composed.made == []
    assert all(Path(mount["Source"]).is_relative_to(machine_folder) and not mount["RW"] for mount in bound)
    secrets = {Path(mount["Source"]).name for mount in bound if mount["Destination"].startswith("/run/secrets/")}
    assert secrets == {path.name for path in (machine_folder / "deploy" / ".secrets").iterdir()}


# -- the commands of the pages -----------------------------------------------------------------------------------------


def test_no_command_comes_or_goes_unseen():
    assert (*commands_of(DEPLOYMENT), *commands_of(RUNBOOK)) == COMMANDS


def test_every_command_does_what_it_is_there_for(machine: Machine):
    _, scale, look, logs, roll_out, *_ = COMMANDS
    engine = machine.engine

    machine.run(scale)
    assert sizes(engine) == {name: 4 if name == "worker" else 1 for name in STAY}

    lines = [line.split() for line in machine.run(look).splitlines()[1:]]
    assert {line[0] for line in lines} == {found.name for found in running(engine)}
    assert all("Up" in line for line in lines)

    for found in running(engine):
        found.lines.insert(0, (datetime.now(UTC) - timedelta(hours=1), "long ago"))
    written = {
        (found.name.removeprefix("folioscope-"), f"{name} starts") for name in ("web", "worker") for found in those_of(engine, name)
    }  # fmt: skip
    pairs = [line.split("|") for line in machine.run(logs).splitlines()]
    assert {(name.strip(), text.strip()) for name, text in pairs} == written

    before, since = numbers(engine), len(engine.happened)
    (machine.folder / ".env").write_text(VARIABLES)
    machine.run(roll_out)
    happened = engine.happened[since:]
    assert well(engine)
    assert sizes(engine)["worker"] == 2, "as the page says of a command without --scale"
    assert {name for name, held in numbers(engine).items() if held != before[name]} == OURS
    assert all(before[name].isdisjoint(numbers(engine)[name]) for name in OURS)
    assert images(engine) == {"ghcr.io/folioscope/folioscope:1.2.3"}
    assert happened.count(("stopped within 360 s", "worker")) == 4, "a worker that reads ends its jobs first"
    for name in ("web", "worker"):
        assert after(happened, ("started", name), ("ended with 0", "migrate"))


def test_the_image_before_comes_back_also_where_migrations_failed(machine: Machine):
    assert "When `migrate` fails, web and workers are away until the image before is back" in RUNBOOK
    engine, roll_back = machine.engine, COMMANDS[5]
    before = numbers(engine)
    (machine.folder / ".env").write_text(VARIABLES)
    engine.ends["migrate"] = 1
    done = machine.attempt(UP)
    assert done.returncode != 0
    assert 'service "migrate" didn\'t complete successfully: exit 1' in done.stderr
    assert sizes(engine).keys() == {*STAY} - OURS
    engine.ends["migrate"] = 0
    (machine.folder / ".env").write_text("")
    machine.run(roll_back)
    assert well(engine)
    assert images(engine) == {"folioscope:local"}
    assert {name for name, held in numbers(engine).items() if held != before[name]} == OURS


def test_a_service_that_is_not_well_fails_the_command(machine: Machine):
    machine.engine.breaks.add("alertmanager")
    done = machine.attempt(UP)
    assert done.returncode != 0
    assert "container folioscope-alertmanager-1 is unhealthy" in done.stderr


# -- what the engine refuses -------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_told(engine: Engine, composed: Engine, machine_folder: Path):
    """With the secrets that are there since the first start."""
    other = engine.copy()
    other.taken.add(("127.0.0.1", "9090"))
    assert well(composed)
    with opened(other, machine_folder, program("docker-compose")) as machine:
        done = machine.attempt(UP)
    assert done.returncode != 0
    assert "Bind for 127.0.0.1:9090 failed: port is already allocated" in done.stderr


def test_secrets_come_first(engine: Engine, tmp_path: Path):
    (folder := tmp_path / "folioscope").mkdir()
    (folder / "compose.yaml").write_bytes((ROOT / "compose.yaml").read_bytes())
    with opened(engine.copy(), folder, program("docker-compose")) as machine:
        done = machine.attempt(UP)
    assert done.returncode != 0
    assert re.search(r"bind source path does not exist: \S+/deploy/\.secrets/\w+", done.stderr)
    assert sizes(machine.engine) == {}


def test_an_image_that_is_not_there_is_told_before_anything_is_changed(machine: Machine):
    before = numbers(machine.engine)
    (machine.folder / ".env").write_text(VARIABLES.replace("1.2.3", "9.9.9"))
    done = machine.attempt(UP)
    assert done.returncode != 0
    assert "pull access denied for ghcr.io/folioscope/folioscope:9.9.9" in done.stderr
    assert numbers(machine.engine) == before
    assert well(machine.engine)
