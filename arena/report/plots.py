"""The drawings of agents in a report, each from values alone; names are cut and made harmless before they are drawn."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from arena.core.match import Cause
from arena.core.values import AgentName
from arena.rating.calibration import Calibration
from arena.rating.payoff import PayoffMatrix
from arena.report.across import Across
from arena.report.drawing import BLUE, FAINT, GRID, HUES, TRACKS, draw, name_ends, name_rows
from arena.report.history import Track
from arena.report.ladders import Line
from arena.report.text import NAME, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorizer import ColorizingArtist

MOST: Final = 30
"""Agents in a ladder's drawing; the table has them all."""
_ROW: Final = 24
_NUMBERED: Final = 16
"""Agents beyond which the matrix has numbers for names."""
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
        name_rows(axes, [line.row.agent for line in kept])
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
        name_ends(axes, [(track.agent, track.readings[-1].rating) for track in kept])
        axes.set_xlabel("sets finished")
        axes.locator_params(axis="x", integer=True)
        axes.set_ylabel(unit)

    return draw(name, "Ratings over the course of the sets", 300, paint)


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
        name_rows(axes, agents)
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
        name_rows(axes, [one.agent for one in kept])
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
        name_ends(axes, [(one.agent, one.profile.shares[-1]) for one in kept])
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("threshold: share of a set's matches won")
        axes.set_ylabel("share of sets above it")

    return draw(name, "Performance profiles over all games", 320, paint)
