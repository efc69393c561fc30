"""One seat's decisions as a language model would be asked them, and would have to write them: what trainers learn from.

A `LanguageAgent` of the same settings is told the same, to the letter, when its engine holds answers to their form and
shows no pictures.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Final, Self

from arena.agents.language.answers import AnswerForm, Speech, form_of
from arena.agents.language.memory import Memory, Turn, answered
from arena.agents.language.model import Message
from arena.agents.language.quoting import neutral
from arena.agents.language.reading import Unreadable
from arena.agents.language.settings import OPTIONS, Settings
from arena.core.legal import Legal
from arena.core.options import Option, resolve
from arena.core.values import Action, Config, Json

_TELLING: Final = ("max_tokens", "memory", "window", "prompts")


def _as_told(option: Option) -> Option:
    """Nobody can know the notes that a model would have made of its own."""
    told = replace(option, choices=("full", "window"), help="all turns, or the last ones")
    return told if option.name == "memory" else option


TELLING: Final = tuple(_as_told(option) for option in OPTIONS if option.name in _TELLING)
"""The options that decide what a model is told of what it sees."""


def telling(given: Mapping[str, Json]) -> Config:
    """Every option of TELLING with its given or usual value.

    Raises:
        BadOption: as `resolve`.
    """
    return resolve(TELLING, given)


def settings_of(told: Mapping[str, Json]) -> Settings:
    """The settings with these options of TELLING, all others being the usual ones.

    Raises:
        BadOption: one of them does not fit.
    """
    return Settings.of(resolve(OPTIONS, telling(told)))


@dataclass(frozen=True, slots=True)
class Scene:
    """One decision as it is put to a language model: the chat that ends with it, and the form of an answer."""

    messages: Sequence[Message]
    form: AnswerForm


class Conversation:
    """What one seat was asked and answered so far; each decision can be looked at again as it was put."""

    def __init__(self, settings: Settings, *, brief: str, game: str, seat: int, seats: int) -> None:
        self._settings = settings
        self._opening = settings.memory_of(brief=brief, game=game, seat=seat, seats=seats)
        self._turns: list[Turn] = []
        self._forms: list[AnswerForm] = []

    def ask(self, view: str, legal: Legal) -> AnswerForm:
        """The seat owes one more decision.

        Raises:
            Unavailable: a language model cannot answer in this form.
        """
        form = form_of(legal, self._settings.sampling.max_tokens)
        self._forms.append(form)
        self._turns.append(Turn(view, form.instruction(self._settings.prompts)))
        return form

    def answer(self, text: str) -> None:
        """What it answered to the last one; nothing where it did not in time."""
        last = self._turns[-1]
        self._turns[-1] = Turn(last.view, last.asked, answer=text)

    def scene(self, number: int = -1) -> Scene:
        """A decision, by default the last one, as it was put."""
        at = range(len(self._turns))[number]
        return Scene(self._before(at).messages(self._turns[at]), self._forms[at])

    def form(self, number: int) -> AnswerForm:
        """Of the answer to a decision."""
        return self._forms[number]

    def said(self, number: int) -> str:
        """The answer to a decision."""
        return self._turns[number].answer

    def whole(self) -> list[Message]:
        """The rules, then every question as it was put and its answer."""
        memory = self._opening
        chat, before = [Message("system", memory.system)], None
        for turn in self._turns:
            chat += memory.question(turn, before), answered(turn.answer)
            before = turn if memory.still_told([turn]) else None
        return chat

    def until(self, decisions: int | None = None) -> Self:
        """The first so many decisions, or all of them, to be gone on with otherwise."""
        other = copy(self)
        other._turns, other._forms = self._turns[:decisions], self._forms[:decisions]
        return other

    def _before(self, number: int) -> Memory:
        """What the model still knew at a decision."""
        at = self._opening
        return Memory(at.kind, at.window, at.prompts, at.system, at.still_told(self._turns[:number]))


def written(form: AnswerForm, action: Action, sent: str = "") -> str:
    """An answer as a model would have to write it; as it was `sent` in words, where these are others.

    Control tokens that are spelled out in it are parted, since no model can write them as text.
    """
    return neutral(reworded(form, sent) if sent else form.write(action))


def reworded(form: AnswerForm, sent: str) -> str:
    """What was sent as text or JSON, as a model would have to write it; the same where it is nothing of this form."""
    if isinstance(form, Speech):
        return sent
    try:
        return form.write(form.read(sent))
    except Unreadable:
        return sent
