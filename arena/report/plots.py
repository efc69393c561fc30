"""The drawings of a report, each from values alone; names are cut and made harmless before they are drawn."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from arena.core.match import Cause
from arena.core.values import AgentName
from arena.rating.calibration import Calibration
from arena.rating.payoff import PayoffMatrix
from arena.report.across import Across
from arena.report.drawing import BLUE, FAINT, GRID, HUES, draw
from arena.report.history import Checkpoint, Track
from arena.report.ladders import Line
from arena.report.text import NAME, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorizer import ColorizingArtist

MOST: Final = 30
"""Agents in a ladder's drawing; the table has them all."""
TRACKS: Final = len(HUES)
_ROW: Final = 24
_NUMBERED: Final = 16
"""Agents beyond which the matrix has numbers for names."""
_LABELLED: Final = 6
"""Versions of a lineage beyond which not each has its name beside its point."""
_BELOW: Final = (8, -11)
_ABOVE: Final = (6, 7)
"""Where a version's name stands beside its point, in points: clear of a line that rises, and of one that falls."""
_VECTOR: Final = 40
"""Agents beyond which the matrix is drawn as one image."""
CAUSES: Final = {
    Cause.RESIGNED: HUES[5],
    Cause.TIMEOUT: HUES[1],
    Cause.UNAVAILABLE: HUES[3],
    Cause.ILLEGAL: HUES[6],
    Cause.DISCONNECT: HUES[4],
    Cause.VOID: HUES[7],
}
"""What ended a seat's match other than the rules, in the order in which bars are stacked."""


def draw_ladder(name: str, lines: Sequence[Line], unit: str) -> str:
    """A dot an agent with its interval, best on top."""
    kept = lines[:MOST]

    def paint(axes: "Axes") -> None:
        for at, line in enumerate(kept):
            if line.interval:
                axes.plot(line.interval, (at, at), color=BLUE, linewidth=4, alpha=0.3, solid_capstyle="round")
            axes.plot(line.row.rating, at, "o", color=BLUE, markersize=6)
        _name_rows(axes, [line.row.agent for line in kept])
        axes.set_xlabel(unit)

    return draw(name, "Ratings with 95 % intervals", 60 + _ROW * len(kept), paint)


