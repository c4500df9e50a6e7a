"""What the user may type, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.errors import UsageError
from analyzer.target import DEFAULT_HOSTS, Host, Target, check_ref, clean_subdir, parse_target

OWN = Host("git.example.org", "https://git.example.org")


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/o/r",
        "https://github.com/o/r.git",
        "https://github.com/o/r/",
        "http://github.com/o/r",
        "https://www.github.com/o/r",
        "https://GitHub.com/o/r",
        "https://github.com:443/o/r",
        "https://github.com/o/r#readme",
        "https://github.com/o/r?tab=readme-ov-file#set-up",
        "https://github.com/o/r/issues/5",
        "github.com/o/r",
        "www.github.com/o/r.git?x=1",
        "git@github.com:o/r.git",
        "ssh://git@github.com/o/r.git",
        "ssh://git@github.com:22/o/r.git",
        "git://github.com/o/r.git",
        "o/r",
        "o/r.git",
        "o/r#readme",
        "  o/r\n",
    ],
)
def test_every_form_of_a_repository_is_cloned_over_https(text):
    target = parse_target(text)
    assert (target.owner, target.repo, target.tail) == ("o", "r", ())
    assert target.clone_url == "https://github.com/o/r.git"
    assert target.web_url == "https://github.com/o/r"


@pytest.mark.parametrize("owner", ["jane_corp", "Jane-Doe_corp", "old-", "two--hyphens", "0", "a" * 39])
def test_owners_as_hosts_have_them(owner):
    for text in (f"{owner}/r", f"https://github.com/{owner}/r", f"git@github.com:{owner}/r.git"):
        assert parse_target(text, local=False).clone_url == f"https://github.com/{owner}/r.git"


@pytest.mark.parametrize("owner", ["-old", "_old", "a.b", "a" * 40, "a b", "\u0430"])
def test_owners_that_are_none(owner):
    with pytest.raises(UsageError, match="not a valid repository name"):
        parse_target(f"https://github.com/{owner}/r")


@pytest.mark.parametrize(
    ("text", "tail", "is_file"),
    [
        ("https://github.com/o/r/tree/main", ("main",), False),
        ("https://github.com/o/r/tree/feature/x/project", ("feature", "x", "project"), False),
        ("https://github.com/o/r/tree/main/my%20project#readme", ("main", "my project"), False),
        ("https://github.com/o/r/blob/main/src/train.py?plain=1#L3", ("main", "src", "train.py"), True),
        ("https://github.com/o/r/commit/0123", ("0123",), False),
        ("https://github.com/o/r/releases/tag/v1.0", ("v1.0",), False),
        ("https://github.com/o/r/tree/", (), False),
        ("https://github.com/o/r/blob", (), False),
        ("o/r/tree/main/project", ("main", "project"), False),
    ],
)
def test_the_rest_of_a_url_is_kept_until_the_refs_are_known(text, tail, is_file):
    target = parse_target(text)
    assert (target.tail, target.tail_is_file) == (tail, is_file)


def test_a_ref_and_a_folder_beside_the_url_are_kept_with_it():
    target = parse_target("https://github.com/o/r/tree/main/old", ref="dev", subdir="/new".lstrip("/"))
    assert (target.ref, target.subdir, target.tail) == ("dev", "new", ("main", "old"))


def test_hosts_that_are_allowed_are_read_by_their_own_address():
    target = parse_target("https://git.example.org/o/r", hosts=(*DEFAULT_HOSTS, OWN))
    assert target.clone_url == "https://git.example.org/o/r.git"


def test_a_host_with_a_port_is_told_by_its_authority():
    host = Host("127.0.0.1:8080", "http://127.0.0.1:8080")
    assert parse_target("http://127.0.0.1:8080/o/r", hosts=(host,)).clone_url == "http://127.0.0.1:8080/o/r.git"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "No repository was given"),
        ("   ", "No repository was given"),
        ("o", "names no repository"),
        ("https://github.com/o", "names no repository"),
        ("https://github.com", "names no repository"),
        ("-o/r", "not a valid repository name"),
        ("o/..", "not a valid repository name"),
        ("o/r r", "not a valid repository name"),
        ("https://github.com/%2d%2dupload-pack=x/r", "not a valid repository name"),
        ("some/folder/below", "neither a folder on this machine nor OWNER/REPO"),
        ("https://example.com/o/r", "not a host that may be read"),
        ("ext::sh -c true", "names no repository"),
        ("file:///etc", "not a host that may be read"),
        ("ssh://git@evil.example/o/r", "not a host that may be read"),
        ("git@evil.example:o/r", "not a host that may be read"),
        ("https://user:secret@github.com/o/r", "carries a user name or password"),
        ("https://[github.com/o/r", "is not a URL"),
        ("https://github.com/o/" + "r" * 3000, "characters long"),
    ],
)
def test_anything_else_is_refused_with_a_reason(text, cause):
    with pytest.raises(UsageError) as caught:
        parse_target(text)
    assert cause in caught.value.what
    assert caught.value.hint


def test_a_password_is_not_repeated():
    with pytest.raises(UsageError) as caught:
        parse_target("https://user:secret@github.com/o/r")
    assert "secret" not in str(caught.value)


def test_a_folder_that_exists_is_local(tmp_path: Path, monkeypatch):
    (tmp_path / "o" / "r").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert parse_target("o/r").path == Path("o/r")
    assert parse_target(".").path == Path()
    assert parse_target("o/r", local=False).path is None


def test_what_looks_like_a_path_is_local_although_it_is_not_there():
    assert parse_target("./missing").path == Path("missing")
    assert parse_target("/missing/folder").path == Path("/missing/folder")


def test_a_home_folder_is_expanded(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parse_target("~/work").path == tmp_path / "work"
    with pytest.raises(UsageError):
        parse_target("~nobody-of-this-name/r")


def test_a_path_into_a_bare_repository_is_local(tmp_path: Path, monkeypatch):
    (tmp_path / "r.git" / "objects").mkdir(parents=True)
    (tmp_path / "r.git" / "HEAD").write_text("ref: refs/heads/main\n")
    monkeypatch.chdir(tmp_path)
    assert parse_target("r.git/project").path == Path("r.git/project")


def test_local_targets_have_no_address():
    target = Target(input=".", path=Path())
    assert target.web_url == ""
    with pytest.raises(ValueError, match="no clone URL"):
        _ = target.clone_url


@pytest.mark.parametrize("ref", ["main", "feature/x", "v1.0", "0123abcd", "HEAD", "a-b_c.d", "ünïcode"])
def test_refs_that_git_accepts(ref):
    assert check_ref(ref) == ref


@pytest.mark.parametrize(
    "ref",
    ["", "-x", "--upload-pack=x", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a.lock", "/a", "a/",
     "a.", ".a", "a/.b", "a@{1}", "@", "a\nb", "a\0b", "a//b", "x" * 251],
)  # fmt: skip
def test_refs_that_git_refuses(ref):
    with pytest.raises(UsageError, match="not a valid branch"):
        check_ref(ref)


@pytest.mark.parametrize(
    ("given_text", "clean"),
    [("", ""), ("a", "a"), ("a/b/", "a/b"), ("./a//b", "a/b"), ("a\\b", "a/b"), (".", ""), ("a b", "a b")],
)
def test_folders_are_relative_posix_paths(given_text, clean):
    assert clean_subdir(given_text) == clean


@pytest.mark.parametrize("subdir", ["/etc", "..", "a/../..", "a/../b", "a\0b", "..\\x"])
def test_folders_stay_in_the_repository(subdir):
    with pytest.raises(UsageError, match="leaves the repository"):
        clean_subdir(subdir)


# -- any text at all ---------------------------------------------------------------------------------------------

ANY = st.text(st.characters(codec=None), max_size=300)
PARTS = st.lists(
    st.sampled_from(
        ["https://", "ssh://", "git@", "github.com", "/", ":", "//", "o", "r", ".git", "tree", "blob", "..", "-", "%2e",
         "%2F", "?", "#", "@", "\\", "~", "[", "]", "main", "\0", "\n", "é", "\udce9", "a" * 300]
    ),
    max_size=14,
).map("".join)  # fmt: skip


def usage_error(function: Callable[[], object]) -> bool:
    """Whether a call says that it was used in a wrong way; any other exception is a defect."""
    try:
        function()
    except UsageError:
        return True
    return False


@given(ANY | PARTS)
@example("~")
@example("a" * 300)
@example("https://github.com/o/r/tree/" + "%00" * 20)
def test_any_text_is_a_target_or_a_usage_error(text):
    if usage_error(lambda: parse_target(text)):
        return
    target = parse_target(text)
    if target.path is None:
        assert target.clone_url.startswith("https://github.com/")
        assert target.clone_url.isascii()
        assert target.clone_url.isprintable()
        assert target.clone_url.count("/") == 4
        assert not target.owner.startswith("-")


@given(ANY | PARTS, ANY | PARTS)
def test_any_ref_and_folder_is_a_target_or_a_usage_error(ref, subdir):
    if not usage_error(lambda: parse_target("o/r", ref=ref, subdir=subdir)):
        target = parse_target("o/r", ref=ref, subdir=subdir)
        assert not target.ref.startswith("-")
        assert ".." not in target.subdir.split("/")


@given(ANY | PARTS)
def test_any_ref_is_safe_or_refused(text):
    if not usage_error(lambda: check_ref(text)):
        assert check_ref(text) == text
        assert not text.startswith("-")
        assert not any(character in text for character in " \n\0:~^\\")


@given(ANY | PARTS)
def test_any_folder_is_inside_or_refused(text):
    if not usage_error(lambda: clean_subdir(text)):
        clean = clean_subdir(text)
        assert not clean.startswith("/")
        assert clean == "" or not {"", ".", ".."} & set(clean.split("/"))
        assert clean_subdir(clean) == clean


def test_a_longer_path_that_begins_here_is_a_path(tmp_path, monkeypatch):
    (tmp_path / "proj/src").mkdir(parents=True)
    (tmp_path / "github.com").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse_target("proj/src/gone").path == Path("proj/src/gone")
    assert parse_target("proj/gone").owner == "proj"
    assert parse_target("github.com/o/r").owner == "o"
