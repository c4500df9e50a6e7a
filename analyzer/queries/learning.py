"""Where a project reads data, derives features, trains, predicts, and who calls whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Assignment, Call, Function, Text
from analyzer.code import Code
from analyzer.findings import Place
from analyzer.knowledge.python_calls import roles_of
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "LOGS_ANY_FILE",
    "chosen_columns",
    "derived_columns",
    "feature_functions",
    "file_readers",
    "is_model_dump",
    "is_model_file",
    "may_hold_model",
    "training_calls",
]

_PREPARES = re.compile(
    r"(?i)scaler|encoder|vectorizer|transformer(?!s)|imputer|tokenizer|\bdv\b|_dv\b|\bohe\b|\ble\b|pca|preprocess|binarizer|selector"
    r"|normali[sz]er|smote|sampler|featuriz|\bdetector\b|drift|explainer|kmeans_init|\bcorpus\b"
)
_NO_MODEL = frozenset({"model", "clf", "classifier", "regressor", "estimator", "pipeline", "pipe"})
_NO_FRAME = re.compile(
    r"(?i)(?:^|_)(?:params?|config|cfg|args|kwargs|settings|environ|headers|payload|metrics|stats|state|context|scope)$"
)
_NO_TABLES = frozenset(
    {"dict", "list", "typing", "collections", "json", "yaml", "toml", "hyperopt", "optuna", "omegaconf", "os"}
)
"""What a name that gets a value by a key can come from without being a table of data."""
_DERIVED_NOT = re.compile(r"(?i)^(?:y_?)?pred|^score$|proba|^target$|^label$|^id$|_id$")


@remembered
def training_calls(code: Code, *, reached: bool = True) -> tuple[Call, ...]:
    """Calls that fit a model; fitting a scaler or an encoder is none."""
    known = [
        call
        for call in code.calls("model.fit", reached=reached)
        if not (_is_other_job(call) or _fits_features_alone(code, call))
    ]
    unknown = [
        call
        for call in code.calls("model.fit.unknown", reached=reached)
        if "model.fit" not in roles_of(call.name) and _fits_model(code, call)
    ]
    return tuple(
        sorted({(c.path, c.line, c.name): c for c in (*known, *unknown)}.values(), key=lambda c: (c.path, c.line))
    )


_A_MODEL = re.compile(
    r"(?i)model|clf|classif|regress|estim|pipe|forest|tree|booster|xgb|lgb|cat_?boost|(?:^|_)(?:net|rf|lr|svm|knn|best)(?:_|$)"
)
_NO_MODEL_NAME = re.compile(
    r"(?i)embed|vect|scaler|encod|imput|preproc|token"
    r"|(?:^|_)(?:dv|le|ohe|x|y|df|data\w*|frames?|features?|columns?|cols|params?|metrics?|results?|report|index|stats|meta\w*"
    r"|train|test|val|docs?|documents?|users?|items?|history|config|log)(?:_|$)"
)


_DUMPED = re.compile(r"\bdumps?\(\s*(\([^()]*\)|[\w.]+)")


def is_model_dump(repo: Repository, call: Call) -> bool:
    """Whether a call that writes an object down may write a model, as far as the names of what it writes tell."""
    match = _DUMPED.search(repo.line(call.place))
    names = [name.rsplit(".", 1)[-1] for name in re.findall(r"[A-Za-z_][\w.]*", match.group(1))] if match else []
    return not names or any(_A_MODEL.search(name) or not _NO_MODEL_NAME.search(name) for name in names)


_KEPT_MODEL = re.compile(r"(?i)model|\.(?:pkl|joblib|onnx|h5|pth?|ckpt|safetensors|keras)$")


def may_hold_model(path: str) -> bool:
    """Whether a file or folder may hold a model, as far as its path tells: an encoder beside the data is none."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    named = "model" in path.lower()
    return bool(_KEPT_MODEL.search(path)) and (named or not (_NO_MODEL_NAME.search(stem) or _OF_DATA.search(path)))


