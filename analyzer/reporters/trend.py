"""A trend as a table with a sparkline for a terminal, as JSON, and as a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from analyzer.reporters.words import number, plain_utf8, visible

if TYPE_CHECKING:
    from rich.console import Console

    from analyzer.trend import Point, Trend

__all__ = ["moves", "print_trend", "render_json", "render_svg", "render_text", "sparkline", "trend_document"]

_BLOCKS = "▁▂▃▄▅▆▇█"
_RANK = {"missing": 0, "partial": 1, "met": 2}


def sparkline(scores: Sequence[float], width: int = 60) -> str:
    """Blocks whose height is the score from 0 to 100; at most ``width``, where several points share one, their last."""
    if len(scores) > width:
        scores = [scores[(index + 1) * len(scores) // width - 1] for index in range(width)]
    return "".join(_BLOCKS[min(7, int(score * 8 / 100))] for score in scores)


def moves(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The criteria that gained and those that lost from one point to the next."""
    gained: list[str] = []
    lost: list[str] = []
    for name, status in after.items():
        was, now = _RANK.get(before.get(name, "")), _RANK.get(status)
        if was is not None and now is not None and was != now:
            (gained if now > was else lost).append(name)
    return gained, lost


def _told(before: Point | None, point: Point) -> str:
    if before is None:
        return ""
    gained, lost = moves(before.statuses, point.statuses)
    words = [f"+{name}" for name in gained] + [f"-{name}" for name in lost]
    return " ".join([*words[:4], *([f"and {len(words) - 4} more"] if len(words) > 4 else [])])


def print_trend(trend: Trend, console: Console) -> None:
    """Print headline, sparkline and a table, the newest last."""
    from rich.table import Table
    from rich.text import Text

    first, last = trend.points[0], trend.points[-1]
    folder = f" ({trend.subdir})" if trend.subdir else ""
    console.print(Text(f"{visible(trend.name)}{visible(folder)}", style="bold"))
    change = f"{last.score - first.score:+.1f}".removesuffix(".0")
    over = f"; {change} since {first.moment.date[:10]} over {len(trend.points)} commits"
    console.print(
        f"{number(last.score)} of 100 points, {last.grade}{over if len(trend.points) > 1 else '; one commit, so no change'}"
    )
    if not trend.complete:
        console.print(Text("This copy is shallow: older commits are not in it.", style="bright_black"))
    console.print(Text(sparkline([point.score for point in trend.points]), style="cyan"))
    console.print()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("date", no_wrap=True)
    table.add_column("commit", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("criteria gained and lost")
    before: Point | None = None
    for point in trend.points:
        tags = f" {' '.join(map(visible, point.moment.tags))}" if point.moment.tags else ""
        table.add_row(
            point.moment.date[:10],
            f"{point.moment.commit[:10]}{tags}",
            number(point.score),
            Text(_told(before, point)),
        )
        before = point
    console.print(table)


def render_text(trend: Trend) -> str:
    """What :func:`print_trend` prints, in 80 columns and without colour."""
    from analyzer.reporters.text import printed

    return printed(lambda console: print_trend(trend, console))


def trend_document(trend: Trend) -> dict[str, Any]:
    """The trend as plain values, the oldest point first."""
    return {
        "schema_version": 1,
        "name": plain_utf8(trend.name),
        "subdir": plain_utf8(trend.subdir),
        "rubric": {"id": trend.rubric.id, "version": trend.rubric.version, "sha256": trend.rubric.sha256},
        "complete": trend.complete,
        "points": list(_documents(trend)),
    }


def _documents(trend: Trend) -> Iterator[dict[str, Any]]:
    before: Point | None = None
    for point in trend.points:
        gained, lost = moves(before.statuses, point.statuses) if before else ([], [])
        yield {
            "commit": point.moment.commit,
            "committed": point.moment.date,
            "subject": plain_utf8(point.moment.subject),
            "tags": [plain_utf8(tag) for tag in point.moment.tags],
            "score": point.score,
            "grade": point.grade,
            "assessed": point.assessed,
            "sections": point.sections,
            "gained": gained,
            "lost": lost,
        }
        before = point


def render_json(trend: Trend) -> str:
    """The document as text; the same trend gives the same bytes."""
    return json.dumps(trend_document(trend), ensure_ascii=False, indent=1) + "\n"


# -- the picture ---------------------------------------------------------------------------------------------------

_WIDTH, _HEIGHT = 720, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 16, 40, 36


def render_svg(trend: Trend) -> str:
    """A line of the score over time, with a title and a description for screen readers."""
    points = trend.points
    first, last = points[0], points[-1]
    name = escape(visible(trend.name))
    since = f"from {first.moment.date[:10]} to {last.moment.date[:10]}"
    told = f"{number(first.score)} to {number(last.score)} of 100 points {since}, {len(points)} commits"
    span = max(1, last.moment.seconds - first.moment.seconds)
    alone = len(points) == 1

    def at(point: Point) -> tuple[float, float]:
        share = 1.0 if alone else (point.moment.seconds - first.moment.seconds) / span
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, share))
        return round(x, 1), round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - point.score / 100), 1)

    places = [at(point) for point in points]
    line = " ".join(f"{x:g},{y:g}" for x, y in places)
    dots = "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="2.5"><title>{point.moment.date[:10]} {point.moment.commit[:10]}: '
        f"{number(point.score)}</title></circle>"
        for point, (x, y) in zip(points, places, strict=True)
    )
    grid = "".join(
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:g}" y2="{y:g}"/>' for _, y in _grid_lines()
    )  # fmt: skip
    labels = "".join(
        f'<text x="{_LEFT - 8}" y="{y + 4:g}" text-anchor="end">{value}</text>' for value, y in _grid_lines()
    )
    x, y = places[-1]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'role="img" aria-labelledby="trend-title trend-text" font-family="system-ui,sans-serif" font-size="12">\n'
        f'<title id="trend-title">{name}: score over time</title>\n'
        f'<desc id="trend-text">{told}</desc>\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>\n'
        f'<text x="{_LEFT}" y="22" font-size="14" font-weight="600" fill="#1f2328">{name}: {told}</text>\n'
        f'<g stroke="#d0d7de" stroke-width="1">{grid}</g>\n'
        f'<g fill="#57606a">{labels}'
        f'<text x="{_LEFT}" y="{_HEIGHT - 12}">{first.moment.date[:10]}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 12}" text-anchor="end">{last.moment.date[:10]}</text></g>\n'
        f'<polyline points="{line}" fill="none" stroke="#0969da" stroke-width="2" stroke-linejoin="round"/>\n'
        f'<g fill="#0969da">{dots}</g>\n'
        f'<text x="{x - 4:g}" y="{max(_TOP - 4, y - 8):g}" text-anchor="end" font-weight="600" fill="#1f2328">'
        f"{number(last.score)}</text>\n</svg>\n"
    )


def _grid_lines() -> list[tuple[int, float]]:
    height = _HEIGHT - _TOP - _BOTTOM
    return [(value, _TOP + height * (1 - value / 100)) for value in (0, 25, 50, 75, 100)]
