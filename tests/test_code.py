"""All Python of a repository as one body of code."""

from __future__ import annotations

import re

import pytest

from analyzer.artifacts.python_source import parse_python
from analyzer.code import Code
from analyzer.local_modules import LocalModules
from tests.conftest import BuildRepository


@pytest.fixture
def code(repository: BuildRepository):
    """``code({"a.py": "..."})`` returns all of it."""
    return lambda files: repository(files).world


def names(found) -> list[str]:
    return [item.name for item in found]


# -- which module an import means --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dotted", "importer", "path"),
    [
        ("shop.train", "run.py", "src/shop/train.py"),
        ("train", "src/shop/api.py", "src/shop/train.py"),
        ("shop", "run.py", "src/shop/__init__.py"),
        (".train", "src/shop/api.py", "src/shop/train.py"),
        ("..other.x", "src/shop/api.py", "src/other/x.py"),
        (".", "src/shop/api.py", "src/shop/__init__.py"),
        (".missing", "src/shop/api.py", None),
        ("sklearn", "run.py", None),
        ("util", "src/other/x.py", "src/other/util.py"),
        ("util", "lib/x.py", "lib/util.py"),
        ("util", "run.py", "lib/util.py"),
    ],
)
def test_modules_are_found_as_the_importer_names_them(dotted, importer, path):
    local = LocalModules(
        [
            "src/shop/__init__.py",
            "src/shop/train.py",
            "src/shop/api.py",
            "src/other/x.py",
            "src/other/util.py",
            "lib/util.py",
        ]
    )
    assert local.find(dotted, importer) == path


def test_folders_of_modules_are_packages():
    local = LocalModules(["src/shop/sub/a.py"])
    assert local.is_package("shop")
    assert local.is_package("shop.sub")
    assert not local.is_package("shop.sub.a")


# -- what is called ----------------------------------------------------------------------------------------------


def test_calls_are_found_by_their_role(code):
    world = code({"a.py": "import mlflow\nimport os\nmlflow.log_metric('a', 1)\nos.getcwd()\n"})
    assert [call.line for call in world.calls("track.value")] == [3]
    assert world.has("track.value")
    assert not world.has("track.run")
    assert world.roots == {"mlflow", "os"}
    assert [item.line for item in world.imports("mlflow")] == [1]


def test_several_roles_are_merged_in_order(code):
    world = code(
        {
            "b.py": "import mlflow\nmlflow.log_metric('a', 1)\nmlflow.start_run()\n",
            "a.py": "import mlflow\nmlflow.start_run()\nmlflow.log_metric('a', 1)\n",
        }
    )
    found = world.calls("track.value", "track.run", "track.method")
    assert [(call.path, call.line) for call in found] == [("a.py", 2), ("a.py", 3), ("b.py", 2), ("b.py", 3)]


def test_a_name_is_resolved_through_local_functions_and_classes(code):
    world = code(
        {
            "factory.py": "import mlflow\n\ndef client():\n    return mlflow.MlflowClient()\n",
            "tracker.py": "import mlflow\n\nclass Tracker(mlflow.MlflowClient):\n    def own(self):\n        pass\n",
            "run.py": (
                "from factory import client\nfrom tracker import Tracker\n"
                "client().log_metric('a')\nTracker().log_param('b')\nTracker().own()\n"
            ),
        }
    )
    resolved = names(world.calls_in("run.py", ""))
    assert any(name.startswith("mlflow.") and name.endswith("log_metric") for name in resolved)
    assert any(name.startswith("mlflow.") and name.endswith("log_param") for name in resolved)
    assert any(name.endswith("own") and not name.startswith("mlflow.") for name in resolved)


def test_functions_that_return_each_other_end(code):
    world = code({"a.py": "def a():\n    return b()\n\ndef b():\n    return a()\n\na().x()\nb().y()\n"})
    assert len(world.calls_in("a.py", "")) >= 2


def test_a_definition_is_found_in_its_file(code):
    world = code(
        {
            "jobs/steps.py": "def load():\n    pass\n\nclass Job:\n    def run(self):\n        pass\n",
            "main.py": "from jobs.steps import load, Job\nimport jobs.steps\nload()\nJob().run()\njobs.steps.load()\n",
        }
    )
    assert world.definition("jobs.steps.load", "main.py") == ("jobs/steps.py", "load")
    assert world.definition("jobs.steps.Job.run", "main.py") == ("jobs/steps.py", "Job.run")
    assert world.definition("jobs.steps.Job", "main.py") is None
    assert world.definition("pandas.read_csv", "main.py") is None
    assert world.definition("load", "nowhere.py") is None


