"""Outcomes in numbers: metrics with the direction that is better, units, words of comparison, files that show numbers."""

from __future__ import annotations

import re

from msgspec import Struct

__all__ = [
    "BASELINE",
    "BETTER",
    "CELL_CHANGE",
    "CHANGED",
    "COST_OF_RUNNING",
    "COST_PERIOD",
    "METRICS",
    "METRIC_FILE",
    "NOT_AN_OUTCOME",
    "NUMBER",
    "OTHERS",
    "PLAIN_ERROR",
    "PROSE_FILE",
    "THRESHOLD",
    "TRACKED_METRIC",
    "UNITS",
    "Metric",
]


class Metric(Struct, frozen=True):
    """A metric.

    ``better`` is ``lower`` or ``higher``; ``kind`` says which numbers it takes: ``ratio`` (a fraction, or per cent),
    ``value``, ``time``, ``rate``, ``money`` or ``size``.
    """

    id: str
    better: str
    kind: str
    pattern: re.Pattern[str]


_TABLE = r"""
rmsle | lower | value | \brmsle\b
rmse | lower | value | \brmse\b|root[- ]mean[- ]squared?[- ]error
mape | lower | ratio | \bs?mape\b|mean absolute percentage error
mae | lower | value | \bmae\b|mean[- ]absolute[- ]error
mse | lower | value | \bmse\b|mean[- ]squared?[- ]error
r2 | higher | ratio | \br2\b|\br²|\br\^2|\br2[- ]score\b|\br-squared\b
auc | higher | ratio | \b(?:roc[- ]?)?auc(?:[- ]?roc)?\b|\bauroc\b
accuracy | higher | ratio | \baccuracy\b|\bacc\b
f1 | higher | ratio | \bf1(?:[- ]?(?:score|macro|micro|weighted))?\b
precision | higher | ratio | \bprecision\b
recall | higher | ratio | \brecall\b
specificity | higher | ratio | \bspecificity\b
sensitivity | higher | ratio | \bsensitivity\b
log loss | lower | value | \blog[- ]?loss\b|\bcross[- ]entropy\b
iou | higher | ratio | \bm?iou\b
dice | higher | ratio | \bdice\b
bleu | higher | value | \bbleu\b
rouge | higher | value | \brouge(?:-?[l12])?\b
perplexity | lower | value | \bperplexity\b
kappa | higher | ratio | \bkappa\b
silhouette | higher | ratio | \bsilhouette\b
mcc | higher | ratio | \bmcc\b|matthews
error rate | lower | ratio | \berror rate\b|\bfailure rate\b
coverage | higher | ratio | \b(?:test|code|line|branch) coverage\b|\bcoverage\b
latency | lower | time | \blatenc(?:y|ies)\b|\bresponse times?\b|\binference times?\b|\bprediction times?\b|\bround[- ]trip\b|\bp(?:50|90|95|99)\b
training time | lower | time | \btraining times?\b|\btrains? in\b|\btraining takes?\b
run time | lower | time | \brun[- ]?times?\b|\bexecution times?\b|\bprocessing times?\b|\b(?:takes?|took)\b(?=[^.;]{0,20}\d)|\bbuild times?\b|\bdeploy\w* times?\b|\bfinish(?:es)? in\b|\bruns? in\b
throughput | higher | rate | \bthroughput\b|\brequests? per second\b|\brps\b|\bqps\b|\bhandles?\b|\bprocess(?:es)?\b
cost | lower | money | \bcosts?\b|\bbudget\b|\bbills?\b|\bspend(?:ing)?\b|\bprice\b
size | lower | size | \b(?:image|model|container|bundle|docker|file) size\b|\bmemory (?:usage|use|consumption|footprint)\b|\bfootprint\b
drift | lower | value | \b(?:prediction|data|target|concept) drift(?: score)?\b|\bdrift score\b|\bpsi\b
"""


def _row(line: str) -> Metric:
    name, better, kind, pattern = (cell.strip() for cell in line.split(" | ", 3))
    return Metric(name, better, kind, re.compile(rf"(?i){pattern}"))


