"""Several issues at once, between two parties or more: who wants what how much is hidden, and time is money.

Ours, of standard parts: linear additive preferences with a reservation value for each party (Raiffa, The Art and
Science of Negotiation, 1982), a discount for each round (Rubinstein, Econometrica 50, 1982), and a quota of parties
that make a deal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final, cast

import numpy as np

from arena.core.errors import BadOption
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Config, Seat
from arena_negotiation.domain import Issue, Terms
from arena_negotiation.frontier import EXHAUSTIVE
from arena_negotiation.protocol import AlternatingOffers
from arena_negotiation.scenario import Known, Scenario, Variant
from arena_negotiation.utility import Linear, Utility
from arena_negotiation.variants.table_talk import TALK, manners, rounds, whole

MOST_PARTIES: Final = 6
OPTIONS = (
    rounds(10),
    *TALK,
    Option(name="parties", kind="int", default=2, low=2, high=MOST_PARTIES, help="seats at the table"),
    Option(
        name="quota", kind="int", default=0, low=0, high=MOST_PARTIES, help="seats that make a deal; 0: all of them"
    ),
    Option(name="issues", kind="int", default=4, low=1, high=6, help="issues to agree on"),
    Option(name="levels", kind="int", default=5, low=2, high=20, help="levels of each issue"),
    Option(
        name="discount", kind="float", default=0.98, low=0.5, high=1.0, help="what a round leaves of a deal's worth"
    ),
    Option(
        name="deadline",
        kind="str",
        default="hidden",
        choices=("hidden", "known"),
        help="hidden: the table may close from half of the turns on, and nobody knows when",
    ),
)

SHARE: Final = 100
"""Points of a party's best outcome, over all issues; a little less where levels do not divide it evenly."""
PATIENCE: Final = 40
"""The highest reservation value."""
_NAMES: Final = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")

Wishes = tuple[int, ...]
"""Points a level, one number an issue; negative when the lowest level is the best."""
Party = tuple[Wishes, int]
"""What a party wants, and its reservation value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiIssue(Variant):
    """Draws wishes until every party could gain and some issue is contested."""

    levels: int

    def scenario(self, seed: Seed) -> Scenario:
        """Parties from the stream `scenario`, the deadline from `deadline`."""
        return self._scenario(seed, self._parties(seed.stream("scenario"), {}))

    def disguised(self, seed: Seed, viewer: Seat) -> Scenario | None:
        """The same deadline and the viewer's own wishes; other parties elsewhere."""
        if viewer == OMNISCIENT:
            return None
        parties = self._parties(seed.stream("scenario"), {})
        kept = {viewer: parties[viewer]} if viewer >= 0 else {}
        return self._scenario(seed, self._parties(seed.stream("disguise", viewer), kept))

    def rivals(self, known: Known, rival: Seat, rng: Random, most: int) -> Sequence[Utility]:
        """Parties drawn anew around the one that is known."""
        own = (tuple(known.private["wishes"].values()), known.private["reservation"])
        drawn = (self._parties(rng, {known.seat: own})[rival] for _ in range(most))
        return [Linear(wish, _falling(wish, self.levels) - bar) for wish, bar in drawn]

    def _parties(self, rng: Random, kept: dict[Seat, Party]) -> list[Party]:
        while True:
            seats = range(self.protocol.seats)
            parties = [kept.get(Seat(seat)) or _party(rng, len(self.issues), self.levels) for seat in seats]
            if _contested(parties) and self._can_gain(parties):
                return parties

    def _can_gain(self, parties: Sequence[Party]) -> bool:
        bars = np.array([bar - _falling(wish, self.levels) for wish, bar in parties])
        worth = self._domain.grid @ np.array([wish for wish, _ in parties]).T
        return bool((worth > bars).all(axis=1).any())

    @property
    def _domain(self) -> Terms:
        return Terms(tuple(Issue(name, 0, self.levels - 1) for name in self.issues))

    def _scenario(self, seed: Seed, parties: Sequence[Party]) -> Scenario:
        protocol = self.protocol
        half = (protocol.turns + 1) // 2
        hidden = seed.stream("deadline").randint(half, protocol.turns) if protocol.hidden_deadline else None
        return Scenario(
            domain=self._domain,
            utilities=tuple(Linear(wish, _falling(wish, self.levels)) for wish, _ in parties),
            disagreement=tuple(float(bar) for _, bar in parties),
            private=tuple(
                {"wishes": dict(zip(self.issues, wish, strict=True)), "reservation": bar} for wish, bar in parties
            ),
            told=tuple(_told(self.issues, wish, bar, self.levels) for wish, bar in parties),
            turns=hidden,
        )


