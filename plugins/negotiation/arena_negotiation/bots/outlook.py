"""A view as a bot reads it: what it could offer, what that is worth to it, and what it may accept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from arena.core.agent import Observation
from arena.core.legal import Legal, Schema
from arena.core.values import VIEW, Action, Seat
from arena_negotiation.bots.schedule import Schedule
from arena_negotiation.scenario import Known

_MOST: Final = 8000
"""Offers a bot looks at; of larger domains it sees evenly spaced quantities alone."""

Bounds = tuple[tuple[str, int, int], ...]
"""Name, low and high of each issue."""


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """The offers that the bot gains by, best first; of equal ones that which asks less of the others comes first.

    `quantities` is (offers, issues) in the bot's own words, `scaled` the same within [0, 1], `gains` (offers,) what
    each adds to the surplus that the bot has already: `scaled @ slopes + base`. Where it gains by nothing, its best
    offer is all there is.
    """

    names: tuple[str, ...]
    quantities: NDArray[np.int64]
    scaled: NDArray[np.float64]
    gains: NDArray[np.float64]
    slopes: NDArray[np.float64]
    base: float

    def offer(self, index: int) -> dict[str, int]:
        """One of the offers."""
        return dict(zip(self.names, map(int, self.quantities[index]), strict=True))

    def cheapest(self, target: float) -> int:
        """Of the offers that gain at least `target` the one that gains least; the best if none gains so much."""
        enough = int(np.searchsorted(-self.gains, -target, side="right"))
        least = self.gains[max(0, enough - 1)]
        return int(np.searchsorted(-self.gains, -least, side="left"))


@dataclass(frozen=True, slots=True)
class Standing:
    """An open offer to the bot, and what it would gain by it."""

    id: int
    gain: float


class Outlook:
    """The view of one seat in its turn (RULES.md 5.1)."""

    def __init__(self, observation: Observation, legal: Legal) -> None:
        self._view = cast(dict[str, Any], observation.fields[VIEW])
        self._acts = _acts(legal)
        self.seat: int = self._view["seat"]

    @property
    def seats(self) -> int:
        """Sides at the table."""
        return len(self._view["roles"])

    @property
    def quota(self) -> int:
        """Seats that make a deal."""
        return int(self._view.get("quota", self.seats))

    @property
    def schedule(self) -> Schedule:
        """The turns of this match."""
        view, made = self._view, self._offers_made
        left = view.get("proposals_left")
        return Schedule(
            seats=self.seats,
            quota=self.quota,
            turns=int(view["turns"]),
            proposals=left[self.seat] + made if left else 0,
            final=bool(view.get("final")),
            discount=float(view.get("discount", 1.0)),
            hidden_deadline=bool(view.get("hidden_deadline")),
        )

    @property
    def turn(self) -> int:
        """This turn's number, from 0."""
        return int(self._view["turn"])

    @property
    def time(self) -> float:
        """0 in the first turn of the match, 1 in the last in which the bot may make an offer."""
        return self.schedule.time(self.turn)

    @property
    def _offers_made(self) -> int:
        return sum(said["kind"] == "propose" and said["by"] == self.seat for said in self._view["history"])

    @property
    def can_propose(self) -> bool:
        """Whether the bot may make an offer now."""
        return "propose" in self._acts

    @property
    def space(self) -> Space:
        """What the bot could offer."""
        linear = self._view["payoff"]["offered_by"][self.seat]
        base = linear["constant"] - self._view["payoff"]["disagreement"] - self.secured
        return _space(self.bounds, tuple(linear["weights"].values()), base, self.held)

    @property
    def now(self) -> tuple[float, ...]:
        """What the bot owns, scaled as offers are; empty where nobody owns anything before a deal."""
        return tuple(n / max(1, high - low) for n, (_, low, high) in zip(self.held, self.bounds, strict=False))

    @property
    def held(self) -> tuple[int, ...]:
        """What the bot owns, empty where nobody owns anything before a deal."""
        held = self._view.get("holdings")
        return tuple(held[self.seat].values()) if held else ()

    @property
    def known(self) -> Known:
        """What the bot knows of this deal."""
        held = self._view.get("holdings")
        return Known(
            seat=Seat(self.seat),
            private=self._view["private"],
            highs=tuple(high for _, _, high in self.bounds),
            holdings=tuple(held[0].values()) if held else None,
        )

    @property
    def bounds(self) -> Bounds:
        """The issues."""
        return tuple((issue["name"], issue["low"], issue["high"]) for issue in self._view["issues"])

    @property
    def secured(self) -> float:
        """What the bot has gained already."""
        return float(self._view["secured"])

    @property
    def standing(self) -> Standing | None:
        """The best open offer to the bot."""
        if "accept" not in self._acts:
            return None
        ids, worth = self._acts["accept"], self._view.get("worth", 1.0)
        offers = [offer for offer in self._view["open_offers"] if offer["id"] in ids]
        best = max(offers, key=lambda offer: offer["surplus"])
        return Standing(best["id"], best["surplus"] / worth - self.secured)

    @property
    def own_frame(self) -> bool:
        """Whether an offer says what its proposer keeps, so that the bot's gain is the others' loss."""
        return bool(self._view["frame"] == "own")

    def heard(self, since: int) -> list[tuple[int, tuple[float, ...]]]:
        """Offers of others from the `since`-th happening on: who made it, and its quantities in the bot's words,
        scaled."""
        own = self.own_frame
        return [
            (said["by"], tuple(_scaled(said["offer"], self.bounds, turned=own)))
            for said in self._view["history"][since:]
            if said["kind"] in {"propose", "opening"} and said["by"] != self.seat
        ]

    def turns_taken(self) -> list[tuple[int, Mapping[str, Any]]]:
        """All that happened, each with the number of its turn; openings have that of the first."""
        turn, taken = 0, []
        for said in self._view["history"]:
            if said["kind"] != "opening":
                turn += (said["by"] - turn) % self.seats
            taken.append((turn, said))
            turn += said["kind"] != "opening"
        return taken

    def in_own_words(self, said: Mapping[str, Any]) -> tuple[float, ...]:
        """The quantities of an offer that was made, scaled."""
        turned = self.own_frame and said["by"] != self.seat
        return tuple(_scaled(said["offer"], self.bounds, turned=turned))

    @property
    def open_offers(self) -> Mapping[int, Mapping[str, Any]]:
        """Every open offer by who made it."""
        return {offer["by"]: offer for offer in self._view["open_offers"]}

    @property
    def deals(self) -> int:
        """How many deals were made already."""
        return int(self._view.get("deals", 0))

    @property
    def deal_since(self) -> int:
        """From which happening on it is about this deal."""
        kinds = [said["kind"] for said in self._view["history"]]
        return len(kinds) - kinds[::-1].index("accept") if self.deals else 0

    @property
    def happenings(self) -> int:
        """How long the history is."""
        return len(self._view["history"])

    def answer(self, offer: int, accepts_from: float) -> Action:
        """Accept what gains at least `accepts_from` and anything at all, else propose the offer of this index.

        In its last turn any gain is accepted, since nothing better can follow.
        """
        standing = self.standing
        if standing is not None and standing.gain > 0 and (standing.gain >= accepts_from or self.is_last):
            return {"act": "accept", "offer_id": standing.id}
        return {"act": "propose", "offer": self.space.offer(offer)} if self.can_propose else {"act": "reject"}

    @property
    def is_last(self) -> bool:
        """Whether nothing better than an open offer can be counted on after this turn."""
        return self.schedule.is_last(self.turn)


