"""Fetching from a real git smart-HTTP server on loopback, kind and hostile."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.acquire import Acquired, RemoteRef, acquire, resolve_remote
from analyzer.analysis import Options, analyze
from analyzer.complaints import explain
from analyzer.errors import LimitError, TargetError, UsageError
from analyzer.limits import Limits
from analyzer.report import Report
from analyzer.reporters.json_report import render_json
from analyzer.target import Host, parse_target
from tests.conftest import BuildGit, commit_all, git, write_files
from tests.git_server import GitServer, serve

QUICK = Limits(clone_seconds=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with serve(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> Iterator[Path]:
    """A folder for temporary files of its own; nothing may be left in it."""
    folder = tmp_path_factory.mktemp("tmp")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def published(server: GitServer, git_repository: BuildGit, request) -> str:
    """``o/<test>``: one file on main, and a work tree beside it."""
    name = f"o/{request.node.name.split('[')[0][:60]}-{abs(hash(request.node.name)) % 10_000}"
    work = git_repository({"README.md": "# Work\n", "project/train.py": "import sklearn\n"})
    server.publish(work, name)
    server.requests.clear()
    server.faults.pop(name, None)
    return name


def options(server: GitServer, limits: Limits = QUICK, **more: object) -> Options:
    return Options(hosts=(server.host,), limits=limits, **more)  # type: ignore[arg-type]


def read(server: GitServer, name: str, limits: Limits = QUICK, **more: object) -> Report:
    return analyze(server.url(name), options(server, limits, **more))


def resolve(server: GitServer, text: str, **more: str) -> RemoteRef:
    return resolve_remote(parse_target(text, hosts=(server.host,), **more), QUICK)  # type: ignore[arg-type]


def fetched(server: GitServer, name: str, limits: Limits = QUICK) -> Iterator[Acquired]:
    target = parse_target(server.url(name), hosts=(server.host,))
    with acquire(target, resolve_remote(target, limits), limits) as acquired:
        yield acquired


# -- which ref and folder ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def branches(server: GitServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``b/b``: main, feature/x with a folder, an annotated tag, a branch and a folder of one name."""
    work = tmp_path_factory.mktemp("branches")
    git(work, "init", "-q", "-b", "main")
    commit_all(write_files(work, {"a.txt": "1", "x/in-main.txt": "1"}))
    git(work, "tag", "-a", "-m", "one", "v1.0")
    git(work, "checkout", "-q", "-b", "feature/x")
    commit_all(write_files(work, {"project/sub/b.txt": "2"}))
    git(work, "checkout", "-q", "main")
    server.publish(work, "b/b")
    return work


@pytest.mark.parametrize(
    ("rest", "more", "ref", "subdir"),
    [
        ("", {}, "main", ""),
        ("/tree/feature/x", {}, "feature/x", ""),
        ("/tree/feature/x/project/sub", {}, "feature/x", "project/sub"),
        ("/blob/feature/x/project/sub/b.txt", {}, "feature/x", "project/sub"),
        ("/blob/main/a.txt", {}, "main", ""),
        ("/tree/main/x", {}, "main", "x"),
        ("/releases/tag/v1.0", {}, "v1.0", ""),
        ("", {"ref": "v1.0"}, "v1.0", ""),
        ("", {"ref": "refs/heads/feature/x"}, "refs/heads/feature/x", ""),
        ("", {"ref": "feature/x", "subdir": "project"}, "feature/x", "project"),
        ("/tree/main/x", {"ref": "feature/x"}, "feature/x", "x"),
        ("/tree/gone/x", {"ref": "feature/x"}, "feature/x", "x"),
        ("/tree/feature/x/project/sub", {"subdir": "project"}, "feature/x", "project"),
    ],
)
def test_ref_and_folder_are_told_apart_by_the_refs(server, branches, rest, more, ref, subdir):
    found = resolve(server, f"{server.url('b/b')}{rest}", **more)
    assert (found.short, found.subdir) == (ref, subdir)
    assert found.commit == git(branches, "rev-parse", f"{ref}^{{commit}}")


