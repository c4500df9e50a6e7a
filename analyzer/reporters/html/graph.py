"""The wiring as a picture: parts in rows from data to alert, ties between them, and what is missing drawn dashed.

Rows are fixed by the kind of a part, so that every repository is drawn in the same order; within a row parts are ordered
by where their ties lead. All of it is arithmetic on sorted values: the same report gives the same picture.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from msgspec import Struct

from analyzer.reporters.words import visible
from analyzer.wiring import Edge, Gap, Link, Node, WiringSummary

__all__ = ["LANES", "Box", "Lane", "Picture", "Tie", "draw"]

LANES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("data", ("dataset",)),
    ("steps", ("stage", "script", "notebook")),
    ("code", ("module",)),
    ("models", ("model",)),
    ("images", ("image",)),
    ("delivery", ("job", "resource", "workload")),
    ("services", ("service", "target")),
    ("metrics", ("metric",)),
    ("watch", ("alert", "dashboard")),
)
"""Rows from top to bottom, each with the kinds of parts that stand in it."""

_LANE_OF = {kind: lane for lane, kinds in LANES for kind in kinds}
_LINK_LANES = {
    "data": "data", "training": "code", "registry": "models", "image": "images", "deployment": "delivery",
    "service": "services", "metrics": "metrics", "alert": "watch",
}  # fmt: skip
_UNDRAWN = frozenset({"imports"})
_PER_LANE = 6
_MOST_GAPS = 8
_LEFT, _BOX_WIDTH, _BOX_HEIGHT, _GAP_X, _LANE_HEIGHT, _TOP = 92, 148, 34, 16, 78, 8
WIDTH = _LEFT + _PER_LANE * (_BOX_WIDTH + _GAP_X)
_LABEL = 19
"""Characters of a label that fit in a box."""


class Box(Struct, frozen=True):
    """One part. ``key`` numbers it within the picture; ``look`` is ``part``, ``chain``, or ``missing``."""

    key: int
    label: str
    title: str
    look: str
    x: int
    y: int
    width: int = _BOX_WIDTH
    height: int = _BOX_HEIGHT

    @property
    def middle(self) -> int:
        """Where its text stands."""
        return self.x + self.width // 2


class Tie(Struct, frozen=True):
    """One line between two boxes. ``look`` is ``tie``, ``chain``, or ``missing``."""

    source: int
    target: int
    title: str
    look: str
    path: str


class Lane(Struct, frozen=True):
    """One row: its name, where it stands, and how many parts of it are not drawn."""

    name: str
    y: int
    more: int


class Picture(Struct, frozen=True):
    """The whole picture in its own units."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    ties: tuple[Tie, ...]


class _Part(Struct, frozen=True):
    """What becomes a box."""

    id: str
    lane: str
    label: str
    title: str
    look: str


def draw(
    wiring: WiringSummary,
    missing: Callable[[str], str] = "no {}".format,
    said: Callable[[str], str] = str,
    label: Callable[[Node], str] = attrgetter("label"),
) -> Picture | None:
    """Lay out the wiring; None where there is nothing to draw.

    Args:
        wiring: the wiring of a report.
        missing: the words of a link of the chain that is missing, by its name.
        said: what says a sentence of the engine in the language of the page.
        label: what a part is called there.
    """
    if not wiring.nodes:
        return None
    edges = [edge for edge in wiring.edges if edge.kind not in _UNDRAWN]
    chain = _chain_nodes(wiring)
    absent = [link for link in wiring.chain.links if not link.found]
    kept = _kept(wiring.nodes, edges, wiring.gaps, set(chain.values()), {_LINK_LANES[link.name] for link in absent})
    gaps = [gap for gap in wiring.gaps if gap.source in kept][:_MOST_GAPS]
    parts = [
        *(
            _Part(n.id, _lane(n), _short(label(n)), f"{said(n.kind)}: {label(n)}", _look(n.id, chain))
            for n in kept.values()
        ),
        *(_ghost(link, missing(link.name), said(link.sentence)) for link in absent),
    ]
    joined = _joined(edges, kept, said, label)
    lines = [
        *((source, target, title, "tie") for (source, target), title in joined.items()),
        *_chain_lines(wiring.chain.links, chain, said),
    ]
    rows = _ordered(parts, [(source, target) for source, target, _, _ in lines])
    lanes, boxes = _placed(rows, wiring.nodes, kept)
    numbers = {part.id: box.key for part, box in boxes}
    at = {box.key: box for _, box in boxes}
    ties = [
        Tie(numbers[source], numbers[target], title, look, _curve(at[numbers[source]], at[numbers[target]]))
        for source, target, title, look in lines
    ]
    stubs = [_stub(gap, at[numbers[gap.source]], index, said) for index, gap in enumerate(gaps)]
    order = {"tie": 0, "missing": 1, "chain": 2}
    height = _TOP + len(lanes) * _LANE_HEIGHT
    return Picture(
        WIDTH,
        height,
        tuple(lanes),
        tuple(box for _, box in boxes),
        tuple(sorted([*ties, *stubs], key=lambda tie: order[tie.look])),
    )


