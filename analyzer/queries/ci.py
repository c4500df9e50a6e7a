"""What CI does: tests, linters, images, deployments, training, each with the step that does it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from analyzer.artifacts.ci import Job, Pipeline, Step
from analyzer.commands import Invocation
from analyzer.findings import Place
from analyzer.inventory import Kind
from analyzer.knowledge.actions import action_roles
from analyzer.queries.absent import is_stalled
from analyzer.queries.commands import all_invocations
from analyzer.remembered import remembered
from analyzer.repository import CiCommand, Repository

__all__ = [
    "Act",
    "acts",
    "deploy_commands",
    "deploy_steps",
    "image_pushes",
    "is_real",
    "on_change",
    "on_own_cluster",
    "only_installs",
    "own_machine_starts",
    "stalled_commands",
]

_NO_BRANCH = re.compile(
    r"(?i)not?[-_ ]?a?[-_ ]?(?:branch|such[-_]branch)|none|never|disabled?|dummy|placeholder|nothing|off"
)
_OFF = frozenset({"false", "${{ false }}", "${{false}}", "never"})
_LOCAL_TARGET = re.compile(
    r"localhost|127\.0\.0\.1|localstack|awslocal|tflocal|minikube|kind load|samlocal|host\.docker\.internal|local exec"
)
_LOCAL_DEPLOY = re.compile(
    r"prefect\b.*(?:deploy|apply)|ssh-|\bssh-keygen|^rsync\b(?!.*(?:[\w\]})]:|\bssh\b))|kubectl (?:create|apply).*--dry-run|aws \S+ \S+.*--endpoint-url"
)


_UNSEEN = {
    "github-actions": "the workflow stands where GitHub does not look",
    "gitlab-ci": "the pipeline stands where GitLab does not look",
    "circleci": "the pipeline stands where CircleCI does not look",
}


class Act(Struct, frozen=True):
    """Something that CI does in a role, with how much it counts.

    ``swallowed``: its failure cannot show; ``misplaced``: its file stands where the system does not look;
    ``manual``: only a person starts it.
    """

    pipeline: Pipeline
    job: Job
    step: Step
    place: Place
    origin: Place
    invocation: Invocation | None
    swallowed: bool
    misplaced: bool
    manual: bool

    @property
    def full(self) -> bool:
        """Whether nothing lessens it."""
        return not (self.swallowed or self.misplaced or self.manual)

    @property
    def flaw(self) -> str:
        """What lessens it, in words."""
        if self.misplaced:
            return _UNSEEN[self.pipeline.system]
        if self.swallowed:
            return "a failure cannot show"
        return "nothing starts it but a hand" if self.manual else ""


def on_change(pipeline: Pipeline) -> bool:
    """Whether a push or a pull request starts the pipeline; one on a branch that is there for show does not."""
    return any(
        trigger.kind in ("push", "pull_request")
        and not (trigger.branches and all(_NO_BRANCH.fullmatch(name) for name in trigger.branches))
        for trigger in pipeline.triggers
    )


def is_real(repo: Repository, pipeline: Pipeline) -> bool:
    """Whether any job does more than check out, set up and echo."""
    if any(job.uses and job.condition.strip().lower() not in _OFF for job in pipeline.jobs):
        return True
    for job, step in repo.steps_of(pipeline):
        if job.condition.strip().lower() in _OFF or step.uses.startswith("./"):
            continue  # an action of the project has steps of its own
        if step.uses and "setup" not in action_roles(step.uses) and not is_stalled(repo, step):
            return True
    commands = [item.invocation for item in repo.commands_of(pipeline) if not is_stalled(repo, item.step)]
    commands = [item for item in commands if not (_PREPARES.match(item.text) or _is_empty_task(repo, item))]
    return any(not item.roles & {"echo"} for item in commands if item.argv[0] not in ("pip", "python", "cd")) or any(
        item.argv[0] == "python" and len(item.argv) > 1 and "pip" not in item.argv[:3] for item in commands
    )


def only_installs(repo: Repository, pipeline: Pipeline) -> bool:
    """Whether all that a pipeline does is to install what is needed; one that asks for another project's files does not."""
    if any(is_stalled(repo, step) for _, step in repo.steps_of(pipeline)):
        return False
    return any(_PREPARES.match(item.invocation.text) for item in repo.commands_of(pipeline))


