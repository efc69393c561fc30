"""Who is a spy, who holds what, in which order players speak and what they are called."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Final

from arena.core.seed import Seed
from arena.core.values import Config, Json, Seat
from arena_who_is_the_spy.rules import Rules
from arena_who_is_the_spy.secret import Secret, Theme

TEAMS: Final = ("spies", "civilians")
ROLES: Final = ("spy", "civilian")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """All that luck decides before the first clue. `names` are by seat; `order` is that of clues."""

    spies: frozenset[Seat]
    order: tuple[Seat, ...]
    names: tuple[str, ...]
    civilian: Secret
    spy: Secret

    def secret(self, seat: Seat) -> Secret:
        """What this player holds."""
        return self.spy if seat in self.spies else self.civilian

    def role(self, seat: Seat) -> str:
        """`spy` or `civilian`."""
        return ROLES[seat not in self.spies]

    def identity(self, seat: Seat, rules: Rules) -> Mapping[str, Json]:
        """What a player is told before the first clue (RULES.md 2.2)."""
        about = {"seat": seat, "name": self.names[seat], **self.secret(seat).shown()}
        return about | {"role": self.role(seat)} if rules.role == "known" else about


def spies_of(rules: Rules, seed: Seed) -> frozenset[Seat]:
    """A uniform draw from the stream `spies`."""
    return frozenset(map(Seat, seed.stream("spies").sample(range(rules.seats), rules.spies)))


def deal(rules: Rules, theme: Theme, config: Config, seed: Seed) -> Deal:
    """The deal of a seed; each of its parts is drawn from a stream of its own, so that none tells of another."""
    civilian, spy = theme.draw(seed, config)
    order = [Seat(n) for n in range(rules.seats)]
    seed.stream("order").shuffle(order)
    letters = list(ascii_uppercase[: rules.seats])
    seed.stream("names").shuffle(letters)
    return Deal(
        spies=spies_of(rules, seed),
        order=tuple(order),
        names=tuple(f"player_{letter}" for letter in letters),
        civilian=civilian,
        spy=spy,
    )


def redeal(own: Deal, rules: Rules, theme: Theme, config: Config, seed: Seed, viewer: Seat) -> Deal:
    """Another deal of which `viewer` is told the same: others are spies, and they hold another secret.

    Where roles are unknown the viewer changes sides as well: it holds the same, and everybody else something else.
    """
    held = own.secret(viewer) if viewer >= 0 else own.civilian
    other = theme.another(held, seed.derive("redeal", viewer), config)
    was_spy = viewer in own.spies
    is_spy = was_spy if rules.role == "known" or viewer < 0 else not was_spy
    spies = _other_spies(own, rules, seed, viewer, is_spy=is_spy)
    return replace(own, spies=spies, civilian=other if is_spy else held, spy=held if is_spy else other)


def _other_spies(own: Deal, rules: Rules, seed: Seed, viewer: Seat, *, is_spy: bool) -> frozenset[Seat]:
    """As many spies as before, the viewer among them or not, and others than before where there is a choice."""
    fixed = {viewer} if is_spy else set()
    rest = [Seat(n) for n in range(rules.seats) if n != viewer]
    seed.stream("redeal spies", viewer).shuffle(rest)
    rest.sort(key=lambda seat: seat in own.spies)
    return frozenset([*fixed, *rest[: rules.spies - len(fixed)]])
