"""An agent's part in a game: what it asked for, and how much of it has been played."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from arena.core.errors import BadRequest
from arena.core.game import GameSpec
from arena.core.match import GameRef, PartyRef
from arena.core.values import Fields, Json
from arena.server.live import Lane
from arena.server.session import Session
from arena.wire.entrance import JoinRequest

JoinKey: TypeAlias = tuple[str, int]
"""Session id and the join id that the client chose."""


@dataclass(slots=True, kw_only=True)
class Taking:
    """One accepted Join. `quota` matches are played at most, rounded up to whole sets; 0 means until it leaves."""

    session: Session
    id: int
    ref: GameRef
    spec: GameSpec
    party: PartyRef
    wants: Fields
    slots: int
    quota: int
    tournament: str = ""
    """The event that it takes part in, and in nothing else."""
    planned: int = 0
    played: int = 0
    sets: int = 0
    """Sets in progress."""
    leaving: bool = False

    @classmethod
    def of(cls, session: Session, wish: JoinRequest, ref: GameRef, spec: GameSpec, party: PartyRef) -> "Taking":
        """What a join asks for, of which nothing has been played."""
        return cls(
            session=session,
            id=wish.join_id,
            ref=ref,
            spec=spec,
            party=party,
            wants=wish.wants,
            slots=wish.seats,
            quota=wish.matches,
            tournament=wish.tournament,
        )

    @property
    def key(self) -> JoinKey:
        """Unique on this server."""
        return self.session.id, self.id

    @property
    def wants_more(self) -> bool:
        """Whether further sets may be planned for it."""
        return not self.leaving and not self.session.gone and (not self.quota or self.planned < self.quota)

    def lane(self) -> Lane:
        """One slot of it, for a set."""
        return Lane(session=self.session, join=self.id, wants=self.wants)


class Door(Protocol):
    """Where agents enter the events that are held here; joins that are in none pass it by."""

    def game(self, tournament: str, game: str, options: Mapping[str, Json]) -> tuple[GameRef, GameSpec]:
        """What is played in an event, which a join names by `game` and `options`, if at all.

        Raises:
            BadRequest: there is no such event, it is over, or it plays something else.
        """

    def check(self, taking: Taking) -> None:
        """Whether an agent may take part.

        Raises:
            BadRequest, AccessDenied: it is no entrant, or its place is another owner's.
        """

    async def admit(self, taking: Taking) -> None:
        """Let an agent take part, whose name is its owner's; raises as `check`."""

    def look(self, taking: Taking, *, here: bool = True) -> None:
        """Something about this join has changed; or it is `here` no longer."""


class NoDoor:
    """A server that holds no events."""

    def game(self, tournament: str, game: str, options: Mapping[str, Json]) -> tuple[GameRef, GameSpec]:
        """As `Door.game`."""
        raise BadRequest(f"there is no tournament {tournament!r} here; `arena tournament list --server` lists them")

    def check(self, taking: Taking) -> None:
        """As `Door.check`."""

    async def admit(self, taking: Taking) -> None:
        """As `Door.admit`."""

    def look(self, taking: Taking, *, here: bool = True) -> None:
        """As `Door.look`."""
