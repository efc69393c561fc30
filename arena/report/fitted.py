"""A ladder by Bradley and Terry's model: all results weigh alike, and the lines are those of any other ladder."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from arena.core.errors import BadRequest
from arena.core.options import parse_assignments, resolve
from arena.core.values import AgentName
from arena.rating import LadderRow
from arena.rating.bradley_terry import OPTIONS, BradleyTerry, Comparisons, Strength, fit
from arena.rating.bradley_terry_model import POINTS


@dataclass(frozen=True, slots=True)
class Fitted:
    """Strengths by (agent, level), of all sets and of the clean ones; the level is "" without a breakdown."""

    raw: Mapping[tuple[AgentName, str], Strength]
    clean: Mapping[tuple[AgentName, str], Strength]
    notes: tuple[str, ...]

    def rows(self, counted: Iterable[tuple[str, LadderRow]]) -> list[tuple[str, LadderRow, tuple[float, float] | None]]:
        """Lines of another ladder with their levels, rated by this one, best first; who met nobody is left out."""
        found = [(level, row, self.raw.get((row.agent, level))) for level, row in counted]
        found.sort(key=lambda line: (-line[2].rating if line[2] else float("inf"), line[1].agent, line[0]))
        ranks: dict[float, int] = {}
        return [
            (level, self._row(level, row, own, ranks.setdefault(own.rating, place)), (own.low, own.high))
            for place, (level, row, own) in enumerate(found, start=1)
            if own is not None
        ]

    def _row(self, level: str, row: LadderRow, own: Strength, rank: int) -> LadderRow:
        clean = self.clean.get((row.agent, level))
        rating = clean.rating if clean else None
        return replace(row, rank=rank, rating=own.rating, uncertainty=own.error * POINTS, clean_rating=rating)


def fitted(raw: Comparisons, clean: Comparisons | None, settings: Iterable[str], by: str | None = None) -> Fitted:
    """Fit all results and the clean ones; `settings` are `key=value` texts for `OPTIONS`.

    Raises:
        BadOption: for a setting that is unknown, or a value that does not fit.
        BadRequest: when strengths have no finite estimate.
    """
    config: dict[str, Any] = dict(resolve(OPTIONS, parse_assignments(OPTIONS, settings)))
    whole = fit(raw, by=by, **config)
    return Fitted(
        raw=_strengths(whole),
        clean=_strengths(whole if clean is raw else fit(clean, by=by, **config)) if clean else {},
        notes=tuple(_notes(whole)),
    )


def require_pairs(pairs: Sequence[Any]) -> None:
    """Refuse to fit nothing.

    Raises:
        BadRequest: there is no result between two agents.
    """
    if not pairs:
        raise BadRequest("Bradley-Terry compares agents, and here no two have met; rate by --system mean instead")


def _strengths(found: BradleyTerry) -> dict[tuple[AgentName, str], Strength]:
    return {(row.agent, row.side): row for row in (found.sides if found.by else found.agents)}


def _notes(found: BradleyTerry) -> Iterator[str]:
    if not found.connected:
        groups = len(found.components)
        yield f"the agents fall into {groups} groups that never met, and ratings of different groups do not compare"
    for agents, what in ((found.all_win, "lost no point"), (found.all_loss, "won no point")):
        if agents:
            yield f"{', '.join(agents)} {what}, so that their distance to the others rests on the prior"
    for effect in found.effects:
        worth = f"{effect.points:+.0f} points ({effect.low:+.0f} to {effect.high:+.0f})"
        yield f"{effect.factor} {effect.level} is worth {worth}; ratings compare agents in the same {effect.factor}"