_PREPARES = re.compile(
    r"(?:pip3? install|poetry (?:install|update|lock|config|self)|pipenv (?:install|sync)|uv (?:sync|venv|pip install|python install)|conda (?:env|install|create)"
    r"|npm (?:ci|install)|apt(?:-get)?|sudo apt(?:-get)?)\b"
)


def _is_empty_task(repo: Repository, item: Invocation) -> bool:
    """Whether a command calls a task that does nothing: its lines are commented out, or it hands on to others that are told."""
    if item.delegates or item.argv[0] != "make" or len(item.argv) < _WITH_TASK:
        return item.delegates
    tasks = [task for file in repo.task_files if file.tool == "make" and (task := file.named(item.argv[1]))]
    return bool(tasks) and not any(task.commands or task.needs for task in tasks)


_WITH_TASK = 2


@remembered
def acts(repo: Repository, role: str) -> tuple[Act, ...]:
    """Everything in a role that CI does, the best first."""
    found = [act for pipeline in repo.pipelines for act in _acts(repo, pipeline, role, misplaced=False)]
    found += [act for pipeline in repo.misplaced_pipelines for act in _acts(repo, pipeline, role, misplaced=True)]
    return tuple(sorted(found, key=lambda act: (not act.full, act.misplaced)))


def _acts(repo: Repository, pipeline: Pipeline, role: str, *, misplaced: bool) -> Iterator[Act]:
    manual = (bool(pipeline.kinds) and not on_change(pipeline) and not _comes(repo, pipeline)) or (
        pipeline.path in repo.once(_submitted_by_hand)
    )
    for item in repo.commands_of(pipeline):
        if (
            role in item.invocation.roles
            and not is_stalled(repo, item.step)
            and item.job.condition.strip().lower() not in _OFF
            and item.step.condition.strip().lower() not in _OFF
        ):
            yield Act(
                pipeline, item.job, item.step, item.place, item.invocation.origin, item.invocation, item.swallowed,
                misplaced, manual or item.job.manual,
            )  # fmt: skip
    for job, step in repo.steps_of(pipeline):
        if (
            step.uses
            and not is_stalled(repo, step)
            and role in action_roles(step.uses)
            and step.inputs.get("command", "") not in ("preview", "plan", "diff")
            and job.condition.strip().lower() not in _OFF
            and step.condition.strip().lower() not in _OFF
        ):
            swallowed = step.allow_failure or job.allow_failure
            yield Act(pipeline, job, step, step.place, step.place, None, swallowed, misplaced, manual or job.manual)


_SUBMITS = re.compile(r"\bgcloud builds submit\b(?:[^\n]*\\\n)*[^\n]*")


def _submitted_by_hand(repo: Repository) -> frozenset[str]:
    """Configurations of Cloud Build that a task, a script or Terraform submits: what starts them elsewhere is not told."""
    builds = [item.path for item in repo.pipelines if "cloudbuild" in item.path.rsplit("/", 1)[-1].lower()]
    kinds = (Kind.MAKEFILE, Kind.SHELL, Kind.TERRAFORM, Kind.TASKFILE, Kind.JUSTFILE)
    texts = [repo.text(path) or "" for path in repo.inventory.of(*kinds)] if builds else []
    told = " ".join(match.group() for text in texts for match in _SUBMITS.finditer(text))
    return frozenset(path for path in builds if path.rsplit("/", 1)[-1] in told)


def _comes(repo: Repository, pipeline: Pipeline) -> bool:
    """Whether a schedule, an event or another pipeline starts a pipeline: neither a hand alone, nor a branch for show."""
    return bool(pipeline.kinds - {"manual", "call", "push", "pull_request"}) or _called(repo, pipeline)