def multi_issue(config: Config) -> MultiIssue:
    """The variant with its options applied.

    Raises:
        BadOption: a quota that is not from 2 to the number of parties, more outcomes than can be gone through, or too
            few for everybody to gain.
    """
    seats, issues, levels = (whole(config, name) for name in ("parties", "issues", "levels"))
    quota = whole(config, "quota") or seats
    if not 2 <= quota <= seats:
        raise BadOption(f"option quota: {quota} must be 0 or from 2 to parties, which is {seats} (RULES.md 11.6)")
    if issues == 1 and levels == 2:
        raise BadOption("option levels: a single issue needs 3 or more, or none could be good for both (RULES.md 11.6)")
    if levels**issues > EXHAUSTIVE:
        many = f"{levels} levels of {issues} issues are more than {EXHAUSTIVE} outcomes"
        raise BadOption(f"option levels: {many} (RULES.md 11.6)")
    protocol = AlternatingOffers(
        seats=seats,
        rounds=whole(config, "rounds"),
        quota=quota,
        discount=cast(float, config["discount"]),
        hidden_deadline=config["deadline"] == "hidden",
    )
    return MultiIssue(
        id="negotiation/multi-issue",
        summary="Agree on several issues at once, with hidden wishes, a shrinking pie and an unknown end",
        story=_story(protocol, issues, levels),
        roles=tuple(f"party {n}" for n in range(seats)),
        issues=_NAMES[:issues],
        manners=manners(config),
        protocol=protocol,
        score_low=-float(PATIENCE),
        score_high=float(SHARE),
        set_deals=5,
        levels=levels,
    )


def _party(rng: Random, issues: int, levels: int) -> Party:
    """What SHARE allows for a level, cut at uniform places, at least one an issue; either end may be the good one."""
    cuts = [0, *sorted(rng.sample(range(1, SHARE // (levels - 1)), issues - 1)), SHARE // (levels - 1)]
    wish = tuple((high - low) * rng.choice((1, -1)) for low, high in pairwise(cuts))
    return wish, rng.randint(0, PATIENCE)


def _contested(parties: Sequence[Party]) -> bool:
    """Whether two parties want opposite ends of some issue."""
    return any(min(column) < 0 < max(column) for column in zip(*(wish for wish, _ in parties), strict=True))


def _falling(wish: Wishes, levels: int) -> int:
    """What the lowest levels are worth."""
    return -(levels - 1) * sum(min(0, points) for points in wish)


def _told(issues: Sequence[str], wish: Wishes, bar: int, levels: int) -> str:
    best = [levels - 1 if points > 0 else 0 for points in wish]
    wants = ", ".join(
        f"{name} {level} ({(levels - 1) * abs(points)})" for name, level, points in zip(issues, best, wish, strict=True)
    )
    return (
        f"The best level of each issue and its points to you, which fall evenly to 0 at the other end: {wants}. "
        f"Without a deal you have {bar} points."
    )


def _story(protocol: AlternatingOffers, issues: int, levels: int) -> str:
    who = "all of them" if protocol.quota == protocol.seats else f"{protocol.quota} of them"
    shrinks = f" Each round leaves {protocol.discount:g} of what a deal gains." if protocol.discount < 1 else ""
    unknown = " The table may close at any turn from half of all turns on; nobody knows when."
    end = unknown if protocol.hidden_deadline else ""
    return (
        f"{protocol.seats} parties agree on {issues} issues; a deal takes {who}, and binds all who stayed. "
        f"An offer names a level from 0 to {levels - 1} for each issue. "
        "Each party has its own points for each issue and its own points without a deal, which nobody else "
        f"knows; it scores what it gains by the deal.{shrinks}{end}"
    )
