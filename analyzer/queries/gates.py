"""What decides which model is registered, promoted or deployed."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping

from msgspec import Struct

from analyzer.artifacts.python_source import Call, Comparison, Condition, Function
from analyzer.code import Code
from analyzer.findings import Place
from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.decisions import asking, deciders
from analyzer.queries.places import where_named, written
from analyzer.queries.registries import names_model
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["METRIC", "gates", "idle_gates"]

METRIC = re.compile(
    r"(?i)rmse|rsme|\bmae|\bmse|mape|accuracy|\bacc\b|f1|f_?beta|f0?[25]\b|auc|\br2\b|r2_|_r2|score|precision|recall|\bloss|metric|error|performance|kappa|quality|skill|brier"
)
_GAIN = re.compile(r"(?i)improve|uplift|\bgain|\bdelta\b|\bdiff\b|\bmargin\b")
_RIVALS = re.compile(r"(?i)champion|challenger|contender|incumbent")
"""Models that stand against each other: what is compared of them is how good they are."""
_NEWER = re.compile(r"^(?:new|candidate|challenger|contender)(?:_(?:model|metrics|version))?$")
_OLDER = re.compile(
    r"^(?:old|current|prod|production|baseline|champion|incumbent|existing)(?:_(?:model|metrics|version))?$"
)
_PAIR = re.compile(r"(?i)^(?:new|old|candidate|current|prod(?:uction)?|baseline|previous|existing)_(\w+)$")
_OTHER = re.compile(
    r"(?i)threshold|min_|max_|best|champion|challenger|production|prod\b|current|baseline|(?:\b|_)new|candidate|staging|prod_|latest|previous|existing|(?:\b|_)old|limit|target|required|deployed|in_use|incumbent|main|_gain"
    r"|minimum|maximum|floor|cut_?off|tolerance"
)
_PROMOTES = re.compile(
    r"(?i)register|promot|transition|alias|deploy|model_?push(?:er)?\b|publish_(?!alert|event|mess|metric|notif)|create_model_version|set_stage|champion|model_version|release|push_model|upload_model"
)
_STOPS = re.compile(r"^(?:raise|exit|_exit|abort|quit|fail)$")
_DRIFT = re.compile(r"(?i)drift|p_?value|psi\b|missing|null|share|status|latency|elapsed|size|count|rows?\b|len\b")
_JUDGES = re.compile(
    r"(?i)gate|accept|better|promot|compar|threshold|qualif|champion|approve|reason|refus|good_enough|worth|should_(?:deploy|register|promote)|validate_model|check_model|model_valid|quality_gate|pass"
    r"|candidate|reject|decide|no_regress|regressed|eligib|contender|challenger|crown|guard_?rail"
)
_COMPARES = re.compile(r"(?i)compar|select_best|better|champion|against")
_TUNES = re.compile(r"(?i)optuna|objective|early_stop|tune|fold|epoch|patience")


def gates(repo: Repository) -> Iterator[Place]:
    """Comparisons of model metrics, with a threshold or another model, that decide registering, promoting or deploying."""
    promoting = _promoting_scopes(repo)
    judged: set[tuple[str, str]] = set()
    flags: dict[str, set[str]] = {}
    for weighed in _weighed(repo):
        item, where = weighed.comparison, (weighed.comparison.path, weighed.comparison.scope)
        if weighed.promotes:
            yield item.place
        elif weighed.bounded and any(_STOPS.search(act) or act == "assert" for act in item.guarded_names):
            if where in promoting or _JUDGES.search(" ".join((*where, *weighed.flags))) or _is_called_gate(repo, item):
                yield item.place
        elif (
            weighed.bounded
            and "return" in item.guarded_names
            and (where in promoting or (_COMPARES.search(item.scope) and _of_two(item)))
        ):
            yield item.place
        if weighed.bounded:
            judged.add(where)
            for flag in weighed.flags:
                flags.setdefault(flag, set()).add(item.path)
        if item.constant and "raise" in item.guarded_names and _keeps_model(repo, item):
            yield item.place
    yield from _flagged(repo, flags)
    yield from _filtered(repo)
    yield from _asked_elsewhere(repo, judged)
    yield from _required(repo)
    yield from _pipeline_conditions(repo)
    yield from _of_workflows(repo)


def idle_gates(repo: Repository) -> Iterator[Place]:
    """Comparisons of metrics whose answer goes by the name of a gate, and decides nothing that is seen."""
    for weighed in _weighed(repo):
        told = any(_ANSWERS.search(flag) for flag in weighed.flags) or _GATE.search(weighed.comparison.scope)
        if weighed.bounded and told:
            yield weighed.comparison.place


def _is_called_gate(repo: Repository, item: Comparison) -> bool:
    """Whether the code behind a comparison says of a failure that it is one of a gate."""
    told = _gate_lines(repo, item.path)
    return any(line in told for line in range(item.line, item.line + _LINES_OF_A_COMPLAINT))


_LINES_OF_A_COMPLAINT = 4


@remembered
def _gate_lines(repo: Repository, path: str) -> frozenset[int]:
    module = repo.code.module(path)
    return frozenset(text.line for text in (module.texts if module else ()) if _SAYS_GATE.search(text.value))


_SAYS_GATE = re.compile(r"(?i)\bgate\b")
_ANSWERS = re.compile(r"(?i)pass|accept|promot|approv|qualif|eligib|meets|deploy")
_GATE = re.compile(
    r"(?i)gate|guard_?rail|promot|qualif|challenger|champion|accept|compare_(?:models?|with|to)|should_deploy"
)


def _keeps_model(repo: Repository, item: Comparison) -> bool:
    """Whether the function that compares writes the model down, and does not where it raises."""
    return any(
        roles_of(call.name) & {"model.dump", "registry.register", "track.model"} or _KEEPS.search(call.last)
        for call in repo.code.calls_in(item.path, item.scope)
        if call.line > item.line
    )


_KEEPS = re.compile(r"(?i)^save_(?:object|model|pickle|artifact)|^dump_(?:object|model)")


def _of_two(item: Comparison) -> bool:
    """Whether metrics stand on both sides."""
    return bool(METRIC.search(" ".join(item.left)) and METRIC.search(" ".join(item.right)))


class _Weighed(Struct, frozen=True):
    """A comparison of model metrics.

    ``promotes``: what it guards does; ``bounded``: it asks for a threshold or another model; ``flags``: the names in lower
    case by which its answer is kept that speak of judging or promoting.
    """

    comparison: Comparison
    promotes: bool
    bounded: bool
    flags: tuple[str, ...]


@remembered
def _weighed(repo: Repository) -> Iterator[_Weighed]:
    """The comparisons of model metrics, without those of drift and of tuning."""
    for item in repo.code.comparisons:
        words = " ".join((*item.left, *item.right))
        promotes = (
            any(_PROMOTES.search(act) for act in item.guarded_names)
            or _leads_to_promotion(repo.code, item)
            or _names_the_stage(repo, item)
        )
        rivals = bool(_RIVALS.search(words)) or _paired(item.left, item.right)
        gain = bool(_GAIN.search(words)) and (promotes or bool(_PROMOTES.search(item.scope)))
        scoped = bool(_COMPARES.search(item.scope) and METRIC.search(item.scope))  # compare_metrics(one, other)
        if not (METRIC.search(words) or rivals or gain or scoped):
            continue
        if _DRIFT.search(words) or _TUNES.search(item.scope):
            continue
        if _is_best_so_far(repo, item):
            continue
        deciding = tuple(flag.lower() for flag in item.flags if _JUDGES.search(flag) or _PROMOTES.search(flag))
        named = bool(deciding or _COMPARES.search(item.scope) or _PROMOTES.search(item.scope))
        beside = named and _of_two(item)
        bounded = item.constant or bool(_OTHER.search(words)) or beside or rivals or gain or scoped
        yield _Weighed(item, promotes, bounded, deciding)


def _leads_to_promotion(code: Code, item: Comparison) -> bool:
    """Whether a function of the project that is called where the comparison holds gives a version a stage or an alias."""
    return bool(item.guarded_names) and any(
        call.last in item.guarded_names and call.line > item.line
        for call in _calls_that_promote(code, item.path, item.scope)
    )


@remembered
def _calls_that_promote(code: Code, path: str, scope: str) -> tuple[Call, ...]:
    """The calls of a function that come to one which gives a version a stage or an alias, through functions of the project."""
    return tuple(call for call, target in code.local_calls(path, scope) if code.reaches(*target, "registry.promote"))


def _names_the_stage(repo: Repository, item: Comparison) -> bool:
    """Whether a variable that holds what was decided is handed to a call further down that gives a version a stage."""
    handed = _given_as_stage(repo, item.path, item.scope) if item.flags else {}
    return any(handed.get(flag, 0) > item.line for flag in item.flags)


@remembered
def _given_as_stage(repo: Repository, path: str, scope: str) -> dict[str, int]:
    """The names that calls of a scope give as a version's stage or alias, each with the last line where one does."""
    return {
        name: call.line
        for call in sorted(repo.code.calls_in(path, scope), key=lambda call: call.line)
        if "registry.promote" in roles_of(call.name)
        for name in _AS_STAGE.findall(written(repo, call.place))
    }


