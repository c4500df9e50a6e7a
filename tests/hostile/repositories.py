"""Hostile git repositories: what a directory can claim to be, and what its objects can hold."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import commit_all, git, write_files
from tests.hostile.case import REPORT, TARGET, TOO_MUCH, WRONG_USE, Case, Place
from tests.hostile.objects import Built, bare, commit_text, tree_of

__all__ = ["cases"]

README = {"README.md": "# Rides\n\nPredicts durations.\n"}
Build = Callable[[Built, Place], None]


def _committed(built: Built, files: Mapping[str, str | bytes] | None = None, **more: Any) -> str:
    return built.commit(built.files(dict(files or README)), **more)


# -- what the directory says -------------------------------------------------------------------------------------


def no_head(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "HEAD").unlink()
    (built.path / "HEAD").mkdir()


def head_to_nowhere(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "HEAD").write_text("ref: refs/heads/gone\n")


def head_of_garbage(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "HEAD").write_bytes(os.urandom(200))


def head_to_a_file(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "HEAD").unlink()
    (built.path / "HEAD").symlink_to("/etc/passwd")


def head_to_a_ref_outside(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "HEAD").write_text("ref: refs/heads/../../../../../etc/passwd\n")


def detached(built: Built, place: Place) -> None:
    (built.path / "HEAD").write_text(_committed(built) + "\n")


def orphans(built: Built, place: Place) -> None:
    for name in ("one", "two"):
        built.commit(built.files({f"{name}.py": "import os\n"}), name)
    (built.path / "HEAD").write_text("ref: refs/heads/two\n")


def refs_in_a_circle(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "refs/heads/a").write_text("ref: refs/heads/b\n")
    (built.path / "refs/heads/b").write_text("ref: refs/heads/a\n")
    (built.path / "HEAD").write_text("ref: refs/heads/a\n")


def many_refs(built: Built, place: Place) -> None:
    oid = _committed(built)
    lines = "".join(f"{oid} refs/heads/x\x1b[31m{number:06}\n" for number in range(100_000))
    (built.path / "packed-refs").write_text(f"# pack-refs with: sorted\n{lines}")
    (built.path / "HEAD").write_text("ref: refs/heads/gone\n")


def refs_of_evil_names(built: Built, place: Place) -> None:
    oid = _committed(built)
    names = ("--upload-pack=x", "-x", "\x1b]0;x\x07", "$(touch MARK)", "a b", "../../x", "\u202ecod")
    (built.path / "packed-refs").write_text("".join(f"{oid} refs/heads/{name}\n" for name in names))


def shallow(built: Built, place: Place) -> None:
    oid = built.add("commit", commit_text(built.files(README), ("1" * 40,)))
    built.pack()
    built.point("refs/heads/main", oid)
    (built.path / "shallow").write_text(f"{oid}\n")


def shallow_of_garbage(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "shallow").write_text("x" * 100_000)


def partial_clone(built: Built, place: Place) -> None:
    """The promisor is a server that nobody may ask, and its helper a command."""
    built.configure(
        f'[remote "origin"]\n\turl = {place.trap}/o/r.git\n\tpromisor = true\n\tpartialclonefilter = blob:none\n'
        f"\tuploadpack = touch {place.mark}\n[extensions]\n\tpartialClone = origin\n"
    )
    tree = tree_of([(b"100644", b"README.md", "2" * 40), (b"40000", b"src", "3" * 40)])
    oid = built.add("commit", commit_text(built.add("tree", tree)))
    built.pack()
    for pack in (built.path / "objects/pack").glob("*.pack"):
        pack.with_suffix(".promisor").touch()
    built.point("refs/heads/main", oid)


def commands_in_the_configuration(built: Built, place: Place) -> None:
    """Every setting that git runs as a command, and those that lead elsewhere."""
    _committed(built, {**README, ".gitattributes": "* filter=evil diff=evil merge=evil\n"})
    run = f"touch {place.mark}"
    for key in (
        *("core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy"),
        *("core.alternateRefsCommand", "credential.helper", "filter.evil.smudge", "filter.evil.clean"),
        *("filter.evil.process", "diff.external", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver"),
        *("pager.ls-tree", "pager.rev-list", "pager.cat-file", "gpg.program", "interactive.diffFilter"),
        *("uploadpack.packObjectsHook", "remote.origin.uploadpack", "sequence.editor", "trailer.x.command"),
    ):
        git(built.path, "config", key, run)
    for alias in ("ls-tree", "rev-list", "cat-file", "diff-tree", "for-each-ref"):
        git(built.path, "config", f"alias.{alias}", f"!{run}")
    git(built.path, "config", "core.hooksPath", str(hooks(built.path / "evil", place)))


def hooks(folder: Path, place: Place) -> Path:
    """A folder with every hook."""
    folder.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (folder / name).write_text(f"#!/bin/sh\ntouch {place.mark}\n")
        (folder / name).chmod(0o755)
    return folder


def hooks_in_place(built: Built, place: Place) -> None:
    _committed(built)
    hooks(built.path / "hooks", place)


def includes(built: Built, place: Place) -> None:
    _committed(built)
    evil = built.path / "evil.config"
    evil.write_text(f"[core]\n\tfsmonitor = touch {place.mark}\n[include]\n\tpath = {evil}\n")
    built.configure(f"[include]\n\tpath = {evil}\n\tpath = /etc/passwd\n\tpath = /dev/zero\n")


def configuration_without_end(built: Built, place: Place) -> None:
    _committed(built)
    built.configure("[core]\n\tx = " + "a" * 20_000_000 + "\n")


def configuration_of_garbage(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "config").write_bytes(os.urandom(5000))


def work_tree_elsewhere(built: Built, place: Place) -> None:
    _committed(built)
    git(built.path, "config", "core.bare", "false")
    git(built.path, "config", "core.worktree", "/etc")


def unknown_extension(built: Built, place: Place) -> None:
    _committed(built)
    git(built.path, "config", "core.repositoryFormatVersion", "1")
    git(built.path, "config", "extensions.unheardOf", "true")


def alternates(built: Built, place: Place) -> None:
    """Objects of another repository on this machine, which the caller could read."""
    other = bare(place.folder / "input" / "other")
    oid = _committed(other, {"secret.py": "import os\n"})
    (built.path / "objects/info").mkdir(exist_ok=True)
    (built.path / "objects/info/alternates").write_text(f"{other.path}/objects\n/etc\n../objects\n")
    built.point("refs/heads/main", oid)


def alternates_over_http(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "objects/info").mkdir(exist_ok=True)
    (built.path / "objects/info/http-alternates").write_text(f"{place.trap}/objects\n")
    (built.path / "objects/info/alternates").write_text(f"{place.trap}/objects\n" + "/x\n" * 10_000)


def replacements(built: Built, place: Place) -> None:
    """A commit, a tree and a file that pose as others."""
    oid = _committed(built)
    rich = built.commit(built.files({"train.py": "import mlflow\nmlflow.log_metric('rmse', 1)\n"}), "rich")
    built.point(f"refs/replace/{oid}", rich)
    (built.path / "info").mkdir(exist_ok=True)
    (built.path / "info/grafts").write_text(f"{oid} {rich} {'4' * 40}\n")


def commit_graph_of_garbage(built: Built, place: Place) -> None:
    _committed(built)
    (built.path / "objects/info").mkdir(exist_ok=True)
    (built.path / "objects/info/commit-graph").write_bytes(b"CGPH\x01\x01" + os.urandom(500))


# -- what the objects hold ---------------------------------------------------------------------------------------


def raw_tree(*entries: tuple[bytes, bytes]) -> Build:
    """A commit whose tree has these (mode, name), each a small file."""

    def build(built: Built, place: Place) -> None:
        blob = built.add("blob", b"import os\n")
        built.commit(built.add("tree", tree_of((mode, name, blob) for mode, name in entries)))

    return build


def bytes_as_tree(content: bytes) -> Build:
    def build(built: Built, place: Place) -> None:
        built.commit(built.add("tree", content))

    return build


def files(given: Mapping[str, str | bytes], links: dict[str, str] | None = None) -> Build:
    def build(built: Built, place: Place) -> None:
        built.commit(built.files(given, links))

    return build


def submodules(built: Built, place: Place) -> None:
    text = "".join(
        f'[submodule "{name}"]\n\tpath = {path}\n\turl = {url}\n\tupdate = !touch {place.mark}\n\tfetchRecurseSubmodules = true\n'
        for name, path, url in (
            ("../../hooks", "a", f"{place.trap}/a"),
            ("b", "-u./payload", f"--upload-pack=touch {place.mark}"),
            ("c", "../../../etc", f"ext::sh -c 'touch {place.mark}'"),
            ("d\x1b[31m", "d", f"ssh://-oProxyCommand=touch\\ {place.mark}/x"),
        )
    )
    entries = {b".gitmodules": (b"100644", built.add("blob", text.encode()))}
    entries |= {b"README.md": (b"100644", built.add("blob", b"# Rides\n"))}
    for name in (b"a", b"-u./payload", b"d"):
        entries[name] = (b"160000", "5" * 40)
    built.commit(built.tree(entries))


def million_entries(built: Built, place: Place) -> None:
    blob = built.add("blob", b"x = 1\n")
    raw = bytes.fromhex(blob)
    built.commit(built.add("tree", b"".join(b"100644 %07d.py\0" % number + raw for number in range(1_000_000))))


def deep_tree(built: Built, place: Place) -> None:
    oid = built.files(README)
    for _ in range(10_000):
        oid = built.add("tree", tree_of([(b"40000", b"d", oid)]))
    built.commit(oid)


def tree_bomb(built: Built, place: Place) -> None:
    oid = built.files(README)
    for _ in range(40):
        oid = built.add("tree", tree_of([(b"40000", b"%d" % number, oid) for number in range(10)]))
    built.commit(oid)


def when(text: bytes) -> Build:
    def build(built: Built, place: Place) -> None:
        _committed(built, when=text)

    return build


def message(text: bytes, author: bytes = b"Tester <tester@example.org>") -> Build:
    def build(built: Built, place: Place) -> None:
        _committed(built, message=text, author=author)

    return build


def long_message(built: Built, place: Place) -> None:
    _committed(built, message=b"a" * 100_000_000)


def raw_commit(text: bytes) -> Build:
    def build(built: Built, place: Place) -> None:
        tree = built.files(README)
        oid = built.add("commit", text.replace(b"TREE", tree.encode()))
        built.pack()
        built.point("refs/heads/main", oid)

    return build


def many_parents(built: Built, place: Place) -> None:
    tree = built.files(README)
    first = built.add("commit", commit_text(tree))
    built.commit(tree, parents=(first,) * 10_000)


def long_history(built: Built, place: Place) -> None:
    tree = built.files(README)
    parent: tuple[str, ...] = ()
    for number in range(5000):
        parent = (built.add("commit", commit_text(tree, parent, when=b"%d +0000" % (1767323045 + number))),)
    built.pack()
    built.point("refs/heads/main", parent[0])


def chain_of_tags(built: Built, place: Place) -> None:
    oid = _committed(built)
    kind = b"commit"
    for number in range(20_000):
        text = b"object " + oid.encode() + b"\ntype " + kind + b"\ntag t%d\n\nx\n" % number
        oid, kind = built.add("tag", text), b"tag"
    built.pack()
    built.point("refs/tags/deep", oid)


def ref_to_a_blob(built: Built, place: Place) -> None:
    _committed(built)
    blob = built.add("blob", b"x")
    built.pack()
    built.point("refs/heads/main", blob)


def missing_tree(built: Built, place: Place) -> None:
    built.commit("6" * 40)


def missing_blob(built: Built, place: Place) -> None:
    built.commit(built.add("tree", tree_of([(b"100644", b"train.py", "7" * 40)])))


def tree_that_is_a_blob(built: Built, place: Place) -> None:
    built.commit(built.add("blob", b"not a tree"))


def blob_that_is_a_tree(built: Built, place: Place) -> None:
    built.commit(built.add("tree", tree_of([(b"100644", b"train.py", built.files(README))])))


def truncated_pack(built: Built, place: Place) -> None:
    _committed(built, {**README, "big.py": os.urandom(50_000)})
    for pack in (built.path / "objects/pack").glob("*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:-30_000])


def broken_index(built: Built, place: Place) -> None:
    _committed(built)
    for index in (built.path / "objects/pack").glob("*.idx"):
        index.chmod(0o600)
        index.write_bytes(b"\xfftOc" + struct.pack(">I", 2) + b"\xff" * 2000)


def broken_loose(built: Built, place: Place) -> None:
    oid = "8" * 40
    folder = built.path / "objects" / oid[:2]
    folder.mkdir()
    (folder / oid[2:]).write_bytes(b"x\x9c" + os.urandom(300))
    built.point("refs/heads/main", oid)


def pointers(built: Built, place: Place) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 999999999999\n"
    config = f'[lfs]\n\turl = {place.trap}/lfs\n[lfs "customtransfer.x"]\n\tpath = touch {place.mark}\n'
    built.commit(
        built.files(
            {"README.md": pointer, "train.py": pointer, ".lfsconfig": config, ".gitattributes": "* filter=lfs\n"}
        )
    )


_GIT: tuple[tuple[str, Build, tuple[int, ...], str], ...] = (
    # name, builder, exit codes, what the error says or a problem of the report
    ("empty repository", lambda built, place: None, (TARGET,), "empty: it has no commit"),
    ("no HEAD: a plain folder", no_head, (REPORT,), ""),
    ("HEAD to nowhere", head_to_nowhere, (TARGET,), "HEAD points to nothing"),
    ("HEAD of garbage", head_of_garbage, (TARGET,), ""),
    ("HEAD is a link to a file of the system", head_to_a_file, (TARGET,), ""),
    ("HEAD to a ref outside", head_to_a_ref_outside, (TARGET,), ""),
    ("detached HEAD", detached, (REPORT,), ""),
    ("orphan branches", orphans, (REPORT,), ""),
    ("refs in a circle", refs_in_a_circle, (TARGET,), "HEAD points to nothing|could not be read"),
    ("100,000 refs with terminal codes", many_refs, (TARGET, TOO_MUCH), "HEAD points to nothing|printed more than"),
    ("refs of evil names", refs_of_evil_names, (REPORT,), ""),
    ("shallow", shallow, (REPORT,), ""),
    ("shallow of garbage", shallow_of_garbage, (TARGET,), ""),
    ("partial clone without its files", partial_clone, (REPORT, TARGET), "not in this copy|could not be listed"),
    ("commands in the configuration", commands_in_the_configuration, (REPORT,), ""),
    ("hooks", hooks_in_place, (REPORT,), ""),
    ("configuration includes itself and devices", includes, (TARGET, REPORT), ""),
    ("configuration of 20 MB", configuration_without_end, (REPORT, TARGET), ""),
    ("configuration of garbage", configuration_of_garbage, (TARGET,), ""),
    ("work tree in /etc", work_tree_elsewhere, (REPORT,), ""),
    ("unknown extension", unknown_extension, (TARGET,), "unheardof"),
    ("alternates on this machine", alternates, (TARGET,), ""),
    ("alternates over HTTP", alternates_over_http, (REPORT,), ""),
    ("replace refs and grafts", replacements, (REPORT,), ""),
    ("commit graph of garbage", commit_graph_of_garbage, (REPORT,), ""),
    ("submodules with evil names, paths and URLs", submodules, (REPORT,), "git submodule"),
    (".gitmodules is a link", files(README, {".gitmodules": "/etc/passwd"}), (REPORT,), ""),
    (
        "names that differ in case",
        files({"README.md": "# A\n", "readme.md": "# B\n", "ReadMe.MD": "# C\n"}),
        (REPORT,),
        "",
    ),
    (
        "names of NTFS and devices",
        raw_tree(
            *((b"100644", name) for name in (b"AUX", b"a:b", b"con.py", b"git~1", b"x.py ", b"x.py.", b"x::$DATA"))
        ),
        (REPORT,),
        "",
    ),
    (
        ".git in a tree",
        raw_tree((b"100644", b".GIT"), (b"100644", b".git"), (b"100644", b".git\xe2\x80\x8c")),
        (REPORT,),
        "",
    ),
    ("dots as names", raw_tree((b"100644", b"."), (b"100644", b".."), (b"100644", b"...")), (REPORT,), ""),
    ("slashes in names", raw_tree((b"100644", b"../../etc/cron.d/x"), (b"100644", b"/etc/passwd")), (REPORT,), ""),
    ("names twice", raw_tree((b"100644", b"train.py"), (b"100644", b"train.py")), (REPORT,), ""),
    ("empty name", raw_tree((b"100644", b"")), (TARGET, REPORT), ""),
    (
        "modes that are none",
        raw_tree((b"777777", b"a.py"), (b"0", b"b.py"), (b"100000", b"c.py")),
        (REPORT, TARGET),
        "",
    ),
    ("names that are no UTF-8", raw_tree((b"100644", b"caf\xe9.py"), (b"100644", b"\xff\xfe.py")), (REPORT,), ""),
    (
        "line feeds and terminal codes in names",
        raw_tree((b"100644", b"a\n\x1b[2J\x07.py"), (b"100644", b"b\r.py")),
        (REPORT,),
        "",
    ),
    ("bidi controls in names", raw_tree((b"100644", "\u202egpj.yp\u2066.py".encode())), (REPORT,), ""),
    ("formula as a name", raw_tree((b"100644", b"=cmd|' /C calc'!A0.py"), (b"100644", b"@SUM(1+1).py")), (REPORT,), ""),
    (
        "script as a name",
        raw_tree((b"100644", b"<script>alert(1)<script>.py"), (b"100644", b'" onload=alert(1) x=".py')),
        (REPORT,),
        "",
    ),
    ("path of 4,000 bytes", files({**README, "d/" * 20 + "x" * 3960: "x"}), (REPORT,), ""),
    (
        "link to a file of the system",
        files({"train.py": "import os\n"}, {"README.md": "/etc/passwd", "x": "/root/.ssh"}),
        (REPORT,),
        "",
    ),
    ("links in a circle", files({"a.py": "import os\n"}, {"b": "c", "c": "b", "d": "."}), (REPORT,), ""),
    ("a million entries", million_entries, (TOO_MUCH,), "more files than the limit"),
    ("10,000 folders deep", deep_tree, (REPORT, TARGET), ""),
    ("tree that repeats itself", tree_bomb, (TOO_MUCH,), "more files than the limit|longer than"),
    ("commit of 2106", when(b"4294967296 +0000"), (REPORT,), ""),
    ("commit of 1969", when(b"-86400 +0000"), (REPORT,), ""),
    ("commit beyond any year", when(b"99999999999999999999 +9999"), (REPORT,), ""),
    ("commit at no time", when(b"yesterday"), (REPORT,), ""),
    ("commit message of 100 MB", long_message, (REPORT,), ""),
    (
        "author with terminal codes and markup",
        message(b"x\n", b"\x1b[31m<script>alert(1)</script>\x07 <=1+1>"),
        (REPORT,),
        "",
    ),
    ("commit without author", raw_commit(b"tree TREE\n\nx\n"), (REPORT,), ""),
    (
        "commit with NUL",
        raw_commit(b"tree TREE\nauthor A\0B <a@example.org> 1 +0000\ncommitter x\n\n\0\n"),
        (REPORT,),
        "",
    ),
    ("commit of garbage", raw_commit(b"\xff" * 500), (TARGET,), ""),
    ("commit without tree", raw_commit(b"author A <a@example.org> 1 +0000\n\nx"), (TARGET,), ""),
    ("10,000 parents", many_parents, (REPORT,), ""),
    ("5,000 commits", long_history, (REPORT,), ""),
    ("branch that is a file", ref_to_a_blob, (TARGET,), ""),
    ("commit without its tree", missing_tree, (TARGET,), "could not be listed"),
    ("tree without its file", missing_blob, (REPORT, TARGET), "not in this copy|could not be listed"),
    ("tree that is a file", tree_that_is_a_blob, (TARGET,), "could not be listed|could not be read"),
    ("file that is a tree", blob_that_is_a_tree, (REPORT, TARGET), ""),
    ("tree of garbage", bytes_as_tree(b"\xff" * 300), (TARGET,), "could not be listed"),
    ("tree that ends early", bytes_as_tree(b"100644 a.py\0abc"), (TARGET,), "could not be listed"),
    ("truncated pack", truncated_pack, (TARGET, REPORT), ""),
    ("broken pack index", broken_index, (TARGET,), ""),
    ("broken loose object", broken_loose, (TARGET,), ""),
    ("Git LFS pointers with a server and a command", pointers, (REPORT,), "Git LFS pointer"),
)


# -- folders and work trees --------------------------------------------------------------------------------------


def _folder(place: Place) -> Path:
    write_files(place.repository, README)
    return place.repository


def git_file_to(goal: str) -> Callable[[Place], str]:
    def build(place: Place) -> str:
        folder = _folder(place)
        (folder / ".git").write_text(f"gitdir: {goal}\n")
        return str(folder)

    return build


def git_folder_is_a_link(place: Place) -> str:
    folder = _folder(place)
    (folder / ".git").symlink_to("/etc")
    return str(folder)


def common_folder_elsewhere(place: Place) -> str:
    built = bare(place.repository)
    _committed(built)
    (built.path / "commondir").write_text("/\n")
    return str(built.path)


def special_files(place: Place) -> str:
    import socket

    folder = _folder(place)
    os.mkfifo(folder / "train.py")
    os.mkfifo(folder / "Dockerfile")
    here = os.open(folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{here}/requirements.txt")  # a path may be longer than an address
    os.close(here)
    (folder / "loop").symlink_to(folder)
    (folder / "passwd.md").symlink_to("/etc/passwd")
    with (folder / "data.py").open("wb") as sparse:
        sparse.truncate(1 << 40)
    return str(folder)


def unreadable_folder(place: Place) -> str:
    folder = _folder(place)
    (folder / "closed").mkdir(mode=0)
    return str(folder)


def deep_folder(place: Place) -> str:
    folder = _folder(place)
    (folder / "/".join(["d"] * 500)).mkdir(parents=True)
    (folder / "/".join(["d"] * 500) / "train.py").write_text("import os\n")
    return str(folder)


def work_tree(place: Place, files: dict[str, str]) -> Path:
    place.repository.mkdir()
    git(place.repository, "init", "-q", "-b", "main")
    write_files(place.repository, files)
    commit_all(place.repository)
    return place.repository


def commands_of_a_work_tree(place: Place) -> str:
    folder = work_tree(place, {**README, ".gitattributes": "* filter=evil\n"})
    for key in ("core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.sshCommand"):
        git(folder, "config", key, f"touch {place.mark}")
    hooks(folder / ".git" / "hooks", place)
    (folder / "README.md").write_text("# Changed\n")
    return str(folder)


def index_of_garbage(place: Place) -> str:
    folder = work_tree(place, dict(README))
    (folder / ".git" / "index").write_bytes(b"DIRC" + struct.pack(">II", 2, 2**31) + os.urandom(200))
    return str(folder)


def work_tree_through_a_link(place: Place) -> str:
    folder = work_tree(place, {**README, "src/train.py": "import os\n"})
    (folder / "src" / "train.py").unlink()
    (folder / "src").rmdir()
    (folder / "src").symlink_to("/etc")
    return str(folder)


def settings_for_the_analyzer(place: Place) -> str:
    """Files that would configure, extend or replace the analyzer if it looked for any."""
    run = f"import pathlib\npathlib.Path({str(place.mark)!r}).touch()\n"
    folder = work_tree(
        place,
        {
            **README,
            **dict.fromkeys(
                ("rules/__init__.py", "analyzer/__init__.py", "sitecustomize.py", "conftest.py", "setup.py"), run
            ),
            **dict.fromkeys(("usercustomize.py", "git.py", "yaml.py", "rich/__init__.py", "tests/__init__.py"), run),
            **dict.fromkeys(
                ("folioscope.yaml", ".folioscope.toml", ".folioscope/rubric.yaml", "rubric.yaml", "mlops.yaml"),
                "id: evil\nsections: []\nlimits: {files: 1}\ncommand: touch x\n",
            ),
            "pyproject.toml": '[project.entry-points."folioscope.rules"]\nx = "setup"\n[tool.folioscope]\nlimit = 1\n',
            "evil.dist-info/entry_points.txt": "[folioscope.rules]\nx = setup\n[folioscope.commands]\nanalyze = setup\n",
            "git": f"#!/bin/sh\ntouch {place.mark}\n",
        },
    )
    (folder / "git").chmod(0o755)
    return str(folder)


_FOLDERS: tuple[tuple[str, Callable[[Place], str], tuple[int, ...], str, tuple[str, ...]], ...] = (
    (".git file to /etc", git_file_to("/etc"), (TARGET,), "", ()),
    (".git file to itself", git_file_to(".git"), (TARGET,), "", ()),
    (".git file to a device", git_file_to("/dev/zero"), (TARGET,), "", ()),
    (".git file of NUL and line feeds", git_file_to("a\0b\nc"), (TARGET,), "", ()),
    (".git is a link to /etc", git_folder_is_a_link, (TARGET,), "", ()),
    ("common folder is /", common_folder_elsewhere, (TARGET,), "", ()),
    ("pipes, sockets, links and a file of 1 TB", special_files, (REPORT,), "larger than", ("--standalone",)),
    ("folder without rights", unreadable_folder, (REPORT,), "", ("--standalone",)),
    ("500 folders deep", deep_folder, (REPORT,), "", ("--standalone",)),
    ("commands of a work tree", commands_of_a_work_tree, (REPORT,), "", ("--worktree",)),
    ("index of garbage", index_of_garbage, (TARGET,), "", ("--worktree",)),
    ("work tree leads out through a link", work_tree_through_a_link, (REPORT,), "", ("--worktree",)),
    ("settings, rules and modules for the analyzer", settings_for_the_analyzer, (REPORT,), "", ()),
    ("settings and programs in the folder itself", settings_for_the_analyzer, (REPORT,), "", ("--worktree",)),
    (
        "a ref that is a chain of 20,000 tags",
        lambda place: _built(place, chain_of_tags),
        (REPORT, TARGET),
        "",
        ("--ref", "deep"),
    ),
    (
        "a ref with markup and terminal codes",
        lambda place: _built(place, detached),
        (WRONG_USE, TARGET),
        "",
        ("--ref", "\x1b[31m<b>"),
    ),
)


def _built(place: Place, build: Build) -> str:
    built = bare(place.repository)
    build(built, place)
    return str(built.path)


def sha256(place: Place) -> str:
    place.repository.mkdir()
    git(place.repository, "init", "-q", "-b", "main", "--object-format=sha256")
    write_files(place.repository, dict(README))
    commit_all(place.repository)
    return str(place.repository)


def cases() -> Iterator[Case]:
    """Repositories and folders on this machine, as a clone or an upload would leave them."""
    for name, build, exits, says in _GIT:
        problem = says if exits[0] == REPORT else ""

        def made(place: Place, build: Build = build) -> str:
            return _built(place, build)

        yield Case(name, "git", made, exits, says, problem)
    for name, make, exits, says, options in _FOLDERS:
        yield Case(name, "folder", make, exits, says, says if exits[0] == REPORT else "", options)
    yield Case("SHA-256", "git", sha256)