METRICS: tuple[Metric, ...] = tuple(_row(line) for line in _TABLE.strip().splitlines())

# Canonical unit, what it measures, the spellings behind a number.
UNITS: tuple[tuple[str, str, str], ...] = (
    ("%", "ratio", r"%|per ?cent\b|percentage points?\b|pp\b"),
    ("ms", "time", r"ms\b|msecs?\b|milliseconds?\b"),
    ("min", "time", r"mins?\b|minutes?\b"),
    ("h", "time", r"h\b|hrs?\b|hours?\b"),
    ("days", "time", r"days?\b"),
    ("req/s", "rate", r"(?:req(?:uest)?s?|predictions?|calls|queries|rows|records|samples|images|events|messages)\s?(?:/|per )\s?s(?:ec(?:ond)?)?\b|rps\b|qps\b"),
    ("s", "time", r"s\b|secs?\b|seconds?\b"),
    ("GB", "size", r"gi?b\b"),
    ("MB", "size", r"mi?b\b"),
    ("KB", "size", r"ki?b\b"),
    ("USD", "money", r"usd\b|dollars?\b"),
    ("EUR", "money", r"eur(?:os?)?\b"),
    ("MWh", "quantity", r"mwh\b"),
    ("kWh", "quantity", r"kwh\b"),
    ("MW", "quantity", r"mw\b"),
    ("kW", "quantity", r"kw\b"),
    ("km/h", "quantity", r"km/h\b"),
    ("km", "quantity", r"km\b|kilomet(?:er|re)s?\b"),
    ("miles", "quantity", r"miles?\b"),
    ("°C", "quantity", r"°\s?c\b|degrees celsius\b"),
    ("times", "factor", r"x\b|times\b|×"),
)  # fmt: skip
_UNIT = "|".join(f"(?:{pattern})" for _, _, pattern in UNITS)
NUMBER = re.compile(
    rf"(?i)(?<![\w.,:/–-])(?P<sign>[-−+~≈<]\s?)?(?P<money>US\$|[$€£])?\s?(?:(?P<low>\d+(?:\.\d+)?)\s?[-–—]\s?[$€£]?)?(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?:\s?(?P<unit>{_UNIT}))?(?![\w/]|[.,:–-]\d)"
)

