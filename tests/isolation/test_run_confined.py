"""A function in a confined child: what it can do, what it hands back, and how it is ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzer.errors import FolioscopeError, LimitError, TargetError, UsageError
from analyzer.isolation import Active, Confinement, iterate_confined, run_confined
from analyzer.isolation.landlock import interface
from analyzer.isolation.process import last_active
from analyzer.limits import Limits
from analyzer.snapshot import Problem

HOME = Path.home()
QUICK = Confinement(seconds=30)


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> Iterator[Path]:
    """A folder for temporary files of its own; nothing may be left in it."""
    folder = tmp_path_factory.mktemp("tmp")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def refused(attempt: Callable[[], object]) -> str:
    """The error that the system answers in a confined process; empty when it lets it pass."""

    def tried() -> str:
        try:
            attempt()
        except OSError as error:
            return type(error).__name__
        return ""

    return run_confined(tried, (), QUICK)


# -- what it hands back ------------------------------------------------------------------------------------------


def test_values_come_back():
    value = ({"a": (1, 2.5, None, True)}, frozenset({"x"}), Problem("README.md", "not read"))
    assert run_confined(lambda given: given, (value,), QUICK) == value


def test_values_of_several_children_come_as_they_are_found():
    def count(name: str, most: int) -> Iterator[tuple[str, int]]:
        for number in range(most):
            yield name, number

    taken: dict[int, list[tuple[str, int]]] = {0: [], 1: [], 2: []}
    work = [((name, most), QUICK) for name, most in (("a", 3), ("b", 2000), ("c", 0))]
    iterate_confined(count, work, lambda child, value: taken[child].append(value))
    assert taken == {0: [("a", n) for n in range(3)], 1: [("b", n) for n in range(2000)], 2: []}


def test_the_first_that_fails_ends_the_others_and_what_came_before_is_kept():
    def work(seconds: float, error: str) -> Iterator[str]:
        yield "begun"
        time.sleep(seconds)
        if error:
            raise UsageError(error, "Do otherwise.")

    taken = []
    began = time.monotonic()
    with pytest.raises(UsageError, match="no good"):
        iterate_confined(work, [((60, ""), QUICK), ((1, "no good"), QUICK)], lambda *found: taken.append(found))
    assert time.monotonic() - began < 20
    assert sorted(taken) == [(0, "begun"), (1, "begun")]


def test_an_interrupt_ends_all_children():
    def work() -> Iterator[int]:
        yield os.getpid()
        time.sleep(60)

    children = []

    def interrupt(_: int, process: int) -> None:
        children.append(process)
        if len(children) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        iterate_confined(work, [((), QUICK), ((), QUICK)], interrupt)
    for process in children:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_errors_come_back_as_they_are():
    def fail() -> None:
        raise UsageError("what", "hint")

    with pytest.raises(UsageError, match=r"what\. hint") as caught:
        run_confined(fail, (), QUICK)
    assert (caught.value.hint, caught.value.exit_code) == ("hint", 2)


def test_any_other_exception_is_a_clear_error():
    with pytest.raises(TargetError, match="The analysis failed: ZeroDivisionError"):
        run_confined(lambda: 1 // 0, (), QUICK)


def test_progress_is_told_while_it_works():
    told: list[tuple[str, str]] = []

    def work(tell: Callable[[str, str], None]) -> int:
        tell("analyze", "7 files")
        tell("report", "")
        return 3

    assert run_confined(work, (), QUICK, lambda stage, detail: told.append((stage, detail))) == 3
    assert told == [("analyze", "7 files"), ("report", "")]


def test_what_is_no_value_of_a_report_is_not_taken():
    with pytest.raises(TargetError, match=r"could not be read: posix\.system is no value of a report"):
        run_confined(lambda: os.system, (), QUICK)


def test_a_child_that_answers_nonsense_is_an_error():
    def write_to_every_pipe() -> None:
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, b"R" + b"\xff" * 8 + b"nonsense")
            except OSError:
                continue
        os._exit(0)

    with pytest.raises(TargetError, match="ended without a report"):
        run_confined(write_to_every_pipe, (), QUICK)


# -- how it is ended ---------------------------------------------------------------------------------------------


def test_wall_clock_time_is_bounded():
    with pytest.raises(LimitError, match=r"longer than 0\.2 seconds") as caught:
        run_confined(time.sleep, (60,), Confinement(seconds=0.2))
    assert caught.value.exit_code == 4


def test_processor_time_is_bounded():
    def burn() -> None:
        while True:
            pass

    with pytest.raises(LimitError, match="more than 1 seconds of processor time"):
        run_confined(burn, (), Confinement(seconds=60, cpu_seconds=1))


def test_memory_is_bounded():
    with pytest.raises(LimitError, match="more memory than 134") as caught:
        run_confined(lambda: len(bytearray(1 << 28)), (), Confinement(memory_bytes=1 << 27))
    assert caught.value.exit_code == 4


def test_a_crash_is_a_clear_error():
    with pytest.raises(TargetError, match=r"ended without a report \(SIGSEGV\)"):
        run_confined(lambda: os.kill(os.getpid(), signal.SIGSEGV), (), QUICK)


def test_an_exit_is_a_clear_error():
    with pytest.raises(TargetError, match="exit status 7"):
        run_confined(os._exit, (7,), QUICK)


def test_what_it_started_ends_with_it(tmp_path: Path):
    mark = f"{os.getpid()}.{time.monotonic_ns()}"

    def start() -> None:
        subprocess.Popen(["sleep", "60", mark])  # it fails on the second word, but not before it shows
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", mark])

    run_confined(start, (), QUICK)
    end = time.monotonic() + 10
    while (left := running(mark)) and time.monotonic() < end:
        time.sleep(0.02)
    assert left == []


def running(mark: str) -> list[str]:
    """The processes whose command line holds a mark."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if mark.encode() in words and int(entry.name) != os.getpid():
            found.append(words.decode("utf-8", "replace"))
    return found


