"""A match as an SVG: each rally from above and from the side, drawn without a renderer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from arena_drone_volleyball.rules.court import NET_HEIGHT, Court
from arena_drone_volleyball.rules.faults import Point

_SCALE: Final = 40.0
"""Pixels a metre."""
_MARGIN: Final = 30.0
_TOP: Final = 7.0
"""m: what is higher is drawn at the upper edge."""
_AROUND: Final = 1.5
"""m around the court that are drawn."""
_COLOURS: Final = ("#c0392b", "#2459a6")
_EVERY: Final = 5
"""Control steps between two drawn places of a drone."""


@dataclass(slots=True)
class Trace:
    """Where ball and drones were in one rally; `hits` are the steps of touches and who touched."""

    ball: list[Point] = field(default_factory=list)
    drones: list[Sequence[Point]] = field(default_factory=list)
    hits: list[tuple[int, int]] = field(default_factory=list)
    ending: str = "goes on"

    def note(self, drones: Sequence[Point], ball: Point) -> None:
        """Keep one control step."""
        if len(self.ball) % _EVERY == 0:
            self.drones.append(drones)
        self.ball.append(ball)


def svg(court: Court, traces: Sequence[Trace]) -> str:
    """The rallies below one another, in order."""
    wide, deep, high = court.length + 2 * _AROUND, court.width + 2 * _AROUND, _TOP
    row = (deep + high) * _SCALE + 4 * _MARGIN
    width, height = wide * _SCALE + 2 * _MARGIN, row * len(traces) + _MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" font-family="sans-serif" '
        f'font-size="13"><rect width="100%" height="100%" fill="white"/>'
    )
    rows = (_rally(court, trace, number, number * row + _MARGIN) for number, trace in enumerate(traces))
    return head + "".join(rows) + "</svg>\n"


def _rally(court: Court, trace: Trace, number: int, top: float) -> str:
    above = _View(court, top + _MARGIN, court.width + 2 * _AROUND, from_above=True)
    side = _View(court, above.top + above.height * _SCALE + _MARGIN, _TOP, from_above=False)
    title = f'<text x="{_MARGIN}" y="{top + 14:.0f}">{escape(f"Rally {number}: {trace.ending}")}</text>'
    return title + "".join(_drawn(above, trace)) + "".join(_drawn(side, trace))


@dataclass(frozen=True, slots=True)
class _View:
    court: Court
    top: float
    height: float
    from_above: bool

    def at(self, point: Point) -> str:
        x = _MARGIN + (point[0] + self.court.length / 2.0 + _AROUND) * _SCALE
        up = point[1] + self.height / 2.0 if self.from_above else min(point[2], self.height)
        return f"{x:.1f},{self.top + (self.height - up) * _SCALE:.1f}"

    def ground(self) -> str:
        half, across = self.court.length / 2.0, self.court.width / 2.0
        if self.from_above:
            corners = [(-half, -across), (half, -across), (half, across), (-half, across)]
            outline = " ".join(self.at((x, y, 0.0)) for x, y in corners)
            net = ((0.0, -across, 0.0), (0.0, across, 0.0))
            return f'<polygon points="{outline}" fill="#f3efe4" stroke="#555"/>' + _line(self, net, "#111", 2.0)
        floor = ((-half - _AROUND, 0.0, 0.0), (half + _AROUND, 0.0, 0.0))
        return _line(self, floor, "#555", 1.0) + _line(self, ((0.0, 0.0, 0.0), (0.0, 0.0, NET_HEIGHT)), "#111", 2.0)


def _drawn(view: _View, trace: Trace) -> Iterator[str]:
    yield view.ground()
    for drone in range(len(trace.drones[0]) if trace.drones else 0):
        colour = _COLOURS[view.court.side(drone)]
        yield _line(view, [places[drone] for places in trace.drones], colour, 1.0)
    yield _line(view, trace.ball, "#e08a00", 1.5)
    for step, drone in trace.hits:
        x, y = view.at(trace.ball[min(step, len(trace.ball) - 1)]).split(",")
        yield f'<circle cx="{x}" cy="{y}" r="4" fill="{_COLOURS[view.court.side(drone)]}"/>'
        yield f'<text x="{float(x) + 6:.1f}" y="{float(y) - 4:.1f}" font-size="10">{drone}</text>'


def _line(view: _View, points: Sequence[Point], colour: str, width: float) -> str:
    path = " ".join(map(view.at, points))
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
