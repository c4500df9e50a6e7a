"""What a candidate does: paste an address, watch, read, share, delete, compare."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.pages.conftest import DESK, PHONE, OpenContext, overflow, serious
from tests.pages.server import Site

LONG = 120_000
"""Milliseconds within which an analysis ends on any machine."""


def start(page: Page, site: Site, name: str) -> None:
    """Paste the address of a repository and send the form."""
    page.goto(site.url)
    page.get_by_label("Repository").fill(site.repository(name))
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/r/*")


@pytest.fixture(scope="module")
def report_url(site: Site) -> str:
    """The link of a report that is done."""
    from tests.pages.api import analyzed

    return analyzed(site, "good")


def test_from_the_address_to_a_report_to_share(context: OpenContext, site: Site):
    """The main path: the page becomes the report by itself, its link works elsewhere, and its maker deletes it."""
    page = context(permissions=["clipboard-read", "clipboard-write"]).new_page()
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    start(page, site, "begun")
    before = len(loads)
    expect(page.get_by_role("heading", name="octocat/begun")).to_be_visible(timeout=LONG)
    expect(page.locator("[data-report]")).to_be_visible(timeout=LONG)
    assert len(loads) <= before + 1, "the page was loaded anew"
    expect(page).to_have_title(re.compile(r"octocat/begun: [\d.]+ of 100 points"))
    score = page.locator("[data-number]").inner_text()
    page.locator(".switch").first.click()
    assert page.locator("[data-number]").inner_text() != score
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url

    other = context(viewport=PHONE).new_page()
    other.goto(link)
    expect(other.locator("[data-number]")).to_have_text(score)
    expect(other.get_by_role("link", name="Delete")).to_have_count(0)

    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Deleted")).to_be_visible()
    other.reload()
    expect(other.get_by_role("heading", name="There is no such resource")).to_be_visible()


def test_without_a_script(context: OpenContext, site: Site):
    """The main path again: every page is a page, and progress loads itself anew."""
    page = context(java_script_enabled=False, viewport=PHONE).new_page()
    start(page, site, "good")
    expect(page.locator("[data-report]")).to_be_visible(timeout=LONG)
    page.locator(".criterion summary").first.click()
    expect(page.locator(".criterion mark").first).to_be_visible()
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    assert download.value.suggested_filename.endswith(".json")


def test_what_is_not_understood_is_told_and_kept(context: OpenContext, site: Site):
    page = context().new_page()
    page.goto(site.url)
    page.get_by_label("Repository").fill("not a repository")
    page.get_by_role("button", name="Analyze").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Repository")).to_have_value("not a repository")
    assert serious(page) == []


def test_a_failure_says_why_and_keeps_the_input(context: OpenContext, site: Site):
    page = context().new_page()
    start(page, site, "nowhere")
    expect(page.get_by_role("heading", name="could not be read")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("alert")).to_contain_text("octocat/nowhere")
    expect(page.get_by_label("Repository")).to_have_value(site.repository("nowhere"))
    assert serious(page) == []


def test_stages_are_shown_and_an_analysis_can_be_cancelled(context: OpenContext, site: Site):
    site.git.faults["octocat/stuck"] = "hang"
    page = context(viewport=PHONE).new_page()
    start(page, site, "stuck")
    expect(page.locator(".stages .now")).to_be_visible()
    assert (
        page.locator(".stages li").evaluate_all("stages => stages.map(stage => getComputedStyle(stage).visibility)")
        == ["visible"] * 6
    )
    expect(page.locator(".elapsed")).to_contain_text("second")
    assert serious(page) == []
    assert overflow(page) <= 0
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="was cancelled")).to_be_visible(timeout=LONG)


def test_a_page_that_follows_keeps_the_place_of_the_keyboard_and_says_what_it_does(context: OpenContext, site: Site):
    site.git.faults["octocat/stuck"] = "hang"
    page = context().new_page()
    start(page, site, "stuck")
    expect(page.locator("#said")).to_have_text("Finding the branch and commit", timeout=LONG)
    page.get_by_role("button", name="Cancel").focus()
    with page.expect_response("**/live"):
        pass
    page.wait_for_timeout(200)
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()


def test_what_is_deleted_while_it_is_watched_is_told(context: OpenContext, site: Site):
    import httpx

    site.git.faults["octocat/stuck"] = "hang"
    opened = context()
    page = opened.new_page()
    start(page, site, "stuck")
    [token] = [item["value"] for item in opened.cookies(page.url) if item["name"] == "manage"]
    link = f"{site.url}/api/v1/analyses/{page.url.rpartition('/')[2]}"
    assert httpx.delete(link, headers={"Manage-Token": token}).status_code == 204
    expect(page.get_by_role("heading", name="There is no such resource")).to_be_visible()


def test_two_commits_side_by_side(context: OpenContext, site: Site):
    page = context().new_page()
    page.goto(f"{site.url}/compare")
    page.get_by_label("Repository").fill(site.repository("begun"))
    page.get_by_label("From:").fill(site.commits["begun"])
    page.get_by_label("To:").fill(site.commits["changed"])
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Gained")).to_be_visible(timeout=LONG)
    expect(page.locator(".changes").first).to_contain_text("Pre-commit hooks")
    expect(page.get_by_role("heading", name="Evidence", exact=True)).to_be_visible()
    moved = page.locator(".evidence-change", has_text="Evidence that moved")
    expect(moved.locator("li").first).to_contain_text("README.md")
    expect(moved.locator("li").first).to_contain_text(re.compile(r"line \d+ to \d+"))
    expect(page.locator(".evidence-change", has_text="New evidence")).to_contain_text(".pre-commit-config.yaml")
    assert serious(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert overflow(page) <= 0
    page.get_by_role("link", name="The first report").click()
    expect(page.get_by_role("link", name="Delete")).to_be_visible()  # whoever started it may


def test_a_report_of_a_folder_is_compared_as_it_was_made(context: OpenContext, site: Site):
    page = context(java_script_enabled=False).new_page()
    page.goto(site.url)
    page.get_by_label("Repository").fill(site.repository("good"))
    page.get_by_text("Branch, folder, rubric").click()
    page.get_by_label("Folder").fill("project")
    page.get_by_label("Rubric").select_option("startup")
    page.get_by_role("button", name="Analyze").click()
    page.get_by_role("main").get_by_role("link", name="Compare").click(timeout=LONG)
    expect(page.get_by_label("Folder")).to_have_value("project")
    expect(page.get_by_label("Rubric")).to_have_value("startup")


def test_the_address_of_a_form_that_was_refused_leads_to_the_form(context: OpenContext, site: Site):
    page = context().new_page()
    page.goto(f"{site.url}/start")
    expect(page.get_by_label("Repository")).to_be_visible()


def test_an_example_is_a_report(context: OpenContext, site: Site):
    page = context(viewport=PHONE).new_page()
    page.goto(site.url)
    page.get_by_role("link", name="One notebook").click()
    expect(page.locator("[data-report]")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("written for Folioscope")).to_be_visible()
    assert overflow(page) <= 0


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["1280-light", "390-dark"])
def test_no_serious_violation(context: OpenContext, site: Site, report_url: str, size: dict[str, int], scheme: str):
    page = context(viewport=size, color_scheme=scheme).new_page()
    for address in (site.url, f"{site.url}/compare", f"{site.url}/sign-in", f"{site.url}/nowhere", report_url):
        page.goto(address)
        assert serious(page) == [], address
        assert overflow(page) <= 0, address


def test_the_first_view_of_a_report_is_small(context: OpenContext, report_url: str):
    """Page, style and scripts together are less than 100 KB as they come over the wire."""
    page = context().new_page()
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    sizes: list[float] = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(report_url, wait_until="networkidle")
    assert 10_000 < sum(sizes) < 100_000


def test_nothing_moves_while_a_report_loads(context: OpenContext, report_url: str):
    page = context(viewport=PHONE).new_page()
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())"
        " { if (!entry.hadRecentInput) { window.moved += entry.value; } } }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(report_url, wait_until="networkidle")
    assert page.evaluate("window.moved") < 0.05


def test_by_keyboard_alone(context: OpenContext, site: Site):
    page = context().new_page()
    page.goto(site.url)
    expect(page.get_by_label("Repository")).to_be_focused()
    page.keyboard.type(site.repository("begun"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-report]")).to_be_visible(timeout=LONG)
