"""Language models without a network: what they say is written by the test."""

from collections.abc import Callable

from arena.agents.language.agent import LanguageAgent, player_of
from arena.agents.language.model import Ask, Completion, LanguageModel
from arena.agents.language.settings import OPTIONS, Settings
from arena.core.agent import SeatInfo
from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import MatchId, Seat


class Scripted(LanguageModel):
    """Says what `say(ask)` gives: a text, a completion, or an exception to raise; remembers all it was asked."""

    def __init__(self, say: Callable[[Ask], str | Completion | Exception], *, constrains: bool = False) -> None:
        self.say = say
        self.constrains = constrains
        self.asks: list[Ask] = []

    async def complete(self, ask: Ask) -> Completion:
        self.asks.append(ask)
        said = self.say(ask)
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, Completion) else Completion(text=said, prompt_tokens=10, completion_tokens=2)


def in_turn(*said: str | Completion | Exception) -> Callable[[Ask], str | Completion | Exception]:
    """One after the other; the last one for ever."""
    left = list(said)
    return lambda ask: left.pop(0) if len(left) > 1 else left[0]


def seated(model: LanguageModel, **settings: object) -> LanguageAgent:
    """An agent of this model in a seat of a match."""
    return player_of(model, Settings.of(resolve(OPTIONS, settings)))(
        SeatInfo(
            match_id=MatchId("m"),
            seat=Seat(1),
            seats=2,
            game="test/game",
            config={},
            brief="The rules.",
            seed=Seed.of(1),
        )
    )
