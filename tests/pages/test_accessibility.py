"""axe-core on the pages and states that no walk of a user comes by, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import cycle

import httpx
import pytest
from playwright.sync_api import Page, expect

from api.store import open_store
from tests.api.many_rows import key_and_batch
from tests.pages.api import analyzed
from tests.pages.conftest import DESK, PHONE, OpenContext, overflow, serious
from tests.pages.server import Site

LOOKS = ((DESK, "light"), (PHONE, "dark"), (DESK, "dark"), (PHONE, "light"))
"""Each state is looked at in one of these; the states take turns."""
NASTY = "<img src=x onerror=\"document.title='x'\"><script>document.title='x'</script>\u202e{{ 7*7 }}"


@pytest.fixture(scope="module")
def report_url(site: Site) -> str:
    return analyzed(site, "good")


@pytest.fixture(scope="module")
def many(site: Site, report_url: str) -> tuple[str, str]:
    """The key of a recruiter and the address of a batch of many rows (of 10,000: ``benchmarks/batch_page.py``)."""
    name = report_url.rpartition("/")[2]
    document = httpx.get(f"{site.url}/api/v1/analyses/{name}/report.json", timeout=60).json()
    with closing(open_store(f"sqlite:///{site.data}/folioscope.sqlite3")) as store:
        key, batch = key_and_batch(store, document, rows=1_000, reports=40)
    return key, f"{site.url}/batches/{batch}"


@pytest.fixture(scope="module")
def look() -> Callable[[Page], None]:
    """Look at a page as it stands, in the next of the looks."""
    looks = cycle(LOOKS)

    def at(page: Page) -> None:
        size, scheme = next(looks)
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert serious(page) == [], (page.url, scheme)
        assert overflow(page) <= 0, (page.url, size)

    return at


def test_examples_and_what_leads_nowhere(context: OpenContext, site: Site, look):
    page = context().new_page()
    for address in ("/api/docs", "/examples/notebook-only", "/r/nobody"):
        page.goto(f"{site.url}{address}")
        look(page)
    page.goto(f"{site.url}/compare?url=o/r")
    page.get_by_role("button", name="Compare").click()
    look(page)
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("API key").fill("fs_no")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)


def test_before_and_after_a_report_is_deleted(context: OpenContext, site: Site, report_url: str, look):
    page = context().new_page()
    page.goto(site.url)
    page.get_by_label("Repository").fill(site.repository("good"))
    page.get_by_role("button", name="Analyze").click()
    expect(page.locator("[data-report]")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Delete").click()
    look(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Deleted")).to_be_visible()
    look(page)
    page.goto(f"{report_url}/delete")
    expect(page.get_by_text("Only who started the analysis")).to_be_visible()
    look(page)


def test_a_batch_of_many_rows(context: OpenContext, many: tuple[str, str], look):
    key, address = many
    page = context(extra_http_headers={"Authorization": f"Bearer {key}"}).new_page()
    page.goto(address)
    expect(page.get_by_text("1000 of 1000 rows are finished")).to_be_visible()
    expect(page.locator(".rows tbody tr")).to_have_count(100)
    page.get_by_text("Filter and sort").click()
    page.get_by_text("Export", exact=True).click()
    look(page)
    page.get_by_role("link", name="Next rows").click()
    assert "page=2" in page.url
    page.get_by_role("link", name="Hide names").click()
    assert "person-" not in page.content()
    page.goto(f"{address}?blind=1&section=monitoring&share=90&least=99.9")
    expect(page.get_by_text("No row fits these filters.")).to_be_visible()
    look(page)
    page.goto(f"{address}?blind=1")
    rows = "&".join(f"row={box.get_attribute('value')}" for box in page.locator(".rows input").all()[:4])
    for blind in ("&blind=1", ""):  # names are no codes: nothing to compare
        page.goto(f"{address}/compare?{rows}{blind}")
        expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    look(page)


def test_names_of_others_are_text_on_every_page(context: OpenContext, site: Site, look):
    """Account, key, batch and rows named as a script, on each page that shows them."""
    headers = {"Authorization": f"Bearer {site.owner_key}"}
    with httpx.Client(base_url=site.url, headers=headers, timeout=60) as client:
        made = client.post("/api/v1/keys", json={"account": NASTY, "name": NASTY[:100]}).raise_for_status().json()
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {made['key']}"}, timeout=60) as client:
        rows = [{"url": site.repository("nowhere"), "label": NASTY}, {"url": NASTY}]
        batch = client.post("/api/v1/batches", json={"name": NASTY, "rows": rows}).raise_for_status().json()
    own = context(extra_http_headers={"Authorization": f"Bearer {made['key']}"}).new_page()
    own.goto(f"{site.url}/batches/{batch['id']}")
    expect(own.get_by_text("1 row failed")).to_be_visible(timeout=120_000)
    own.get_by_text("1 row could not be read").click()
    shown = {"batch": own}
    for name, address in {
        "batches": "/batches",
        "start": f"/compare?url={NASTY}&base={NASTY}&head={NASTY}",
        "sign-in": f"/sign-in?next={NASTY}",
        "nowhere": f"/{NASTY}",
    }.items():
        shown[name] = own.context.new_page()
        shown[name].goto(f"{site.url}{address}")
    shown["keys"] = context(extra_http_headers=headers).new_page()
    shown["keys"].goto(f"{site.url}/keys")
    for name, page in shown.items():
        assert page.title() != "x", name
        assert page.locator("img[src=x]").count() == 0, name
        assert "7*7" in page.content() or name in ("nowhere", "sign-in"), name
        assert "\u202e" not in page.content(), name
    look(shown["batch"])
    look(shown["keys"])


def test_a_comparison_that_runs_and_one_that_fails(context: OpenContext, site: Site, look):
    page = context().new_page()
    site.git.faults["octocat/stuck"] = "hang"
    for name, seen in (("stuck", ".stages .now"), ("nowhere", ".problem")):
        page.goto(f"{site.url}/compare?url={site.repository(name)}&base=main&head=main")
        page.get_by_role("button", name="Compare").click()
        expect(page.locator(seen).first).to_be_visible(timeout=120_000)
        look(page)
        site.git.faults.pop("octocat/stuck", None)  # what hangs would keep the others waiting
    expect(page.get_by_text("The repository could not be read").first).to_be_visible()


def test_what_is_refused_of_a_recruiter_and_an_owner(context: OpenContext, site: Site, look):
    page = context(extra_http_headers={"Authorization": f"Bearer {site.owner_key}"}).new_page()
    page.goto(f"{site.url}/batches")
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": b"url\n/etc\n"}
    page.get_by_label("Drop a CSV file here").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Analyze all").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    page.goto(f"{site.url}/keys")
    page.get_by_label("Account", exact=True).fill(" ")
    page.get_by_label("What it is for").fill("autumn")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)


def test_a_batch_of_which_every_row_failed_and_its_end(context: OpenContext, site: Site, look):
    headers = {"Authorization": f"Bearer {site.owner_key}"}
    with httpx.Client(base_url=site.url, headers=headers, timeout=60) as client:
        rows = [{"url": site.repository("nowhere"), "label": "one"}]
        batch = client.post("/api/v1/batches", json={"rows": rows}).raise_for_status().json()
    page = context(extra_http_headers=headers).new_page()
    page.goto(f"{site.url}/batches/{batch['id']}?page=7")
    expect(page.get_by_text("Every row failed; the reasons stand above.")).to_be_visible(timeout=120_000)
    look(page)
    page.goto(f"{site.url}/batches/{batch['id']}?blind=1")
    expect(page.get_by_text(": The repository could not be read")).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", name="Delete this batch?")).to_be_visible()
    look(page)
