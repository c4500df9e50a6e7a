"""The radar of the sections: points of polygons in a fixed box."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

__all__ = ["Axis", "Radar", "radar"]

WIDTH, HEIGHT = 540, 320
"""Size of the box in its own units; long names of sections stand beside the circle."""
_RADIUS = 110


class Axis(Struct, frozen=True):
    """One axis: where it ends, where its name stands, on which side, and the point of its share."""

    title: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    at_x: float
    at_y: float
    unit_x: float
    unit_y: float


class Radar(Struct, frozen=True):
    """The axes, the rings at a quarter, a half, three quarters and the whole, and the shape of the shares."""

    axes: tuple[Axis, ...]
    rings: tuple[str, ...]
    shape: str
    width: int = WIDTH
    height: int = HEIGHT
    center_x: float = WIDTH / 2
    center_y: float = HEIGHT / 2
    radius: int = _RADIUS


def radar(shares: Sequence[tuple[str, float]]) -> Radar:
    """Lay out names with shares from 0 to 1, the first on top, clockwise. Fewer than three make no shape."""
    center_x, center_y = WIDTH / 2, HEIGHT / 2
    axes = []
    for index, (title, share) in enumerate(shares):
        angle = 2 * math.pi * index / len(shares) - math.pi / 2
        x, y = math.cos(angle), math.sin(angle)
        axes.append(
            Axis(
                title,
                _round(center_x + _RADIUS * x),
                _round(center_y + _RADIUS * y),
                _round(center_x + (_RADIUS + 14) * x),
                _round(center_y + (_RADIUS + 18) * y + 4),
                "middle" if abs(x) < 0.2 else "start" if x > 0 else "end",
                _round(center_x + _RADIUS * share * x),
                _round(center_y + _RADIUS * share * y),
                round(x, 5) + 0.0,
                round(y, 5) + 0.0,
            )
        )
    rings = tuple(
        " ".join(
            f"{_round(center_x + _RADIUS * part * axis.unit_x)},{_round(center_y + _RADIUS * part * axis.unit_y)}"
            for axis in axes
        )
        for part in (0.25, 0.5, 0.75, 1.0)
    )
    return Radar(tuple(axes), rings, " ".join(f"{axis.at_x},{axis.at_y}" for axis in axes))


def _round(value: float) -> float:
    return round(value, 1) + 0.0  # no minus zero