def test_a_commit_is_taken_as_it_is(server, branches):
    commit = git(branches, "rev-parse", "feature/x")
    assert resolve(server, f"{server.url('b/b')}/tree/{commit}/project").commit == commit
    assert resolve(server, server.url("b/b"), ref=commit).name == ""
    report = read(server, "b/b", ref=commit, subdir="project")
    assert (report.target.commit, report.target.subdir) == (commit, "project")


def test_a_ref_that_does_not_exist_is_answered_with_the_nearest(server, branches):
    with pytest.raises(TargetError) as caught:
        resolve(server, f"{server.url('b/b')}/tree/featuer/x")
    assert caught.value.what == "There is no branch, tag or commit 'featuer/x'"
    assert "feature/x" in caught.value.hint
    with pytest.raises(TargetError, match=r"There is: main"):
        resolve(server, server.url("b/b"), ref="mian")


def test_a_short_commit_is_explained(server, branches):
    with pytest.raises(TargetError) as caught:
        resolve(server, server.url("b/b"), ref=git(branches, "rev-parse", "HEAD")[:8])
    assert caught.value.hint == "A commit must be given with all its 40 digits."


def test_a_commit_that_the_server_does_not_have_is_explained(server, branches):
    with pytest.raises(TargetError, match="does not have that commit"):
        read(server, "b/b", ref="1" * 40)


def test_a_folder_that_does_not_exist_is_answered_with_the_nearest(server, branches):
    with pytest.raises(TargetError) as caught:
        read(server, "b/b", ref="feature/x", subdir="projcet")
    assert caught.value.what == "There is no folder 'projcet' in this commit"
    assert "project" in caught.value.hint


def test_a_tag_of_no_commit_is_an_error(server, git_repository: BuildGit):
    work = git_repository({"a.txt": "1"})
    git(work, "tag", "blob", git(work, "rev-parse", "HEAD:a.txt"))
    server.publish(work, "t/t")
    with pytest.raises(TargetError, match="is no commit"):
        read(server, "t/t", ref="blob")


def test_an_empty_repository_is_named_so(server, tmp_path: Path):
    git(tmp_path, "init", "-q", "-b", "main")
    server.publish(tmp_path, "e/e")
    with pytest.raises(TargetError, match="e/e is empty: it has no commit yet"):
        read(server, "e/e")


def test_a_repository_without_default_branch_names_its_branches(server, git_repository: BuildGit):
    bare = server.publish(git_repository({"a.txt": "1"}), "h/h")
    git(bare, "symbolic-ref", "HEAD", "refs/heads/gone")
    with pytest.raises(TargetError) as caught:
        read(server, "h/h")
    assert caught.value.hint == "Name one with --ref: main."


def test_a_repository_of_sha256_is_read(server, tmp_path: Path):
    git(tmp_path, "init", "-q", "-b", "main", "--object-format=sha256")
    commit = commit_all(write_files(tmp_path, {"a.py": "import os\n"}))
    server.publish(tmp_path, "s/s")
    assert read(server, "s/s").target.commit == commit


# -- what is fetched ---------------------------------------------------------------------------------------------


def test_a_clone_is_bare_shallow_and_of_one_branch(server, git_repository: BuildGit):
    work = git_repository({"a.txt": "1"})
    for index in range(5):
        commit_all(write_files(work, {"a.txt": f"{index}"}), f"change {index}")
    git(work, "branch", "other")
    git(work, "tag", "v1")
    commit_all(write_files(work, {"a.txt": "last"}))
    server.publish(work, "c/c")
    for acquired in fetched(server, "c/c", Limits(history=3)):
        where = acquired.git_dir
        assert acquired.commit == git(work, "rev-parse", "HEAD")
        assert git(where, "rev-parse", "--is-bare-repository") == "true"
        assert git(where, "for-each-ref", "--format=%(refname)").split() == [
            "refs/heads/folioscope",
            "refs/heads/history",
        ]
        assert git(where, "rev-list", "--count", "refs/heads/history") == "3"
        assert not (where / "hooks").exists()
        assert "remote" not in (where / "config").read_text()
        # Older commits have their folders, which the history is read from, but no files.
        older = git(where, "rev-parse", "refs/heads/history~1:a.txt")
        environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
        shown = subprocess.run(
            ["git", "cat-file", "-e", older], cwd=where, env=environment, capture_output=True, check=False
        )
        assert shown.returncode
        kept = where
    assert not kept.exists()


