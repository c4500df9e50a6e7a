"""Takes pictures of all pages, wide and narrow, light and dark: ``python tools/screenshots.py FOLDER``.

It starts the service with repositories of its own, as the tests do, and needs chromium (``bin/packages``).
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.pages.api import analyzed
from tests.pages.conftest import ARGUMENTS, CHROMIUM, DESK, PHONE
from tests.pages.server import SAMPLES, Site, running_site

LOOKS = [("1280", DESK, "light"), ("1280", DESK, "dark"), ("390", PHONE, "light"), ("390", PHONE, "dark")]
LONG = 120_000


def main() -> int:
    """Take them all."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, running_site(Path(place)) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        pages, state = prepared(browser, site)
        for width, size, scheme in LOOKS:
            context = browser.new_context(viewport=size, color_scheme=scheme, storage_state=state)
            page = context.new_page()
            for name, address in pages.items():
                page.goto(address)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                print(folder / f"{name}-{width}-{scheme}.png")
            context.close()
        browser.close()
    return 0


def prepared(browser: Browser, site: Site) -> tuple[dict[str, str], dict[str, object]]:
    """Addresses of pages with something to see, and the cookies of a signed-in owner."""
    context = browser.new_context()
    context.set_default_timeout(LONG)
    page = context.new_page()
    reports = {name: analyzed(site, name) for name in SAMPLES}
    page.goto(f"{site.url}/batches")
    page.get_by_label("API key").fill(site.owner_key)
    page.get_by_role("button", name="Sign in").click()
    batch = _batch(page, site)
    rows = page.locator(".rows input[name=row]").evaluate_all("boxes => boxes.map(box => box.value)")
    beside = "&".join(f"row={row}" for row in rows[:3])
    page.goto(f"{site.url}/compare")
    page.get_by_label("Repository").fill(site.repository("begun"))
    page.get_by_label("From:").fill(site.commits["begun"])
    page.get_by_label("To:").fill(site.commits["changed"])
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="Gained").wait_for()
    compared = page.url
    site.git.faults["octocat/stuck"] = "hang"
    started = {name: _started(page, site, name) for name in ("nowhere", "stuck")}
    page.goto(started["nowhere"])
    page.get_by_role("alert").wait_for()
    state = context.storage_state()
    context.close()
    pages = {
        "start": site.url,
        "example": f"{site.url}/examples/course-subfolder",
        "report": reports["good"],
        "report-begun": reports["begun"],
        "report-complete": reports["complete"],
        "progress": started["stuck"],
        "failed": started["nowhere"],
        "compare": f"{site.url}/compare",
        "compared": compared,
        "batches": f"{site.url}/batches",
        "batch": batch,
        "batch-blind": f"{batch}?blind=1&section=ci-cd&share=25",
        "side-by-side": f"{batch}/compare?{beside}",
        "keys": f"{site.url}/keys",
        "nowhere": f"{site.url}/nowhere",
    }
    return pages, dict(state)


def _batch(page: Page, site: Site) -> str:
    rows = "".join(f"{site.repository(name)},{name}-candidate\n" for name in (*SAMPLES, "nowhere"))
    content = f"url,label\n{rows}/etc/passwd,wrong\n".encode()
    page.get_by_label("Drop a CSV file here").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Analyze all").click()
    page.wait_for_url(re.compile(r"/batches/[\w-]{20,}"))
    page.get_by_text("4 of 4 rows are finished").wait_for()
    return page.url


def _started(page: Page, site: Site, name: str) -> str:
    page.goto(site.url)
    page.get_by_label("Repository").fill(site.repository(name))
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/r/*")
    return page.url


if __name__ == "__main__":
    raise SystemExit(main())
