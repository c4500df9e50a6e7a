"""The pieces of a page: texts, code, radar, picture of the wiring."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest

from analyzer.excerpts import Excerpt
from analyzer.findings import Evidence
from analyzer.reporters.html.code import Listing
from analyzer.reporters.html.graph import draw
from analyzer.reporters.html.radar import radar
from analyzer.reporters.html.render import REPORT_STATIC
from analyzer.reporters.html.texts import Texts, load_texts, plural_category
from analyzer.wiring import Chain, Edge, Gap, Link, Node, WiringSummary

ROOT = Path(__file__).parents[3]
PORTFOLIO = ROOT / "analyzer" / "portfolio" / "reporters"
TEMPLATES = [
    *(ROOT / "analyzer" / "reporters" / "html" / "templates").rglob("*.html"),
    *PORTFOLIO.rglob("*.html"),
    *(ROOT / "api" / "pages").rglob("*.html"),  # the page of the API is made of its description, in English
]


def keys(entries: dict[str, object], before: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in entries.items():
        if isinstance(value, dict) and "other" not in value:
            found |= keys(value, f"{before}{name}.")
        else:
            found.add(before + name)
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own(path: Path):
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"<(style|script)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", text)
    shown = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', text)
    assert re.findall(r"[A-Za-z]{2,}", words) == []
    assert [word for word in shown if re.search("[A-Za-z]", word)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_texts_of_templates_exist(path: Path):
    known = load_texts()
    for key in re.findall(r'\bt\("([\w.-]+)"\s*[,)]', path.read_text("utf-8")):
        assert known.has(key), key


def test_every_text_is_used():
    entries = tomllib.loads((ROOT / "analyzer" / "reporters" / "html" / "texts" / "en.toml").read_text("utf-8"))
    code = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    sources = [
        *(ROOT / "analyzer" / "reporters" / "html").glob("*.py"),
        *PORTFOLIO.glob("*.py"),
        *(ROOT / "api").rglob("*.py"),
    ]
    code += "\n".join(path.read_text("utf-8") for path in sources)
    # What pydantic says is never said here: its own words are found again among the texts.
    stems = ("problem.invalid.",)
    stems += tuple(re.findall(r'\bt(?:exts)?\("([\w.-]+\.)" ~', code)) + tuple(re.findall(r'f"([\w.]+\.)\{', code))
    unused = [
        key for key in keys(entries) - {"name", "direction"} if f'"{key}"' not in code and not key.startswith(stems)
    ]
    assert sorted(unused) == []


def test_what_is_filled_in_cannot_turn_the_words_around_it():
    texts = Texts("en", {"hello": "Hello {name}!"})
    assert texts("hello", name="a\u202eb") == "Hello a\\u202eb!"


def test_another_language_falls_back_text_by_text():
    arabic = Texts("ar", {"direction": "rtl", "met": "x", "n": {"few": "{n} few", "other": "{n} other"}}, load_texts())
    assert (arabic.direction, arabic("met"), arabic("status.met")) == ("rtl", "x", "met")
    assert (arabic("n", n=3), arabic("n", n=100)) == ("3 few", "100 other")
    with pytest.raises(KeyError):
        arabic("nothing.of.this")


@pytest.mark.parametrize(
    ("language", "numbers"),
    [("en", "1 one 0 other 2 other"), ("fr", "0 one 1 one 2 other"),
     ("ar", "0 zero 1 one 2 two 3 few 10 few 11 many 99 many 100 other 103 few")],
)  # fmt: skip
def test_forms_of_number(language, numbers):
    words = numbers.split()
    for n, category in zip(words[::2], words[1::2], strict=True):
        assert plural_category(language, int(n)) == category


def test_an_unknown_language_is_none():
    with pytest.raises(KeyError):
        load_texts("xx")


# -- code ------------------------------------------------------------------------------------------------------------


def test_words_of_code_are_coloured_and_escaped():
    listing = Listing((Excerpt("a.py", 10, ("def f(x):", "\treturn '<b>'  # no")),))
    code = listing.code(Evidence("a.py", 10, 10, ""))
    assert [line.number for line in code.lines] == [10, 11]
    assert [line.decisive for line in code.lines] == [True, False]
    assert str(code.lines[0].html) == '<i class="k">def</i> <i class="f">f</i>(x):'
    assert "&lt;b&gt;" in code.lines[1].html
    assert "<b>" not in code.lines[1].html
    assert str(code.lines[1].html).startswith("    ")


def test_only_the_lines_around_are_shown_of_a_longer_excerpt():
    listing = Listing((Excerpt("a.txt", 1, tuple(f"line {n}" for n in range(1, 21))),))
    assert [line.number for line in listing.code(Evidence("a.txt", 9, 10, "")).lines] == [7, 8, 9, 10, 11, 12]


@pytest.mark.parametrize(
    "name", ["a.py", "Dockerfile", "x.yml", "main.tf", "n.ipynb", "README.md", "no-suffix", "a.\udcff"]
)
def test_every_line_of_any_file_is_kept(name):
    lines = ("", "one: 'x", "", '"""', "<b>", "")
    listing = Listing((Excerpt(name, 1, lines),))
    code = listing.code(Evidence(name, 3, 3, ""))
    text = [re.sub("<[^>]*>", "", str(line.html)) for line in code.lines]
    assert [
        word.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&#34;", '"') for word in text
    ] == list(lines[:5])


