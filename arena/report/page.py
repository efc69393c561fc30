"""The page of a report: one HTML file with its styles and drawings inside, no script, and nothing fetched."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from importlib import resources
from typing import Any, Final

from arena.core.errors import BadRequest
from arena.core.match import Cause
from arena.core.values import AgentName
from arena.report import lineages, plots
from arena.report.across import Across
from arena.report.facts import GameFacts
from arena.report.history import Checkpoint
from arena.report.text import day, number, shown

_SYSTEMS: Final = {
    "trueskill": "TrueSkill",
    "elo": "Elo",
    "openskill": "OpenSkill (Plackett–Luce)",
    "openskill-bt": "OpenSkill (Bradley–Terry)",
    "openskill-bt-part": "OpenSkill (Bradley–Terry, neighbours)",
    "openskill-tm": "OpenSkill (Thurstone–Mosteller)",
    "openskill-tm-part": "OpenSkill (Thurstone–Mosteller, neighbours)",
    "glicko2": "Glicko-2",
    "mean": "mean score",
    "bradley-terry": "Bradley–Terry",
}
_ENDED: Final = 20
"""Agents in the drawing of endings, those with most faults first."""
_FIGURES: Final = 6
"""Drawings of figures along a lineage; the table has them all."""


def render(name: str, facts: Sequence[GameFacts], across: Across | None, files: Sequence[str], made_ms: int) -> str:
    """The page as text; `files` are the names of the CSV files beside it, `made_ms` is when it was made.

    Raises:
        BadRequest: jinja2 or matplotlib is not installed.
    """
    try:
        from jinja2 import Environment, StrictUndefined
        from markupsafe import Markup
    except ImportError:
        raise BadRequest("a report needs matplotlib and jinja2; install arena[report]") from None
    kept = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    kept.filters |= {
        "shown": shown,
        "day": day,
        "number": number,
        "signed": _signed,
        "p": _p,
        "system": _system,
        "ends": _ends,
    }
    folder = resources.files("arena.report")
    page = kept.from_string(folder.joinpath("page.html").read_text(encoding="utf-8"))
    style = Markup(folder.joinpath("page.css").read_text(encoding="utf-8"))
    games = [{"facts": one, "plots": _drawn(f"g{at}", one, Markup)} for at, one in enumerate(facts)]
    together = _together(across, Markup) if across else None
    return page.render(
        name=name, games=games, across=across, together=together, files=files, made_ms=made_ms, style=style
    )


def _drawn(name: str, one: GameFacts, markup: Any) -> dict[str, Any]:
    """The drawings of one game, None where there is nothing to draw."""
    unit = _system(one.ladder.system) + (" score a match" if one.ladder.system == "mean" else " rating")
    ended = faulty(one)
    makers = {
        "ladder": one.ladder.lines and partial(plots.draw_ladder, f"{name}l", one.ladder.lines, unit),
        "matrix": one.solution.cyclic_share is not None and partial(plots.draw_matrix, f"{name}m", by_ladder(one)),
        "tracks": _moves(one) and partial(plots.draw_tracks, f"{name}t", one.tracks, _track_unit(one)),
        "lineage": one.lineage and partial(lineages.draw_lineage, f"{name}v", one.lineage),
        "calibration": one.calibration and partial(plots.draw_calibration, f"{name}c", one.calibration),
        "endings": ended and partial(plots.draw_endings, f"{name}e", one.endings, ended),
    }
    drawn = {what: markup(make()) if make else None for what, make in makers.items()}
    figures = measured(one)[:_FIGURES]
    return drawn | {
        "figures": {f: markup(lineages.draw_figure(f"{name}f{at}", f, one.lineage)) for at, f in enumerate(figures)}
    }


def measured(one: GameFacts) -> list[str]:
    """The figures that were measured of at least two versions of a lineage, by name."""
    counts = Counter((at.lineage, figure) for at in one.lineage for figure in at.figures)
    return sorted({figure for (_, figure), count in counts.items() if count > 1})


def _together(across: Across, markup: Any) -> dict[str, Any]:
    if not across.agents:
        return {"middles": None, "profiles": None}
    return {
        "middles": markup(plots.draw_middles("am", across)),
        "profiles": markup(plots.draw_profiles("ap", across)),
    }


def by_ladder(one: GameFacts) -> Any:
    """The payoff matrix with its agents in the order of the ladder."""
    rank = {line.row.agent: at for at, line in enumerate(one.ladder.lines)}
    return one.pool.take(sorted(range(len(one.pool.agents)), key=lambda at: rank.get(one.pool.agents[at], len(rank))))


def faulty(one: GameFacts) -> list[AgentName]:
    """The agents with an ending other than by the rules, the most such endings first."""
    counts: dict[AgentName, int] = {}
    for (agent, cause), count in one.endings.items():
        if cause is not Cause.RULES:
            counts[agent] = counts.get(agent, 0) + count
    return sorted(counts, key=lambda agent: (-counts[agent], agent))[:_ENDED]


def _moves(one: GameFacts) -> bool:
    return any(len(track.readings) > 1 for track in one.tracks)


def _track_unit(one: GameFacts) -> str:
    return f"{_system(one.tracks[0].system)} rating"


def _system(name: str) -> str:
    return _SYSTEMS.get(name, name)


def _signed(value: float, digits: int = 3) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}"


def _ends(lineage: Sequence[Checkpoint], figure: str) -> list[tuple[Checkpoint, Checkpoint]]:
    """The first and the last version of each lineage that the figure was measured of."""
    ends: dict[AgentName, tuple[Checkpoint, Checkpoint]] = {}
    for one in lineage:
        if figure in one.figures:
            ends[one.lineage] = ends.get(one.lineage, (one, one))[0], one
    return list(ends.values())
