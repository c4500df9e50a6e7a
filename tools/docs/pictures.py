"""Make the pictures of the documentation anew: ``python -m tools.docs.pictures`` (needs chromium).

Pictures of the terminal are drawn by rich, without the fonts that it would load; those of pages by a browser.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from analyzer import Options, analyze
from analyzer.reporters.html import render_html
from analyzer.reporters.text import print_report

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
FIXTURES = ROOT / "fixtures" / "repos"
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_LINES = 34


def terminal() -> None:
    """The beginning of a report in a terminal."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(FIXTURES / "prefect-evidently-course", Path(folder, "laptop-prices"))
        report = analyze(str(copy), Options(standalone=True))
    console = _console()
    print_report(report, console)
    lines = console.export_text(styles=True).split("\n")[:_LINES]
    _draw("terminal", "folioscope analyze laptop-prices", "\n".join(lines))


def comparison() -> None:
    """What compare says about a lost Dockerfile."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before"), Path(folder, "after")
        for copy in (before, after):
            shutil.copytree(FIXTURES / "feast-store", copy)
        (after / "Dockerfile").unlink()
        done = subprocess.run(
            ["folioscope", "compare", f"./{before.name}", f"./{after.name}"],
            cwd=folder, capture_output=True, text=True, check=True,
        )  # fmt: skip
    _draw("compare", "folioscope compare before after", done.stdout.rstrip())


def _console() -> Console:
    return Console(record=True, width=80, file=open("/dev/null", "w"), force_terminal=True, highlight=False)  # noqa: PTH123


def _draw(name: str, title: str, text: str) -> None:
    console = _console()
    console.print(Text.from_ansi(text))
    drawn = _FONT.sub("", console.export_svg(title=title, unique_id=name))
    (PICTURES / f"{name}.svg").write_text(drawn.replace("Fira Code, ", ""), "utf-8")


def pages() -> None:
    """The report as a page: its beginning, and the checklist with a criterion that is open."""
    from playwright.sync_api import sync_playwright

    report = analyze(str(FIXTURES / "k8s-helm-prometheus"), Options(standalone=True))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        page_file = Path(folder, "report.html")
        page_file.write_text(render_html(report), "utf-8")
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 760})
        page.goto(page_file.as_uri())
        page.screenshot(path=str(PICTURES / "report.png"))
        first = page.locator("#checklist details, .checklist details").first
        if first.count():
            first.evaluate("item => { item.open = true; item.scrollIntoView(); }")
        page.screenshot(path=str(PICTURES / "checklist.png"))
        browser.close()


if __name__ == "__main__":
    terminal()
    comparison()
    pages()
