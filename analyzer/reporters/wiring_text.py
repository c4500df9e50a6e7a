"""The chain from data to alert, drawn for a terminal: found links solid, missing ones dashed, the first named."""

from __future__ import annotations

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzer.report import Report
from analyzer.reporters.words import visible
from analyzer.wiring import Chain

__all__ = ["chain_text"]

_SOLID, _DASHED = "─", "┄"
_FOUND, _MISSING = "green", "yellow"


def chain_text(report: Report) -> list[RenderableType]:
    """The lines of the chain; none where no link of it is found."""
    chain = report.wiring.chain
    found = [link for link in chain.links if link.found]
    if not found:
        return []
    parts: list[RenderableType] = [
        Text(f"From data to alert: {len(found)} of {len(chain.links)} links are tied", style="bold"),
        _drawn(chain),
    ]
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, width=12)
    table.add_column(overflow="fold")
    for link in found:
        url = report.target.link(link.path, link.line, link.line)
        table.add_row(
            Text.assemble((_SOLID, _FOUND), f" {link.name}"),
            Text(f"{visible(link.path)}:{link.line}", style=f"link {url}" if url else ""),
        )
    parts.append(table)
    missing = chain.first_missing
    if missing:
        sentence = f"{visible(missing.sentence)}."
        first = Text.assemble((f"{_DASHED} {missing.name}", _MISSING), " is the first link that is missing: ", sentence)
        parts.append(Padding(first, (0, 0, 0, 0)))
    return parts


def _drawn(chain: Chain) -> Text:
    line = Text(no_wrap=True)
    for index, link in enumerate(chain.links):
        style = _FOUND if link.found else "bright_black"
        if index or not link.found:
            line.append(f"{' ' if index else ''}{_SOLID if link.found else _DASHED} ", style=style)
        line.append(link.name, style=style if link.found or link != chain.first_missing else _MISSING)
    return line
