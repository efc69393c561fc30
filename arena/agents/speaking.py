"""Putting words into a decision, whatever its form; and agents that play at random but choose their words."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final, cast

from arena.agents.injections import hostile_speeches
from arena.agents.sampling import sample, sample_schema
from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.game import Event
from arena.core.legal import FreeText, Legal, Schema
from arena.core.values import EVENTS, Action

_BRANCHES: Final = ("oneOf", "anyOf")


def speaks(legal: Legal) -> bool:
    """Whether words of the agent's own can be part of an answer."""
    return isinstance(legal, FreeText) or (isinstance(legal, Schema) and _voiced(legal.schema, "") != legal.schema)


def utter(legal: Legal, words: str, rng: Random) -> Action:
    """A random action that says `words`, cut to what the decision has room for; without room, any random action."""
    match legal:
        case FreeText(max_chars=limit):
            return words[:limit]
        case Schema(schema=schema):
            return cast(Action, sample_schema(_voiced(schema, words), rng))
        case _:
            return sample(legal, rng)


def _voiced(schema: Mapping[str, Any], words: str) -> Mapping[str, Any]:
    """A schema in which every text that is free to choose is `words`, and none of them is left out."""
    if schema.get("type") == "string" and not {"const", "enum"} & schema.keys():
        return {"const": words[: schema.get("maxLength")]}
    changed: dict[str, Any] = {
        key: [_voiced(branch, words) for branch in schema[key]] for key in _BRANCHES if key in schema
    }
    if "items" in schema:
        changed["items"] = _voiced(schema["items"], words)
    if "properties" in schema:
        changed |= _all_spoken(schema, words)
    return {**schema, **changed}


def _all_spoken(schema: Mapping[str, Any], words: str) -> dict[str, Any]:
    before = schema["properties"]
    after = {name: _voiced(value, words) for name, value in before.items()}
    required = schema.get("required", tuple(before))
    spoken = [name for name in before if after[name] != before[name] and name not in required]
    return {"properties": after, **({"required": [*required, *spoken]} if spoken else {})}


class SpeakingAgent(Agent):
    """Plays at random and says what `words` gives; when these are refused, whatever is accepted."""

    wants = frozenset({EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Any legal action, with the words of this agent where it has any."""
        for event in observation.events:
            self.hear(event)
        if observation.refusal or not speaks(legal):
            return sample(legal, self._rng)
        return utter(legal, self.words(), self._rng)

    def words(self) -> str:
        """What to say now."""
        return ""

    def hear(self, event: Event) -> None:
        """Something happened."""


class SilentAgent(SpeakingAgent):
    """Says nothing."""


class EchoAgent(SpeakingAgent):
    """Says again what another seat said last."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._heard = ""

    def words(self) -> str:
        """The last speech of another seat."""
        return self._heard

    def hear(self, event: Event) -> None:
        """The longest text in what another seat did is taken for its speech."""
        if event.sender not in {None, self.seat.seat}:
            texts = [value for value in event.data.values() if isinstance(value, str)]
            self._heard = max(texts, key=len, default=self._heard)


class InjectorAgent(SpeakingAgent):
    """Says one hostile speech after another."""

    def words(self) -> str:
        """Any of `injections.toml`."""
        return self._rng.choice(hostile_speeches())
