"""Rows that name users: asked of the platform, chosen from, and judged as a portfolio."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.batch.conftest import lines_of, project, sorted_bytes
from tests.conftest import BuildGit
from tests.git_server import GitServer, serve
from tests.platform.api_server import Answer, ApiServer, api_server
from tests.platform.values import SECONDARY, account, repository, tree


@dataclass
class Platform:
    """A git server, the platform that tells of it, and a batch of accounts."""

    git: GitServer
    api: ApiServer
    folder: Path

    def run(
        self, *rows: str, output: str = "out", more: tuple[str, ...] = ("--quiet",), longest: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run the command as a user does; the environment tells where the platform is."""
        file = self.folder / "applicants.csv"
        file.write_text("name,github\n" + "".join(f"Person {number},{row}\n" for number, row in enumerate(rows, 1)))
        command = [sys.executable, "-m", "analyzer.cli", "batch", str(file), "--jobs", "1", *more]
        command += ["--output", str(self.folder / output), "--store", str(self.folder / "store.sqlite")]
        environment = {name: value for name, value in os.environ.items() if "GITHUB" not in name}
        environment |= {
            "FOLIOSCOPE_GITHUB_API": self.api.base,
            "FOLIOSCOPE_GITHUB_MAX_WAIT": str(longest),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
        }
        command += ["--host", self.git.host.base]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def platform(tmp_path: Path, git_repository: BuildGit) -> Iterator[Platform]:
    """An account with two projects and settings, one of nothing that counts, and an organisation."""
    served = tmp_path / "served"
    served.mkdir()
    with serve(served) as git, api_server() as api:
        found = Platform(git, api, tmp_path)
        for login, names in {"octocat": ("bikes", "bread", "dotfiles"), "hubot": ("dotfiles",)}.items():
            rows = [repository(api, f"{login}/{name}", html_url=git.url(f"{login}/{name}")) for name in names]
            account(api, *rows, login=login)
        for name, size in (("bikes", 4), ("bread", 2)):
            tree(api, f"octocat/{name}", *project(name, size))
            git.publish(git_repository(project(name, size), name), f"octocat/{name}")
        yield found


def test_an_account_is_judged_as_a_portfolio(platform: Platform):
    profile = f"{platform.git.host.base}/octocat?tab=repositories"
    ended = platform.run("octocat", profile, platform.git.url("octocat/bikes"))
    assert (ended.returncode, ended.stderr) == (0, "")
    whole, same, alone = lines_of(platform.folder / "out")
    assert {item["name"] for item in whole["repositories"]} == {"octocat/bikes", "octocat/bread"}
    assert [(item["name"], item["reason"]) for item in whole["left_out"]] == [
        ("octocat/dotfiles", "its name says that it holds settings")
    ]
    assert whole["score"] >= alone["score"] > 0
    assert whole["criteria"] == same["criteria"]
    assert all(item["commit"] for item in whole["repositories"])


def test_a_second_run_over_an_unchanged_account_fetches_nothing(platform: Platform):
    platform.run("octocat")
    platform.git.requests.clear()
    platform.run("octocat", output="again")
    assert sorted_bytes(platform.folder / "again") == sorted_bytes(platform.folder / "out")
    assert platform.git.packs() == 2  # the refs of two repositories
    (entry,) = (platform.folder / "again" / "journal.jsonl").read_text().splitlines()
    assert json.loads(entry)["stored"] is True


def test_each_account_that_gives_no_score_says_why(platform: Platform):
    platform.api.answers["/users/busy"] = Answer(
        {"message": "API rate limit exceeded"}, 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9999999999"}
    )
    ended = platform.run("nobody", "hubot", "busy", "octocat")
    assert ended.returncode == 3
    nobody, hubot, busy, octocat = lines_of(platform.folder / "out")
    assert [line["status"] for line in (nobody, hubot, busy, octocat)] == ["failed", "failed", "failed", "done"]
    assert "nobody" in nobody["error"]["what"]
    assert "None of the repositories deserves" in hubot["error"]["what"]
    assert "limit" in busy["error"]["what"]
    assert all(line["score"] is None and line["error"]["hint"] for line in (nobody, hubot, busy))


def test_a_repository_of_an_account_that_cannot_be_read_costs_itself_alone(platform: Platform):
    platform.git.faults["octocat/bread"] = "404"
    assert platform.run("octocat").returncode == 3
    (line,) = lines_of(platform.folder / "out")
    assert [item["name"] for item in line["repositories"]] == ["octocat/bikes"]
    assert [error["kind"] for error in line["not_read"]] == ["TargetError"]
    platform.git.faults.clear()
    assert platform.run("octocat", more=("--retry-failed",)).returncode == 0
    (line,) = lines_of(platform.folder / "out")
    assert (len(line["repositories"]), line["not_read"]) == (2, [])


@pytest.mark.parametrize(("words", "told"), [((), 1), (("--quiet",), 0)])
def test_what_is_waited_for_is_told_unless_quiet(platform: Platform, words: tuple[str, ...], told: int):
    answer = platform.api.answers["/users/hubot"]
    assert isinstance(answer, Answer)
    platform.api.answers["/users/hubot"] = [Answer(SECONDARY, 403, {"Retry-After": "3"}), answer]
    said = platform.run("hubot", more=words, longest=9).stderr.splitlines()
    waits = [
        line
        for line in said
        if line.startswith("folioscope: waiting: a rate limit of GitHub is used up: 3 s more, until ")
    ]
    assert len(waits) == told
    assert not any(line.startswith(("Request", "Setting")) for line in said)  # PyGithub's own


def test_offline_an_account_says_what_to_do(platform: Platform):
    assert platform.run("octocat", more=("--offline",)).returncode == 3
    (line,) = lines_of(platform.folder / "out")
    assert "octocat" in line["error"]["what"]
    assert "--offline" in line["error"]["hint"]
    assert platform.api.requests == []


def test_beside_an_account_a_file_of_this_machine_is_no_list(platform: Platform):
    secret = platform.folder / "secret.txt"
    secret.write_text("the-word/of-the-house\n")
    assert platform.run(f"octocat;{secret}").returncode == 3
    (line,) = lines_of(platform.folder / "out")
    assert [error["what"] for error in line["not_read"]] == [f"{secret} is a file"]
    assert "the-word" not in (platform.folder / "out" / "results.jsonl").read_text()


def test_local_paths_are_refused_where_the_user_says_so(platform: Platform):
    assert platform.run(f"octocat;{platform.folder}", more=("--no-local",)).returncode == 3
    (line,) = lines_of(platform.folder / "out")
    assert [error["hint"] for error in line["not_read"]] == ["Give an address, or leave out --no-local."]