_OF_DATA = re.compile(r"(?i)(?:^|/)(?:data|datasets?|raw|processed)/.*\.pth?$")  # tensors


LOGS_ANY_FILE = frozenset({"log_artifact", "log_artifacts", "save", "add_file"})
"""Calls of trackers that keep a file, whatever is in it."""
_NO_MODEL_FILE = re.compile(r"(?i)\.(?:png|jpe?g|svg|pdf|html?|csv|parquet|txt|md|ya?ml|toml)\b")
_OTHER_THING = re.compile(
    r"(?i)plot|figure|(?:_|\b)fig(?:_|\b)|(?:_|\b)roc(?:_|\b)|confusion|report|importance|requirements|dataset|\bdata_path"
)


def is_model_file(repo: Repository, call: Call) -> bool:
    """Whether a file that a tracker keeps may be a model, as far as its name tells."""
    told = " ".join((*call.texts(), repo.line(call.place)))
    return not _NO_MODEL_FILE.search(told) and (bool(_A_MODEL.search(told)) or not _OTHER_THING.search(told))


_CHOOSES = re.compile(
    r"^[ \t]*[\w.]+(?:[ \t]*,[ \t]*\w+)*[ \t]*=[^#\n=]*?(?:\b\w*(?:df|data|frame|dataset)\w*\[[ \t]*(?:\[|\w*(?:feature|col)\w*[ \t]*\])|\.select_dtypes\(|/[ \t]*255\b)"
)
_HOLDS_DATA = frozenset({"pandas", "polars", "numpy", "tensorflow", "keras", "torch"})


def chosen_columns(repo: Repository) -> Place | None:
    """The first line on which code that reads data or trains takes some columns of a table, or scales pixels."""
    code = repo.code
    working = {call.path for call in (*code.calls("data.read"), *training_calls(code))}
    for path in sorted(working):
        module = code.module(path)
        if module and any(item.root in _HOLDS_DATA for item in module.imports):
            for number, line in enumerate(repo.lines(path), 1):
                if len(line) <= _LONGEST and _CHOOSES.search(line):
                    return Place(path, number)
    return None


_LONGEST = 300


def _is_other_job(call: Call) -> bool:
    """Whether a job that is submitted to a platform is not told to train."""
    return call.name == "azure.ai.ml.command" and not any(
        "train" in text.lower() for text in (*call.texts(), call.assigned)
    )


def _fits_features_alone(code: Code, call: Call) -> bool:
    """Whether a pipeline of Spark has only features to fit, by what its module imports."""
    module = code.module(call.path) if call.name.startswith("pyspark.ml.") else None
    if module is None or not call.name.endswith("ipeline.fit"):
        return False
    imported = {item.dotted for item in module.imports}
    return any("pyspark.ml.feature" in name for name in imported) and not any(map(_SPARK_LEARNER.search, imported))


# https://spark.apache.org/docs/latest/api/python/reference/pyspark.ml.html, and what others bring to it.
_SPARK_LEARNER = re.compile(
    r"pyspark\.ml\.(?:classification|regression|clustering|recommendation|tuning|fpm)|xgboost|lightgbm|synapse"
)


def _fits_model(code: Code, call: Call) -> bool:
    owner = call.name.rpartition(".")[0]
    if not call.args and not call.keywords:
        return False
    if owner.endswith("()") and _is_abstract(code, owner.removesuffix("()").rsplit(".", 1)[-1]):
        owner = owner.removesuffix("()")  # it stands for models of a library
    if (
        _PREPARES.search(owner)
        or "feature.transform" in roles_of(call.name)
        or owner.endswith("()")
        or not owner.strip(".")
    ):
        return False
    if owner == "self" and _only_transforms(code, call):
        return False
    if call.last == "train":  # model.train() of PyTorch only switches a mode; subprocess.train is none either
        return bool(call.args) and bool(re.search(r"(?i)model|learner|trainer|estimator|\bauto", owner))
    if call.root in ("pandas", "numpy", "scipy", "prophet", "evidently", "shap", "umap"):
        return False
    last = owner.rsplit(".", 1)[-1].lower()
    return any(
        word in last
        for word in (
            "model",
            "clf",
            "reg",
            "classif",
            "estim",
            "pipe",
            "search",
            "grid",
            "tree",
            "forest",
            "xgb",
            "lgb",
            "cat",
            "svm",
            "svc",
            "knn",
            "learner",
            "rf",
            "lr",
            "net",
            "algo",
            "cv",
            "booster",
            "study",
        )
    ) or bool(
        code.module(call.path)
        and {"sklearn", "xgboost", "lightgbm", "catboost", "keras", "tensorflow"}
        & {item.root for item in code.module(call.path).used_imports}  # type: ignore[union-attr]
        and not re.search(r"(?i)data|frame|df", last)
    )