def test_what_a_function_reaches_through_others(code):
    world = code(
        {
            "a.py": (
                "import mlflow\n\ndef outer():\n    middle()\n\ndef middle():\n    inner()\n\n"
                "def inner():\n    mlflow.log_metric('a', 1)\n\ndef circle():\n    circle()\n\nouter()\ncircle()\n"
            )
        }
    )
    found = world.reaches("a.py", "outer", "track.value")
    assert found
    assert found.line == 10
    assert world.reaches("a.py", "outer", "track.value", steps=1) is None
    assert world.reaches("a.py", "circle", "track.value") is None


def test_strings_classes_and_conditions_are_found(code):
    world = code(
        {
            "a.py": (
                "URL = 'https://example.org'\n\nclass Shop:\n    pass\n\ndef gate(score):\n"
                "    if score > 0.8:\n        return True\n\ngate(1)\n\ndef never(score):\n    if score > 0.9:\n        return 1\n"
            )
        }
    )
    assert [text.line for text in world.texts(re.compile("https"))] == [1]
    assert names(world.classes) == ["Shop"]
    assert {item.place.line for item in world.comparisons} == {7}
    assert {item.place.line for item in world.conditions} <= {7}
    assert names(world.functions) == ["gate"]
    module = world.module("a.py")
    assert module
    assert world.module("b.py") is None


# -- what is reached ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("def f():\n    pass\n", False),
        ("def f():\n    pass\n\nf()\n", True),
        ("def f():\n    pass\n\ndef g():\n    f()\n\ng()\n", True),
        ("def f():\n    pass\n\ndef g():\n    f()\n", False),
        ("@app.get('/')\ndef f():\n    pass\n", True),
        ("@staticmethod\ndef f():\n    pass\n", False),
        ("def test_x():\n    f()\n\ndef f():\n    pass\n", True),
        ("def lambda_handler(event, context):\n    f()\n\ndef f():\n    pass\n", True),
        ("TASK = 'a:f'\n\ndef f():\n    pass\n", True),
        ("def g():\n    def f():\n        pass\n\ng()\n", True),
    ],
)
def test_code_is_reached_from_what_runs(code, text, reached):
    world = code({"a.py": text})
    qualname = next(item.qualname for item in world.modules[0].functions if item.name == "f")
    assert world.is_reached("a.py", qualname) is reached


@pytest.mark.parametrize(
    ("user", "reached"),
    [
        ("def pick(name='fit_ridge'):\n    return getattr(Trainer, name)\n\npick()\n", True),
        ("def pick(name='fit_lasso'):\n    return getattr(Trainer, name)\n\npick()\n", False),
        ("def pick(name='fit_ridge'):\n    return getattr(Trainer, name)\n", False),
        ("def pick(name='fit_ridge'):\n    return getattr(Other, name)\n\npick()\n", False),
    ],
)
def test_a_method_may_be_chosen_by_a_name_that_a_text_holds(code, user, reached):
    world = code(
        {"a.py": f"class Trainer:\n    def fit_ridge(self):\n        pass\n\nclass Other:\n    pass\n\n{user}"}
    )
    assert world.is_reached("a.py", "Trainer.fit_ridge") is reached


def test_methods_live_with_a_class_that_is_used(code):
    world = code(
        {
            "a.py": (
                "from torch.nn import Module\n\nclass Net(Module):\n    def forward(self):\n        pass\n\n"
                "class Plain:\n    def __init__(self):\n        pass\n    def idle(self):\n        pass\n\nNet()\nPlain()\n"
            )
        }
    )
    assert world.is_reached("a.py", "Net.forward")
    assert world.is_reached("a.py", "Plain.__init__")
    assert not world.is_reached("a.py", "Plain.idle")


def test_the_module_level_and_other_files_are_reached(code):
    world = code({"a.py": "x = 1\n"})
    assert world.is_reached("a.py", "")
    assert world.is_reached("other.py", "f")


def test_a_name_used_in_another_file_reaches(code):
    world = code({"a.py": "def train():\n    pass\n", "b.py": "from a import train\ntrain()\n"})
    assert world.is_reached("a.py", "train")


