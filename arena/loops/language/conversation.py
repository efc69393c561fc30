"""What language models in the seats of a match have been told and have answered, and what they are asked next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from arena.agents.language.answers import AnswerForm, form_of
from arena.agents.language.memory import Memory, Turn
from arena.agents.language.model import Message
from arena.agents.language.settings import Settings
from arena.core.agent import Unavailable
from arena.core.errors import BadRequest
from arena.core.game import GameSpec
from arena.core.legal import Legal
from arena.core.values import Seat


@dataclass(frozen=True, slots=True)
class Scene:
    """One decision as it is put to a language model: the chat that ends with it, and the form of an answer."""

    messages: Sequence[Message]
    form: AnswerForm


class Conversation:
    """The seats of one match, each told to the letter what a `LanguageAgent` of these settings is told in it.

    Its engine is one that holds answers to their form, and pictures are not shown.
    """

    def __init__(self, game: str, spec: GameSpec, settings: Settings) -> None:
        self._game, self._spec, self._settings = game, spec, settings
        self._memories: dict[Seat, Memory] = {}
        self._open: dict[Seat, Turn] = {}

    def ask(self, seat: Seat, view: str, legal: Legal) -> Scene:
        """The seat owes a decision; `answer` must follow.

        Raises:
            BadRequest: a language model cannot answer in this form.
        """
        memory = self._memory(seat)
        try:
            form = form_of(legal, self._settings.sampling.max_tokens)
        except Unavailable as error:
            raise BadRequest(str(error)) from error
        self._open[seat] = turn = Turn(view, form.instruction(self._settings.prompts))
        return Scene(memory.messages(turn), form)

    def answer(self, seat: Seat, text: str) -> None:
        """What the seat answered; empty where it did not in time."""
        self._memory(seat).keep(replace(self._open.pop(seat), answer=text))

    def copy(self) -> Self:
        """The same so far, to go on with otherwise."""
        other = type(self)(self._game, self._spec, self._settings)
        other._memories = {seat: replace(one, turns=list(one.turns)) for seat, one in self._memories.items()}
        other._open = dict(self._open)
        return other

    def _memory(self, seat: Seat) -> Memory:
        if seat not in self._memories:
            self._memories[seat] = self._settings.memory_of(
                brief=self._spec.brief, game=self._game, seat=seat, seats=self._spec.seats
            )
        return self._memories[seat]
