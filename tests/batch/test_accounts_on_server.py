"""Rows that name accounts, run by a real service: chosen here, read there, judged as a batch here judges them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from api.store import open_store
from tests.api.conftest import new_key, settings_of
from tests.api.servers import running
from tests.batch.conftest import lines_of, project
from tests.batch.test_accounts import Platform
from tests.conftest import BuildGit
from tests.platform.values import account, repository, tree

pytest_plugins = ["tests.batch.test_accounts"]

SHOP = {"README.md": "# Shop\n\nTwo models of a shop.\n"} | {
    f"{name}/{path}": text for name in ("tea", "wool") for path, text in project(name, 4).items()
}


@pytest.fixture
def shops(platform: Platform, git_repository: BuildGit) -> Platform:
    """The platform, with an organisation that has two projects in one repository, and another beside them."""
    names = {"shop": SHOP, "corn": project("corn", 3), "gone": project("gone", 4)}
    rows = [repository(platform.api, f"shops/{name}", html_url=platform.git.url(f"shops/{name}")) for name in names]
    account(platform.api, *rows, login="shops")
    for name, files in names.items():
        tree(platform.api, f"shops/{name}", *files)
        platform.git.publish(git_repository(files, name), f"shops/{name}")
    platform.git.faults["shops/gone"] = "404"
    return platform


@pytest.fixture
def server(shops: Platform, tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """The words of a command that name a running service and its key."""
    with running(Settings(**settings_of(tmp_path / "service", shops.git))) as service:
        store = open_store(service.settings.database)
        yield ("--quiet", "--server", service.url, "--key", new_key(store))
        store.close()


def test_lines_are_those_of_a_batch_here(shops: Platform, server: tuple[str, ...]):
    rows = ("shops", "octocat", "hubot", f"shops;{shops.git.url('octocat/bikes')};/etc/passwd")
    assert shops.run(*rows, output="here").returncode == 3
    ended = shops.run(*rows, output="there", more=server)
    assert (ended.returncode, ended.stderr) == (3, "")
    here, there = lines_of(shops.folder / "here"), lines_of(shops.folder / "there")
    for line in (*here, *there):
        assert line.pop("basis")
        for error in (*line.get("not_read", []), line["error"] or {}):
            for name in ("what", "hint", "kind", "exit_code") if "passwd" not in error.get("target", "") else ():
                error.pop(name, None)  # the service has words of its own for what it could not read
    assert there == here
    whole = there[0]
    assert [item["name"] for item in whole["repositories"]] == ["shops/shop", "shops/corn"]
    assert [item["subdir"] for item in whole["projects"]] == ["tea", "wool"]
    assert [error["target"] for error in whole["not_read"]] == ["shops/gone"]
    assert there[2]["status"] == "failed"


def test_rows_that_are_done_are_not_asked_again(shops: Platform, server: tuple[str, ...]):
    assert shops.run("octocat", "nobody", more=server).returncode == 3
    octocat, nobody = lines_of(shops.folder / "out")
    assert (octocat["status"], nobody["status"]) == ("done", "failed")
    assert "nobody" in nobody["error"]["what"]
    shops.api.requests.clear()
    assert shops.run("octocat", "nobody", more=(*server, "--retry-failed")).returncode == 3
    assert (shops.api.asked("/users/octocat"), shops.api.asked("/users/nobody")) == (0, 1)
    assert lines_of(shops.folder / "out")[0] == octocat


def test_a_service_is_told_no_path(shops: Platform, server: tuple[str, ...], git_repository: BuildGit):
    own = git_repository(project("own", 4), "own")
    assert shops.run(f"octocat;{own}", more=server).returncode == 3
    (line,) = lines_of(shops.folder / "out")
    assert [(error["target"], error["hint"]) for error in line["not_read"]] == [
        (str(own), "Give its address; a service reads no paths.")
    ]