def draw_matrix(name: str, pool: PayoffMatrix) -> str:
    """Mean margins of rows over columns by colour; a pair that never met stays grey."""
    size = len(pool.agents)
    margins = pool.margins.copy()
    np.fill_diagonal(margins, np.nan)
    top = float(np.nanmax(np.abs(margins), initial=0.0)) or 1.0
    labels = [shown(agent, NAME) if size <= _NUMBERED else str(at) for at, agent in enumerate(pool.agents, start=1)]

    def paint(axes: "Axes") -> None:
        axes.grid(visible=False)
        axes.set_facecolor(GRID)
        if size <= _VECTOR:
            cells: ColorizingArtist = axes.pcolormesh(
                margins, cmap="RdBu", vmin=-top, vmax=top, edgecolors="white", linewidth=0.6
            )
            axes.invert_yaxis()
        else:
            box = (0, size, size, 0)
            cells = axes.imshow(margins, "RdBu", vmin=-top, vmax=top, extent=box, interpolation="none", aspect="auto")
        step = max(1, size // 20)
        places = np.arange(0, size, step)
        axes.set_xticks(places + 0.5, [str(at + 1) for at in places])
        axes.set_yticks(places + 0.5, [f"{labels[at]}  {at + 1}" if size <= _NUMBERED else labels[at] for at in places])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        bar = axes.figure.colorbar(cells, ax=axes, shrink=0.8, aspect=30, pad=0.02)
        bar.outline.set_visible(False)
        bar.set_label("margin of the row")

    return draw(name, "Mean margins of every agent over every other", 90 + max(110, min(32 * size, 330)), paint)


def draw_tracks(name: str, tracks: Sequence[Track], unit: str) -> str:
    """A line an agent, its name at the right end."""
    kept = tracks[:TRACKS]

    def paint(axes: "Axes") -> None:
        for track, hue in zip(kept, HUES, strict=False):
            sets, ratings = zip(*((one.sets, one.rating) for one in track.readings), strict=True)
            axes.plot(sets, ratings, color=hue, linewidth=1.8)
        _name_ends(axes, [(track.agent, track.readings[-1].rating) for track in kept])
        axes.set_xlabel("sets finished")
        axes.locator_params(axis="x", integer=True)
        axes.set_ylabel(unit)

    return draw(name, "Ratings over the course of the sets", 300, paint)


def draw_lineage(name: str, checkpoints: Sequence[Checkpoint]) -> str:
    """A point a version with its interval, joined to the version it was trained from, or to the one before."""

    def paint(axes: "Axes") -> None:
        families = _families(checkpoints)
        for lines, hue, shift in families:
            for one in lines:
                across, ends = (one.place + shift,) * 2, (one.low, one.high)
                axes.plot(across, ends, color=hue, linewidth=4, alpha=0.3, solid_capstyle="round")
        _paint_families(axes, families, lambda one: one.rating, _BELOW)
        axes.set_ylabel("Bradley–Terry rating")

    return draw(name, "Ratings along the lineages of checkpoints", 300, paint)


def draw_figure(name: str, figure: str, checkpoints: Sequence[Checkpoint]) -> str:
    """What was measured of the same versions, at the same places."""

    def paint(axes: "Axes") -> None:
        families = _families(checkpoints, figure)
        _paint_families(axes, families, lambda one: one.figures[figure], _ABOVE)
        axes.set_ylabel(shown(figure, NAME))

    return draw(name, f"{figure} along the lineages of checkpoints", 300, paint)


_Family = tuple[list[Checkpoint], str, float]
"""The checkpoints of a lineage, its colour, and how far beside their places they are drawn."""


def _families(checkpoints: Sequence[Checkpoint], figure: str = "") -> list[_Family]:
    """Each lineage; of one `figure` those that have it, in the same colours."""
    found: dict[AgentName, list[Checkpoint]] = {}
    for one in checkpoints:
        found.setdefault(one.lineage, []).append(one)
    shifts = [0.12 * (at - (len(found) - 1) / 2) for at in range(len(found))]
    styled = zip(found.values(), HUES * len(found), shifts, strict=False)
    families = [
        ([one for one in lines if not figure or figure in one.figures], hue, shift) for lines, hue, shift in styled
    ]
    return [family for family in families if family[0]]


def _paint_families(
    axes: "Axes", families: Sequence[_Family], worth: Callable[[Checkpoint], float], beside: tuple[int, int]
) -> None:
    """Versions have their names beside them where there is one lineage, else each lineage at the end of its line."""
    for lines, hue, shift in families:
        _paint_line(axes, lines, hue, shift, worth)
    axes.set_xlabel("versions, in the order in which they were made")
    last = max(lines[-1].place for lines, _, _ in families)
    axes.set_xticks(range(1, last + 1, 1 + last // _NUMBERED))
    axes.margins(x=0.12)
    if len(families) > 1:
        _name_ends(axes, [(lines[-1].agent, worth(lines[-1])) for lines, _, _ in families[:TRACKS]])
    else:
        _name_points(axes, families[0][0], worth, beside)


def _paint_line(
    axes: "Axes", lines: Sequence[Checkpoint], hue: str, shift: float, worth: Callable[[Checkpoint], float]
) -> None:
    known = {(one.agent, one.version): one for one in lines}
    for before, one in zip((None, *lines), lines, strict=False):
        mother = known.get(one.parent, before) if one.parent else before
        if mother is not None:
            across = mother.place + shift, one.place + shift
            axes.plot(across, (worth(mother), worth(one)), color=hue, linewidth=1.2, alpha=0.6)
        axes.plot(one.place + shift, worth(one), "o", color=hue, markersize=6)


def _name_points(
    axes: "Axes", lines: Sequence[Checkpoint], worth: Callable[[Checkpoint], float], beside: tuple[int, int]
) -> None:
    every = 1 + (len(lines) - 1) // _LABELLED
    for at, (before, one) in enumerate(zip((None, *lines), lines, strict=False)):
        if at % every == 0:
            point, label = (one.place, worth(one)), shown(_known_by(one, before), NAME)
            axes.annotate(label, point, beside, textcoords="offset points", fontsize=11, color=BLUE)


def _known_by(one: Checkpoint, before: Checkpoint | None) -> str:
    """An agent is named where it is first met; one of a single version mostly has it in its name."""
    if before is not None and before.agent == one.agent:
        return one.version
    return one.agent if one.agent.endswith(f"-{one.version}") else f"{one.agent} {one.version}"


def draw_calibration(name: str, found: Calibration) -> str:
    """Forecasts against what came, with the diagonal that a calibrated system lies on."""

    def paint(axes: "Axes") -> None:
        axes.plot((0, 1), (0, 1), color=FAINT, linewidth=1, linestyle=(0, (4, 4)))
        for point in found.curve:
            axes.plot(
                (point.forecast, point.forecast),
                (point.low, point.high),
                color=BLUE,
                linewidth=4,
                alpha=0.3,
                solid_capstyle="round",
            )
        axes.plot([p.forecast for p in found.curve], [p.outcome for p in found.curve], "o-", color=BLUE, markersize=5)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.set_xlabel("forecast score")
        axes.set_ylabel("score that came")

    return draw(name, "Calibration of the forecasts", 380, paint)


def draw_endings(name: str, endings: Mapping[tuple[AgentName, Cause], int], agents: Sequence[AgentName]) -> str:
    """A bar an agent: the share of its seats that ended otherwise than by the rules, stacked by cause."""
    totals = {agent: sum(count for (own, _), count in endings.items() if own == agent) for agent in agents}
    used = [cause for cause in CAUSES if any(endings.get((agent, cause)) for agent in agents)]

    def paint(axes: "Axes") -> None:
        left = np.zeros(len(agents))
        for cause in used:
            share = np.array([100 * endings.get((agent, cause), 0) / totals[agent] for agent in agents])
            axes.barh(range(len(agents)), share, 0.62, left=left, color=CAUSES[cause], label=cause.value)
            left += share
        _name_rows(axes, agents)
        axes.set_xlim(left=0)
        axes.set_xlabel("% of its seats, by cause")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=11)

    return draw(name, "Endings other than by the rules", 100 + _ROW * len(agents), paint)


def draw_middles(name: str, across: Across) -> str:
    """A dot an agent with its interval, best on top."""
    kept = across.agents[:MOST]

    def paint(axes: "Axes") -> None:
        for at, one in enumerate(kept):
            ends = one.middle.low, one.middle.high
            axes.plot(ends, (at, at), color=BLUE, linewidth=4, alpha=0.3, solid_capstyle="round")
            axes.plot(one.middle.value, at, "o", color=BLUE, markersize=6)
        _name_rows(axes, [one.agent for one in kept])
        axes.set_xlabel("interquartile mean of the share of matches won")

    return draw(name, "Interquartile means over all games", 60 + _ROW * len(kept), paint)


def draw_profiles(name: str, across: Across) -> str:
    """A line an agent, falling from left to right; the band is a pointwise interval."""
    kept = across.agents[:TRACKS]

    def paint(axes: "Axes") -> None:
        for one, hue in zip(kept, HUES, strict=False):
            profile = one.profile
            axes.plot(profile.thresholds, profile.shares, color=hue, linewidth=1.8, drawstyle="steps-post")
            axes.fill_between(
                profile.thresholds, profile.low, profile.high, color=hue, alpha=0.12, step="post", linewidth=0
            )
        _name_ends(axes, [(one.agent, one.profile.shares[-1]) for one in kept])
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("threshold: share of a set's matches won")
        axes.set_ylabel("share of sets above it")

    return draw(name, "Performance profiles over all games", 320, paint)


def _name_rows(axes: "Axes", agents: Sequence[AgentName]) -> None:
    axes.set_yticks(range(len(agents)), [shown(agent, NAME) for agent in agents])
    axes.set_ylim(len(agents) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _name_ends(axes: "Axes", ends: Sequence[tuple[AgentName, float]]) -> None:
    """Names to the right of the axes, in the order of their lines and never over one another."""
    low, high = axes.get_ylim()
    gap = (high - low) * 0.065
    order = sorted(range(len(ends)), key=lambda at: -ends[at][1])
    places: dict[int, float] = {}
    below = high + gap
    for at in order:
        below = places[at] = min(ends[at][1], below - gap)
    over = max(0.0, low - below) if order else 0.0
    for at, place in places.items():
        axes.annotate(
            shown(ends[at][0], NAME - 6),
            (1, place + over),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=11,
            color=HUES[at],
            annotation_clip=False,
        )