def test_the_next_one_is_not_affected():
    for signal_number in (signal.SIGKILL, signal.SIGABRT):
        with pytest.raises(FolioscopeError):
            run_confined(lambda number=signal_number: os.kill(os.getpid(), number), (), QUICK)
    assert run_confined(int, (7,), QUICK) == 7


# -- what it can do ----------------------------------------------------------------------------------------------


def test_it_says_what_is_in_force():
    active = run_confined(last_active, (), QUICK)
    assert isinstance(active, Active)
    assert active.files == (f"Landlock {interface()}" if interface() else "")
    assert active.network == "seccomp"
    assert {"CPU time", "address space", "file size", "open files"} <= set(active.limits)
    missing = {name for name, _ in active.missing}
    assert ("read-only view of the file system" in missing) == (not interface())
    assert ("processes" in missing) == (os.geteuid() == 0)
    assert last_active() == Active()


@pytest.mark.parametrize(
    "attempt",
    [
        socket.socket,
        lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
        lambda: socket.socket(socket.AF_UNIX),
        lambda: os.chroot("/"),
    ],
)
def test_what_it_may_not_do(attempt):
    assert refused(attempt)


@pytest.mark.parametrize(
    ("attempt", "since"),
    [
        (Path("/etc/passwd").read_bytes, 1),
        (lambda: list(Path("/var").iterdir()), 1),
        (lambda: list(HOME.iterdir()), 1),
        (lambda: Path("/tmp/folioscope-outside").touch(), 1),
        (lambda: os.kill(os.getppid(), 0), 6),
    ],
)
def test_what_landlock_keeps_from_it(attempt, since):
    """Each kernel refuses what its Landlock knows; one without it refuses none of this, which ``missing`` says."""
    assert bool(refused(attempt)) == (interface() >= since)
    Path("/tmp/folioscope-outside").unlink(missing_ok=True)


