"""`LanguageAgent`: one seat's conversation with a language model."""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from arena.agents.language.answers import AnswerForm, Speech, form_of
from arena.agents.language.asking import Asking, Spent
from arena.agents.language.memory import NOTES_WORDS, Turn
from arena.agents.language.model import Completion, Grammar, JsonOf, LanguageModel, Message, ModelFault, Sampling
from arena.agents.language.quoting import neutral, one_line
from arena.agents.language.reading import Said, Unreadable, closed, parted
from arena.agents.language.settings import Settings
from arena.core.agent import (
    MAX_REFUSAL_REASON,
    MAX_REFUSED_TEXT,
    Agent,
    Clock,
    Observation,
    Reply,
    SeatInfo,
    Unavailable,
)
from arena.core.errors import AgentFault
from arena.core.game import SeatOutcome
from arena.core.legal import Legal
from arena.core.values import LABELS, PICTURE, TEXT

RE_ASKS: Final = 2
"""Times that a decision is put to the model again when its answer was unreadable or refused."""
SPARE: Final = 0.05
"""The share of its clock that an answer keeps for its way, up to SPARE_SECONDS."""
SPARE_SECONDS: Final = 0.5
NOTE_SECONDS: Final = 60.0
"""How long notes may take; the next decision waits for them."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Open:
    """One decision, over all the times that it is asked for."""

    step: int
    turn: Turn
    form: AnswerForm
    asked_again: int = 0
    exchanged: list[Message] = field(default_factory=list)
    """Answers that were not taken, each with the reason."""
    spent: Spent = field(default_factory=Spent)
    last: Completion = field(default_factory=lambda: Completion(text=""))


class LanguageAgent(Agent):
    """A language model in one seat. `player_of` makes the classes that are seated.

    An answer that cannot be read or is refused is asked for again, RE_ASKS times a decision; after that what the model
    said is sent as it stands, for the server to refuse it. A model that is late sends nothing: the clock runs out.
    """

    wants = frozenset({TEXT, LABELS})
    model: ClassVar[LanguageModel]
    settings: ClassVar[Settings] = Settings()

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self.memory = self.settings.memory_of(brief=seat.brief, game=seat.game, seat=seat.seat, seats=seat.seats)
        self._rng = seat.rng()
        self._open: _Open | None = None
        self._noting: asyncio.Task[None] | None = None
        self._carried = Spent()
        """On notes, to be added to the next decision."""

    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Reply:
        """The model's answer.

        Raises:
            Unavailable: the engine cannot be had within the decision's time, or will never answer.
        """
        now, whole = time.monotonic(), clock.decision + clock.bank
        deadline = now + whole - min(SPARE * whole, SPARE_SECONDS)
        until = min(deadline, now + (clock.decision or clock.bank))
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline - now):
                return await self._decide(observation, legal, until, deadline)
        return await _silence()

    def ended(self, outcome: SeatOutcome) -> None:
        """Nothing is noted down any more."""
        if self._noting is not None:
            self._noting.cancel()

    @classmethod
    async def prepare(cls) -> None:
        """Start the engine."""
        try:
            await cls.model.start()
        except ModelFault as error:
            raise AgentFault(str(error)) from None

    @classmethod
    async def release(cls) -> None:
        """Close the engine."""
        await cls.model.close()

    async def _decide(self, observation: Observation, legal: Legal, until: float, deadline: float) -> Reply:
        await self._noted()
        opened = self._opened(observation, legal)
        asking = Asking(self.model, self.settings.adapter_of(self.seat.seat), self._rng, until, deadline, opened.spent)
        try:
            while opened.asked_again <= RE_ASKS:
                said = await self._said(asking, opened)
                try:
                    return self._reply(opened, said)
                except Unreadable as error:
                    self._again(opened, str(error))
        except ModelFault as error:
            raise self._unavailable(error) from error
        return Reply(_as_it_stands(opened.turn.answer), opened.spent.provenance(opened.last, self.settings.prices))

    def _opened(self, observation: Observation, legal: Legal) -> _Open:
        """The decision that is open: a new one, or the same one again since its answer was refused."""
        opened = self._open
        if opened is not None and opened.step == observation.step:
            self._again(opened, observation.refusal or "it is not legal")
            return opened
        if opened is not None:
            self.memory.keep(opened.turn)
        form = form_of(legal, self.settings.sampling.max_tokens)
        turn = Turn(observation.text, self._instruction(form), tuple(observation.media))
        self._open = opened = _Open(observation.step, turn, form, spent=self._carried)
        self._carried = Spent()
        return opened

    def _instruction(self, form: AnswerForm) -> str:
        words = form.instruction(self.settings.prompts)
        free = self.model.constrains or isinstance(form, Speech)
        return words if free else f"{words}\n{self.settings.prompts.render('mark')}"

    def _again(self, opened: _Open, reason: str) -> None:
        opened.asked_again += 1
        words = self.settings.prompts.render(
            "again", reason=one_line(reason, MAX_REFUSAL_REASON), answer=opened.turn.asked
        )
        opened.exchanged += [Message("assistant", neutral(opened.turn.answer)), Message("user", words)]

    async def _said(self, asking: Asking, opened: _Open) -> Said:
        """What the model says to the decision; its thoughts apart, and thought first where that is set."""
        thought = await self._thought(asking, opened) if self.settings.think else []
        completion = await self._complete(asking, opened, thought, opened.form.grammar, self.settings.sampling)
        said = parted(completion.text)
        if completion.cut and isinstance(opened.form.grammar, JsonOf):
            said = Said(said.reasoning, closed(said.answer))
        self._reason(opened, completion.reasoning, said.reasoning)
        opened.last, opened.turn.answer = completion, said.answer
        return said

    async def _thought(self, asking: Asking, opened: _Open) -> list[Message]:
        """A first call in which nothing is held to a form, as the turns before the second one."""
        prompts = self.settings.prompts
        wish = Message("user", prompts.render("think"))
        sampling = replace(self.settings.sampling, max_tokens=self.settings.think_tokens)
        thought = await self._complete(asking, opened, [wish], None, sampling)
        self._reason(opened, thought.reasoning, thought.text)
        act = Message("user", prompts.render("act", answer=opened.turn.asked))
        return [wish, Message("assistant", neutral(thought.text)), act]

    async def _complete(
        self, asking: Asking, opened: _Open, extra: list[Message], grammar: Grammar, sampling: Sampling
    ) -> Completion:
        return await asking.complete(
            lambda: _alternating([*self.memory.messages(opened.turn), *opened.exchanged, *extra]),
            grammar,
            sampling,
            self.memory.shorten,
        )

    def _reason(self, opened: _Open, *thoughts: str) -> None:
        opened.spent.reasoning = "\n".join(filter(None, (opened.spent.reasoning, *thoughts)))

    def _reply(self, opened: _Open, said: Said) -> Reply:
        reply = Reply(opened.form.read(said.answer), opened.spent.provenance(opened.last, self.settings.prices))
        if self.memory.overfull:
            self._noting = asyncio.create_task(self._note())
        return reply

    # ---- notes

    async def _noted(self) -> None:
        """Wait until the model has noted down what it must remember."""
        if self._noting is not None:
            noting, self._noting = self._noting, None
            await asyncio.wait((noting,))

    async def _note(self) -> None:
        """Have the model sum up the turns that are kept; where nothing comes of it, they stay."""
        turns, until = len(self.memory.turns), time.monotonic() + NOTE_SECONDS
        asking = Asking(self.model, self.settings.adapter_of(self.seat.seat), self._rng, until, until, self._carried)
        wish = Message("user", self.settings.prompts.render("summarise", limit=NOTES_WORDS))
        try:
            completion = await asking.complete(
                lambda: _alternating([*self.memory.messages(), wish]), None, self.settings.sampling, lambda: False
            )
        except (Unavailable, ModelFault, TimeoutError) as error:
            log.info("nothing was noted down: %s", error)
            return
        if notes := parted(completion.text).answer:
            self.memory.summarised(notes, turns)

    def _unavailable(self, error: ModelFault) -> Unavailable:
        """Said once by this process, and at each decision to the server."""
        if str(error) not in _told and len(_told) < _MOST_TOLD:
            _told.add(str(error))
            log.error("%s", error)
        return Unavailable(str(error))


_told: Final[set[str]] = set()
_MOST_TOLD: Final = 1_000


def player_of(model: LanguageModel, settings: Settings) -> type[LanguageAgent]:
    """The agent class whose seats all talk to this model."""

    class Player(LanguageAgent):
        wants = LanguageAgent.wants | ({PICTURE} if settings.pictures else frozenset())

    Player.model, Player.settings = model, settings
    return Player


def _alternating(messages: list[Message]) -> list[Message]:
    """Turns of the same side in a row as one, as chat templates want them."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1].role == message.role:
            last = joined.pop()
            message = Message(last.role, f"{last.text}\n\n{message.text}", (*last.media, *message.media))  # noqa: PLW2901
        joined.append(message)
    return joined


def _as_it_stands(answer: str) -> str:
    return answer[:MAX_REFUSED_TEXT].encode(errors="replace").decode()


async def _silence() -> Reply:
    """Wait to be cancelled by whoever keeps the clock."""
    return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]  # it never comes
