"""Which repositories deserve a full analysis, and what is said about the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer import FolioscopeError, Options
from analyzer.github.platform import Platform
from analyzer.github.settings import Settings
from analyzer.portfolio import Portfolio, analyze_portfolio
from analyzer.portfolio.look import look_of, why_not
from analyzer.portfolio.sources import Account, named_in, read_list
from analyzer.target import DEFAULT_HOSTS, Host
from tests.conftest import FIXTURES, BuildGit
from tests.git_server import GitServer, serve
from tests.platform.api_server import Answer, ApiServer, api_server
from tests.platform.values import account, repository, tree

SERVICE = {
    "README.md": "# Parcels\n\nLate parcels cost money.\n",
    "src/train.py": "from sklearn.linear_model import Ridge\n\ndef train(x, y):\n    return Ridge().fit(x, y)\n\ntrain([[1]], [1])\n",
    "Dockerfile": "FROM python:3.12\nCOPY src src\nCMD python src/train.py\n",
}
PAGE = {"README.md": "# A page\n", "index.js": "alert(1)\n", "package.json": "{}\n"}


@pytest.fixture
def git_host(tmp_path: Path) -> Iterator[GitServer]:
    folder = tmp_path / "served"
    folder.mkdir()
    with serve(folder) as server:
        yield server


@pytest.fixture
def api() -> Iterator[ApiServer]:
    with api_server() as server:
        yield server


@pytest.fixture
def platform(api: ApiServer) -> Iterator[Platform]:
    with Platform(Settings(api.base)) as made:
        yield made


def reasons(portfolio: Portfolio) -> dict[str, str]:
    return {item.name: item.reason for item in portfolio.left_out}


def test_of_an_account_what_matters_is_chosen_and_the_rest_has_its_reason(
    api: ApiServer, platform: Platform, git_host: GitServer, git_repository: BuildGit
):
    listed: dict[str, dict[str, object]] = {
        "octocat/parcels": {},
        "octocat/page": {},
        "octocat/dotfiles": {},
        "octocat/octocat": {},
        "octocat/octocat.github.io": {},
        "octocat/empty": {"size": 0},
        "octocat/copied": {"fork": True, "pushed_at": "2020-01-01T00:00:00Z"},
        "octocat/changed": {"fork": True},
        "octocat/unchanged": {"fork": True},
        "octocat/unclear": {"fork": True},
    }
    rows = [repository(api, name, html_url=git_host.url(name), **more) for name, more in listed.items()]
    parent = {"parent": repository(api, "github/parent")}
    account(api, *[{**row, **(parent if row["fork"] else {})} for row in rows])
    for name, ahead in (("changed", 3), ("unchanged", 0)):
        base = f"/repos/octocat/{name}/compare/github%3Amain...main"
        api.answers[base] = Answer({"url": f"{api.base}{base}", "ahead_by": ahead})
    tree(api, "octocat/parcels", *SERVICE)
    tree(api, "octocat/page", *PAGE)
    tree(api, "octocat/changed", *SERVICE)
    work = git_repository(SERVICE)
    for name in ("octocat/parcels", "octocat/changed"):
        git_host.publish(work, name)
    found = analyze_portfolio(["octocat"], Options(hosts=(git_host.host,)), platform=platform)
    assert found.name == "octocat"
    assert {unit.name for unit in found.units} == {"octocat/parcels", "octocat/changed"}
    assert found.failures == ()
    assert reasons(found) == {
        "octocat/dotfiles": "its name says that it holds settings",
        "octocat/octocat": "it holds the README of the profile",
        "octocat/octocat.github.io": "it holds a personal site",
        "octocat/empty": "it is empty",
        "octocat/copied": "a fork without commits of its own",
        "octocat/unchanged": "a fork without commits of its own",
        "octocat/unclear": "a fork; whether it has commits of its own is unknown",
        "octocat/page": "no file name speaks of machine learning or of its operation (seen: README, other code, dependencies)",
    }
    assert next(item for item in found.tips if item.id == "site").sentence == "octocat/octocat.github.io holds a site."
    assert found.owners[0].login == "octocat"


def test_a_tree_that_is_cut_off_is_looked_at_through_git(
    api: ApiServer, platform: Platform, git_host: GitServer, git_repository: BuildGit
):
    account(api, repository(api, "octocat/parcels", html_url=git_host.url("octocat/parcels")))
    tree(api, "octocat/parcels", "src/train.py", truncated=True)
    git_host.publish(git_repository(SERVICE), "octocat/parcels")
    found = analyze_portfolio(["octocat"], Options(hosts=(git_host.host,)), platform=platform)
    assert [(unit.name, unit.look.files if unit.look else 0) for unit in found.units] == [("octocat/parcels", 3)]


def test_the_first_look_at_an_address_fetches_no_contents(git_host: GitServer, git_repository: BuildGit):
    git_host.publish(git_repository(PAGE), "octocat/page")
    told: list[str] = []
    with pytest.raises(FolioscopeError, match="None of the repositories deserves"):
        analyze_portfolio(
            [git_host.url("octocat/page")], Options(hosts=(git_host.host,)), lambda stage, _: told.append(stage)
        )
    assert git_host.packs() == 3  # the refs twice, and one fetch
    assert "analyze" not in told


def test_what_is_left_out_says_the_way_out(git_repository: BuildGit):
    page, empty = str(git_repository(PAGE, "page")), str(git_repository({}, "empty"))
    with pytest.raises(FolioscopeError, match=r"page: no file name speaks.* portfolio --all analyzes"):
        analyze_portfolio([page])
    with pytest.raises(FolioscopeError, match=r"empty: it holds no file of its own\)\. Name repositories that hold"):
        analyze_portfolio([empty], everything=True)


def test_an_account_without_repositories_is_said_to_have_none(api: ApiServer, platform: Platform):
    account(api)
    with pytest.raises(FolioscopeError, match=r"octocat shows no repository\. Name repositories"):
        analyze_portfolio(["octocat"], platform=platform)


def test_one_that_cannot_be_read_costs_itself_alone(git_host: GitServer, git_repository: BuildGit):
    git_host.publish(git_repository(SERVICE), "octocat/parcels")
    git_host.faults["octocat/gone"] = "404"
    names = [git_host.url("octocat/gone"), git_host.url("octocat/parcels")]
    found = analyze_portfolio(names, Options(hosts=(git_host.host,)))
    assert [unit.name for unit in found.units] == ["octocat/parcels"]
    assert [(item.target, item.error.exit_code) for item in found.failures] == [(names[0], 3)]
    with pytest.raises(FolioscopeError, match="octocat/gone"):
        analyze_portfolio(names[:1], Options(hosts=(git_host.host,)))


def test_the_most_promising_are_analyzed_and_the_others_named(git_repository: BuildGit):
    strong = git_repository(SERVICE, "strong")
    weak = git_repository({"README.md": "# Words\n", "look.ipynb": '{"cells": []}'}, "weak")
    found = analyze_portfolio([str(weak), str(strong)], most=1)
    assert [unit.name for unit in found.units] == ["strong"]
    assert reasons(found) == {"weak": "one other promises more at first sight; --most raises the number"}


def test_everything_analyzes_what_does_not_look_like_it(git_repository: BuildGit):
    page = str(git_repository(PAGE, "page"))
    assert [unit.name for unit in analyze_portfolio([page], everything=True).units] == ["page"]


def test_projects_inside_become_units(git_repository: BuildGit):
    files = {f"{name}/{path}": text for name in ("one", "two") for path, text in SERVICE.items()}
    work = git_repository({"README.md": "# My projects\n", **files}, "many")
    found = analyze_portfolio([str(work)], split=True)
    assert {unit.name for unit in found.units} == {"many", "many (one)", "many (two)"}
    assert {unit.report.target.subdir for unit in found.units} == {"", "one", "two"}


@pytest.mark.parametrize(("below", "subdir"), [("course", ""), ("", "course"), ("", "./course/"), ("course", "week")])
def test_projects_inside_a_folder_become_units(git_repository: BuildGit, below: str, subdir: str):
    base = "course/week" if below and subdir else "course"
    files = {f"{base}/{name}/{path}": text for name in ("one", "two") for path, text in SERVICE.items()}
    work = git_repository({"README.md": "# My projects\n", f"{base}/README.md": "# Course\n", **files}, "many")
    found = analyze_portfolio([str(work / below)], Options(subdir=subdir), split=True)
    assert found.failures == ()
    assert {unit.report.target.subdir for unit in found.units} == {base, f"{base}/one", f"{base}/two"}


def test_projects_inside_a_folder_at_an_address_become_units(git_repository: BuildGit, git_host: GitServer):
    files = {f"course/{name}/{path}": text for name in ("one", "two") for path, text in SERVICE.items()}
    git_host.publish(git_repository({"course/README.md": "# Course\n", **files}, "many"), "octocat/many")
    address = f"{git_host.url('octocat/many')}/tree/main/course"
    found = analyze_portfolio([address], Options(hosts=(git_host.host,)), split=True)
    assert (found.failures, len(found.units)) == ((), 3)


def test_a_repository_that_is_named_twice_is_one(git_repository: BuildGit, git_host: GitServer):
    here = str(git_repository(SERVICE, "here"))
    git_host.publish(Path(here), "octocat/parcels")
    address = git_host.url("octocat/parcels")
    spelled = [here, f"{here}/", address, f"{address}.git", git_host.url("Octocat/parcels/")]
    found = analyze_portfolio(spelled, Options(hosts=(git_host.host,)))
    assert [unit.name for unit in found.units] == ["here", "octocat/parcels"]


def test_a_repository_beside_its_account_is_one(
    api: ApiServer, platform: Platform, git_host: GitServer, git_repository: BuildGit
):
    name = "octocat/parcels"
    git_host.publish(git_repository(SERVICE, "parcels"), name)
    address = git_host.url(name)
    account(api, repository(api, name, html_url=address))
    tree(api, name, *SERVICE)
    for targets in (["@octocat", address], [address, "@octocat"]):
        found = analyze_portfolio(targets, Options(hosts=(git_host.host,)), platform=platform)
        assert [unit.name for unit in found.units] == [name]


def test_two_folders_of_one_name_are_told_apart(git_repository: BuildGit):
    names = [str(git_repository(SERVICE, "here"))]
    (Path(names[0]) / "below").mkdir()
    names.append(str(git_repository(SERVICE, "here/below/here")))
    assert {unit.name for unit in analyze_portfolio(names).units} == {"here", names[1]}


# -- what was named ----------------------------------------------------------------------------------------------


GITHUB = DEFAULT_HOSTS[0]
OTHER = Host("git.example.org", "https://git.example.org")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("octocat", Account("octocat")),
        ("@octocat", Account("octocat")),
        ("mona_corp", Account("mona_corp")),
        ("https://github.com/old-", Account("old-", GITHUB)),
        ("https://github.com/octocat", Account("octocat", GITHUB)),
        ("https://github.com/octocat/", Account("octocat", GITHUB)),
        ("https://github.com/orgs/github", Account("github", GITHUB)),
        ("github.com/octocat", Account("octocat", GITHUB)),
        ("https://git.example.org/octocat", Account("octocat", OTHER)),
        ("octocat/Hello-World", "octocat/Hello-World"),
        ("https://github.com/octocat/Hello-World", "https://github.com/octocat/Hello-World"),
        ("git@github.com:octocat/Hello-World.git", "git@github.com:octocat/Hello-World.git"),
        ("https://unknown.example.com/octocat", "https://unknown.example.com/octocat"),
        ("no such login", "no such login"),
        ("-dash", "-dash"),
    ],
)
def test_accounts_and_repositories_are_told_apart(text: str, expected: object):
    assert named_in([text], (GITHUB, OTHER)) == (expected,)


def test_a_file_lists_repositories_and_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mine").mkdir()
    file = tmp_path / "list.txt"
    file.write_text("# my work\n\nmine\nocto/cat  # a comment\n@octocat\nhttps://github.com/o/r#readme\n")
    assert read_list(file) == (str(tmp_path / "mine"), "octo/cat", "@octocat", "https://github.com/o/r#readme")
    monkeypatch.chdir(tmp_path)
    assert named_in(["list.txt"], (GITHUB,))[2] == Account("octocat")


def test_a_folder_named_as_an_account_does_not_win_in_silence(
    git_repository: BuildGit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "octocat").mkdir()
    git_repository(SERVICE, "hubot")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FolioscopeError, match=r"Give @octocat for the account, \./octocat for the folder"):
        named_in(["octocat"], (GITHUB,))
    assert named_in(["@octocat", "./octocat", "hubot"], (GITHUB,)) == (Account("octocat"), "./octocat", "hubot")


def test_a_list_that_is_no_text_or_names_nothing_is_an_error(tmp_path: Path):
    file = tmp_path / "list.bin"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FolioscopeError, match="cannot be read"):
        named_in([str(file)], (GITHUB,))
    file.write_text("# nothing\n")
    with pytest.raises(FolioscopeError, match="No repository was named"):
        named_in([str(file)], (GITHUB,))
    file.write_text("o/r\n" * 400_000)
    with pytest.raises(FolioscopeError, match="larger than"):
        named_in([str(file)], (GITHUB,))
    file.write_text("\n".join(f"o/r{number}" for number in range(1001)))
    with pytest.raises(FolioscopeError, match="1,001 repositories"):
        named_in([str(file)], (GITHUB,))


def test_an_account_offline_is_an_error_with_the_way_out():
    with pytest.raises(FolioscopeError, match="name the repositories"):
        analyze_portfolio(["octocat"], Options(offline=True))


def test_an_account_that_does_not_exist_is_named(platform: Platform):
    with pytest.raises(FolioscopeError, match="octocat is unknown: GitHub does not show it"):
        analyze_portfolio(["octocat"], platform=platform)


# -- the first look ----------------------------------------------------------------------------------------------


def test_a_look_counts_and_weighs():
    look = look_of(["README.md", "src/train.py", "Dockerfile", "node_modules/x.js", "Untitled.ipynb", "a copy.py"])
    assert (look.files, look.readme, look.strays) == (5, True, 1)
    assert look.clutter == ("Untitled.ipynb", "a copy.py")
    assert look.impression == "2 Python files, 1 notebook; README, training or serving code, Dockerfile"
    assert why_not("o/r", look) == ""
    assert look.weight > look_of(["README.md"]).weight


@pytest.mark.parametrize(
    ("name", "paths", "expected"),
    [
        ("o/r", [], "holds no file"),
        ("o/dotfiles", ["a.py"], "holds settings"),
        ("o/r", ["README.md", "index.js"], "no file name speaks"),
        ("o/r", ["README.md", "build.py", *(f"pkg/f{number}.go" for number in range(20))], "no file name speaks"),
        ("o/r", ["infra/main.tf"], ""),
        ("o/r", ["analysis.ipynb"], ""),
        ("o/r", ["k8s/deployment.yaml"], ""),
    ],
)
def test_what_a_look_leaves_out(name: str, paths: list[str], expected: str):
    reason = why_not(name, look_of(paths))
    assert expected in reason if expected else reason == ""


def test_samples_are_all_worth_a_full_analysis():
    from analyzer.portfolio.look import look_at

    for path in sorted(FIXTURES.iterdir()):
        look = look_at(str(path), Options(standalone=True), lambda stage, detail: None)
        assert why_not(path.name, look) == "", path.name