_AS_STAGE = re.compile(r"(?:\b(?:stage|alias)\s*=|,)\s*(\w+)(?=\s*[,)])")
"""By its keyword, or behind a comma; what stands first is the name of the model."""


_BEST_SO_FAR = re.compile(r"^best_\w*(?:score|metric|acc\w*|f1|auc|rmse|mae|mse|r2|loss|error)$")


def _is_best_so_far(repo: Repository, item: Comparison) -> bool:
    """Whether one side is the best of the same loop: a variable that no call fills and no caller hands in."""
    best = next((side[0] for side in (item.left, item.right) if len(side) == 1 and _BEST_SO_FAR.match(side[0])), "")
    module = repo.code.module(item.path)
    function = module.function_at.get(item.scope) if module else None
    if item.constant or not best or function is None or best in map(str.lower, function.parameters):
        return False
    return best not in _filled(repo, function)


@remembered
def _filled(repo: Repository, function: Function) -> frozenset[str]:
    """The variables in lower case that a function gets from a call, or from what a tracker keeps of a run."""
    calls = repo.code.calls_in(function.path, function.qualname)
    recorded = _RECORDED.findall(written(repo, function.place))
    return frozenset(name.lower() for name in (*(call.assigned for call in calls), *recorded))


_RECORDED = re.compile(r"(?m)^[ \t]*(\w+)[ \t]*=.*\.metrics?\b")


