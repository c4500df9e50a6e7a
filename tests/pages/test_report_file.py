"""The report as one file, in a browser."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from analyzer import Options, analyze
from analyzer.report import Report
from analyzer.reporters.html import render_html
from analyzer.reporters.words import number
from analyzer.scorer import as_if_met
from tests.conftest import FIXTURES
from tests.pages.conftest import DESK, PHONE, OpenContext, overflow, serious
from tests.reporters.html.made import named, whole

SAMPLE = "course-subfolder"


@pytest.fixture(scope="session")
def sample() -> Report:
    return analyze(str(FIXTURES / SAMPLE), Options(standalone=True))


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, sample: Report) -> dict[str, str]:
    """Addresses of reports: a sample, one where every part shows something, and one of hostile texts."""
    folder = tmp_path_factory.mktemp("reports")
    reports = {"sample": sample, "whole": whole(), "hostile": named("<script>document.title='x'</script>")}
    found = {}
    for name, report in reports.items():
        path = folder / f"{name}.html"
        path.write_text(render_html(report), "utf-8")
        found[name] = path.as_uri()
    return found


def shown(page: Page) -> tuple[str, str]:
    """The score and grade that the page shows."""
    return page.locator("[data-number]").inner_text(), page.locator("[data-grade]").inner_text()


def test_switches_agree_with_the_engine(context: OpenContext, files: dict[str, str], sample: Report):
    page = context().new_page()
    page.goto(files["sample"])
    before = shown(page)
    boxes = page.locator("[data-step]")
    count = boxes.count()
    assert count == len(sample.next_steps) == 5
    for chosen in itertools.chain.from_iterable(itertools.combinations(range(count), n) for n in (1, 2, 5)):
        page.evaluate(
            "chosen => document.querySelectorAll('[data-step]').forEach((box, index) => {"
            " if (box.checked !== chosen.includes(index)) { box.click(); } })",
            list(chosen),
        )
        names = [name for index in chosen for name in sample.next_steps[index].criteria]
        score, grade = as_if_met(sample.scorecard, sample.rubric, names)
        assert shown(page) == (number(score), grade)
    expect(page.get_by_role("status")).to_contain_text(f"{number(score)} of 100 points, {grade}")
    page.get_by_role("button", name="Switch all off").click()
    assert shown(page) == before


def test_bars_move_with_a_switch(context: OpenContext, files: dict[str, str], sample: Report):
    page = context().new_page()
    page.goto(files["sample"])
    section = next(
        item for item in sample.scorecard.criteria if item.criterion.id == sample.next_steps[0].criteria[0]
    ).criterion.section
    bar = page.locator(f"[data-section={section}].bar")
    gained = bar.locator("[data-gained]")
    assert gained.get_attribute("width") == "0"
    page.get_by_role("switch").first.check(force=True)
    assert float(gained.get_attribute("width") or 0) > 0
    expect(bar).to_contain_text("→")


def test_by_keyboard_alone(context: OpenContext, files: dict[str, str]):
    page = context().new_page()
    page.goto(files["sample"])
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the report")).to_be_focused()
    page.get_by_role("switch").first.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("switch").first).to_be_checked()
    line = page.locator(".criterion").first
    line.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(line.locator("mark").first).to_be_visible()


def test_without_a_script_everything_can_be_read(context: OpenContext, files: dict[str, str]):
    page = context(java_script_enabled=False, viewport=PHONE).new_page()
    page.goto(files["sample"])
    expect(page.get_by_role("switch").first).to_be_hidden()
    expect(page.get_by_text("would make it").first).to_be_visible()
    page.locator(".criterion summary").first.click()
    expect(page.locator(".criterion mark").first).to_be_visible()
    page.locator("a.bar").nth(3).click()
    expect(page.locator(".group:visible")).to_have_count(1)
    page.get_by_role("link", name="All sections").click()
    expect(page.locator(".group:visible")).to_have_count(7)
    page.locator("label:has(#show-missing)").click()
    assert page.locator(".criterion[data-status=met]:visible").count() == 0
    assert page.locator(".criterion[data-status=missing]:visible").count() > 5


def test_nothing_is_requested(context: OpenContext, files: dict[str, str]):
    page = context().new_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.goto(files["sample"])
    page.get_by_role("switch").first.check(force=True)
    assert asked == [files["sample"]]


def test_the_first_view_is_small(context: OpenContext, files: dict[str, str]):
    """Everything that a window of 900 pixels shows stands in the first 100 KB of the file."""
    page = context().new_page()
    page.goto(files["sample"])
    text = Path(files["sample"].removeprefix("file://")).read_text("utf-8")
    last = page.evaluate(
        "() => { const all = [...document.querySelectorAll('[id]')].filter(e => e.getClientRects().length"
        " && e.getBoundingClientRect().top < window.innerHeight); return all[all.length - 1].id; }"
    )
    assert len(text[: text.index(f'id="{last}"')].encode()) < 100_000


def test_what_a_repository_says_runs_nothing(context: OpenContext, files: dict[str, str]):
    page = context().new_page()
    page.goto(files["hostile"])
    assert page.title() != "x"
    assert page.locator("script").count() == 1


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["1280-light", "390-dark"])
@pytest.mark.parametrize("name", ["sample", "whole"])
def test_no_serious_violation_and_nothing_wider_than_the_window(
    context: OpenContext, files: dict[str, str], name: str, size: dict[str, int], scheme: str
):
    page = context(viewport=size, color_scheme=scheme).new_page()
    page.goto(files[name])
    page.evaluate(
        "document.querySelectorAll('details').forEach((fold, index) => { fold.open = index % 3 == 0; });"
        "document.querySelectorAll('[data-step]')[0].click()"
    )
    assert serious(page) == []
    assert overflow(page) <= 0


def test_from_right_to_left_nothing_overflows(context: OpenContext, files: dict[str, str]):
    page = context(viewport=PHONE).new_page()
    page.goto(files["whole"])
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert overflow(page) <= 0
    ring, title = page.locator(".score").bounding_box(), page.locator("h1").bounding_box()
    assert ring
    assert title
    assert ring["x"] + ring["width"] > PHONE["width"] / 2
