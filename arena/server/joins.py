"""An agent's part in a game: what it asked for, and how much of it has been played."""

from dataclasses import dataclass
from typing import TypeAlias

from arena.core.game import GameSpec
from arena.core.match import GameRef, PartyRef
from arena.core.values import Fields
from arena.server.live import Lane
from arena.server.session import Session

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
    planned: int = 0
    played: int = 0
    sets: int = 0
    """Sets in progress."""
    leaving: bool = False

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