def _only_transforms(code: Code, call: Call) -> bool:
    """Whether the class that a call stands in transforms and predicts nothing: an encoder or a selector of columns."""
    module, owner = code.module(call.path), call.scope.rpartition(".")[0]
    methods = {item.name for item in (module.functions if module else ()) if item.qualname == f"{owner}.{item.name}"}
    return "transform" in methods and not any(name.startswith("predict") for name in methods)


def _is_abstract(code: Code, name: str) -> bool:
    """Whether a class only says what others have: a protocol or an abstract base."""
    bases = (base for item in code.classes if item.name == name for base in item.bases)
    return any(base.rsplit(".", 1)[-1] in ("Protocol", "ABC") for base in bases)


def derived_columns(code: Code) -> Iterator[Assignment]:
    """Assignments of a computed value to a named column."""
    for module in code.modules:
        for item in module.assignments:
            if (
                item.column
                and item.derived
                and not _DERIVED_NOT.search(item.column)
                and not _NO_FRAME.search(item.target)
                and item.target.partition(".")[0] not in _NO_TABLES
                and code.is_reached(module.path, item.scope)
            ):
                yield item


_FEATURES = re.compile(
    r"(?i)feature|preprocess|prepare|transform|encod|vectori[sz]e|to_vector|engineer|enrich|derive|activity|aggregate|window|lag|embed|tokeni[sz]e"
)
_SHAPES = frozenset(
    [
        "groupby",
        "assign",
        "rolling",
        "shift",
        "diff",
        "pct_change",
        "merge",
        "map",
        "apply",
        "get_dummies",
        "cut",
        "qcut",
        "log",
        "log1p",
        "sin",
        "cos",
        "sqrt",
        "where",
        "select",
        "isin",
        "astype",
        "resample",
        "pivot_table",
        "ewm",
        "cumsum",
        "rank",
        "clip",
        "to_datetime",
        "total_seconds",
        "weekday",
        "isoformat",
        "fromisoformat",
        "reindex",
        "explode",
        "factorize",
        "split",
        "lower",
        "extract",
        "resize",
        "normalize",
    ]
)


def feature_functions(code: Code) -> Iterator[Function]:
    """Functions of a feature module, or of a feature's name, that compute and return something."""
    for function in code.functions:
        if (
            not function.answers
            or function.statements < 3
            or not _FEATURES.search(f"{function.name} {function.path.rsplit('/', 1)[-1]}")
        ):
            continue
        kinds = {call.last for call in code.calls_in(function.path, function.qualname)} & _SHAPES
        if len(kinds) >= 3:
            yield function


_READS = re.compile(
    r"(?i)^_?(?:load|read|ingest|extract|import|fetch|get)_?\w*(?:data|records?|rows?|file|raw|dataset|json\w*|csv)"
)
_PARSES = frozenset(
    {"json.load", "json.loads", "csv.reader", "csv.DictReader", "ijson.items", "xml.etree.ElementTree.parse"}
)


def file_readers(code: Code) -> Iterator[Function]:
    """Functions that open a file of raw data, parse it by hand and return what they read."""
    for function in code.functions:
        if function.nested or not function.answers or not _READS.search(function.name):
            continue
        calls = code.calls_in(function.path, function.qualname)
        if any(call.name in _PARSES for call in calls) and any(call.last == "open" for call in calls):
            yield function