# -- radar and picture -----------------------------------------------------------------------------------------------


def test_the_radar_begins_on_top_and_goes_round():
    made = radar([("a", 1.0), ("b", 0.5), ("c", 0.0), ("d", 0.25)])
    assert (made.axes[0].x, made.axes[0].y) == (made.center_x, made.center_y - made.radius)
    assert (made.axes[1].at_x, made.axes[1].at_y) == (made.center_x + made.radius / 2, made.center_y)
    assert (made.axes[2].at_x, made.axes[2].at_y) == (made.center_x, made.center_y)
    assert [axis.anchor for axis in made.axes] == ["middle", "start", "middle", "end"]


def big(count: int) -> WiringSummary:
    nodes = tuple(Node(f"module:m{n:03}", "module", f"src/m{n:03}.py", f"src/m{n:03}.py", 1) for n in range(count))
    edges = tuple(Edge(a.id, b.id, "calls", a.path, 1) for a, b in itertools.pairwise(nodes))
    return WiringSummary(nodes, edges)


def test_a_row_that_is_full_says_how_many_more_there_are():
    picture = draw(big(40))
    assert picture
    assert len(picture.boxes) == 6
    assert picture.lanes[0].more == 34


def test_boxes_of_a_row_do_not_overlap_and_stay_inside():
    picture = draw(big(6))
    assert picture
    ends = sorted((box.x, box.x + box.width) for box in picture.boxes)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))
    assert ends[0][0] >= 0
    assert ends[-1][1] <= picture.width


def test_a_missing_link_is_a_dashed_box_with_a_dashed_line():
    wiring = WiringSummary(
        (Node("module:a.py", "module", "a.py", "a.py", 1),),
        (),
        (Gap("a.py", 3, "module:a.py", "loads", "x", "not known"),),
        Chain(
            (
                Link("data", "missing", "", "", 0, "nothing reads data"),
                Link("training", "found", "a.py", "a.py", 1, "a.py trains"),
                Link("registry", "missing", "", "", 0, "no registry"),
            )
        ),
    )
    picture = draw(wiring)
    assert picture
    assert {box.label: box.look for box in picture.boxes} == {
        "no data": "missing", "a.py": "chain", "no registry": "missing",
    }  # fmt: skip
    assert [tie.look for tie in picture.ties] == ["missing"] * 3
    assert [tie.target for tie in picture.ties].count(-1) == 1


def test_ties_that_are_drawn_twice_are_one_line():
    nodes = big(2).nodes
    edges = (Edge(nodes[0].id, nodes[1].id, "calls", "a", 1), Edge(nodes[0].id, nodes[1].id, "runs", "a", 2))
    picture = draw(WiringSummary(nodes, edges))
    assert picture
    assert [tie.title for tie in picture.ties] == ["src/m000.py calls, runs src/m001.py"]


def test_nothing_to_draw_is_no_picture():
    assert draw(WiringSummary()) is None


def test_the_style_sheet_asks_for_nothing_and_turns_with_the_direction():
    style = (REPORT_STATIC / "report.css").read_text("utf-8")
    assert not re.search(r"url\((?!#)|@import|@font-face", style)
    plain = re.sub(r"\.l[^{}]*\{[^}]*\}|pre\{[^}]*\}", "", style)  # code runs from left to right in every language
    assert (
        re.findall(r"(?:margin|padding|border)-(?:left|right)|text-align:(?:left|right)|[;{](?:left|right):", plain)
        == []
    )