def test_a_kernel_without_landlock_is_told_and_keeps_what_it_can(tmp_path: Path):
    words = "in_force or landlock_keeps or may_not_do or environment or bounded or sockets"
    chosen = [__file__, "-p", "no:cacheprovider", "-k", f"({words}) and not kernel_without"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.isolation.older_kernel", "-m", "pytest", *chosen],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_git_cannot_open_sockets_either():
    def clone() -> int:
        return subprocess.run(
            ["git", "ls-remote", "http://127.0.0.1:9/x"], capture_output=True, check=False, env={**os.environ}
        ).returncode

    assert run_confined(clone, (), QUICK) != 0


def test_new_namespaces_are_refused():
    def enter() -> int:
        return subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode

    assert run_confined(enter, (), QUICK) != 0


def test_threads_programs_and_temporary_files_work():
    def work() -> tuple[str, int, str]:
        box: list[int] = []
        thread = threading.Thread(target=box.append, args=(7,))
        thread.start()
        thread.join()
        with tempfile.NamedTemporaryFile("w+") as file:
            file.write("text")
            file.seek(0)
            text = file.read()
        said = subprocess.run(["git", "--version"], capture_output=True, check=True, text=True).stdout
        return said[:11], box[0], text

    assert run_confined(work, (), QUICK) == ("git version", 7, "text")


def test_paths_are_opened_one_by_one(tmp_path: Path):
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen" / "a").write_text("1")
    (tmp_path / "b").write_text("2")

    def look() -> list[str]:
        found = []
        for name in ("seen/a", "b"):
            try:
                found.append((tmp_path / name).read_text())
            except PermissionError:
                found.append("denied")
        return found

    unseen = "denied" if interface() else "2"
    assert run_confined(look, (), Confinement(readable=(tmp_path / "seen",))) == ["1", unseen]
    allowed = Confinement(readable=(tmp_path,), writable=(tmp_path / "seen",))
    assert run_confined(lambda: (tmp_path / "seen" / "new").write_text("3"), (), allowed) == 1
    assert run_confined((tmp_path / "b").exists, (), allowed)


def test_files_are_bounded_in_size_and_number(tmp_path: Path):
    def write() -> str:
        try:
            (Path(tempfile.gettempdir()) / "big").write_bytes(bytes(3000))
        except OSError as error:
            return str(error.errno)
        return ""

    def open_many() -> int:
        opened = []
        try:
            while True:
                opened.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            return len(opened)

    assert run_confined(write, (), Confinement(file_bytes=1000)) != ""
    assert run_confined(open_many, (), Confinement(open_files=40)) < 40


def test_nothing_of_the_environment_is_inherited(monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "of-the-caller")
    monkeypatch.setenv("DATABASE_URL", "of-the-caller")

    def look() -> tuple[dict[str, str], str]:
        shown = subprocess.run(["env"], capture_output=True, check=True, text=True).stdout
        return dict(os.environ), shown

    seen, shown = run_confined(look, (), QUICK)
    assert "of-the-caller" not in {*seen.values()}
    assert "of-the-caller" not in shown
    assert seen["HOME"] == seen["TMPDIR"]


def test_names_can_be_kept(monkeypatch):
    monkeypatch.setenv("SETTING", "1")
    assert run_confined(lambda: os.environ.get("SETTING"), (), Confinement(keep=("SETTING",))) == "1"


def test_descriptors_of_the_caller_are_closed(tmp_path: Path):
    with (tmp_path / "secret").open("w+") as file:
        number = file.fileno()
        assert refused(lambda: os.fstat(number)) == "OSError"


def test_the_temporary_folder_is_private_and_goes(temporary: Path):
    def look() -> tuple[str, int]:
        (Path(tempfile.gettempdir()) / "left").write_text("x")
        return tempfile.gettempdir(), Path(tempfile.gettempdir()).stat().st_mode & 0o777

    folder, mode = run_confined(look, (), QUICK)
    assert mode == 0o700
    assert Path(folder).parent == temporary
    assert not Path(folder).exists()


def test_limits_say_how_an_analysis_is_confined():
    made = Confinement.of(Limits(analysis_seconds=7, memory_bytes=9), Path("/x"))
    assert (made.seconds, made.cpu_seconds, made.memory_bytes, made.readable) == (7, 7, 9, (Path("/x"),))
