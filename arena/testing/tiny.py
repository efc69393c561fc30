"""What the tiny games share: their listing, the check of a choice, an outcome by score."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.game import FieldSpec, Game, GameListing, GameSpec, Outcome, SeatOutcome
from arena.core.legal import Choices
from arena.core.options import Option, resolve
from arena.core.values import TEXT, Action, Config

VERSION = "1.0.0"
TEXT_FIELD = FieldSpec(name=TEXT, kind="text", help="the whole view in words")
_Tiny = TypeVar("_Tiny", bound="TinyGame")


class TinyGame(Game):
    """A game that is made from its resolved options alone; `@listed` gives it a listing."""

    listing: GameListing

    def __init__(self, config: Config | None = None) -> None:
        self.config = resolve(self.listing.options, config or {})
        self.spec = self.make_spec()

    def make_spec(self) -> GameSpec:
        """The spec under `self.config`."""
        raise NotImplementedError


def listed(name: str, *, seats: int, options: tuple[Option, ...] = ()) -> Callable[[type[_Tiny]], type[_Tiny]]:
    """Give a tiny game its listing as `testing/NAME`."""

    def with_listing(game: type[_Tiny]) -> type[_Tiny]:
        game.listing = GameListing(
            id=f"testing/{name}", version=VERSION, min_seats=seats, max_seats=seats, make=game, options=options
        )
        return game

    return with_listing


def spec(game: TinyGame, summary: str, *, fields: tuple[FieldSpec, ...] = (TEXT_FIELD,), **about: Any) -> GameSpec:
    """The spec of a tiny game, whose rules are said in one sentence."""
    known = {"id": game.listing.id, "version": VERSION, "seats": game.listing.min_seats, "brief": summary}
    return GameSpec(**{**known, "summary": summary, "fields": fields, **about})


def chosen(legal: Choices, action: Action) -> int:
    """`action` as one of the listed ids.

    Raises:
        MalformedAction: it is no whole number.
        IllegalAction: it is not listed.
    """
    if isinstance(action, bool) or not isinstance(action, (int, np.integer)):
        raise MalformedAction("answer with the number of a listed choice")
    if action not in legal.ids:
        raise IllegalAction(f"this choice is not listed; choose one of {', '.join(map(str, legal.ids))}")
    return int(action)


def by_score(scores: Sequence[float], metrics: Sequence[Mapping[str, float]] | None = None) -> Outcome:
    """Seats ranked by score, the highest first; equal scores tie."""
    ranks = [1 + sum(other > score for other in scores) for score in scores]
    noted = metrics or [{} for _ in scores]
    return [SeatOutcome(rank, score, metrics=m) for rank, score, m in zip(ranks, scores, noted, strict=True)]
