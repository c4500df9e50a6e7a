"""Who is told when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.infrastructure import Resource
from analyzer.artifacts.python_source import Call
from analyzer.code import Code
from analyzer.findings import Place
from analyzer.queries.ci import acts
from analyzer.queries.cloud import RUNS_CODE, resources
from analyzer.queries.commands import all_invocations
from analyzer.queries.kept import MONITORS
from analyzer.queries.serving import has_application
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["alarms", "alert_objects", "goes_nowhere", "good_news", "insights", "notifications", "silent_alarms"]

_FAILURE_ARGUMENTS = ("on_failure_callback", "sla_miss_callback", "on_failure", "on_crashed")
_WEBHOOK = re.compile(
    r"hooks\.slack\.com|discord(?:app)?\.com/api/webhooks|api\.telegram\.org|outlook\.office\.com/webhook|SLACK_WEBHOOK|webhook_url|WEBHOOK_URL|TEAMS_WEBHOOK"
)


_SENDS = frozenset({"get", "post", "urlopen", "request"})


@remembered
def alarms(repo: Repository, *, fed: bool = True) -> Iterator[Resource]:
    """Alarms of a cloud on something that runs: what the infrastructure provisions, or an application of the project.

    Those on a metric that somebody gives out; with ``fed`` false the others.
    """
    kinds = {kind for _, kind, _ in resources(repo)}
    if kinds & RUNS_CODE or any(file.modules for file in repo.infrastructure) or has_application(repo):
        alarmed = (resource for resource, kind, _ in resources(repo) if kind == "alarm")
        yield from (resource for resource in alarmed if _is_fed(repo, resource) is fed)


def insights(repo: Repository) -> Iterator[Resource]:
    """Clusters of ECS that are told to keep metrics of their containers (Container Insights)."""
    for resource, _, _ in resources(repo):
        if _INSIGHTS.search(resource.body):
            yield resource


_INSIGHTS = re.compile(r"(?i)container_?insights\W{1,20}(?:value\W{1,10})?(?:enabled|enhanced|true)\b")


def _is_fed(repo: Repository, alarm: Resource) -> bool:
    """Whether what an alarm of CloudWatch watches is a metric of AWS, or one that something of the project gives out."""
    namespace = alarm.attributes.get("namespace", "")
    if not namespace or "${" in namespace or _OF_AWS.match(namespace):
        return True
    if any("log_metric_filter" in resource.type for resource, _, _ in resources(repo)):
        return True
    return any(call.last == "put_metric_data" for module in repo.world.modules for call in module.calls) or any(
        namespace in text.value for module in repo.world.modules for text in module.texts
    )


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
_OF_AWS = re.compile(r"/?aws/|CWAgent|ContainerInsights|ECS/|LambdaInsights|var\.|local\.", re.IGNORECASE)


_TOLD = re.compile(
    r"(?i)actions?[\"']?\s*[=:]\s*(?!\[\s*\]|true|false)|notification_?channels|\baction\s*\{|action_?groups?|subscriber|notification"
)


@remembered
def silent_alarms(repo: Repository) -> frozenset[Place]:
    """Alarms of Terraform and CloudFormation that are given nobody to tell."""
    return frozenset(
        resource.place
        for resource in alarms(repo)
        if resource.tool in ("terraform", "cloudformation", "sam")
        and resource.body
        and not _TOLD.search(_COMMENT.sub("", resource.body))
    )


_COMMENT = re.compile(r"(?m)(?:^|\s)(?:#|//).*$")


@remembered
def notifications(repo: Repository) -> Iterator[Place]:
    """Alert rules, alarms, receivers, and messages sent by code or CI."""
    for config in repo.monitoring:
        yield from (rule.place for rule in config.alerts)
        yield from (item.place for item in config.receivers if item.channels)
    yield from (Place(path, line) for path, line in repo.mage_notifications)
    for dashboard in repo.dashboards:
        if dashboard.alerts:
            yield dashboard.place
    yield from (resource.place for resource in alarms(repo))
    for item in repo.kubernetes:
        if item.kind in ("PrometheusRule", "AlertmanagerConfig"):
            yield item.place
    code = repo.code
    sending = [call for call in code.calls("alert.send") if not _only_logs(code, call)]
    # What is told by code that watches before what a run tells of itself.
    sending.sort(key=lambda call: (not _is_sent(call), *_least_alarming(call)))
    yield from (call.place for call in sending)
    for module in code.modules:
        for call in module.calls:
            if not code.is_reached(call.path, call.scope):
                continue
            if call.keywords and any(name in call.keywords for name in _FAILURE_ARGUMENTS):
                yield call.place
            elif call.root in ("requests", "httpx", "urllib", "aiohttp") and call.last in _SENDS:
                names = " ".join((*call.texts(), *(getattr(value, "dotted", "") for value in call.args)))
                if _WEBHOOK.search(names) or re.search(
                    r"(?i)slack|webhook|telegram|discord|(?<![a-z])ms_?teams", f"{names} {call.scope}"
                ):
                    yield call.place
        for text in module.texts:
            if text.value == "email_on_failure" and re.search(
                r"['\"]email_on_failure['\"]\s*:\s*True", repo.line(text.place)
            ):
                yield text.place
    for act in acts(repo, "alert"):
        if not act.misplaced:
            yield act.place
    for invocation in all_invocations(repo):
        if "alert" in invocation.roles:
            yield invocation.origin


def _least_alarming(call: Call) -> tuple[bool, bool]:
    """Whether a message tells of a success, and whether it comes from something else than what watches."""
    return _tells_of_success(call), not MONITORS.search(f"{call.path} {call.scope}")


def _tells_of_success(call: Call) -> bool:
    told = " ".join((call.scope, call.assigned, *call.texts()))
    return bool(_GOOD_NEWS.search(told)) and not _BAD_NEWS.search(told)


@remembered
def good_news(repo: Repository) -> frozenset[Place]:
    """Where code sends a message that something went well."""
    return frozenset(call.place for call in repo.code.calls("alert.send") if _tells_of_success(call))


def _is_sent(call: Call) -> bool:
    """Whether a call tells somebody by its name; what opens a channel or writes a letter tells nothing yet."""
    return bool(_TELLS.search(call.last)) and not call.last[0].isupper()


_TELLS = re.compile(r"(?i)send|post|publish|notify|alert|message|emit|create|trigger")
_BAD_NEWS = re.compile(r"(?i)fail|error|drift|alert|threshold|degrad|warn")
_GOOD_NEWS = re.compile(r"(?i)success|succeed|complete[ds]?\b|promoted")
_PLACEHOLDER = re.compile(
    r"(?i)@(?:example|company|your-?company|domain)\.|smtp\.example\.|\byour[-_ ]?(?:e?mail|address|password|webhook|name@)"
)


def goes_nowhere(repo: Repository, place: Place) -> bool:
    """Whether the function that sends a message has an address that a reader is to replace."""
    module = repo.code.module(place.path)
    if module is None:
        return False
    around = [item.qualname for item in module.functions if item.line <= place.line <= item.end_line]
    beside = (
        text
        for text in module.texts
        if text.scope in around or (not around and not text.scope and abs(text.line - place.line) <= _NEAR)
    )
    return any(_PLACEHOLDER.search(text.value) for text in beside)


_NEAR = 8  # lines between the settings of a pipeline


def _only_logs(code: Code, call: Call) -> bool:
    """Whether what is called is a function of the project that tells nobody but a log."""
    own = [function for function in code.functions if function.name == call.last]
    inner = [item for function in own for item in code.calls_in(function.path, function.qualname)]
    return bool(own) and all(_LOGS.search(item.name) for item in inner)


_LOGS = re.compile(
    r"(?i)^print$|\b_?log(?:ger|ging)?\b|\.(?:format|join|now|strftime|isoformat)$|^(?:str|len|round|float|int)$"
)


_DRIFTED = re.compile(r"(?i)drift")
_WARNS = frozenset({"warn", "warning", "error", "critical"})


def alert_objects(repo: Repository) -> Iterator[Place]:
    """Functions that raise an alert in name and only log, and warnings of the log about drift."""
    for function in repo.code.functions:
        if re.search(r"(?i)alert|notify", function.name):
            yield function.head
    for item in repo.code.classes:
        if re.search(r"(?i)alert", item.name):
            yield item.place
    for module in repo.code.modules:
        for condition in module.conditions:
            if any(_DRIFTED.search(word) for word in condition.asked) and not _WARNS.isdisjoint(condition.acts):
                yield condition.place
