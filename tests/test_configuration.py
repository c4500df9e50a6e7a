"""What a repository may say about its own check, and what the reader makes of wrong words."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from analyzer.configuration import MOST_ANNOTATIONS, Annotation, Configuration, config_schema, find_configuration
from analyzer.errors import ConfigurationError
from analyzer.rubric import BUILT_IN, load_rubric

YAML = """\
rubric: startup
fail-under: 62.5
leave-out:
  - notebooks/scratch/
  - "*.csv"
not-applicable:
  - criterion: iac.kubernetes
    reason: Scoring is a nightly job on one machine.
"""
TOML = """\
[project]
name = "demand"

[tool.folioscope]
rubric = "startup"
fail-under = 62.5
leave-out = ["notebooks/scratch/", "*.csv"]

[[tool.folioscope.not-applicable]]
criterion = "iac.kubernetes"
reason = "Scoring is a nightly job on one machine."
"""


def read(**files: str) -> Configuration | None:
    named = {"yaml": ".folioscope.yaml", "toml": "pyproject.toml", "below": "part/.folioscope.yaml"}
    contents = {named[name]: text.encode() for name, text in files.items()}
    return find_configuration(contents.get, "part" if "below" in files else "")


@pytest.mark.parametrize(("files", "line"), [({"yaml": YAML}, 7), ({"toml": TOML}, 10)])
def test_both_forms_say_the_same(files: dict[str, str], line: int) -> None:
    found = read(**files)
    assert found == Configuration(
        ".folioscope.yaml" if "yaml" in files else "pyproject.toml",
        "startup",
        62.5,
        ("notebooks/scratch/", "*.csv"),
        (Annotation("iac.kubernetes", "Scoring is a nightly job on one machine.", line),),
    )


def test_the_file_of_its_own_comes_before_pyproject() -> None:
    found = read(yaml="rubric: enterprise\n", toml=TOML)
    assert found
    assert (found.path, found.rubric) == (".folioscope.yaml", "enterprise")


def test_the_file_may_end_in_yml() -> None:
    found = find_configuration({".folioscope.yml": b"rubric: startup\n"}.get)
    assert found is not None
    assert (found.path, found.rubric) == (".folioscope.yml", "startup")


def test_the_judged_folder_comes_before_the_root() -> None:
    found = read(yaml="rubric: enterprise\n", below="rubric: midsize\n")
    assert found
    assert (found.path, found.rubric) == ("part/.folioscope.yaml", "midsize")


@pytest.mark.parametrize(
    "files", [{}, {"yaml": ""}, {"yaml": "# nothing yet\n"}, {"toml": "[project]\nname='folioscope-x'\n"}]
)
def test_a_repository_without_words_has_none(files: dict[str, str]) -> None:
    assert read(**files) is None


WRONG_YAML = {
    "fail-under: 10\nrubric: mlops\nfail-under: 90\n": "line 3: 'fail-under' stands there twice. Keep one; line 1",
    "rubrik: mlops": "line 1: there is no key 'rubrik' here",
    "fail-under: 60\nrubric: ./own.yaml": "line 2: rubric is './own.yaml'; it is one of: mlops",
    "rubric: [mlops]": "line 1: rubric is a list",
    "fail-under: high": "line 1: fail-under is 'high'; a number from 0 to 100",
    "fail-under: 101": "line 1: fail-under is '101'; a number from 0 to 100",
    "leave-out: notebooks": "line 1: leave-out must be a list",
    "leave-out:\n  - a\n  - ../b": "line 3: '../b' leaves the repository",
    "leave-out:\n  - /": "line 2: an entry of leave-out is a path",
    "leave-out:\n  - a*b*c*d*e*f": "line 2: 'a*b*c*d*e*f' has more than four asterisks",
    "rules: [mine]": "line 1: rule packages are not named here",
    "not-applicable: all": "line 1: not-applicable must be a list",
    "not-applicable:\n  - iac.kubernetes": "line 2: a mapping with criterion, reason was expected",
    "not-applicable:\n  - criterion: iac.kubernetes": "line 2: iac.kubernetes needs a reason of 20 to 300 characters",
    "not-applicable:\n  - criterion: iac.kubernetes\n    reason: no": "line 3: iac.kubernetes needs a reason",
    "not-applicable:\n  - reason: We never needed it in this project.": "line 2: an entry of not-applicable has no criterion",
    "not-applicable:\n"
    + 2 * "  - {criterion: a.b, reason: We never needed it here at all.}\n": "line 3: a.b stands there twice",
    "not-applicable:\n" + "".join(
        f"  - {{criterion: a.b{n}, reason: We never needed it here at all.}}\n" for n in range(MOST_ANNOTATIONS + 1)
    ): "line 1: not-applicable has more than 5 entries",
    "- a": "line 1: a mapping with rubric",
    "a: [": "line 2: did not find expected node content",
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG_YAML.items())
def test_a_wrong_file_is_told_with_line_and_reason(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(yaml=text)
    assert str(caught.value).startswith(".folioscope.yaml, ")
    assert said in str(caught.value)


WRONG_TOML = {
    "\n[tool.folioscope]\nfail-under = -1\n": "pyproject.toml, line 3: fail-under is -1",
    "\n[tool.folioscope]\nfail-under = true\n": "pyproject.toml, line 3: fail-under is True",
    "[tool.folioscope]\nleave-out = [\n  'a',\n  3,\n]\n": "pyproject.toml, line 4: an entry of leave-out",
    "[tool.folioscope]\nrules = ['mine']\n": "pyproject.toml, line 2: rule packages are not named here",
    "[[tool.folioscope.not-applicable]]\ncriterion = 'a.b'\nreason = ''\n": "pyproject.toml, line 3: a.b needs a reason",
    "[tool]\nfolioscope = 3\n": "pyproject.toml, line 1: a mapping with rubric",
    "x = 1\n[tool.folioscope\n": "pyproject.toml, line 2: ",
}


@pytest.mark.parametrize(("text", "said"), WRONG_TOML.items())
def test_so_is_a_wrong_table_of_pyproject(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(toml=text)
    assert str(caught.value).startswith(said)


def test_a_criterion_that_the_rubric_does_not_have_is_told_with_those_like_it() -> None:
    found = read(yaml=YAML.replace("iac.kubernetes", "iac.kubernets"))
    assert found
    with pytest.raises(
        ConfigurationError, match=r"line 7: the rubric mlops has no criterion 'iac.kubernets'.*iac.kube"
    ):
        found.check_criteria(load_rubric())


@pytest.mark.parametrize(
    ("pattern", "left_out", "kept"),
    [
        ("notebooks/scratch/", "notebooks/scratch/a.ipynb", "x/notebooks/scratch/a.ipynb"),
        ("scratch/", "notebooks/scratch/a.ipynb", "scratch.py"),
        ("/scratch/", "scratch/a.ipynb", "notebooks/scratch/a.ipynb"),
        ("*.csv", "data/raw/a.csv", "data/a.csv.py"),
        ("src/*_old.py", "src/train_old.py", "src/train.py"),
        ("old", "src/old/train.py", "src/older/train.py"),
        ("notes.md", "docs/notes.md", "docs/my-notes.md"),
    ],
)
def test_patterns(pattern: str, left_out: str, kept: str) -> None:
    leaves_out = Configuration(".folioscope.yaml", leave_out=(pattern,)).leaves_out()
    assert leaves_out(left_out)
    assert not leaves_out(kept)


def test_nothing_is_left_out_without_a_pattern() -> None:
    assert not Configuration(".folioscope.yaml").leaves_out()("a.py")


def test_an_alias_bomb_is_read_in_no_time() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join(9 * [f'*{old}'])}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    with pytest.raises(ConfigurationError, match="there is no key 'a' here"):
        read(yaml="\n".join(lines))


# -- the schema for editors ----------------------------------------------------------------------------------------


def test_the_schema_takes_what_the_reader_takes() -> None:
    validator = Draft202012Validator(config_schema())
    right = {
        "rubric": "startup",
        "fail-under": 62.5,
        "leave-out": ["*.csv"],
        "not-applicable": [{"criterion": "iac.kubernetes", "reason": "Scoring is a nightly job on one machine."}],
    }
    assert list(validator.iter_errors(right)) == []
    for wrong in ({"rubrik": 1}, {"rubric": "own.yaml"}, {"fail-under": 101}, {"leave-out": "a"}, {"rules": ["mine"]},
                  {"not-applicable": [{"criterion": "a.b"}]}, {"not-applicable": [{"criterion": "a.b", "reason": "no"}]}):  # fmt: skip
        assert list(validator.iter_errors(wrong)), wrong


def test_the_schema_knows_the_rubrics_and_the_limit() -> None:
    properties = config_schema()["properties"]
    assert tuple(properties["rubric"]["enum"]) == BUILT_IN
    assert properties["not-applicable"]["maxItems"] == MOST_ANNOTATIONS
