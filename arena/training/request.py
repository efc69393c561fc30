"""What an export is asked for; equal requests of the same ledger give the same bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from arena.agents.language.conversation import telling
from arena.core.errors import BadRequest
from arena.core.match import MatchResult, SeatResult
from arena.core.values import AgentName, Config
from arena.ledger.stream import Wanted
from arena.rating import DEFAULT, Rating, make_system
from arena.training.splits import WHOLE, Splits


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The matches of `wanted`, of them the seats of `wanted.agent` (all without one), with `result`, rated at least
    `min_rating` before the match by `system`.

    `mixed` lets several versions of a game's rules into one export; of those not installed there are no views.
    `tokenizer` is the folder of one that makes the tokens of answers which came without. `told` are all options of
    `TELLING`, by which the language model that is to learn is told what it sees.

    Raises:
        BadRequest: there is no rating system of this name, or the format has no tokens to be made.
    """

    format: str
    wanted: Wanted = field(default_factory=Wanted)
    min_rating: float | None = None
    result: str | None = None
    splits: Splits = WHOLE
    system: str = DEFAULT
    mixed: bool = False
    tokenizer: str | None = None
    told: Config = field(default_factory=lambda: telling({}))

    def __post_init__(self) -> None:
        make_system(self.system)
        if self.tokenizer is not None and self.format != "verl":
            raise BadRequest(f"--tokenizer is for --format verl, not {self.format[:40]}")

    def takes(self, result: MatchResult, seat: SeatResult, ratings: Mapping[AgentName, Rating]) -> bool:
        """Whether a seat of a chosen match is wanted, by the ratings of before."""
        agent = result.plan.parties[seat.party].agent
        if self.wanted.agent not in {None, agent} or self.result not in {None, result.outcome_of(seat)}:
            return False
        rating = ratings.get(agent)
        return self.min_rating is None or (rating is not None and rating.value >= self.min_rating)

    def as_json(self) -> dict[str, Any]:
        """For the manifest, and to tell whether a killed export was the same."""
        return {
            "format": self.format,
            "game": self.wanted.game,
            "agent": self.wanted.agent,
            "since_ms": self.wanted.since_ms,
            "void": self.wanted.void,
            "min_rating": self.min_rating,
            "result": self.result,
            "splits": dict(self.splits.shares),
            "system": self.system,
            "mixed": self.mixed,
            "tokenizer": self.tokenizer,
            "told": dict(self.told),
        }