# -- what is drawn -----------------------------------------------------------------------------------------------


def _lane(node: Node) -> str:
    return _LANE_OF.get(node.kind, "code")


def _look(name: str, chain: dict[str, str]) -> str:
    return "chain" if name in chain.values() else "part"


def _ghost(link: Link, words: str, title: str) -> _Part:
    return _Part(f"missing:{link.name}", _LINK_LANES[link.name], words, title, "missing")


def _chain_nodes(wiring: WiringSummary) -> dict[str, str]:
    """The node of each link that is found: in the link's own row where there is one, else the file's module or first."""
    found: dict[str, str] = {}
    for link in wiring.chain.links:
        if not link.found:
            continue
        there = [node for node in wiring.nodes if node.path == link.path]
        own = [node for node in there if _lane(node) == _LINK_LANES[link.name]]
        exact = [node for node in own if node.line == link.line]
        modules = [node for node in there if node.kind == "module"]
        first = next(iter((*exact, *own, *modules, *there)), None)
        if first is not None:
            found[link.name] = first.id
    return found


def _kept(
    nodes: Iterable[Node], edges: Iterable[Edge], gaps: Iterable[Gap], chain: set[str], ghosts: set[str]
) -> dict[str, Node]:
    """The parts that are drawn: of each row those on the chain, those with a gap, then those with most ties."""
    degrees: dict[str, int] = {}
    for edge in edges:
        for end in (edge.source, edge.target):
            degrees[end] = degrees.get(end, 0) + 1
    open_ended = {gap.source for gap in gaps}
    ranked = sorted(
        nodes, key=lambda node: (node.id not in chain, node.id not in open_ended, -degrees.get(node.id, 0), node.id)
    )
    room = {lane: _PER_LANE - (lane in ghosts) for lane, _ in LANES}
    kept: dict[str, Node] = {}
    for node in ranked:
        if room[_lane(node)] > 0:
            room[_lane(node)] -= 1
            kept[node.id] = node
    return kept


