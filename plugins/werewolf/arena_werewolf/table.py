"""The truth of one match, shared by its phases: who is who, who lives, what was done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from arena.core.seed import Seed
from arena.core.values import Json, Seat
from arena_werewolf.deal import Deal
from arena_werewolf.log import Log
from arena_werewolf.roles import HUNTER, TEAMS, Role, Team
from arena_werewolf.rules import Rules

Votes = Mapping[Seat, int]
"""By voter the player voted for, or `Rules.nothing` for an abstention."""


@dataclass(slots=True)
class Round:
    """One night and the day after it."""

    acts: dict[Seat, int] = field(default_factory=dict)
    """The night's choice of each seat that had one."""
    sights: dict[Seat, bool] = field(default_factory=dict)
    """By seer: whether the player it looked at is a werewolf."""
    named: dict[Seat, int] = field(default_factory=dict)
    """By werewolf: its vote, where the pack votes."""
    attacked: Seat | None = None
    guarded: set[Seat] = field(default_factory=set)
    """Whom doctors named."""
    warded: set[Seat] = field(default_factory=set)
    """Whom guards named."""
    healed: Seat | None = None
    poisoned: Seat | None = None
    killed: Seat | None = None
    """Whom the pack killed."""
    dead: tuple[Seat, ...] = ()
    """All that were found dead in the morning, ascending."""
    shots: dict[Seat, Seat] = field(default_factory=dict)
    """By hunter: whom it shot."""
    spoken: dict[Seat, list[int]] = field(default_factory=dict)
    """By speaker: characters of each speech."""
    predictions: dict[Seat, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    ballots: list[Votes] = field(default_factory=list)
    """The vote, and the second one if there was a tie to decide."""
    exiled: Seat | None = None
    done: bool = False
    """Whether the vote is over."""

    @property
    def votes(self) -> Votes:
        """The vote that counted."""
        return self.ballots[-1] if self.ballots else {}


class Table:
    """Where a match is played. `living` is ascending, and is replaced rather than changed.

    `fallen` are those that went and were not yet asked for a shot.
    """

    __slots__ = ("deal", "fallen", "identities", "living", "log", "rounds", "rules", "seats", "seed", "spoofs")

    def __init__(self, rules: Rules, seed: Seed, deal: Deal) -> None:
        self.rules = rules
        self.seed = seed
        self.deal = deal
        self.seats: tuple[Seat, ...] = tuple(map(Seat, range(rules.seats)))
        self.living = self.seats
        self.fallen: tuple[Seat, ...] = ()
        self.rounds: list[Round] = []
        self.spoofs: dict[Seat, int] = {}
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

    @property
    def night_before(self) -> Round | None:
        """The round before the one being played."""
        return self.rounds[-2] if len(self.rounds) > 1 else None

    def holders(self, role: Role) -> tuple[Seat, ...]:
        """The living seats that have `role`, ascending."""
        return tuple(seat for seat in self.living if self.deal[seat] is role)

    def remove(self, seats: Iterable[Seat]) -> None:
        """Take players out of the match."""
        gone = tuple(seats)
        self.living = tuple(other for other in self.living if other not in gone)
        self.fallen += gone

    def revealed(self, seats: Iterable[Seat], level: str) -> dict[str, Json]:
        """What is told of the cards of `seats`, as a piece of an event; nothing where `level` is none."""
        if level == "none":
            return {}
        return {
            "revealed": [
                [seat, self.deal[seat].name if level == "role" else TEAMS[self.deal[seat].team]] for seat in seats
            ]
        }

    def hunters_left(self) -> bool:
        """Whether, as far as the public knows, a hunter may still shoot."""
        return self.rules.roles.count(HUNTER) > sum(len(played.shots) for played in self.rounds)

    def winner(self) -> Team | None:
        """The side that has won by now (RULES.md 4.1, 4.2)."""
        wolves = sum(self.deal[seat].team is Team.WEREWOLF for seat in self.living)
        if not wolves:
            return Team.VILLAGE
        if self.rules.win == "sides":
            special = [self.deal[seat].special for seat in self.living if self.deal[seat].team is Team.VILLAGE]
            return None if True in special and False in special else Team.WEREWOLF
        return Team.WEREWOLF if wolves >= len(self.living) - wolves else None

    def _identity(self, seat: Seat) -> Mapping[str, Json]:
        role = self.deal[seat]
        mates = tuple(s for s in self.seats if s != seat and self.deal[s].team is role.team is Team.WEREWOLF)
        return {"seat": seat, "role": role.name, "team": TEAMS[role.team], "teammates": mates}