def stalled_commands(repo: Repository, role: str) -> Iterator[CiCommand]:
    """Commands in a role of pipelines that run on change, in steps that come to nothing: what they need is not here."""
    for pipeline in repo.pipelines:
        for item in repo.commands_of(pipeline) if on_change(pipeline) else ():
            if role in item.invocation.roles and is_stalled(repo, item.step) and not item.swallowed:
                yield item


def _called(repo: Repository, pipeline: Pipeline) -> bool:
    """Whether another workflow that runs on change uses this one."""
    if "call" not in pipeline.kinds:
        return False
    return any(
        job.uses.startswith("./") and job.uses.split("@", 1)[0].endswith(pipeline.path)
        for other in repo.pipelines
        if on_change(other)
        for job in other.jobs
    )


def pushes(act: Act) -> bool:
    """Whether a build action pushes what it builds."""
    inputs = act.step.inputs
    if act.step.uses.lower().startswith("docker@"):  # Azure, where building and pushing is what it does by itself
        return inputs.get("command", "").strip().lower() in ("", "buildandpush", "push")
    if re.search(r"\bpush=true\b|\btype=registry\b", inputs.get("outputs", "")):
        return True
    value = inputs.get("push", "").strip().lower()
    return bool(value) and value not in ("false", "${{ false }}")


def image_pushes(repo: Repository) -> Iterator[Act]:
    """CI steps that push an image."""
    yield from acts(repo, "image.push")
    yield from (act for act in acts(repo, "image.build") if act.invocation is None and pushes(act))


def deploy_steps(repo: Repository) -> Iterator[Place]:
    """CI actions that deploy an application or infrastructure."""
    yield from (act.place for act in acts(repo, "deploy") if act.invocation is None and not act.misplaced)


def own_machine_starts(repo: Repository) -> Iterator[Place]:
    """Commands by which CI leaves a container running on a machine of the project's own.

    Source: https://docs.github.com/en/actions/concepts/runners/self-hosted-runners
    """
    for pipeline in repo.pipelines:
        for item in repo.commands_of(pipeline):
            runs = "self-hosted" in item.job.runner and _STAYS.search(item.invocation.text)
            if runs and not is_stalled(repo, item.step) and not _FOR_TESTS.search(item.job.name):
                yield item.place


_STAYS = re.compile(r"\bdocker run\b.*\s(?:-\w*d\w*|--detach)\s|\bdocker[ -]compose\b.*\bup\b.*\s(?:-d|--detach)\b")
_FOR_TESTS = re.compile(r"(?i)test|lint|check")


def deploy_commands(repo: Repository) -> Iterator[Invocation]:
    """Commands that deploy to a cloud or cluster, in CI, tasks and scripts."""
    for item in all_invocations(repo):
        if "deploy" in item.roles and deploys_remotely(item):
            yield item


_MAKES_CLUSTER = re.compile(
    r"\bkind create cluster\b|\bminikube start\b|\bk3d cluster create\b|\bkind-action\b|\bsetup-minikube\b|\bk3[ds]-action\b|\bsetup-k3[ds]\b"
)
_ON_CLUSTER = re.compile(r"^(?:kubectl|helm|kustomize|skaffold|argocd)\b")


def on_own_cluster(act: Act) -> bool:
    """Whether a job puts something on a cluster that it made itself, and that goes with it: a test of what is deployed."""
    asks = bool(_ON_CLUSTER.match(act.invocation.text)) if act.invocation else "k8s" in act.step.uses
    return asks and any(_MAKES_CLUSTER.search(f"{step.uses} {step.run}") for step in act.job.steps)


def deploys_remotely(item: Invocation) -> bool:
    """Whether a deploy command goes to a cloud: not to an emulator, and not only to a local orchestrator."""
    return not _LOCAL_TARGET.search(item.text) and not _LOCAL_DEPLOY.search(item.text)