_DATED = re.compile(
    r"(?i)\{[^{}]*(?:year|month|\bday\b|date|\bds\b|execution|anho|\bmes\b|jahr|monat)[^{}]*\}|%Y[-_/]?%m|(?:^|[/_{])(?:ds|dt|date|day|run_date|snapshot(?:_date)?|year|month)="
)
# Of any data, a mark of the time tells a version of them; so marked are also models, reports and what is written about them.
_STAMPED = re.compile(r"(?i)\{[^{}]*time_?stamp[^{}]*\}")
_RAW_OR_MADE = re.compile(r"(?i)\b(?:raw|clean(?:ed)?|processed|data-?sets?|features?|training[-_ ]data|train)\b")
_PARTITION = re.compile(r"(?i)(?:^|[/_{])(?:ds|dt|date|day|run_date|snapshot(?:_date)?|year|month)=(?:\{|%|\d)")
_DATA_PLACE = re.compile(r"(?i)\.(?:parquet|csv|json|jsonl|feather|pkl|avro|orc)\b|/")
_OF_PREDICTIONS = re.compile(
    r"(?i)predict|infer|scor(?:e|ing)|serv(?:e|ing)|output|requests?|logs?\b|report|monitor|drift|result|model|runs?\b"
)
_OF_TRAINING = re.compile(r"(?i)train|\braw\b")
_PREDICTS = re.compile(r"(?i)predict|infer|scor(?:e|ing)|serv(?:e|ing)|monitor|drift|batch|report")
_KEEPS = frozenset(
    {
        "to_parquet",
        "upload_file",
        "put_object",
        "export",
        "to_csv",
        "upload_fileobj",
        "upload_from_filename",
        "upload_from_string",
        "upload_blob",
        "write_table",
        "save_to_disk",
        "to_json",
        "to_pickle",
        "save",
        "write",
    }
)


_MADE_UP = re.compile(r"(?i)fake|dummy|mock|synthetic|simulat")


def dated_writes(repo: Repository) -> Iterator[tuple[Text, bool]]:
    """(name, whether it is of predictions) of dated files and partitions that a function writes, data first."""
    code = repo.code
    writers = {(call.path, call.scope) for call in code.calls("data.write") if call.last in _KEEPS}
    writing = {path for path, _ in writers}
    found: list[tuple[bool, Text]] = []
    for module in code.modules:
        for text in module.texts if module.path in writing else ():
            value = text.value
            if ("://" in value[:8] and value.startswith("http")) or _MADE_UP.search(value):
                continue
            if not _DATA_PLACE.search(value) or not ("{}" in value or "%" in value or "=" in value):
                continue
            line = repo.line(text.place)
            dated = _DATED.search(f"{line} {value}") or (_STAMPED.search(line) and _RAW_OR_MADE.search(value))
            if not dated or not _writes_under(code, writers, text):
                continue
            found.append((_is_of_predictions(text), text))
    if writers or code.has("data.write"):
        found += [(_is_of_predictions(text), text) for text in code.texts(_PARTITION, "=")]
    for told, text in sorted(found, key=lambda item: (item[0], item[1].path, item[1].line)):
        yield text, told


def _is_of_predictions(text: Text) -> bool:
    """Whether a written file holds what a model said, by its own name or else by its module's."""
    if _OF_TRAINING.search(text.value):
        return False
    module = text.path.rsplit("/", 1)[-1]
    return bool(_OF_PREDICTIONS.search(text.value) or _PREDICTS.search(module))


def _writes_under(code: Code, writers: set[tuple[str, str]], text: Text) -> bool:
    """Whether the function that holds a name writes, or one of its module asks it for the name."""
    if (text.path, text.scope) in writers or not text.scope:
        return True
    name = text.scope.rsplit(".", 1)[-1]
    return any(
        path == text.path and any(call.last == name for call in code.calls_in(path, scope)) for path, scope in writers
    )


def function_of(code: Code, call: Call) -> Function | None:
    """The function around a call."""
    module = code.module(call.path)
    return module.function_at.get(call.scope) if module else None
