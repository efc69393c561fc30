"""A match as an SVG: each rally from above and from the side, drawn without a renderer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from arena_drone_volleyball.film.film import Film
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


def svg(court: Court, film: Film) -> str:
    """The rallies below one another, in order; a task is one."""
    wide, deep, high = court.length + 2 * _AROUND, court.width + 2 * _AROUND, _TOP
    row, rallies = (deep + high) * _SCALE + 4 * _MARGIN, film.rallies()
    width, height = wide * _SCALE + 2 * _MARGIN, row * len(rallies) + _MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" font-family="sans-serif" '
        f'font-size="13"><rect width="100%" height="100%" fill="white"/>'
    )
    rows = (_rally(court, film, shots, number * row + _MARGIN) for number, shots in enumerate(rallies))
    return head + "".join(rows) + "</svg>\n"


def _rally(court: Court, film: Film, shots: tuple[int, int], top: float) -> str:
    above = _View(court, top + _MARGIN, court.width + 2 * _AROUND, from_above=True)
    side = _View(court, above.top + above.height * _SCALE + _MARGIN, _TOP, from_above=False)
    title = f'<text x="{_MARGIN}" y="{top + 14:.0f}">{escape(film.caption(shots[1] - 1))}</text>'
    return title + "".join(_drawn(above, film, *shots)) + "".join(_drawn(side, film, *shots))


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


def _drawn(view: _View, film: Film, first: int, end: int) -> Iterator[str]:
    yield view.ground()
    for drone, side in enumerate(film.sides):
        yield _line(view, [film.places(shot)[drone] for shot in range(first, end, _EVERY)], _COLOURS[side], 1.0)
    yield _line(view, [film.ball(shot) for shot in range(first, end)], "#e08a00", 1.5)
    for event, shot in film.moments:
        if event.kind == "hit" and event.sender is not None and first <= shot < end:
            x, y = view.at(film.ball(shot)).split(",")
            yield f'<circle cx="{x}" cy="{y}" r="4" fill="{_COLOURS[film.sides[event.sender]]}"/>'
            yield f'<text x="{float(x) + 6:.1f}" y="{float(y) - 4:.1f}" font-size="10">{event.sender}</text>'


def _line(view: _View, points: Sequence[Point], colour: str, width: float) -> str:
    path = " ".join(map(view.at, points))
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
