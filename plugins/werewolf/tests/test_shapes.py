"""Every setting, under any options too: nights of constant shape, nothing leaked, and all matches end by the rules."""

import re
from collections.abc import Collection, Iterator, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from arena.agents.sampling import sample
from arena.core.canonical import canonical
from arena.core.errors import BadOption
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, Action, Json, Seat
from arena_werewolf.log import Log
from arena_werewolf.options import DEFAULTS
from arena_werewolf.presets import BY_NAME
from arena_werewolf.roles import DOCTOR, GUARD, HUNTER, SEER, WEREWOLF, WITCH, Team
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import make, seen, viewers

Pair = tuple[WerewolfState, WerewolfState]
TALKATIVE: Mapping[str, Json] = {"wolves": "chat", "speaking": "bid-turn", "predict": True}


def steps(state: WerewolfState, rng: Random) -> Iterator[WerewolfState]:
    """The state before each step of a random match."""
    while movers := state.to_move():
        yield state
        state.step({seat: state.check(seat, sample(state.legal(seat), rng)) for seat in sorted(movers)})


@pytest.mark.parametrize("name", BY_NAME)
def test_all_of_the_living_are_asked_in_every_turn_of_every_night(name: str) -> None:
    """RULES.md 2.1"""
    game = make(name)
    for number in range(15):
        asked: dict[int, list[tuple[int, ...]]] = {}
        living: dict[int, tuple[int, ...]] = {}
        for state in steps(game.new_state(Seed.of(number), {}), Random(number)):
            if state.phase.name == "night":
                living.setdefault(state.table.day, state.table.living)
                asked.setdefault(state.table.day, []).append(tuple(state.to_move()))
        assert asked == {day: [living[day]] * game.rules.night_turns for day in asked}


@pytest.mark.parametrize("name", BY_NAME)
def test_in_a_turn_of_the_night_all_are_asked_in_the_same_form(name: str) -> None:
    """RULES.md 2.1"""
    for state in steps(make(name).new_state(Seed.of(1), {}), Random(1)):
        if state.phase.name in {"night", "shot"}:
            assert len({type(state.legal(seat)) for seat in state.to_move()}) == 1


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("extra", [{}, TALKATIVE], ids=["as it is", "talkative"])
def test_two_deals_that_a_viewer_cannot_tell_apart_look_the_same(name: str, extra: dict[str, Json]) -> None:
    """RULES.md 2.1, 5.1: whom is asked for what, and every byte of every view, until the rules part the two matches."""
    compared = 0
    for number in range(4):
        game, seed = make(name, **extra), Seed.of(number)
        for viewer in (SPECTATOR, *map(Seat, range(game.spec.seats))):
            other = game.indistinguishable(seed, viewer)
            if isinstance(other, WerewolfState):
                compared += compare((game.new_state(seed, {}), other), viewer, Random(number))
    assert compared > 80


def compare(pair: Pair, viewer: Seat, rng: Random) -> int:
    """How many steps the pair was alike for the viewer, all of them until the rules part it."""
    compared = 0
    while not any(state.outcome() for state in pair):
        one, other = (seen(state, viewer) for state in pair)
        assert one == other
        assert pair[0].to_move() == pair[1].to_move()
        compared += 1
        courses = public_course(pair, viewer, rng)
        if courses is None:
            break
        for state, actions in zip(pair, courses, strict=True):
            state.step({seat: state.check(seat, action) for seat, action in actions.items()})
    return compared


def public_course(pair: Pair, viewer: Seat, rng: Random) -> list[dict[Seat, Action]] | None:
    """Actions that lead both matches through the same public course; None when the rules must part them."""
    first = pair[0]
    asked = sorted(first.to_move())
    if first.phase.name not in {"night", "shot", "vote"}:
        shared = {seat: sample(first.legal(seat), rng) for seat in asked}
        return [shared, shared]
    if first.phase.name == "vote":
        alike = [seat for seat in first.table.living if pair[0].table.deal[seat] is pair[1].table.deal[seat]]
        free = [] if first.table.rules.reveal_day != "none" else [None]
        if not (targets := [*alike, *free]):
            return None
        target, luck = rng.choice(targets), rng.random()
        return [voting(state, target, luck) for state in pair]
    living = first.table.living
    prey = [seat for seat in living if all(state.table.deal[seat].team is Team.VILLAGE for state in pair)]
    prey = [seat for seat in prey if pair[0].table.deal[seat] is pair[1].table.deal[seat]]
    looks = [seat for seat in living if seat != viewer and pair[0].table.deal[seat] is pair[1].table.deal[seat]]
    mine = viewer >= 0 and first.table.deal[viewer] is SEER and viewer in living
    if not prey or (mine and not looks):
        return None
    night = Random(first.table.day)  # the same in all turns of a night, or a doctor might spare the later target
    target, look = night.choice(prey), night.choice(looks or prey)
    return [by_night(state, target, look) for state in pair]


