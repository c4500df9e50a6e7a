"""Against GitHub's official description of its REST interface, served by a mock server made from it."""

from __future__ import annotations

import pytest

from analyzer.github.facts import Deployment, PlatformView, Release, Run
from analyzer.github.words import owner_sentences, sentences
from analyzer.portfolio import analyze_portfolio
from tests.platform.conftest import Connect
from tests.platform.description import Prism


def test_a_repository_is_read_as_the_description_has_it(official: Prism, connect: Connect):
    facts = connect(official.base, token="t0ken").repository("octocat/Hello-World")
    assert facts.name == "octocat/Hello-World"
    assert facts.template_of == "octocat/Hello-World-Template"
    assert facts.licence == "MIT"
    assert facts.topics == ("octocat", "atom", "electron", "api")
    assert facts.releases == (Release("v1.0.0", "2013-02-27", prerelease=False),)
    assert facts.environments == ("staging",)
    assert facts.deployments == (Deployment("production", "2012-07-20", "success", "https://test-branch.lab.acme.com"),)
    assert facts.runs is not None
    assert [(item.workflow, item.event, item.conclusion) for item in facts.runs] == [("Build", "push", "")]
    assert isinstance(facts.runs[0], Run)
    assert facts.packages == ()  # the example's package belongs to another repository
    assert facts.unknown == ()
    assert official.refused() == []


def test_a_user_and_an_organisation_are_read_as_the_description_has_them(official: Prism, connect: Connect):
    platform = connect(official.base)
    user = platform.owner("octocat")
    assert (user.login, user.kind, user.website) == ("octocat", "User", "https://github.com/blog")
    assert [item.name for item in user.repositories] == ["octocat/Hello-World"]
    assert user.profile_readme is False
    assert [item.what for item in user.unknown] == ["pinned repositories"]
    assert "1 repository" in owner_sentences(user)[0]
    assert official.refused() == []


def test_a_tree_and_a_comparison_are_read_as_the_description_has_them(official: Prism, connect: Connect):
    platform = connect(official.base, token="t0ken")
    assert platform.paths("octocat/Hello-World", "main") == ("file.rb", "exec_file")
    assert platform.own_commits("octocat/Hello-World") is None  # the example is no fork
    comparison = platform.github.get_repo("octocat/Hello-World").compare("octocat:main", "main")
    assert comparison.ahead_by == 1  # as the example of the description has it
    assert official.refused() == []


def test_an_app_gets_a_token_for_its_installation(official: Prism, connect: Connect):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    platform = connect(official.base, app_id="7", app_key=pem)
    assert platform.repository("octocat/Hello-World").name == "octocat/Hello-World"
    assert official.refused() == []


@pytest.mark.parametrize("token", ["", "t0ken"])
def test_what_the_platform_says_reads_well(official: Prism, connect: Connect, token: str):
    facts = connect(official.base, token=token).repository("octocat/Hello-World")
    said = sentences(PlatformView(official.base, facts))
    assert said[0] == "It was made from the template octocat/Hello-World-Template."
    assert "1 release, the newest v1.0.0 of 2013-02-27." in said
    assert ("Unknown: packages (GitHub tells it to a token alone)." in said) == (not token)


def test_a_user_whose_repository_holds_nothing_of_the_kind_is_told_why(official: Prism, connect: Connect):
    from analyzer import FolioscopeError

    with pytest.raises(FolioscopeError, match="no file name speaks of machine learning"):
        analyze_portfolio(["octocat"], platform=connect(official.base))
