"""What was answered in matches of the ledger, each decision as a language model would be asked it."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from arena.agents.language.answers import AnswerForm
from arena.agents.language.conversation import Conversation, Scene
from arena.agents.language.settings import Settings
from arena.core.agent import Provenance
from arena.core.errors import BadRequest
from arena.core.match import MatchResult, Seen
from arena.core.values import AgentName, Seat, SetId
from arena.ledger.stream import StoredMatch, Wanted, head, stream
from arena.loops.language.policy import Policy
from arena.loops.meeting import Member
from arena.loops.run import Run
from arena.match.seen import seen
from arena.training.chat import Said
from arena.training.never import Never
from arena.training.trajectory import Trajectory, Turn, trajectories


class Played(NamedTuple):
    """A match on record, and what its seats saw."""

    stored: StoredMatch
    seen: Seen


class Decision(NamedTuple):
    """An answer that stood, one of those of its match, which has a trajectory for each seat.

    `turn.made` holds the tokens as they were sampled, where a model sent them.
    """

    trajectory: Trajectory
    turn: Turn
    match: Sequence[Trajectory]

    @property
    def scene(self) -> Scene:
        """The chat that asks for it, and its form."""
        assert self.turn.asked is not None
        return self.trajectory.conversation.scene(self.turn.asked)

    @property
    def answer(self) -> str:
        """As it was said, or as the scene's form has it."""
        return self.trajectory.answer(self.turn)

    def conversations(self) -> dict[Seat, Conversation]:
        """Those of all seats at that moment, with this decision open."""
        return {one.seat.seat: one.conversation.until(self._asked(one)) for one in self.match}

    def _asked(self, one: Trajectory) -> int:
        """How many decisions of a seat were asked for by then."""
        upto = self.turn.move + (one is self.trajectory)
        return sum(turn.asked is not None and turn.move < upto for turn in one.turns)


def played(
    run: Run,
    *,
    agent: str | None = None,
    sets: Collection[SetId] | None = None,
    after: int = -1,
    until: int | None = None,
) -> Iterator[Played]:
    """The matches of the run's game, by the very rules and options it trains on, in the order they landed.

    `agent` had a seat in them, they belong to one of `sets`, and their number is above `after` and not above `until`.

    Raises:
        ArenaError: a record does not fit the game.
    """
    game = run.make_game()
    try:
        for stored in _stored(run, agent, after):
            if until is not None and stored.number > until:
                return
            if sets is None or stored.result.plan.set_id in sets:
                yield Played(stored, seen(game, stored.result))
    finally:
        game.close()


def self_play(run: Run, member: Member) -> list[Played]:
    """The matches that a member played with itself alone, in an order that does not depend on which landed first."""
    found = [match for match in played(run, agent=member.agent) if _is_alone(match.stored.result)]
    return sorted(found, key=lambda match: match.stored.result.plan.seed.hex())


def decisions(match: Played, settings: Settings, model: Policy | None = None) -> Iterator[Decision]:
    """Every answer that stood, seat by seat, with the chat that a language model of these settings has before it.

    Answers are told as their form writes them; those of a `model` that played in all seats, as it said them.

    Raises:
        BadRequest: a language model cannot answer in the form that this game asks for.
    """
    seats = list(trajectories(match.stored, match.seen, {}, _no_parents, settings, _said_by(model)))
    try:
        for one in seats:
            _ = one.conversation
    except Never as never:
        raise never.error from None
    for one in seats:
        yield from (Decision(one, turn, seats) for turn in one.turns if turn.own)


def require(found: Collection[object], run: Run, what: str) -> None:
    """Raises BadRequest where nothing was found."""
    if not found:
        raise BadRequest(
            f"the ledger has no {what} of {run.game.rated_id}; have it played first, as by `arena play "
            f"{run.game.rated_id} --agents A,B --matches 100` with the same --db"
        )


def _stored(run: Run, agent: str | None, after: int) -> Iterator[StoredMatch]:
    ledger, game = run.grounds.ledger, run.game
    if (until := head(ledger)) is None:
        return
    for stored in stream(ledger, Wanted(game=game.rated_id, agent=agent), until, after):
        if stored.result.plan.game == game:  # not of other options or an older version of the rules
            yield stored


def _is_alone(result: MatchResult) -> bool:
    return len({party.agent for party in result.plan.parties}) == 1


def _no_parents(agent: AgentName, version: str) -> None:
    """Nobody asks here."""


def _said_by(model: Policy | None) -> Said:
    def said(form: AnswerForm, made: Provenance) -> str:
        return model.said(made.completion_token_ids, form) if model and made.completion_token_ids else ""

    return said
