"""What a recruiter does: sign in, drop a file, watch the table, filter, hide names, compare. And the owner: make a key."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.pages.conftest import DESK, PHONE, OpenContext, overflow, serious
from tests.pages.server import Site

LONG = 120_000


@pytest.fixture(scope="module")
def recruiter_key(site: Site) -> str:
    """A key of a recruiter, made as the owner's page makes it."""
    import httpx

    headers = {"Authorization": f"Bearer {site.owner_key}"}
    with httpx.Client(base_url=site.url, headers=headers, timeout=30) as client:
        made = client.post("/api/v1/keys", json={"account": "recruiting", "name": "tests"}).raise_for_status()
        return str(made.json()["key"])


def sign_in(page: Page, site: Site, key: str) -> None:
    """Sign in by a key; the page that was wanted comes up."""
    page.goto(f"{site.url}/batches")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Many repositories at once")).to_be_visible()


def upload(page: Page, site: Site, rows: str) -> None:
    """Choose a file and start the batch."""
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": f"url,label\n{rows}".encode()}
    page.get_by_label("Drop a CSV file here").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_label("Name").fill("Autumn")
    page.get_by_role("button", name="Analyze all").click()
    page.wait_for_url(re.compile(r"/batches/[\w-]{20,}"))


@pytest.fixture(scope="module")
def batch(browser, site: Site, recruiter_key: str) -> Iterator[tuple[BrowserContext, str]]:
    """A signed-in browser and the address of a batch that has run to its end."""
    opened = browser.new_context(viewport=DESK)
    opened.set_default_timeout(60_000)
    page = opened.new_page()
    sign_in(page, site, recruiter_key)
    names = ("good", "begun", "complete", "nowhere")
    rows = "".join(f"{site.repository(name)},{name}-one\n" for name in names)
    upload(page, site, f"{rows}/etc/passwd,wrong\n")
    address = page.url
    expect(page.get_by_text("4 of 4 rows are finished")).to_be_visible(timeout=LONG)
    page.close()
    yield opened, address
    opened.close()


def test_the_table_fills_and_failures_are_no_zero(batch: tuple[BrowserContext, str]):
    opened, address = batch
    page = opened.new_page()
    page.goto(address)
    names = page.locator(".rows tbody th .who").all_inner_texts()
    assert names == ["complete-one", "good-one", "begun-one"]
    scores = [float(text) for text in page.locator(".rows tbody td.n b").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    expect(page.get_by_text("1 row failed")).to_be_visible()
    expect(page.get_by_text("line 5")).to_be_visible()
    page.get_by_text("1 row could not be read").click()
    expect(page.get_by_text("line 6")).to_be_visible()
    page.close()


def test_filters_stand_in_the_address(batch: tuple[BrowserContext, str]):
    opened, address = batch
    page = opened.new_page()
    page.goto(address)
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Section").select_option("monitoring")
    page.get_by_label("with at least").select_option("75")
    page.get_by_role("button", name="Apply").click()
    assert "section=monitoring" in page.url
    expect(page.locator(".rows tbody th .who")).to_have_text(["complete-one"])
    page.goto(f"{address}?technology=terraform&least=50")
    expect(page.locator(".rows tbody th .who")).to_have_text(["complete-one"])
    page.goto(f"{address}?sort=-score")
    expect(page.locator(".rows tbody th .who")).to_have_text(["begun-one", "good-one", "complete-one"])
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    page.close()


def test_names_are_hidden_everywhere(batch: tuple[BrowserContext, str]):
    opened, address = batch
    page = opened.new_page()
    page.goto(address)
    expect(page).to_have_title("Autumn")
    page.get_by_role("link", name="Hide names").click()
    expect(page.locator(".rows tbody th .who").first).to_have_text(re.compile(r"Candidate [A-Z2-7]{8}"))
    expect(page).to_have_title(re.compile("Batch of"))
    names = ("good-one", "begun-one", "octocat", "nowhere", "passwd", "Autumn", "/r/", "line 5")
    for name in names:
        assert name not in page.content(), name
    page.get_by_text("Export", exact=True).click()
    for kind in ("JSON lines", "CSV"):
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        text = download.value.path().read_text("utf-8")
        assert "blind" in download.value.suggested_filename
        assert len(text.splitlines()) >= 5
        assert not [name for name in names if name in text]
    page.locator(".rows input:enabled").nth(0).check()
    page.locator(".rows input:enabled").nth(1).check()
    page.get_by_role("button", name="Compare what is selected").click()
    expect(page.locator("#drawer table")).to_be_visible()
    assert not [name for name in names if name in page.content()]
    page.get_by_role("button", name="Run the rest").click()
    page.wait_for_url("**?blind=1")
    expect(page.get_by_text("4 of 4 rows are finished")).to_be_visible(timeout=LONG)
    assert not [name for name in names if name in page.content()]
    page.close()


def test_rows_side_by_side_by_keyboard(batch: tuple[BrowserContext, str]):
    opened, address = batch
    page = opened.new_page()
    page.goto(address)
    page.locator(".rows input:enabled").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".rows input").first).to_be_focused()
    expect(page.locator(".rows input:checked")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator("#drawer thead th")).to_have_text(["Criterion", "complete-one", "good-one"])
    assert serious(page) == []
    page.close()


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["1280-light", "390-dark"])
def test_no_serious_violation(batch: tuple[BrowserContext, str], site: Site, size: dict[str, int], scheme: str):
    opened, address = batch
    page = opened.new_page()
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for where in (address, f"{site.url}/batches"):
        page.goto(where)
        assert serious(page) == [], where
        assert overflow(page) <= 0, where
    page.close()