def _joined(
    edges: Iterable[Edge], kept: dict[str, Node], said: Callable[[str], str], label: Callable[[Node], str]
) -> dict[tuple[str, str], str]:
    """Ties between parts that are drawn, several kinds between the same two as one."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for edge in edges:
        if edge.source in kept and edge.target in kept:
            kinds.setdefault((edge.source, edge.target), []).append(edge.kind)
    return {
        pair: f"{label(kept[pair[0]])} {', '.join(map(said, dict.fromkeys(words)))} {label(kept[pair[1]])}"
        for pair, words in kinds.items()
    }


def _chain_lines(
    links: Sequence[Link], chain: dict[str, str], said: Callable[[str], str]
) -> list[tuple[str, str, str, str]]:
    """The chain itself: solid from link to link where both are found, dashed into one that is missing."""
    lines = []
    for before, link in itertools.pairwise(links):
        source = chain.get(before.name) or ("" if before.found else f"missing:{before.name}")
        target = chain.get(link.name) or ("" if link.found else f"missing:{link.name}")
        if source and target and source != target:
            whole = before.found and link.found
            lines.append((source, target, said(link.sentence), "chain" if whole else "missing"))
    return lines


def _short(label: str) -> str:
    """A label that fits: the end of a path, which tells more than its beginning."""
    plain = visible(label)
    if len(plain) > _LABEL:
        path, space, rest = plain.partition(" ")
        plain = (path.rstrip("/").rsplit("/", 1)[-1] or path) + space + rest
    return plain if len(plain) <= _LABEL else f"{plain[: _LABEL - 1]}…"


# -- where it is drawn -------------------------------------------------------------------------------------------


def _ordered(parts: list[_Part], ties: list[tuple[str, str]]) -> dict[str, list[_Part]]:
    """The parts of each row, moved to where their ties lead; four sweeps settle it."""
    rows = {lane: sorted((p for p in parts if p.lane == lane), key=lambda p: p.id) for lane, _ in LANES}
    neighbours: dict[str, list[str]] = {}
    for source, target in ties:
        neighbours.setdefault(source, []).append(target)
        neighbours.setdefault(target, []).append(source)
    for sweep in range(4):
        place = {part.id: index - len(row) / 2 for row in rows.values() for index, part in enumerate(row)}
        for lane in list(rows) if sweep % 2 == 0 else list(reversed(rows)):
            own = {part.id for part in rows[lane]}

            def middle(part: _Part, own: set[str] = own, place: dict[str, float] = place) -> tuple[float, str]:
                others = [place[name] for name in neighbours.get(part.id, ()) if name not in own]
                return (sum(others) / len(others) if others else place[part.id], part.id)

            rows[lane].sort(key=middle)
            place.update({part.id: index - len(rows[lane]) / 2 for index, part in enumerate(rows[lane])})
    return rows


def _placed(
    rows: dict[str, list[_Part]], nodes: Iterable[Node], kept: dict[str, Node]
) -> tuple[list[Lane], list[tuple[_Part, Box]]]:
    left_out: dict[str, int] = {}
    for node in nodes:
        if node.id not in kept:
            left_out[_lane(node)] = left_out.get(_lane(node), 0) + 1
    lanes: list[Lane] = []
    boxes: list[tuple[_Part, Box]] = []
    for lane, row in rows.items():
        if not row:
            continue
        y = _TOP + len(lanes) * _LANE_HEIGHT
        lanes.append(Lane(lane, y, left_out.get(lane, 0)))
        start = _LEFT + (_PER_LANE - len(row)) * (_BOX_WIDTH + _GAP_X) // 2
        for index, part in enumerate(row):
            x = start + index * (_BOX_WIDTH + _GAP_X)
            boxes.append((part, Box(len(boxes), part.label, part.title, part.look, x, y + 10)))
    return lanes, boxes


def _curve(source: Box, target: Box) -> str:
    if source.y == target.y:
        y, dip = source.y + source.height, source.y + source.height + 20
        return (
            f"M{source.middle - 12} {y}C{source.middle - 12} {dip} {target.middle + 12} {dip} {target.middle + 12} {y}"
        )
    down = source.y < target.y
    start = source.y + source.height if down else source.y
    end = target.y if down else target.y + target.height
    bend = (end - start) // 2
    return f"M{source.middle} {start}C{source.middle} {start + bend} {target.middle} {end - bend} {target.middle} {end}"


def _stub(gap: Gap, source: Box, index: int, said: Callable[[str], str]) -> Tie:
    """A short dashed end that leads nowhere: what a reference names is not told by the files."""
    x, y = source.x + source.width - 18 - 7 * (index % 3), source.y + source.height
    return Tie(source.key, -1, f"{said(gap.kind)} {gap.name}: {said(gap.why)}", "missing", f"M{x} {y}v14m-4 0h8")
