"""What was answered in matches of the ledger, each decision as a language model would be asked it."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from arena.agents.language.settings import Settings
from arena.core.errors import BadRequest
from arena.core.match import MatchResult, Seen
from arena.core.values import SetId
from arena.ledger.stream import StoredMatch, Wanted, head, stream
from arena.loops.language.conversation import Conversation, Scene
from arena.loops.language.policy import Policy
from arena.loops.meeting import Member
from arena.loops.run import Run
from arena.match.seen import seen
from arena.training.trajectory import Trajectory, Turn, trajectories


class Played(NamedTuple):
    """A match on record, and what its seats saw."""

    stored: StoredMatch
    seen: Seen


class Decision(NamedTuple):
    """An answer that stood. `turn.move` is its place among the moves of `trajectory.result`.

    `talk` is the match's chats at that moment, with this decision open.

    `turn.made` holds the tokens as they were sampled, where a model sent them.
    """

    trajectory: Trajectory
    turn: Turn
    scene: Scene
    answer: str
    """As it was said, or as the scene's form has it."""
    talk: Conversation


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


def decisions(run: Run, match: Played, settings: Settings, model: Policy | None = None) -> Iterator[Decision]:
    """Every answer that stood, seat by seat, with the chat that a language model of these settings has before it.

    Answers are told as their form writes them; those of a `model` that played in all seats, as it said them.

    Raises:
        BadRequest: a language model cannot answer in the form that this game asks for.
    """
    scenes = _scenes(run, match, settings, model)
    for one in trajectories(match.stored, match.seen, {}, lambda agent, version: None):
        for turn in one.turns:
            if turn.valid and turn.move in scenes:
                yield Decision(one, turn, *scenes[turn.move])


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


def _scenes(
    run: Run, match: Played, settings: Settings, model: Policy | None
) -> dict[int, tuple[Scene, str, Conversation]]:
    result = match.stored.result
    talk = Conversation(run.game.rated_id, run.grounds.spec, settings)
    found: dict[int, tuple[Scene, str, Conversation]] = {}
    for number, (move, faced) in enumerate(zip(result.moves, match.seen.situations, strict=False)):
        if faced.legal is None or move.action is None:
            continue
        scene = talk.ask(move.seat, faced.text, faced.legal)
        before = talk.copy()
        made = result.provenance.get(number)
        if move.cause is not None:
            answer = ""
        elif model is not None and made is not None and made.completion_token_ids:
            answer = model.said(made.completion_token_ids, scene.form)
        else:
            answer = scene.form.write(move.action)
        talk.answer(move.seat, answer)
        found[number] = scene, answer, before
    return found