def test_files_over_the_limit_stay_on_the_server(server, git_repository: BuildGit):
    work = git_repository({"big.md": "x" * 3000, "edge.md": "y" * 1000, "README.md": "# Small\n"})
    server.publish(work, "l/l")
    limits = Limits(blob_bytes=1000)
    for acquired in fetched(server, "l/l", limits):
        here = git(acquired.git_dir, "cat-file", "--batch-check", "--batch-all-objects", "--unordered")
        assert git(work, "rev-parse", "HEAD:big.md") not in here
        assert git(work, "rev-parse", "HEAD:edge.md") in here
    report = read(server, "l/l", limits)
    assert [(item.where, item.what) for item in report.problems] == [
        ("big.md", "not read: larger than 1,000 bytes, the limit of one file")
    ]


def test_pointers_and_submodules_are_reported(server, git_repository: BuildGit):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    work = git_repository({"notes.md": pointer, "README.md": "# Work\n"})
    write_files(work, {".gitmodules": '[submodule "m"]\n\tpath = m\n\turl = https://git.invalid/m\n'})
    git(work, "add", ".gitmodules")
    git(work, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},m")
    git(work, "commit", "-qm", "module")
    server.publish(work, "p/p")
    told = {item.where: item.what for item in read(server, "p/p").problems}
    assert "Git LFS pointer" in told["notes.md"]
    assert "git submodule" in told["m"]


def test_a_report_of_a_clone_is_that_of_the_repository_here(server, git_repository: BuildGit):
    work = git_repository({"README.md": "# Work\n", "caf\udce9.md": "x" * 3000, "src/train.py": "import sklearn\n"})
    server.publish(work, "w/w")
    git(work, "remote", "add", "origin", server.url("w/w"))
    git(work, "fetch", "-q", "origin")
    limits = Limits(blob_bytes=1000)
    far = render_json(read(server, "w/w", limits)).replace(f'"input": "{server.url("w/w")}"', '"input": "w/w"')
    near = render_json(analyze(str(work), options(server, limits)))
    assert far.replace('"ref": "main"', '"ref": ""') == near


def test_an_older_server_without_filters_is_read(server, git_repository: BuildGit):
    bare = server.publish(git_repository({"README.md": "# Work\n"}), "n/n")
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        git(bare, "config", key, "false")
    assert read(server, "n/n").problems == ()


def test_progress_is_told_in_stages(server, published):
    told: list[str] = []
    analyze(server.url(published), options(server), lambda stage, detail: told.append(stage))
    assert list(dict.fromkeys(told)) == ["resolve", "clone", "analyze"]


# -- the cache ---------------------------------------------------------------------------------------------------


def test_an_unchanged_commit_is_answered_after_ls_remote_alone(server, published):
    first = read(server, published)
    server.requests.clear()
    told: list[str] = []
    second = analyze(server.url(published), options(server), lambda stage, detail: told.append(stage))
    assert render_json(second) == render_json(first)
    assert told == ["resolve", "cache"]
    assert server.packs() == 1  # ls-refs; a fetch would be more
    assert len(server.requests) == 2


def test_a_new_commit_is_fetched(server, git_repository: BuildGit):
    work = git_repository({"README.md": "# One\n"})
    server.publish(work, "u/u")
    first = read(server, "u/u")
    commit = commit_all(write_files(work, {"README.md": "# Two\n"}))
    server.publish(work, "u/u")
    assert first.target.commit != commit
    assert read(server, "u/u").target.commit == commit


