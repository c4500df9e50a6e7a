"""Dockerfiles: stages, variables, copies, commands, heredocs."""

from __future__ import annotations

from analyzer.artifacts.dockerfile import Dockerfile, parse_dockerfile
from analyzer.findings import Place

TWO_STAGES = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.12
FROM --platform=$BUILDPLATFORM python:${PYTHON}-slim AS build
WORKDIR /src
COPY pyproject.toml ./
RUN --mount=type=cache,target=/root/.cache --network=default \\
    pip install . && \\
    pip check

FROM python:${PYTHON}-slim
COPY --from=build --chown=app:app /src /app
USER app
ENTRYPOINT ["python", "-m"]
CMD ["shop.serve"]
"""


def parse(text: str) -> Dockerfile:
    return parse_dockerfile("Dockerfile", text)


def test_stages_have_images_and_aliases() -> None:
    file = parse(TWO_STAGES)
    assert file.stages == (("python:3.12-slim", "build"), ("python:3.12-slim", ""))
    assert file.place == Place("Dockerfile", 3, 3)


def test_a_stage_of_the_file_is_no_base_image() -> None:
    assert parse("FROM scratch AS base\nFROM base\n").images == ("scratch",)


def test_continued_lines_are_one_instruction() -> None:
    run = parse(TWO_STAGES).named("RUN")[0]
    assert (run.line, run.end_line, run.stage) == (6, 8, 0)
    assert run.place == Place("Dockerfile", 6, 8)


def test_commands_come_without_the_flags_of_run() -> None:
    texts = [command.text for _, command in parse(TWO_STAGES).commands]
    assert texts == ["pip install .", "pip check", "python -m", "shop.serve"]


def test_exec_form_behind_a_flag_is_read() -> None:
    file = parse('FROM x\nRUN --network=none ["pip", "install", "."]\n')
    assert [command.argv for _, command in file.commands] == [("pip", "install", ".")]


def test_copies_say_whence() -> None:
    first, second = parse(TWO_STAGES).copies
    assert (first.sources, first.destination, first.from_stage) == (("pyproject.toml",), "./", "")
    assert (second.sources, second.from_stage, second.place.line) == (("/src",), "build", 11)


def test_copies_may_be_json() -> None:
    assert parse('FROM x\nCOPY ["a b", "c", "/d"]\n').copies[0].sources == ("a b", "c")


def test_a_copy_without_a_destination_is_none() -> None:
    assert parse("FROM x\nCOPY a\n").copies == ()


def test_starts_are_entrypoint_and_cmd() -> None:
    assert [item.argv for item in parse(TWO_STAGES).starts] == [("python", "-m"), ("shop.serve",)]


def test_json_that_is_none_is_split_at_spaces() -> None:
    assert parse("FROM x\nCMD [python, app.py]\n").starts[0].argv == ("[python,", "app.py]")
    assert parse("FROM x\nCMD " + "[" * 9000 + "\n").starts[0].argv == ("[" * 9000,)


def test_variables_take_their_defaults() -> None:
    text = "ARG A=1\nARG B\nFROM x\nENV C=2 D='3 4'\nENV OLD style here\nLABEL v=$A-$B-${C}-${E:-5}-$OLD\n"
    assert parse(text).named("LABEL")[0].value == "v=1-$B-2-5-style here"


def test_variables_of_run_are_left_to_the_shell() -> None:
    assert parse("ARG A=1\nFROM x\nRUN echo $A\n").named("RUN")[0].value == "echo $A"


def test_a_heredoc_is_the_script_of_run() -> None:
    file = parse("FROM x\nRUN <<EOF\napt-get update\npip install .\nEOF\nCMD serve\n")
    run = file.named("RUN")[0]
    assert (run.line, run.end_line, run.heredoc) == (2, 5, "apt-get update\npip install .")
    assert [command.name for _, command in file.commands] == ["apt-get", "pip", "serve"]
    assert file.named("CMD")[0].line == 6


def test_a_heredoc_for_a_program_is_no_shell() -> None:
    file = parse("FROM x\nRUN python3 <<EOF\nimport torch\nEOF\n")
    ((_, command),) = file.commands
    assert (command.argv, command.heredoc.strip()) == (("python3",), "import torch")


def test_a_heredoc_for_copy_writes_a_file() -> None:
    copy = parse("FROM x\nCOPY <<-'END' /etc/app.ini\n[a]\nEND\n").copies[0]
    assert (copy.sources, copy.destination, copy.from_stage, copy.end_line) == ((), "/etc/app.ini", "heredoc", 4)


def test_an_empty_heredoc_has_two_lines() -> None:
    assert parse("FROM x\nRUN <<EOF\nEOF\n").named("RUN")[0].end_line == 3


def test_a_heredoc_that_never_ends_is_no_heredoc() -> None:
    assert parse("FROM x\nRUN cat <<EOF\nRUN ls\n").named("RUN")[1].line == 3


def test_shifts_in_other_instructions_are_no_heredocs() -> None:
    assert parse("FROM x\nLABEL a=<<b\nUSER c\nb\n").named("USER")[0].line == 3


def test_lines_that_are_no_instruction_are_named() -> None:
    file = parse("FROM x\nINSTALL pandas\nCMD y\n")
    assert (file.error, len(file.instructions)) == ("line 2: INSTALL is no Dockerfile instruction", 2)


def test_comments_within_an_instruction_are_passed_over() -> None:
    assert [c.text for _, c in parse("FROM x\nRUN a \\\n# why\n  b\n").commands] == ["a b"]


def test_small_letters_tabs_and_triggers_are_fine() -> None:
    file = parse("from\tpython:3.11 as base\nonbuild run make\n")
    assert (file.stages, file.named("ONBUILD")[0].value) == ((("python:3.11", "base"),), "run make")


def test_from_without_an_image_has_none() -> None:
    assert parse("FROM --platform=linux/amd64\n").images == ()


def test_an_empty_file_has_a_first_line() -> None:
    assert parse("").place == Place("Dockerfile", 1)


def test_alternatives_of_variables_are_no_defaults() -> None:
    text = "ARG A=1\nFROM x\nLABEL v=${A:+set}${B:+set}\n"
    assert parse(text).named("LABEL")[0].value == "v=set${B:+set}"


def test_a_heredoc_may_end_with_a_name_of_a_file() -> None:
    file = parse_dockerfile("Dockerfile", "FROM python\nCOPY <<run.sh /run.sh\nuvicorn a:b\nrun.sh\nCOPY . .\n")
    assert (file.error, [item.line for item in file.instructions]) == ("", [1, 2, 5])
