"""Promises about what viewers see: fields, events, and nothing that they may not know."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from arena.core.canonical import canonical, finite
from arena.core.game import Event, FieldSpec, State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import Fields, Media, Seat, Value
from arena.testing.findings import require
from arena.testing.trial import GameTrial, events

_UNKNOWN: Final[Fields] = frozenset({"no-such-field"})


def only_what_is_wanted_is_built(trial: GameTrial) -> None:
    """`observe` gives a seat every promised field it wants, and nobody a field that was not wanted."""
    for state in trial.states():
        for viewer in trial.viewers:
            require(not state.observe(viewer, frozenset()), f"viewer {viewer} gets fields although none is wanted")
            require(not state.observe(viewer, _UNKNOWN), f"viewer {viewer} gets a field that the game does not have")
            for name in trial.fields:
                _require_fields(state.observe(viewer, frozenset({name})), name, viewer)


def _require_fields(fields: Mapping[str, Value], name: str, viewer: Seat) -> None:
    require(set(fields) <= {name}, f"viewer {viewer} wants {name} alone and gets {sorted(fields)}")
    require(name in fields or viewer < 0, f"seat {viewer} wants the promised field {name} and does not get it")


def fields_are_as_promised(trial: GameTrial) -> None:
    """Every field has the kind, shape and dtype of its `FieldSpec`, and holds no NaN or infinity."""
    promised = {spec.name: spec for spec in trial.game.spec.fields}
    for state in trial.states():
        for viewer in trial.viewers:
            for name, value in state.observe(viewer, trial.fields).items():
                require(finite(value), f"field {name} of viewer {viewer} holds NaN or an infinity")
                complaint = _mismatch(promised[name], value)
                require(not complaint, f"field {name} of viewer {viewer} {complaint}")


def _mismatch(spec: FieldSpec, value: Value) -> str:
    match spec.kind:
        case "text":
            return "" if isinstance(value, str) else f"is no text but {value!r:.60}"
        case "int":
            return "" if type(value) is int else f"is no whole number but {value!r:.60}"
        case "tensor":
            if not isinstance(value, np.ndarray):
                return f"is no tensor but {value!r:.60}"
            same = (value.shape, value.dtype.name) == (spec.shape, spec.dtype)
            return "" if same else f"is {value.dtype.name}{value.shape}, promised {spec.dtype}{spec.shape}"
        case "media":
            return "" if isinstance(value, Media) else f"is no media but {value!r:.60}"
        case "json":
            if isinstance(value, Media):
                return "is media, not JSON"
            canonical(value)
            return "is a tensor, not JSON" if isinstance(value, np.ndarray) else ""


def media_are_the_same_in_every_match(trial: GameTrial) -> None:
    """A picture or sound follows from the state alone: two matches that went the same way show the same bytes."""
    media = frozenset(spec.name for spec in trial.game.spec.fields if spec.kind == "media")
    for seed in trial.seeds if media else ():
        for state, other in zip(trial.walk(seed), trial.walk(seed), strict=True):
            for viewer in trial.viewers:
                # Asked for in another order, so that what is made for one viewer cannot pass for another's by habit.
                shown = {viewer: other.observe(viewer, media) for viewer in reversed(trial.viewers)}
                require(state.observe(viewer, media) == shown[viewer], f"viewer {viewer} sees other media in a replay")


def looking_changes_nothing(trial: GameTrial) -> None:
    """`observe`, `events`, `outcome` and `rewards` are pure: looking twice shows the same."""
    for state in trial.states():
        before = trial.snapshot(state)
        rewards = canonical({str(s): dict(r) for s, r in state.rewards().items()})
        require(trial.snapshot(state) == before, "two looks at one state differ")
        again = canonical({str(s): dict(r) for s, r in state.rewards().items()})
        require(rewards == again, "rewards changes when it is read twice")


def events_are_numbered_and_appended(trial: GameTrial) -> None:
    """Each viewer's events count from 0 without gaps, are only ever appended, and `since` skips exactly the earlier."""
    for seed in trial.seeds:
        told: dict[Seat, list[Event]] = {viewer: [] for viewer in trial.viewers}
        for state in trial.walk(seed):
            for viewer, before in told.items():
                told[viewer] = _continued(state, viewer, before)


def _continued(state: State, viewer: Seat, before: list[Event]) -> list[Event]:
    now = events(state, viewer)
    numbers = [event.number for event in now]
    require(numbers == list(range(len(now))), f"viewer {viewer}'s events are numbered {numbers!r:.80}")
    require(canonical(now[: len(before)]) == canonical(before), f"viewer {viewer}'s past events changed")
    for since in (0, len(before), len(now)):
        require(canonical(events(state, viewer, since)) == canonical(now[since:]), f"events since {since} are others")
    return now


def hidden_differences_stay_hidden(trial: GameTrial) -> None:
    """A state that `indistinguishable` gives looks the same to that viewer, byte for byte, legal actions included."""
    for seed in trial.seeds:
        for viewer in trial.seats:
            _require_same_view(trial, seed, viewer)


def _require_same_view(trial: GameTrial, seed: int, viewer: Seat) -> None:
    state = trial.start(seed)
    other = trial.game.indistinguishable(Seed.of(seed), viewer)
    if other is not None:
        require(trial.seen(state, viewer) == trial.seen(other, viewer), f"seat {viewer} sees a difference")
        require(_asked(state, viewer) == _asked(other, viewer), f"seat {viewer} is asked differently")
        other.close()
    state.close()


def _asked(state: State, seat: Seat) -> str:
    if seat not in state.to_move():
        return ""
    legal = state.legal(seat)
    return repr((list(legal.ids), legal.labels, legal.question)) if isinstance(legal, Choices) else repr(legal)


VIEWS = (
    only_what_is_wanted_is_built,
    fields_are_as_promised,
    media_are_the_same_in_every_match,
    looking_changes_nothing,
    events_are_numbered_and_appended,
    hidden_differences_stay_hidden,
)