def test_paths_that_are_no_utf8_are_the_same_from_the_cache(server, git_repository: BuildGit):
    work = git_repository({"README.md": "# Work\n"})
    write_files(work, {"src/caf\udce9.py": "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n"})
    commit_all(work)
    server.publish(work, "z/z")
    fresh = render_json(read(server, "z/z"))
    assert "caf%E9.py#L" in fresh
    assert "caf\\\\xe9.py" in fresh
    assert render_json(read(server, "z/z")) == fresh


def test_without_the_cache_everything_is_fetched_again(server, published, own_cache: Path):
    read(server, published, cached=False)
    server.requests.clear()
    read(server, published, cached=False)
    assert server.packs() > 1
    assert list(own_cache.rglob("*.json")) == []


def test_a_damaged_cache_is_not_used(server, published, own_cache: Path):
    fresh = render_json(read(server, published))
    (file,) = own_cache.rglob("*.json")
    for damaged in ("{", "{}", '{"target": 1}'):
        file.write_text(damaged)
        assert render_json(read(server, published)) == fresh


# -- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "cause", "hint"),
    [
        ("404", "was not found, or is private", "local clone"),
        ("401", "was not found, or is private", "spelling"),
        ("403", "was not found, or is private", "spelling"),
        ("429", "limits how often", "Try again in a few minutes"),
        ("500", "has a problem: The requested URL returned error: 500", "Try again later"),
        ("503", "has a problem", "Try again later"),
        ("no-pack", "has a problem", "Try again later"),
        ("reset", "could not be reached", "Check the network"),
        ("truncate", "could not be reached", "Check the network"),
        ("redirect:ftp://127.0.0.1/x", "redirects to a protocol that is not allowed", "local clone"),
        ("redirect:file:///etc/passwd", "redirects to a protocol that is not allowed", "local clone"),
    ],
)
def test_a_refusal_names_cause_and_way_out(server, published, fault, cause, hint):
    server.faults[published] = fault
    with pytest.raises(TargetError) as caught:
        read(server, published)
    assert cause in caught.value.what
    assert hint in caught.value.hint
    assert caught.value.exit_code == 3


def test_a_renamed_repository_is_followed_on_its_host(server, published):
    server.faults["old/name"] = f"redirect:/{published}.git/info/refs?service=git-upload-pack"
    report = read(server, "old/name")
    assert (report.target.repo, report.files) == ("name", 2)
    assert read(server, "old/name").target == report.target


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/o/r.git/info/refs",
        "https://git.example.org/o/r.git/info/refs?service=git-upload-pack",
        "/",
        "//[::1]/o/r",
    ],
)
def test_a_redirect_to_another_place_is_not_followed(server, published, place):
    server.faults[published] = f"redirect:{place}"
    with pytest.raises(TargetError, match=r"redirects to .*, which is not a repository of"):
        read(server, published)


def test_a_redirect_in_a_circle_ends(server, published):
    server.faults[published] = f"redirect:/{published}.git/info/refs"
    with pytest.raises(TargetError, match="redirects elsewhere"):
        read(server, published)


