"""What one seat's model is told again of its match so far: all of it, the last turns, or notes of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from arena.agents.language.model import Message
from arena.agents.language.prompts import Prompts
from arena.agents.language.quoting import fenced, neutral
from arena.core.values import Media

MemoryKind = Literal["full", "window", "summary"]

NOTES_WORDS: Final = 200
"""That a model is asked to sum a match up in."""
_WORTH_LEAVING_OUT: Final = 400
"""Characters: views that share less with the one before are shown whole."""
_NO_ANSWER: Final = "(no answer in time)"
_LONG: Final = 2_000
"""Characters of an instruction that is not told again once it has been answered: a list of hundreds of actions."""


@dataclass(slots=True)
class Turn:
    """One decision: what was seen, the words that asked for an answer, the answer."""

    view: str
    asked: str
    media: Sequence[Media] = ()
    answer: str = ""


@dataclass(slots=True)
class Memory:
    """The turns of one seat that are still told, oldest first, and the notes on those before them.

    As long as no turn or long list is left out, the messages of one decision begin with those of the one before, to the
    letter: an engine's prefix cache has them already.
    """

    kind: MemoryKind
    window: int
    prompts: Prompts
    system: str
    turns: list[Turn] = field(default_factory=list)
    notes: str = ""

    def messages(self, now: Turn | None = None) -> list[Message]:
        """The chat that ends with the decision asked for now."""
        chat = [Message("system", self.system)]
        for before, turn in pairwise([None, *self.turns]):
            assert turn is not None
            words = turn.asked if len(turn.asked) <= _LONG else self.prompts.render("answered")
            chat += self._question(turn, before, words), answered(turn.answer)
        return chat if now is None else [*chat, self.question(now, self.turns[-1] if self.turns else None)]

    def question(self, now: Turn, before: Turn | None) -> Message:
        """The last message of the chat that ends with a decision; `before` is the last one that is still told."""
        return self._question(now, before, now.asked)

    def keep(self, turn: Turn) -> None:
        """A decision has been made."""
        self.turns.append(turn)
        self.turns = self.still_told(self.turns)

    def still_told(self, turns: list[Turn]) -> list[Turn]:
        """Those of all turns so far that a memory of this kind tells again, notes aside."""
        return turns[max(0, len(turns) - self.window) :] if self.kind == "window" else turns

    def shorten(self) -> bool:
        """Leave the older half of the turns out, as they do not fit. False when there is none to leave out."""
        had = bool(self.turns)
        self.turns = self.turns[(len(self.turns) + 1) // 2 :]
        return had

    @property
    def overfull(self) -> bool:
        """Whether there are more turns than a window has, which the model is to sum up."""
        return self.kind == "summary" and len(self.turns) > self.window

    def summarised(self, notes: str, turns: int) -> None:
        """The model's own notes take the place of so many turns; the newer half of them is told as well."""
        self.notes = notes
        self.turns = self.turns[turns - min(turns, self.window // 2) :]

    def _question(self, turn: Turn, before: Turn | None, words: str) -> Message:
        text = self.prompts.render("turn", view=self._view(turn, before), answer=words)
        if before is None and self.notes:
            text = self.prompts.render("notes", notes=fenced(self.notes)) + text
        seen = () if before is not None and before.media == turn.media else turn.media
        return Message("user", text, seen)

    def _view(self, turn: Turn, before: Turn | None) -> str:
        """The view, or where it goes on from the one before only what is new in it."""
        if before is None:
            return fenced(turn.view)
        lines = turn.view.split("\n")
        known = _shared(lines, before.view.split("\n"))
        if sum(map(len, lines[:known])) < _WORTH_LEAVING_OUT:
            return fenced(turn.view)
        return self.prompts.render("more", view=fenced("\n".join(lines[known:])), lines=known)


def answered(answer: str) -> Message:
    """An answer as it is told again."""
    return Message("assistant", neutral(answer) or _NO_ANSWER)


def _shared(lines: Sequence[str], before: Sequence[str]) -> int:
    """How many lines two texts have in common at their beginning."""
    pairs = zip(lines, before, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(lines), len(before)))
