"""Jenkinsfiles, declarative and scripted (https://www.jenkins.io/doc/book/pipeline/syntax/).

A Jenkinsfile is Groovy; what matters here (stages, shell steps, triggers) is found by its own keywords.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.ci.model import Job, Pipeline, Step, Trigger

__all__ = ["parse_jenkins"]

_COMMENT = re.compile(
    r"(?P<text>'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")|/\*.*?\*/|(?<![:\w])//[^\n]*",
    re.DOTALL,
)
_STAGE = re.compile(r"\bstage\s*\(?\s*['\"]([^'\"]+)['\"]")
_SHELL = re.compile(
    r"\b(?:sh|bat|powershell|pwsh)\b\s*\(?\s*(?:\w+\s*:\s*(?:true|false|'[^'\n]*'|\"[^\"\n]*\")\s*,\s*)*(?:script\s*:\s*)?"
    r"(?:'''(?P<a>.*?)'''|\"\"\"(?P<b>.*?)\"\"\"|'(?P<c>(?:[^'\\\n]|\\.)*)'|\"(?P<d>(?:[^\"\\\n]|\\.)*)\")",
    re.DOTALL,
)
_DOCKER = re.compile(r"\bdocker\.(build)\s*\(|\.(push)\s*\(")
_CRON = re.compile(r"\b(cron|pollSCM|githubPush|upstream)\s*\(")
_DIR = re.compile(r"\bdir\s*\(\s*['\"]([^'\"]+)['\"]\s*\)\s*\{")


def parse_jenkins(path: str, text: str) -> Pipeline:
    """Parse a Jenkinsfile; never raises."""
    plain = _COMMENT.sub(lambda match: match.group("text") or re.sub(r"[^\n]", " ", match.group()), text)
    stages = list(_STAGE.finditer(plain))
    jobs: list[Job] = []
    for index, match in enumerate(stages):
        end = stages[index + 1].start() if index + 1 < len(stages) else len(plain)
        steps = tuple(_steps(path, plain, match.end(), end))
        jobs.append(Job(path, match.group(1), _line(plain, match.start()), steps))
    if not stages:
        steps = tuple(_steps(path, plain, 0, len(plain)))
        jobs = [Job(path, "pipeline", 1, steps)] if steps else []
    return Pipeline(path, "jenkins", "", tuple(_triggers(plain)) if jobs else (), tuple(jobs))


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _steps(path: str, text: str, start: int, end: int) -> Iterator[Step]:
    folder = next((match.group(1) for match in _DIR.finditer(text, start, end)), "")
    for match in _SHELL.finditer(text, start, end):
        group = match.lastgroup or "c"
        script = match.group(group)
        line = _line(text, match.start(group))
        yield Step(path, line, line + script.count("\n"), run=script, run_line=line, folder=folder)
    for match in _DOCKER.finditer(text, start, end):
        line = _line(text, match.start())
        verb = match.group(1) or match.group(2)
        yield Step(path, line, line, run=f"docker {verb} .", run_line=line)


def _triggers(text: str) -> Iterator[Trigger]:
    # A Jenkins job runs on a push through its multibranch or webhook set-up, which stands outside the repository.
    yield Trigger("push", _line(text, max(text.find("pipeline"), 0)))
    for match in _CRON.finditer(text):
        yield Trigger("schedule" if match.group(1) == "cron" else "push", _line(text, match.start()))
