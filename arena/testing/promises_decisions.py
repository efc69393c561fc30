"""Promises about decisions: who owes one, what is legal, what is refused."""

from random import Random
from typing import Any

import numpy as np

from arena.core.canonical import canonical
from arena.core.errors import ActionRefused
from arena.core.game import State
from arena.core.legal import Box, Choices, FreeText, Legal
from arena.core.values import Seat
from arena.testing.findings import Broken, require
from arena.testing.hostile import odd, unacceptable
from arena.testing.trial import GameTrial

_HOSTILE_DECISIONS = 12
"""Decisions of a trial that are answered with hostile input: the forms repeat, so more teach nothing."""


def seats_owe_decisions_until_the_outcome(trial: GameTrial) -> None:
    """`to_move` is empty exactly when there is an outcome, and names each seat at most once."""
    for state in trial.states():
        movers, over = list(state.to_move()), state.outcome() is not None
        require(bool(movers) != over, f"to_move is {movers} while the outcome is {'there' if over else 'not there'}")
        require(set(movers) <= set(trial.seats), f"to_move names {movers} in a game of {trial.game.spec.seats} seats")
        require(len(set(movers)) == len(movers), f"to_move names a seat twice: {movers}")


def something_is_legal(trial: GameTrial) -> None:
    """`legal` leaves a seat of `to_move` at least one answer, in a well-made form."""
    for state, seat in trial.decisions():
        _require_answerable(state.legal(seat), trial.game.actions)


def _require_answerable(legal: Legal, actions: int) -> None:
    match legal:
        case Choices(ids=ids):
            require(ids, "legal lists no id")
            require(min(ids) >= 0 and set(map(type, ids)) == {int}, f"ids must be whole numbers from 0: {ids!r:.80}")
            require(len(set(ids)) == len(ids), f"legal lists an id twice: {ids!r:.80}")
            require(not actions or max(ids) < actions, f"an id is not below the game's {actions} actions: {ids!r:.80}")
        case FreeText(max_chars=limit):
            require(limit > 0, f"a text of at most {limit} characters cannot be given")
        case Box(low=low, high=high, shape=shape):
            require(np.isfinite([low, high]).all() and low <= high, f"[{low}, {high}] are no bounds")
            require(all(n > 0 for n in shape), f"a tensor of shape {shape} is empty")
    require(not actions or isinstance(legal, Choices), f"the game has {actions} actions, and asks for something else")


def choices_have_names(trial: GameTrial) -> None:
    """Every listed choice has a name of its own that is not empty."""
    for state, seat in trial.decisions():
        legal = state.legal(seat)
        if isinstance(legal, Choices):
            labels = [legal.label(i) for i in legal.ids[:32]]
            require(all(labels), f"a label is empty: {labels!r:.80}")


def legal_actions_are_accepted(trial: GameTrial) -> None:
    """Whatever `legal` allows passes `check`, of texts some at least; the canonical form has canonical bytes."""
    rng = Random(0)
    for state, seat in trial.decisions():
        action = trial.answer(state, seat, rng)
        try:
            canonical(state.check(seat, action))
        except ActionRefused as error:
            raise Broken(f"check refuses the legal action {action!r:.80}: {error}") from error


def checking_twice_gives_the_same(trial: GameTrial) -> None:
    """`check` leaves a canonical action as it is."""
    rng = Random(1)
    for state, seat in trial.decisions():
        once = state.check(seat, trial.answer(state, seat, rng))
        require(canonical(state.check(seat, once)) == canonical(once), f"check changes its own result {once!r:.80}")


def checking_changes_nothing(trial: GameTrial) -> None:
    """`check`, `legal` and `default_action` change nothing that anybody can see."""
    rng = Random(2)
    for state in trial.states():
        before = trial.snapshot(state)
        for seat in sorted(state.to_move()):
            state.check(seat, trial.answer(state, seat, rng))
            state.default_action(seat)
        require(trial.snapshot(state) == before, "a view differs after legal, check and default_action")


def bad_actions_are_refused(trial: GameTrial) -> None:
    """Answers of the wrong form, NaN, huge or out of range are refused in one sentence, and change nothing."""
    rng = Random(3)
    for (state, seat), _ in zip(trial.decisions(), range(_HOSTILE_DECISIONS), strict=False):
        before = trial.snapshot(state)
        for action in unacceptable(state.legal(seat), rng):
            require(_survives(state, seat, action), f"check accepts {action!r:.80} for {state.legal(seat)!r:.80}")
        require(trial.snapshot(state) == before, "a refused action changed a view")


def odd_actions_are_survived(trial: GameTrial) -> None:
    """Control characters, lone surrogates and empty values are refused, or become a canonical action."""
    for (state, seat), _ in zip(trial.decisions(), range(_HOSTILE_DECISIONS), strict=False):
        for action in odd(state.legal(seat)):
            if not _survives(state, seat, action):
                canonical(state.check(seat, action))


def _survives(state: State, seat: Seat, action: Any) -> bool:
    """Whether the action is refused; a broken promise when it is refused in any other way than the contract's."""
    try:
        state.check(seat, action)
    except ActionRefused as refusal:
        sentence = str(refusal)
        require(type(refusal) is not ActionRefused, "check raises ActionRefused itself instead of a leaf")
        require(sentence and "\n" not in sentence, f"a refusal must be one sentence, not {sentence!r:.80}")
        require(len(sentence) < 2000, "a refusal repeats what it refuses at full length")
        return True
    except Exception as error:
        raise Broken(f"check answers {action!r:.80} with {type(error).__name__}: {error}") from error
    return False


def defaults_are_legal(trial: GameTrial) -> None:
    """`default_action` passes `check`."""
    for state, seat in trial.decisions():
        default = state.default_action(seat)
        try:
            state.check(seat, default)
        except ActionRefused as error:
            raise Broken(f"check refuses the default action {default!r:.80}: {error}") from error


DECISIONS = (
    seats_owe_decisions_until_the_outcome,
    something_is_legal,
    choices_have_names,
    legal_actions_are_accepted,
    checking_twice_gives_the_same,
    checking_changes_nothing,
    bad_actions_are_refused,
    odd_actions_are_survived,
    defaults_are_legal,
)
