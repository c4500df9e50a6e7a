"""The documentation site: built strictly, every link within it leads somewhere, nothing comes from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from analyzer.cli import COMMANDS
from analyzer.configuration import config_schema
from analyzer.findings import Status
from analyzer.rubric import load_rubric
from tests.conftest import BuildRepository, decide_one
from tests.pages.conftest import ARGUMENTS, CHROMIUM, DESK, PHONE
from tools.docs.criteria import criterion_examples

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """Ids, links, and what a browser loads by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag refers to."""
        named = {name: value or "" for name, value in attrs}
        self.ids |= {named[name] for name in ("id", "name") if name in named}
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        elif tag == "link" and named.get("rel") in ("stylesheet", "icon", "preload", "preconnect", "modulepreload"):
            self.loads.append(named["href"])
        elif "src" in named:
            self.loads.append(named["src"])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Page]:
    """Its pages."""
    return {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}


def test_links_within_the_site_lead_somewhere(pages: dict[Path, Page]) -> None:
    assert len(pages) > 12
    wrong = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in (*page.links, *page.loads):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            anchor = unquote(parts.fragment)
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].ids):
                wrong.append(f"{path.name}: {link}")
    assert wrong == []


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        assert [item for item in page.loads if re.match(r"(?:[a-z]+:)?//", item)] == [], path
    for path in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import )\s*[\"']?(?:https?:)?//[^)\"']+", path.read_text("utf-8")) == [], path
    for path in site.rglob("*.svg"):
        assert "url(http" not in path.read_text("utf-8"), path


def test_a_folder_of_it_is_searched_and_read_without_a_network(site: Path, pages: dict[Path, Page]) -> None:
    asked: list[str] = []
    wrong: list[str] = []
    with sync_playwright() as driver, driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser:
        for width in (PHONE, DESK):
            page = browser.new_context(offline=True, viewport=width).new_page()  # type: ignore[arg-type]
            page.set_default_timeout(60_000)
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.goto((site / "reference" / "commands.html").as_uri())
            if width is PHONE:
                page.locator("label[for=__search]").first.click()
            page.locator("input[name=query]").press_sequentially("prometheus")
            first = page.locator(".md-search-result__link").first
            first.wait_for()
            target = first.get_attribute("href") or ""
            assert target.startswith(site.as_uri())
            first.click()
            page.wait_for_url(re.compile(re.escape(urlsplit(target).path)))
            assert "prometheus" in page.inner_text("article").lower()
            for path in sorted(pages):
                if width is PHONE and path.parent == site:
                    page.goto(path.as_uri())
                    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert wrong == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []


def test_every_page_has_its_place_in_the_navigation(site: Path) -> None:
    assert ">More<" not in re.sub(r"\s", "", (site / "index.html").read_text("utf-8"))


def test_pictures_are_small_and_told_in_words() -> None:
    for path in (ROOT / "docs" / "pictures").iterdir():
        assert path.stat().st_size < 200_000, path
    for path in (ROOT / "docs").rglob("*.md"):
        assert not re.search(r"!\[\s*\]\(", path.read_text("utf-8")), path


# -- the reference says what is --------------------------------------------------------------------------------------


def text_of(site: Path, page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", (site / page).read_text("utf-8")))


def test_every_command_and_every_key_is_in_the_reference(site: Path) -> None:
    commands = text_of(site, "reference/commands.html")
    assert [name for name in COMMANDS if f"folioscope {name}" not in commands] == []
    for option in ("--with-config", "--ignore-annotations", "--rules MODULE", "--fail-under N", "--dry-run"):
        assert option in commands
    configuration = text_of(site, "reference/configuration.html")
    assert [name for name in config_schema()["properties"] if name not in configuration] == []


def test_the_api_is_in_the_reference(site: Path) -> None:
    assert "/api/v1/" in text_of(site, "reference/api.html")


def test_every_criterion_stands_there_in_one_form(site: Path) -> None:
    text = (ROOT / "docs" / "criteria.yaml").read_text("utf-8")
    assert text.count("\n  says: ") == len(load_rubric().criteria)
    page = text_of(site, "reference/criteria.html")
    entries = re.split(r"\n(?=[a-z0-9]+\.[a-z-]+¶)", page)[1:]
    assert [entry.split("¶")[0] for entry in entries] == [item.id for item in load_rubric().criteria]
    for entry in entries:
        at = [
            entry.find(part)
            for part in ("What.", "Why.", "How to earn it.", "Not enough.", "Good.", "Since", "Works offline:")
        ]
        assert -1 not in at, entry[:60]
        assert at == sorted(at), entry[:60]


@pytest.mark.parametrize("name", [item.id for item in load_rubric().criteria])
def test_what_is_shown_as_not_enough_is_not(name: str, repository: BuildRepository) -> None:
    example = criterion_examples()[name]
    found = decide_one(repository({example.path: example.text}), name).status
    if example.says.endswith("partial."):
        assert found is Status.PARTIAL
    else:
        assert found is not Status.MET
        assert found is not Status.PARTIAL or example.says.endswith("partial at most.")
