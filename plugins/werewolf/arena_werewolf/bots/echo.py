"""A null bot with a voice: it says again what was said last, which spreads claims and injections alike."""

from arena.core.agent import Observation, SeatInfo
from arena.core.values import EVENTS
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.view import CARD


class Echo(RandomTable):
    """Chooses as the random table does; repeats the latest speech of another."""

    wants = frozenset({CARD, EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._heard = ""

    def speak(self, observation: Observation) -> str:
        """The last words that were heard."""
        said = [e.data["text"] for e in observation.events if e.kind == "speech" and e.sender != self.seat.seat]
        self._heard = str(said[-1]) if said else self._heard
        return self._heard
