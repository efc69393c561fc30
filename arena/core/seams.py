"""The seams between packages that do not import one another."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from arena.core.game import Event
from arena.core.legal import Legal
from arena.core.match import Cause, MatchPlan, Move
from arena.core.values import Action, Fields, MatchId, Seat, Value


class Codec(Protocol):
    """Between core values and the bytes that peers exchange. Workers are told its import path when they start."""

    def encode_prompt(
        self,
        step: int,
        fields: Mapping[str, Value],
        events: Sequence[Event],
        legal: Legal,
        *,
        labels: bool,
        from_start: bool,
    ) -> bytes:
        """One seat's prompt, `arena.v1.Prompt`."""

    def encode_view(self, step: int, fields: Mapping[str, Value], events: Sequence[Event]) -> bytes:
        """One spectator's view, `arena.v1.WatchMatchResponse`."""

    def decode_action(self, data: bytes) -> Action:
        """What an agent answered, `arena.v1.Action`.

        Raises:
            MalformedAction: the bytes hold no action, or numbers that no action may hold.
        """


NO_REFUSALS: Final[Mapping[int, tuple[int, int]]] = MappingProxyType({})


class Executor(Protocol):
    """Runs game code somewhere else. Commands return at once; what comes of them arrives as reports, in batches.

    The default starts local worker processes; a cluster engine plugs in here.
    """

    def open(
        self,
        plan: MatchPlan,
        wants: Mapping[int, Fields],
        moves: Sequence[Move] = (),
        refusals: Mapping[int, tuple[int, int]] = NO_REFUSALS,
    ) -> None:
        """Begin a match, or with `moves` go on from its record. `wants` are the fields of each remote party, by index.

        `refusals` has, by seat, how many answers were refused for the open decision, and in the whole match.

        Answered by Opened, then Asked for each remote seat that owes a decision; both come again when the match has to
        go on somewhere else. What was ordered before and not yet reported is then to be ordered again, forfeits apart.
        """

    def act(self, match: MatchId, seat: Seat, action: bytes) -> None:
        """An agent's encoded answer. Reported as Took or Refused."""

    def rule(self, match: MatchId, seat: Seat, cause: Cause) -> None:
        """The seat's decision is lost to `cause`: default or forfeit by the game's rule. Reported as Took."""

    def forfeit(self, match: MatchId, seat: Seat, cause: Cause) -> None:
        """The seat loses the whole match, whether it owes a decision or not. Reported as Took, then Ended."""

    def ask_again(self, match: MatchId, seat: Seat) -> None:
        """Repeat an open decision with the whole view. Reported as Asked."""

    def watch(self, match: MatchId, wants: Fields | None) -> None:
        """Report spectator views from now on, the whole view first; None ends it."""

    def drop(self, match: MatchId) -> None:
        """Forget a match; nothing more is reported of it."""


MonotonicClock = Callable[[], float]
"""Seconds that never run backwards."""