BASELINE = re.compile(
    r"(?i)\b(?:vs\.?|versus|compared (?:to|with)|against|(?:up|down) from|baseline|naive|dummy|previously|previous|before|instead of|was|from)\b[^.;|]{0,30}$"
)
CHANGED = re.compile(
    r"(?i)\b(?:improv|reduc|increas|decreas|lower|higher|faster|slower|better|drop|rise|rose|fell|cut|outperform|gain|boost|shorten|sav|speed|shrink|shrank|went|fewer|less|more)\w*"
)
BETTER = {
    "lower": re.compile(r"(?i)\b(?:reduc|decreas|lower|drop|fell|cut|shorten|sav|shrink|shrank|faster|fewer|less)\w*"),
    "higher": re.compile(r"(?i)\b(?:improv|increas|higher|better|rise|rose|outperform|gain|boost|more)\w*"),
}
CELL_CHANGE = re.compile(r"(?i)improv|change|delta|gain|lift|Δ|\bvs\b|versus|baseline|saving|reduction")
COST_OF_RUNNING = re.compile(
    r"(?i)(?:\bper|/|\ban?|\beach|\bsingle)\s?(?:month|day|hour|week|year|run|request|prediction|1,?000|million|training)\b|\bmonthly\b|\bdaily\b|\bhourly\b|\byearly\b"
    r"|\b(?:infrastructure|cloud|aws|gcp|azure|hosting|server|running|total|training) cost"
)
# What a cost is for, as words beside it tell.
COST_PERIOD: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (f"per {name}", re.compile(rf"(?i)(?:\bper|/|\ban?|\beach|\bevery)\s?{pattern}\b{adverb}"))
    for name, pattern, adverb in (
        ("month", "month", r"|\bmonthly\b"), ("day", "(?:single )?day", r"|\bdaily\b"), ("hour", "hour", r"|\bhourly\b"),
        ("week", "week", r"|\bweekly\b"), ("year", "year", r"|\byearly\b|\bannual(?:ly)?\b"),
        ("1,000", "(?:1,?000|1k|thousand)", ""), ("million", "million", ""), ("prediction", "prediction", ""),
        ("request", "request", ""), ("run", "run", ""), ("training", "training", ""),
    )
)  # fmt: skip
# An error and its number with nothing but "of", "is", ":" ... between: it may be whole, and in the unit of what is predicted.
PLAIN_ERROR = re.compile(
    r"(?i)\b(?:rmse|mae|(?:root[- ])?mean[- ](?:absolute|squared?)[- ]error)\b[\s*_`)]*(?:of|is|was|=|:|≈)[\s*_`]*(?:about|around|only|approximately|~|≈)?"
    r"[\s*_`$€£]*$"
)
THRESHOLD = re.compile(
    r"(?i)(?:[<>≥≤]=?|\bthresholds?\b|\bat least\b|\bat most\b|\bminimum\b|\bmaximum\b|\bexceeds?\b|\bdrops? below\b|\bfalls? below\b|\bbelow\b|\babove\b|\bmore than\b|\btargets?\b|\bgoal\b|\bif\b|\bwhen\b|\balerts?\b|\bdefaults?\b|\bshould\b|\bmust\b)[^.;|]{0,30}$"
)
NOT_AN_OUTCOME = re.compile(
    r"(?i)threshold|\bsuccess (?:metrics?|criteri\w+)\b|\balert|\bif (?:the )?|\b(?:one|any|all) of the following\b|\bfollowing conditions?\b|\btarget(?:ed|s)? (?:is|of)|\bexample\b|\be\.g\.|\bcron\b|\bevery \d|\btimeout|\bretr(?:y|ies)|\bschedul|\bversion\b|\bpython ?3|log_metric|\bimport\b|\btest[-_ ]size\b|\bsplit\b|\b(?:may|can|might|will|should|could) (?:also )?take|\bfirst time\b|\btrigger|\bretrain|\brang(?:e|es|ing)\b|\bminikube|\bcpus?\b|\bquota|\bfree tier\b|\bcoupon|\bper share\b|\bwait\b|\binitiali[sz]|\binstall|\bcoverage target|\bdata ?set (?:contains|is|has)\b"
    r"|\[(?:read|insert|fill|your|add)\b[^\]\n]{0,30}\]|\d\s?(?:ms|s|sec|seconds|minutes|%)\s+(?:sla|slo|target|budget|limit)\b|\b(?:valid|expires?) (?:for|after|in)\b"
)
OTHERS = re.compile(
    r"(?i)according to|\bstud(?:y|ies)\b|\bsurvey|\bresearch|report(?:s|ed) that|industry|worldwide|globally|(?:every|each|per) year|annual|\bdata ?set\b.*\d\s?[GMK]B\b|\bpaper\b|\bliterature\b"
)

METRIC_FILE = re.compile(
    r"(?i)(?:^|/)[\w.-]*(?:metrics?|scores?|results?|eval\w*|report|bench\w*|perf\w*|summary|leaderboard|comparison)[\w.-]*\.(?:json|ya?ml|csv|tsv|txt|log)$"
    r"|(?:^|/)(?:metrics|scores|results|reports?|benchmarks?|evaluations?|dvclive|wandb)/(?:[^/]+/)*[^/]+\.(?:json|ya?ml|csv|tsv|txt|log)$"
)
PROSE_FILE = re.compile(r"(?i)(?:^|/)(?!readme)[\w.-]*(?:cml|report|metrics?|bench\w*)[\w.-]*\.md$")
TRACKED_METRIC = re.compile(r"(?:^|/)mlruns/(?:[^/]+/)+metrics/(?P<name>[^/]+)$")
