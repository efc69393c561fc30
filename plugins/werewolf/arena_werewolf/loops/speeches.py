"""What was said in recorded matches, and where in the latent game it was said."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, Self

from arena.core.match import Cause, MatchResult
from arena.core.values import Action, Seat
from arena_werewolf.game import WerewolfGame
from arena_werewolf.loops.latent_game import DISCUSSION, Infoset, LatentGame

Place = Callable[[str, str], tuple[int, str]]
"""From a role and what it says to the kind of utterance, and to the letter that is heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One speech of a discussion: the match, and its place among the match's moves."""

    match: str
    move: int
    seat: int
    role: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """For `read`."""
        return asdict(self)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        return cls(**told)


def speeches(game: WerewolfGame, result: MatchResult) -> Iterator[Speech]:
    """The speeches of a match that its seats made themselves, silence included."""
    state = game.new_state(result.plan.seed, {})
    for moves in _steps(result):
        for move in moves:
            if state.phase.name == DISCUSSION and move.cause is None:
                role = state.table.deal[move.seat].name
                yield Speech(match=result.plan.match_id, move=move.number, seat=move.seat, role=role, text=move.text)
        state.step({move.seat: move.action for move in moves})


def retold(game: LatentGame, result: MatchResult, place: Place) -> Iterator[tuple[int, Infoset]]:
    """The match in the latent game: for each speech its place among the moves, and the speaker's information set."""
    node = game.begin(result.plan.seed)
    for moves in _steps(result):
        answers, kinds = {move.seat: move.action for move in moves}, {}
        if node.speaks:
            for move in moves:
                yield move.number, node.infoset(move.seat)
                kinds[move.seat], answers[move.seat] = place(node.role(move.seat), move.text)
        node = node.after(answers, kinds)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One move; its `number` is its place among the match's moves."""

    number: int
    seat: Seat
    action: Action
    cause: Cause | None

    @property
    def text(self) -> str:
        """Of a speech."""
        return str(self.action)


def _steps(result: MatchResult) -> Iterator[list[_Answer]]:
    """The moves of each step, up to where a seat left the match."""
    for _, together in groupby(enumerate(result.moves), key=lambda numbered: numbered[1].step):
        moves = list(together)
        answers = [_Answer(n, move.seat, move.action, move.cause) for n, move in moves if move.action is not None]
        if len(answers) < len(moves):
            return
        yield answers
