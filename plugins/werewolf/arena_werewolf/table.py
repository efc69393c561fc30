"""The truth of one match, shared by its phases: who is who, who lives, what was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from arena.core.seed import Seed
from arena.core.values import Json, Seat
from arena_werewolf.deal import Deal
from arena_werewolf.log import Log
from arena_werewolf.roles import TEAMS, Role, Team
from arena_werewolf.rules import Rules


@dataclass(slots=True)
class Round:
    """One night and the day after it. Votes hold `Rules.nothing` for an abstention."""

    acts: dict[Seat, int] = field(default_factory=dict)
    """The night's choice of each seat that had one."""
    sights: dict[Seat, bool] = field(default_factory=dict)
    """By seer: whether the player it looked at is a werewolf."""
    attacked: Seat | None = None
    guarded: set[Seat] = field(default_factory=set)
    killed: Seat | None = None
    spoken: dict[Seat, int] = field(default_factory=dict)
    """Characters said, by speaker."""
    votes: dict[Seat, int] = field(default_factory=dict)
    exiled: Seat | None = None


class Table:
    """Where a match is played. `living` is ascending, and is replaced rather than changed."""

    __slots__ = ("deal", "identities", "living", "log", "rounds", "rules", "seats", "seed")

    def __init__(self, rules: Rules, seed: Seed, deal: Deal) -> None:
        self.rules = rules
        self.seed = seed
        self.deal = deal
        self.seats: tuple[Seat, ...] = tuple(map(Seat, range(rules.seats)))
        self.living = self.seats
        self.rounds: list[Round] = []
        self.log = Log()
        self.identities = tuple(self._identity(seat) for seat in self.seats)
        for seat, identity in zip(self.seats, self.identities, strict=True):
            self.log.tell((seat,), "role", identity)

    @property
    def day(self) -> int:
        """Counted from 1; a day begins with its night."""
        return len(self.rounds)

    @property
    def round(self) -> Round:
        """The round being played."""
        return self.rounds[-1]

    def holders(self, role: Role) -> tuple[Seat, ...]:
        """The living seats that have `role`, ascending."""
        return tuple(seat for seat in self.living if self.deal[seat] is role)

    def remove(self, seat: Seat) -> None:
        """Take a player out of the match."""
        self.living = tuple(other for other in self.living if other != seat)

    def winner(self) -> Team | None:
        """The side that has won by now (RULES.md 4.1, 4.2)."""
        wolves = sum(self.deal[seat].team is Team.WEREWOLF for seat in self.living)
        if not wolves:
            return Team.VILLAGE
        return Team.WEREWOLF if wolves >= len(self.living) - wolves else None

    def _identity(self, seat: Seat) -> Mapping[str, Json]:
        role = self.deal[seat]
        mates = tuple(s for s in self.seats if s != seat and self.deal[s].team is role.team is Team.WEREWOLF)
        return {"seat": seat, "role": role.name, "team": TEAMS[role.team], "teammates": mates}