def test_git_connects_to_the_address_that_was_checked(server, published, monkeypatch):
    """A name that nobody resolves: git finds the server by the address that it was told."""
    monkeypatch.setattr("analyzer.egress.socket.getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("127.0.0.1", 0))])
    host = Host("git.nowhere.invalid", f"http://git.nowhere.invalid:{server.port}")
    report = analyze(f"{host.base}/{published}", Options(hosts=(host,), limits=QUICK))
    assert report.files == 2


def test_a_repository_that_is_not_there_is_not_found(server):
    with pytest.raises(TargetError, match="no/such was not found, or is private"):
        read(server, "no/such")


def test_without_network_the_way_out_is_named(server):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = Host("gone", f"http://127.0.0.1:{unused.getsockname()[1]}")
    with pytest.raises(TargetError, match="could not be reached") as caught:
        analyze(f"{host.base}/o/r", Options(hosts=(host,), limits=QUICK))
    assert "Check the network" in caught.value.hint


def test_a_name_that_does_not_resolve_is_no_network():
    host = Host("nowhere.invalid", "http://nowhere.invalid")
    with pytest.raises(TargetError, match="could not be reached"):
        analyze("http://nowhere.invalid/o/r", Options(hosts=(host,), limits=QUICK))


@pytest.mark.parametrize(
    ("complaint", "cause"),
    [
        ("fatal: unable to access 'https://github.com/o/tls-404/': Could not resolve host: github.com", "reached"),
        ("fatal: unable to access 'http://127.0.0.1:40401/o/r/': Empty reply from server", "reached"),
        ("remote: Repository not found.\nfatal: repository 'https://github.com/o/r.git/' not found", "not found"),
        ("fatal: could not read Username for 'https://github.com': terminal prompts disabled", "private"),
        ("fatal: server certificate verification failed. CAfile: none", "could not be reached"),
        ("fatal: transport 'ext' not allowed", "protocol that is not allowed"),
        ("warning: x\nfatal: something new", "could not be read: something new"),
        ("", "could not be read: no reason"),
    ],
)
def test_causes_are_told_from_what_git_says(complaint, cause):
    assert cause in explain(parse_target("o/r"), complaint).what


def test_without_git_the_way_out_is_named(server, published, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TargetError, match="git was not found on this machine"):
        read(server, published)


def test_without_space_the_way_out_is_named(server, published, monkeypatch, tmp_path: Path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("analyzer.temporary.tempfile.mkdtemp", lambda prefix: str(tmp_path / "file"))
    with pytest.raises(TargetError, match="No temporary repository could be made"):
        read(server, published)


# -- limits ------------------------------------------------------------------------------------------------------


def processes_of(folder: Path) -> list[str]:
    """Command lines of processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in words:
                found.append(words.decode("utf-8", "replace"))
    return found


@pytest.mark.parametrize(("fault", "seconds"), [("hang", 1), ("slow", 1), ("endless", 1)])
def test_seconds_end_the_whole_process_group(server, published, temporary: Path, fault, seconds):
    server.faults[published] = fault
    with pytest.raises(LimitError, match=f"longer than {seconds} seconds") as caught:
        read(server, published, Limits(clone_seconds=seconds))
    assert caught.value.exit_code == 4
    assert "--max-seconds" in caught.value.hint
    assert processes_of(temporary) == []


def test_bytes_end_a_pack_without_end(server, published, temporary: Path):
    server.faults[published] = "endless"
    with pytest.raises(LimitError, match="larger than 3 MB") as caught:
        read(server, published, Limits(clone_bytes=3_000_000, clone_seconds=20))
    assert caught.value.exit_code == 4
    assert processes_of(temporary) == []


def test_bytes_count_also_when_the_clone_was_quick(server, git_repository: BuildGit):
    server.publish(git_repository({"random.bin": os.urandom(100_000)}), "q/q")
    with pytest.raises(LimitError, match=r"larger than 0\.05 MB") as caught:
        read(server, "q/q", Limits(clone_bytes=50_000))
    assert "--max-bytes" in caught.value.hint


def test_files_are_counted(server, git_repository: BuildGit):
    server.publish(git_repository({f"{index}.txt": "x" for index in range(5)}), "f/f")
    with pytest.raises(LimitError, match="has 5 files, over the limit of 4"):
        read(server, "f/f", Limits(files=4))


def test_a_history_that_cannot_be_had_costs_only_the_history(server, published, monkeypatch):
    from analyzer import acquire as module

    fetch = module._fetch

    def without_history(runner, git_dir, arguments, refspec):
        if "history" in refspec:
            return module._Outcome(1, b"", "fatal: refused")
        return fetch(runner, git_dir, arguments, refspec)

    monkeypatch.setattr(module, "_fetch", without_history)
    assert read(server, published).files == 2


# -- hostile input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["--upload-pack=touch MARK", "-c core.x=y/r", "ext::sh -c 'touch MARK'/r", "o/--exec=x;MARK"]
)
def test_a_hostile_target_never_reaches_git(tmp_path: Path, monkeypatch, text):
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("git was run")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("git.cmd.Git.execute", forbidden)
    with pytest.raises(UsageError):
        analyze(text)


@pytest.mark.parametrize(
    "ref", ["--upload-pack=touch /tmp/x", "-x", "a b", "+refs/heads/*:refs/heads/*", "x:refs/heads/y"]
)
def test_a_hostile_ref_never_reaches_git(server, published, ref):
    with pytest.raises(UsageError):
        read(server, published, ref=ref)
    assert server.requests == []


def test_a_hostile_ref_in_a_url_is_only_compared(server, published):
    with pytest.raises(TargetError, match="There is no branch"):
        analyze(server.url(f"{published}/tree/--upload-pack=touch%20x"), options(server))
    assert server.packs() == 1


def test_a_repository_named_like_an_option_is_an_address(server, git_repository: BuildGit):
    server.publish(git_repository({"README.md": "# Work\n"}), "o/--help")
    assert read(server, "o/--help").target.repo == "--help"


def test_a_branch_named_by_the_server_is_no_option(server, git_repository: BuildGit):
    work = git_repository({"README.md": "# Work\n"})
    bare = server.publish(work, "d/d")
    head = git(work, "rev-parse", "HEAD")
    (bare / "packed-refs").write_text(f"{head} refs/heads/--upload-pack=touch\n")
    (bare / "HEAD").write_text("ref: refs/heads/--upload-pack=touch\n")
    (bare / "refs/heads/main").unlink(missing_ok=True)
    assert read(server, "d/d").target.commit == head


HOSTILE_ENVIRONMENT = {
    "GIT_DIR": "/nowhere",
    "GIT_WORK_TREE": "/nowhere",
    "GIT_INDEX_FILE": "/nowhere/index",
    "GIT_OBJECT_DIRECTORY": "/nowhere",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nowhere",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.sshCommand",
    "GIT_CONFIG_VALUE_0": "touch MARK",
    "GIT_CONFIG_PARAMETERS": "'core.fsmonitor=touch MARK'",
    "GIT_SSH_COMMAND": "touch MARK",
    "GIT_SSH": "MARK",
    "GIT_ASKPASS": "touch MARK",
    "GIT_PROXY_COMMAND": "touch MARK",
    "GIT_EXEC_PATH": "/nowhere",
    "GIT_TEMPLATE_DIR": "/nowhere",
    "GIT_TRACE": "MARK",
    "GIT_CURL_VERBOSE": "1",
    "GIT_EXTERNAL_DIFF": "touch MARK",
    "GIT_PROTOCOL": "version=0",
    "GIT_NAMESPACE": "nowhere",
    "GIT_REPLACE_REF_BASE": "nowhere",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_PYTHON_TRACE": "full",
}


def test_the_environment_of_the_caller_has_no_effect(server, published, tmp_path: Path, monkeypatch):
    plain = render_json(read(server, published, cached=False))
    mark = tmp_path / "mark"
    for name, value in HOSTILE_ENVIRONMENT.items():
        monkeypatch.setenv(name, value.replace("MARK", str(mark)))
    assert render_json(read(server, published, cached=False)) == plain
    assert not mark.exists()


def test_the_configuration_of_the_caller_has_no_effect(server, published, tmp_path: Path, monkeypatch):
    mark = tmp_path / "mark"
    home = tmp_path / "home"
    config = (
        f"[url \"ext::sh -c 'touch {mark}' \"]\n\tinsteadOf = {server.base}\n"
        f"[credential]\n\thelper = !touch {mark}\n[core]\n\tfsmonitor = touch {mark}\n\thooksPath = {home}\n"
        f"[init]\n\ttemplateDir = {home}\n[protocol]\n\tallow = always\n"
    )
    write_files(home, {".gitconfig": config, ".config/git/config": config})
    write_files(home, {"hooks/post-checkout": f"#!/bin/sh\ntouch {mark}\n", "reference-transaction": f"touch {mark}"})
    for script in ("hooks/post-checkout", "reference-transaction"):
        (home / script).chmod(0o755)
    git(home, "init", "-q")
    own = home / ".git" / "config"
    own.write_text(own.read_text() + config)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    assert read(server, published, cached=False).files == 2
    server.faults[published] = "401"
    with pytest.raises(TargetError, match="private"):
        read(server, published, cached=False)
    assert not mark.exists()
