"""A browser: Debian's chromium, one a worker, without network of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.pages.server import Site, running_site

CHROMIUM = "/usr/bin/chromium"
_WITHOUT = (
    # Each window loads the pages of an address bar that nobody sees, and a process for a page that never comes.
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess",
    # What Playwright switches off: of several such arguments the browser takes the last, which is ours.
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter",
    "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning",
)  # fmt: skip
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-sync", "--no-first-run", "--no-pings", "--disable-dev-shm-usage",
    f"--disable-features={','.join(_WITHOUT)}",
]  # fmt: skip
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process, gone when they are done."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The service with its local pool and three repositories, for all tests of a process, gone when they are done."""
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[OpenContext]:
    """``context(viewport=PHONE, java_script_enabled=False)`` opens a window that knows nothing of others.

    What a page writes to its console, a script that fails, and a violation of the content security policy are errors.
    """
    opened: list[BrowserContext] = []
    said: list[str] = []

    def make(**options: object) -> BrowserContext:
        made = browser.new_context(**{"viewport": DESK, **options})  # type: ignore[arg-type]
        made.set_default_timeout(60_000)
        made.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        made.on("weberror", lambda error: said.append(str(error.error)))
        opened.append(made)
        return made

    yield make
    for item in opened:
        item.close()
    assert [text for text in said if "status of 4" not in text] == []


def serious(page: Page) -> list[str]:
    """The serious and critical violations that axe-core finds on a page, each with where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for item in found
        if item["impact"] in ("serious", "critical")
        for node in item["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