def voting(state: WerewolfState, target: Seat | None, luck: float) -> dict[Seat, Action]:
    actions: dict[Seat, Action] = {}
    for seat in state.to_move():
        ids: Any = getattr(state.legal(seat), "ids", ())
        actions[seat] = target if target in ids else ids[int(luck * len(ids))]
    return actions


def by_night(state: WerewolfState, target: Seat, look: Seat) -> dict[Seat, Action]:
    actions: dict[Seat, Action] = {}
    for seat in state.to_move():
        ids: Any = getattr(state.legal(seat), "ids", None)
        if ids is None:
            actions[seat] = "a word in the dark"
            continue
        role = state.table.deal[seat]
        spared = next((i for i in ids if i != target), ids[0])
        wish = {WEREWOLF: target, SEER: look, DOCTOR: spared, GUARD: spared}.get(role, ids[-1])
        assert role not in {WITCH, HUNTER} or wish == ids[-1]
        actions[seat] = wish if wish in ids else ids[0]
    return actions


@pytest.mark.parametrize("name", BY_NAME)
def test_canaries_in_secrets_reach_nobody_else(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES.md 5.1: every private event carries a word that names who may see it."""
    tell = Log.tell

    def marked(
        self: Log, audience: Collection[Seat], kind: str, data: Mapping[str, Json], *, sender: Seat | None = None
    ) -> None:
        canary = "CANARY" + "".join(f"_{seat}" for seat in audience) + "_"
        tell(self, audience, kind, {**data, "role": canary, "text": canary, "canary": canary}, sender=sender)

    monkeypatch.setattr(Log, "tell", marked)
    found = 0
    for number in range(3):
        for state in steps(make(name, **TALKATIVE).new_state(Seed.of(number), {}), Random(number)):
            for viewer in viewers(state):
                canaries = re.findall(rb"CANARY[_0-9]+", seen(state, viewer))
                assert viewer == OMNISCIENT or all(b"_%d_" % viewer in canary for canary in canaries)
                found += len(canaries)
    assert found > 500


def any_value(name: str) -> st.SearchStrategy[Json]:
    option = next(option for option in BY_NAME["mafia-n"].options if option.name == name)
    if option.kind == "bool":
        return st.booleans()
    return st.integers(1, 3) if option.kind == "int" else st.sampled_from(option.choices)


@given(
    st.fixed_dictionaries({}, optional={name: any_value(name) for name in DEFAULTS if name != "speech_chars"}),
    st.sampled_from(sorted(BY_NAME)),
    st.integers(0, 2**32),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_under_any_options_a_match_ends_by_its_rules(options: dict[str, Json], name: str, number: int) -> None:
    """RULES.md 4, 7, 8.2"""
    try:
        game = make(name, **options)
    except BadOption:
        assume(False)
    moves = 0
    state = game.new_state(Seed.of(number), {})
    for before in steps(state, Random(number)):
        moves += len(before.to_move())
        assert len(before.table.living) > 1
        assert before.phase.name != "night" or tuple(before.to_move()) == before.table.living
        assert before.table.living == tuple(sorted(set(before.table.living)))
    outcome = state.outcome()
    assert outcome is not None
    assert moves <= game.spec.max_decisions
    assert {entry.rank for entry in outcome} in ({1}, {1, 2})
    assert all(
        0 <= value <= 2 or name in {"speech_chars", "spoofs"} for e in outcome for name, value in e.metrics.items()
    )
    for viewer in viewers(state):
        canonical([state.observe(viewer, frozenset({"text", "view", "card", "tensor"})), list(state.events(viewer, 0))])