def test_names_of_other_files_reach(repository: BuildRepository):
    files = {
        "app.py": "def serve():\n    pass\n\ndef idle():\n    pass\n",
        "Dockerfile": 'FROM python\nCOPY . .\nCMD ["gunicorn", "app:serve"]\n',
    }
    world = repository(files).world
    assert world.is_reached("app.py", "serve")
    assert not world.is_reached("app.py", "idle")


def test_unreached_calls_can_be_asked_for(code):
    world = code({"a.py": "import mlflow\n\ndef never():\n    mlflow.log_metric('a', 1)\n"})
    assert world.calls("track.value") == ()
    assert not world.has("track.value")
    assert [call.line for call in world.calls("track.value", reached=False)] == [4]


def test_no_code_is_false():
    assert not Code(())


# -- methods of classes that are defined here -----------------------------------------------------------------------

STEPS = {
    "steps/load.py": "import pandas as pd\n\nclass Loader:\n    def load(self):\n        return self.read()\n\n    def read(self):\n        return pd.read_csv('a.csv')\n",
    "steps/fit.py": "from sklearn.svm import SVC\n\nclass Trainer:\n    def train(self, rows):\n        SVC().fit(rows, rows)\n",
    "steps/__init__.py": "",
}
CHAIN = "from steps.fit import Trainer\nfrom steps.load import Loader\n\ndef main():\n    rows = Loader().load()\n    trainer = Trainer()\n    trainer.train(rows)\n\nmain()\n"


def test_a_method_of_an_object_is_followed_to_its_class(code):
    world = code({**STEPS, "run.py": CHAIN})
    assert [target for _, target in world.local_calls("run.py", "main")] == [
        ("steps/load.py", "Loader.load"),
        ("steps/fit.py", "Trainer.train"),
    ]
    assert world.reaches("run.py", "main", "model.fit", steps=2)


def test_a_method_calls_another_of_its_class(code):
    world = code({**STEPS, "run.py": CHAIN})
    assert [target for _, target in world.local_calls("steps/load.py", "Loader.load")] == [
        ("steps/load.py", "Loader.read")
    ]
    assert world.reaches("run.py", "main", "data.read", steps=3)
    assert world.reaches("run.py", "main", "data.read", steps=2) is None


def test_a_method_that_no_class_here_has_is_not_followed(code):
    world = code({**STEPS, "run.py": CHAIN.replace("trainer.train", "trainer.tell")})
    assert [target for _, target in world.local_calls("run.py", "main")] == [("steps/load.py", "Loader.load")]


def test_two_classes_of_one_name_stay_apart(code):
    other = {"other/fit.py": "class Trainer:\n    def train(self, rows):\n        print(rows)\n"}
    world = code({**STEPS, **other, "run.py": CHAIN.replace("steps.fit", "other.fit")})
    assert world.reaches("run.py", "main", "model.fit") is None


def test_a_definition_that_other_modules_hand_on():
    modules = {
        "app.py": "from package import learn\nfrom package.again import known\n\nlearn()\nknown.fit()\n",
        "package/__init__.py": "from .models import learn\n",
        "package/models.py": "from package.deep import learn\n",
        "package/deep.py": "def learn():\n    pass\n\nclass Known:\n    def fit(self):\n        pass\n",
        "package/again.py": "from package.deep import Known as known\n",
        "package/round.py": "from package.round import lost\n",
    }
    code = Code(parse_python(path, text) for path, text in modules.items())
    assert code.definition("package.learn", "app.py") == ("package/deep.py", "learn")
    assert code.definition("package.again.known.fit", "app.py") == ("package/deep.py", "Known.fit")
    assert code.definition("package.round.lost", "app.py") is None


def test_of_modules_with_one_name_the_nearest_is_meant():
    paths = ["app.py", "a/app.py", "a/b/app.py", "a/b/deep/app.py", "c/app.py"]
    local = LocalModules(paths)
    for importer, wanted in {
        "x.py": "app.py",
        "a/x.py": "a/app.py",
        "a/b/x.py": "a/b/app.py",
        "a/b/c/d/x.py": "a/b/app.py",
        "d/x.py": "app.py",
        "/srv/x.py": "app.py",
    }.items():
        assert local.find("app", importer) == wanted