def _paired(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether two variables are of two models, as ``new_loss`` and ``old_loss`` or ``candidate`` and ``production``."""
    for one, other in ((left, right), (right, left)):
        if any(map(_NEWER.match, one)) and any(map(_OLDER.match, other)):
            return True
    ours, theirs = ({match[0]: match[1] for word in side if (match := _PAIR.match(word))} for side in (left, right))
    return any(one != other and ours[one] == theirs[other] for one in ours for other in theirs)


_TELLING_FLAG = re.compile(r"(?i)promot|deploy|regist|accept|approv|reject|regress|better|champion|challenger|qualif")
"""Names that mean the same in another file; others, such as passed, are those of many checks."""


def _flagged(repo: Repository, flags: Mapping[str, Container[str]]) -> Iterator[Place]:
    """Conditions that ask a variable which a comparison set, and promote or stop by it; a file may lie between them."""
    for condition in repo.code.conditions:
        gate = _GATE.search(" ".join((condition.scope, *condition.asked)))
        asked = any(
            flag in flags and (gate or condition.path in flags[flag] or _TELLING_FLAG.search(flag))
            for flag in condition.asked
        )
        if asked and (_decides(condition) or _leaves(repo.code, condition)):
            yield condition.place


def _leaves(code: Code, condition: Condition) -> bool:
    """Whether a condition returns from a function that promotes further below."""
    return "return" in condition.acts and any(
        call.line > condition.line and _PROMOTES.search(call.last)
        for call in code.calls_in(condition.path, condition.scope)
    )


def _decides(condition: Condition) -> bool:
    """Whether a condition guards what promotes or stops."""
    return any(_PROMOTES.search(act) or _STOPS.search(act) for act in condition.acts)


_BOUND = re.compile(r"metrics?\.[`\"']?\w+[`\"']?\s*[<>]=?\s*(?!9{3,}\b)[\d.]")  # 9999 bounds nothing


def _filtered(repo: Repository) -> Iterator[Place]:
    """Searches for runs within a bound of a metric, by a function that promotes what it finds, or that such a one calls."""
    code = repo.code
    asked = _asked_by_promoting(repo)
    for module in code.modules:
        for call in module.calls:
            text = call.keyword("filter_string") if call.last == "search_runs" else None
            bounded = isinstance(text, str) and bool(_BOUND.search(text))
            if bounded and (call.path, call.scope) in asked and code.is_reached(call.path, call.scope):
                yield where_named(repo, call, "filter_string")


def _asked_elsewhere(repo: Repository, judged: set[tuple[str, str]]) -> Iterator[Place]:
    """Functions that compare metrics and hand the answer to a condition that promotes or stops."""
    code = repo.code

    def answers(function: Function) -> bool:
        return (function.path, function.qualname) in judged and bool(function.answers)

    names = deciders(code, answers)
    promoting = _promoting_scopes(repo)
    for condition, function in asking(code, names, _ACTS):
        told = _JUDGES.search(" ".join((function.qualname, function.path, condition.scope, *condition.asked)))
        if (
            (condition.path, condition.scope) in promoting
            or _PROMOTES.search(function.name)
            or any(_PROMOTES.search(act) for act in condition.acts)
            or (told and _decides(condition))
        ):
            yield function.head
            yield condition.place


def _required(repo: Repository) -> Iterator[Place]:
    """Conditions that stop where a gate that was kept in a file did not pass, in a function that one that promotes calls."""
    asked = _asked_by_promoting(repo)
    for condition in repo.code.conditions:
        words = " ".join((condition.scope, *condition.asked))
        if (
            (condition.path, condition.scope) in asked
            and "gate" in words.lower()
            and any(_PASSED.search(word) for word in condition.asked)
            and any(_STOPS.search(act) for act in condition.acts)
        ):
            yield condition.place


_PASSED = re.compile(r"(?i)^(?:is_)?(?:passed|pass|approved|accepted)$")
_ACTS = re.compile(r"^(?!(?:print|log|debug|info|warning|warn|error|exception|format|get|str|echo|write|secho)$)")
"""What is done, and not only told."""
_PROMOTING = re.compile(
    r"(?i)^(?:register|promote|deploy|publish_(?!alert|event|mess|metric|notif)|release)|^transition_model|set_champion"
)


@remembered
def _promoting_scopes(repo: Repository) -> set[tuple[str, str]]:
    calls = repo.code.calls("registry.register", "registry.method", "registry.promote")
    scopes = {(call.path, call.scope) for call in calls}
    named = {
        (call.path, call.scope)
        for module in repo.code.modules
        for call in module.calls
        if names_model(call) or _PROMOTING.search(call.last)
    }
    return scopes | named


@remembered
def _asked_by_promoting(repo: Repository) -> set[tuple[str, str]]:
    """The functions that promote, and those that they call."""
    promoting = _promoting_scopes(repo)
    return promoting | {target for scope in sorted(promoting) for _, target in repo.code.local_calls(*scope)}


_CONDITIONS = re.compile(
    r"sagemaker\.workflow\.conditions?\.|sagemaker\.workflow\.condition_step|kfp\.(?:v2\.)?dsl\.(?:If|Condition)$|BranchPythonOperator|airflow\.decorators\.task\.branch|ShortCircuitOperator|task\.short_circuit"
)


def _pipeline_conditions(repo: Repository) -> Iterator[Place]:
    """Conditional steps of orchestrators about a metric."""
    code = repo.code
    for module in code.modules:
        for call in module.calls:
            if _CONDITIONS.search(call.name) and code.is_reached(call.path, call.scope):
                names = " ".join((call.assigned, *call.texts(), call.decorates))
                if METRIC.search(names) or "sagemaker" in call.name or ("kfp" in call.name and _OTHER.search(names)):
                    yield call.place


_STEP_ASKS = re.compile(
    r"(?i)improv|better|gate|promot|accept|pass(?:ed|es)?\b|should_deploy|deploy_model|is_best|regress|champion"
)
_ORDERED = re.compile(r"[<>]=?|-(?:lt|le|gt|ge)\b|\bbc\b")


def _of_workflows(repo: Repository) -> Iterator[Place]:
    """Steps and jobs that run, or fail, by what an earlier step told of the metrics that it compared."""
    for pipeline in repo.pipelines:
        compares = any(
            METRIC.search(line) and _ORDERED.search(line.replace("->", "").replace(">>", "").replace("<<", ""))
            for job in pipeline.jobs
            for step in job.steps
            for line in step.run.splitlines()
        )
        if not compares:
            continue
        for job in pipeline.jobs:
            asked = [(job.condition, job.place, tuple(job.steps)), *((s.condition, s.place, (s,)) for s in job.steps)]
            for condition, place, steps in asked:
                acts = " ".join(f"{step.name} {step.uses} {step.run}" for step in steps)
                if "outputs." in condition and _STEP_ASKS.search(condition) and _WORKFLOW_ACTS.search(acts):
                    yield place


_WORKFLOW_ACTS = re.compile(r"(?i)\bexit 1\b|promot|regist|deploy|push|release|publish")
