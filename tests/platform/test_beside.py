"""What the platform says stands beside the score, in every form of a report, and never in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs

from analyzer import Options, Report, analyze
from analyzer.beside import host_of, with_platform
from analyzer.cli import main
from analyzer.github.facts import Deployment, OwnerFacts, PlatformView, Release, RepositoryFacts, Run, Unknown
from analyzer.github.words import owner_sentences, sentences
from analyzer.reporters.formats import FORMATS, render
from analyzer.reporters.json_report import as_document, render_json
from analyzer.target import Host
from tests.conftest import FIXTURES, BuildGit, git
from tests.platform.api_server import Answer, ApiServer
from tests.platform.conftest import Connect
from tests.platform.values import repository

FACTS = RepositoryFacts(
    "octocat/Hello-World", "https://github.com/octocat/Hello-World", fork=False, parent="", own_commits=None,
    is_template=False, template_of="", archived=False, private=False, description="", topics=(), homepage="", licence="",
    default_branch="main", created="2024-01-02", pushed="2025-01-02",
)  # fmt: skip


def words(**more: object) -> str:
    return " ".join(sentences(PlatformView("https://api.github.com", replace(FACTS, **more))))  # type: ignore[arg-type]


def of_octocat(report: Report) -> Report:
    """The report as that of a repository on GitHub."""
    return structs.replace(
        report, target=structs.replace(report.target, owner="octocat", repo="Hello-World", url=FACTS.url)
    )


@pytest.fixture(scope="module")
def report() -> Report:
    return analyze(str(FIXTURES / "notebook-only"), Options(standalone=True))


def test_it_moves_no_point(api: ApiServer, connect: Connect, report: Report, validate: Callable[[object], None]):
    api.answers["/repos/octocat/Hello-World"] = Answer(
        repository(api, archived=True, homepage="https://demo.example.org")
    )
    before = as_document(of_octocat(report))
    after = as_document(with_platform(of_octocat(report), connect(api.base)))
    validate(after)
    assert after["platform"]["repository"]["archived"] is True
    assert after["authenticity"]["fork"] is False
    for part in ("platform", "authenticity"):
        after.pop(part)
        before.pop(part, None)
    assert after == before


def test_bytes_without_it_are_as_ever(report: Report):
    assert '"platform"' not in render_json(report)
    assert report.authenticity.fork is None


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_every_form_says_it(api: ApiServer, connect: Connect, report: Report, form: str):
    api.answers["/repos/octocat/Hello-World"] = Answer(repository(api, archived=True))
    text = render(with_platform(of_octocat(report), connect(api.base)), form)
    assert form in FORMATS
    assert "archived" in text


def test_without_an_answer_it_is_unknown_with_its_cause(api: ApiServer, connect: Connect, report: Report):
    found = with_platform(of_octocat(report), connect(api.base))
    assert found.platform is not None
    assert "GitHub does not show it" in found.platform.why
    assert found.authenticity.fork is None
    document = as_document(found)["platform"]
    assert document["repository"] is None
    assert document["unknown"][0]["what"] == "repository"


def test_a_folder_without_origin_is_asked_about_nowhere(api: ApiServer, connect: Connect, report: Report):
    found = with_platform(report, connect(api.base))
    assert found.platform is not None
    assert found.platform.why == "the repository names no origin on a platform"
    assert api.requests == []


def test_the_host_is_that_of_the_address(report: Report):
    other = Host("git.example.org", "https://git.example.org")
    there = structs.replace(report, target=structs.replace(report.target, url="https://git.example.org/o/r"))
    assert host_of(there, (Host("github.com", "https://github.com"), other)) == other
    assert host_of(report).name == "github.com"


def test_the_command_asks_only_when_told_to(
    api: ApiServer, git_repository: BuildGit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    work = git_repository({"README.md": "# Words\n", "train.py": "x = 1\n"})
    git(work, "remote", "add", "origin", "https://github.com/octocat/Hello-World")
    api.answers["/repos/octocat/Hello-World"] = Answer(repository(api, topics=["mlops"]))
    monkeypatch.setenv("FOLIOSCOPE_GITHUB_API", api.base)
    monkeypatch.setenv("FOLIOSCOPE_GITHUB_TOKEN", "t0ken")
    assert main(["analyze", str(work), "--format", "json"]) == 0
    assert api.requests == []
    assert "platform" not in json.loads(capsys.readouterr().out)


def test_a_token_goes_to_its_own_host_alone(
    api: ApiServer, git_repository: BuildGit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    work = git_repository({"README.md": "# Words\n", "train.py": "x = 1\n"})
    git(work, "remote", "add", "origin", f"{api.base}/octocat/Hello-World")
    git(work, "update-ref", "refs/remotes/origin/main", "HEAD")
    api.answers["/api/v3/repos/octocat/Hello-World"] = Answer(repository(api, topics=["mlops"]))
    monkeypatch.setenv("GITHUB_TOKEN", "of-github")
    assert main(["analyze", str(work), "--github", "--host", api.base, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)["platform"]
    assert said["repository"]["topics"] == ["mlops"]
    assert api.requests
    assert all("Authorization" not in headers for _, _, headers in api.requests)
    monkeypatch.setenv("FOLIOSCOPE_GITHUB_API", f"{api.base}/api/v3")
    monkeypatch.setenv("FOLIOSCOPE_GITHUB_TOKEN", "t0ken")
    api.requests.clear()
    assert main(["analyze", str(work), "--github", "--host", api.base, "--quiet"]) == 0
    assert {headers["Authorization"] for _, _, headers in api.requests} == {"token t0ken"}


def test_offline_it_is_not_asked(capsys: pytest.CaptureFixture[str]):
    assert main(["analyze", str(FIXTURES / "notebook-only"), "--standalone", "--github", "--offline"]) == 0
    assert "What the platform says is unknown: --offline was given." in capsys.readouterr().out


# -- words -------------------------------------------------------------------------------------------------------


def test_a_fork_names_its_parent_and_what_is_its_own():
    assert "It is a fork of github/parent with 1 commit of its own." in words(
        fork=True, parent="github/parent", own_commits=1
    )
    assert "It is a fork of another repository." in words(fork=True)
    assert "and is a template itself." in words(is_template=True)


def test_runs_say_how_many_succeeded_and_which_did_not():
    green = Run("Tests", "push", "success", "0" * 40, "2025-01-02", "")
    red, running = replace(green, workflow="Deploy", conclusion="failure"), replace(green, conclusion="")
    assert "Of 2 workflows that ran on the default branch, the latest run of 1 succeeded (Deploy: failure on 2025-01-02)." in words(runs=(green, red))  # fmt: skip
    assert "No workflow has run on the default branch." in words(runs=())
    assert "have not ended yet" in words(runs=(running,))


def test_releases_packages_pages_and_deployments():
    text = words(
        releases=(Release("v2", "2025-01-01", prerelease=False),),
        packages=("api", "worker"),
        pages="https://octocat.example.org",
        homepage="https://demo.example.org",
        licence="MIT",
        deployments=(Deployment("prod", "2025-01-03", "success", "https://prod.example.org"),),
    )
    for said in (
        "1 release, the newest v2 of 2025-01-01.",
        "It publishes the packages api, worker.",
        "GitHub Pages publishes https://octocat.example.org.",
        "Its homepage field names https://demo.example.org, which was not called.",
        "Its licence is MIT.",
        "Latest deployments: prod on 2025-01-03 (success), https://prod.example.org.",
    ):
        assert said in text
    assert "It has no release." in words(releases=())
    assert "Environments without a deployment: prod." in words(environments=("prod",), deployments=())


def test_what_is_unknown_is_grouped_by_its_reason():
    unknown = (Unknown("pages", "no"), Unknown("runs", "no"), Unknown("packages", "a token is needed"))
    assert words(unknown=unknown).endswith("Unknown: pages, runs (no); packages (a token is needed).")


def test_an_account_in_words():
    owner = OwnerFacts("octocat", "User", "", "https://octocat.example.org", True, ("octocat/Hello-World",), ())
    assert owner_sentences(owner) == (
        "octocat (user) shows 0 repositories.",
        "A README stands on the profile: yes.",
        "The profile names the site https://octocat.example.org.",
        "Pinned: octocat/Hello-World.",
    )