def test_without_a_script(context: OpenContext, site: Site, recruiter_key: str):
    page = context(java_script_enabled=False).new_page()
    sign_in(page, site, recruiter_key)
    upload(page, site, f"{site.repository('good')},\n{site.repository('begun')},\n")
    expect(page.get_by_text("2 of 2 rows are finished")).to_be_visible(timeout=LONG)
    for index in range(2):
        page.locator(".rows input").nth(index).check()
    page.get_by_role("button", name="Compare what is selected").click()
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    page.get_by_role("link", name="Back to the batch").click()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete this batch?")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Many repositories at once")).to_be_visible()


def test_a_batch_that_ends_while_it_is_watched_offers_what_it_then_can(
    context: OpenContext, site: Site, recruiter_key: str
):
    page = context().new_page()
    sign_in(page, site, recruiter_key)
    upload(
        page, site, "".join(f"{site.repository(name)},{name}\n" for name in ("begun", "complete", "good", "nowhere"))
    )
    expect(page.get_by_text("4 of 4 rows are finished")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(page.get_by_role("button", name="Run the rest")).to_be_visible()
    page.get_by_text("Filter and sort").click()
    page.get_by_label("Technology").select_option("mlflow")


def test_a_table_that_nobody_is_signed_in_for_leads_to_the_form(context: OpenContext, site: Site, recruiter_key: str):
    site.git.faults["octocat/held"] = "hang"
    opened = context()
    page = opened.new_page()
    sign_in(page, site, recruiter_key)
    upload(page, site, f"{site.repository('held')},a\n")
    address = page.url
    opened.clear_cookies()
    page.wait_for_url("**/sign-in?next=/batches/*")
    page.get_by_label("API key").fill(recruiter_key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(address)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("1 of 1 rows")).to_be_visible()


def test_what_is_printed_is_the_whole_comparison(batch: tuple[BrowserContext, str]):
    opened, address = batch
    page = opened.new_page()
    page.goto(address)
    rows = page.locator(".rows input:enabled").evaluate_all("boxes => boxes.slice(0, 2).map(box => `row=${box.value}`)")
    page.goto(f"{address}/compare?{'&'.join(rows)}")
    page.emulate_media(media="print")
    hidden = page.locator(".tall").evaluate("part => part.scrollHeight - part.clientHeight")
    assert hidden <= 1
    page.close()


def test_others_see_nothing_of_a_batch(context: OpenContext, batch: tuple[BrowserContext, str], site: Site):
    page = context().new_page()
    page.goto(batch[1])
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, site, site.owner_key)
    page.goto(batch[1])
    expect(page.get_by_role("heading", name="There is no such resource")).to_be_visible()


def test_a_file_without_a_repository_is_told(context: OpenContext, site: Site, recruiter_key: str):
    page = context().new_page()
    sign_in(page, site, recruiter_key)
    page.get_by_label("Drop a CSV file here").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": b"url\n/etc\n"}
    )
    page.get_by_label("Name").fill("Kept")
    page.get_by_role("button", name="Analyze all").click()
    expect(page.get_by_role("alert")).to_contain_text("No row names a repository")
    expect(page.get_by_label("Name")).to_have_value("Kept")


def test_the_owner_makes_and_revokes_a_key(context: OpenContext, site: Site):
    page = context(viewport=PHONE).new_page()
    sign_in(page, site, site.owner_key)
    page.get_by_role("link", name="Keys").click()
    page.get_by_label("Account", exact=True).fill(" ")
    page.get_by_label("What it is for").fill("autumn")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("alert")).to_contain_text("Account and name are needed")
    expect(page.get_by_label("What it is for")).to_have_value("autumn")
    page.get_by_label("Account", exact=True).fill("agency")
    page.get_by_label("What it is for").fill("autumn")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("status")).to_contain_text("fs_")
    key = page.get_by_role("status").locator("code").inner_text()
    assert serious(page) == []
    assert overflow(page) <= 0
    page.reload()
    assert key not in page.content()
    page.get_by_role("row", name=key.split("_")[1]).get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("row", name=key.split("_")[1])).to_contain_text("revoked")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("revoked")


def test_an_applicant_with_several_repositories_is_one_row(batch: tuple[BrowserContext, str], site: Site):
    opened, _ = batch
    page = opened.new_page()
    page.goto(f"{site.url}/batches")
    cells = [
        f"{site.repository(one)} {site.repository(other)}"
        for one, other in (("good", "begun"), ("complete", "nowhere"))
    ]
    upload(page, site, "".join(f"{cell},several-{number}\n" for number, cell in enumerate(cells)))
    expect(page.get_by_text("2 of 2 rows are finished")).to_be_visible(timeout=LONG)
    expect(page.locator(".rows tbody th .who")).to_have_text(["several-1", "several-0"])
    expect(page.locator(".rows tbody tr").last.get_by_role("link", name="octocat/begun")).to_be_visible()
    page.get_by_text("1 row has a score without all that it names").click()
    expect(page.get_by_text("several-1: octocat/nowhere was not found")).to_be_visible()
    assert serious(page) == []
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert overflow(page) <= 0
    page.close()
