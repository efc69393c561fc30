"""The drawings of checkpoints: their ratings, and what was measured of them, along the lines they descend by."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from arena.core.values import AgentName
from arena.report.drawing import BLUE, HUES, TRACKS, draw, name_ends
from arena.report.history import Checkpoint
from arena.report.text import NAME, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NUMBERED: Final = 16
"""Versions beyond which not each has a mark on the axis."""
_LABELLED: Final = 6
"""Versions of a lineage beyond which not each has its name beside its point."""
_BELOW: Final = (8, -11)
_ABOVE: Final = (6, 7)
"""Where a version's name stands beside its point, in points: clear of a line that rises, and of one that falls."""


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
        name_ends(axes, [(lines[-1].agent, worth(lines[-1])) for lines, _, _ in families[:TRACKS]])
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