def _acts(legal: Legal) -> Mapping[str, Sequence[int]]:
    """The acts that are allowed now, and the ids that each may name."""
    assert isinstance(legal, Schema)
    forms = (form["properties"] for form in cast(Any, legal.schema)["oneOf"])
    return {form["act"]["const"]: form.get("offer_id", {}).get("enum", ()) for form in forms}


def _scaled(offer: Mapping[str, int], bounds: Bounds, *, turned: bool) -> list[float]:
    parts = [(offer[name] - low) / max(1, high - low) for name, low, high in bounds]
    return [1.0 - part for part in parts] if turned else parts


@lru_cache(maxsize=256)
def _space(bounds: Bounds, weights: tuple[float, ...], constant: float, now: tuple[int, ...]) -> Space:
    """The same in every turn of a match, or until the next deal, hence kept."""
    lows, highs = (np.array([bound[side] for bound in bounds]) for side in (1, 2))
    slopes = np.array(weights, dtype=np.float64)
    grid = looked_at(tuple(bound[1:] for bound in bounds), now)
    gains = np.asarray(grid @ slopes + constant, dtype=np.float64)
    order = np.lexsort((grid.sum(axis=1), -gains))
    order = order[gains[order] > 0.0] if (gains > 0.0).any() else order[:1]
    spans = np.maximum(1, highs - lows)
    return Space(
        names=tuple(name for name, _, _ in bounds),
        quantities=grid[order],
        scaled=(grid[order] - lows) / spans,
        gains=gains[order],
        slopes=slopes * spans,
        base=float(lows @ slopes) + constant,
    )


@lru_cache(maxsize=256)
def looked_at(bounds: tuple[tuple[int, int], ...], now: tuple[int, ...]) -> NDArray[np.int64]:
    """Outcomes within (low, high) of each issue, what is owned `now` among them: int64 of (outcomes, issues)."""
    whole = [np.arange(low, high + 1, dtype=np.int64) for low, high in bounds]
    if np.prod([len(axis) for axis in whole], dtype=np.float64) > _MOST:
        steps = int(_MOST ** (1 / len(bounds))) - bool(now)
        whole = [np.unique(np.linspace(axis[0], axis[-1], steps).astype(np.int64)) for axis in whole]
        whole = [np.union1d(axis, [held]) for axis, held in zip(whole, now, strict=True)] if now else whole
    return np.stack(np.meshgrid(*whole, indexing="ij"), axis=-1).reshape(-1, len(bounds))
