"""The latent game: Werewolf as the engine plays it, with a kind of utterance in the place of each speech.

The engine hears the letters that listeners hear. An information set is the seat's own view in words, and with it which
kinds of utterance it chose itself. Nothing but speech is abstracted: role, day, the living, sights and votes stand in
that view as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final, NamedTuple, Self

from arena.core.legal import Choices, FreeText
from arena.core.seed import Seed
from arena.core.values import Action, Seat
from arena_werewolf.game import WerewolfGame
from arena_werewolf.loops.latent import LatentSpace
from arena_werewolf.rewards import Paymaster, Shaping
from arena_werewolf.state import WerewolfState
from arena_werewolf.text import render
from arena_werewolf.view import card

DISCUSSION: Final = "discussion"
"""The phase in which everybody hears what is said."""

Step = Mapping[Seat, Action]


class Infoset(NamedTuple):
    """What a seat knows: the kinds of utterance it `said`, and its whole view in words, of which the rest is a part."""

    role: str
    day: int
    phase: str
    said: tuple[int, ...]
    known: str

    @classmethod
    def read(cls, told: Sequence[Any]) -> Self:
        """From its JSON."""
        role, day, phase, said, known = told
        return cls(role, day, phase, tuple(said), known)


@dataclass(frozen=True, slots=True)
class LatentGame:
    """What all plays of one latent game share."""

    game: WerewolfGame
    space: LatentSpace
    shaping: Shaping

    @property
    def seats(self) -> int:
        """How many play."""
        return self.game.rules.seats

    def deal(self, rng: Random) -> "LatentNode":
        """A play with a seed of its own."""
        return self.begin(Seed(rng.randbytes(16)))

    def begin(self, seed: Seed) -> "LatentNode":
        """The first node of the match that this seed deals."""
        return LatentNode(self, seed)


class LatentNode:
    """A node of `mccfr`: the seed and what was played so far. `chosen` are the kinds of utterance with their seats."""

    __slots__ = ("_before", "_begun", "_played", "_seed", "_state", "chosen")

    def __init__(
        self,
        begun: LatentGame,
        seed: Seed,
        played: tuple[Step, ...] = (),
        chosen: tuple[tuple[Seat, int], ...] = (),
        before: "LatentNode | None" = None,
    ) -> None:
        self._begun, self._seed, self._played, self.chosen, self._before = begun, seed, played, chosen, before
        self._state: WerewolfState | None = None

    @property
    def state(self) -> WerewolfState:
        """The engine's state, played up to here when it is first asked for.

        The state of the node before is taken and played on, so that of its children only the first comes cheap; to play
        a match again is faster than to copy its state.
        """
        if self._state is None:
            before, self._before = self._before, None
            if before is not None and before._state is not None:
                state, before._state = before._state, None
                state.step(self._played[-1])
            else:
                state = self._begun.game.new_state(self._seed, {})
                for step in self._played:
                    state.step(step)
            self._state = state
        return self._state

    def to_move(self) -> Sequence[Seat]:
        """Whom the engine asks."""
        return tuple(self.state.to_move())

    def actions(self, seat: Seat) -> Sequence[int]:
        """Kinds of utterance, or the menu; whispers of a pack and questions have one silent answer."""
        match self.state.legal(seat):
            case FreeText() if self.speaks:
                return range(self._begun.space.moves(self.role(seat)))
            case Choices(ids=ids):
                return ids
            case _:
                return (0,)

    def infoset(self, seat: Seat) -> Infoset:
        """What the seat knows."""
        table, phase = self.state.table, self.state.phase
        known = render(card(table, phase, seat), table.log.seen_by(seat), None).replace("\n", " ")
        said = tuple(kind for speaker, kind in self.chosen if speaker == seat)
        return Infoset(self.role(seat), table.day, phase.name, said, known)

    def play(self, chosen: Mapping[Seat, int]) -> Self:
        """Speeches are heard as letters, drawn from the seed for this step and seat."""
        if not self.speaks:
            return self.after({seat: self._answer(seat, move) for seat, move in chosen.items()}, {})
        space, step = self._begun.space, len(self._played)
        echoes = {
            seat: space.echo(self.role(seat), move, self._seed.stream("echo", step, seat))
            for seat, move in chosen.items()
        }
        return self.after(echoes, chosen)

    def after(self, step: Step, kinds: Mapping[Seat, int]) -> Self:
        """The node after answers as the engine takes them, with the kinds of the speeches among them."""
        spoken = tuple(sorted(kinds.items()))
        return type(self)(self._begun, self._seed, (*self._played, step), (*self.chosen, *spoken), self)

    def payoffs(self) -> Sequence[float]:
        """The shaping rewards of the whole match, by seat."""
        state = self.state
        paymaster = Paymaster(self._begun.shaping)
        paymaster.shape(state.table, state.outcome())
        return [sum(paymaster.due.get(seat, {}).values()) for seat in state.table.seats]

    @property
    def speaks(self) -> bool:
        """Whether who is asked now speaks to everybody."""
        return self.state.phase.name == DISCUSSION

    def role(self, seat: Seat) -> str:
        """The seat's card."""
        return self.state.table.deal[seat].name

    def _answer(self, seat: Seat, move: int) -> Action:
        return move if isinstance(self.state.legal(seat), Choices) else self.state.default_action(seat)
