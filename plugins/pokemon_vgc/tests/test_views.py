"""What a seat sees follows from its own channel alone, and says what the simulator itself says."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Final

import numpy as np
import pytest

from arena.core.canonical import canonical
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, Seat
from arena_pokemon_vgc.channel import channel
from arena_pokemon_vgc.engine.node import FOLDER, require_node
from arena_pokemon_vgc.game import VgcGame
from arena_pokemon_vgc.state import VgcState
from arena_pokemon_vgc.teams.parsing import parse_team
from arena_pokemon_vgc.teams.sets import Team, packed
from plugins.pokemon_vgc.tests.driving import begun, finished, played, whole_log

ALL: Final = frozenset({"text", "view", "request", "tensor"})
_RERUN: Final = """
const { BattleStream } = require('pokemon-showdown/dist/sim/battle-stream');
const { extractChannelMessages } = require('pokemon-showdown/dist/sim/battle');
const { input, log } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const stream = new BattleStream({ keepAlive: true });
for (const line of input) stream.write(line);
const again = stream.battle.log.filter(line => !line.startsWith('|t:|'));
const channels = extractChannelMessages(log.join('\\n'), [0, 1, 2]);
const found = JSON.stringify({ again, channels: [0, 1, 2].map(n => channels[n]) });
process.stdout.write(found, () => process.exit(0));
"""


def _seen(state: VgcState, seat: Seat) -> bytes:
    fields = {name: v.tolist() if isinstance(v, np.ndarray) else v for name, v in state.observe(seat, ALL).items()}
    events = [[event.number, event.kind, event.data] for event in state.events(seat, 0)]
    legal = list(state.legal(seat).ids) if seat in state.to_move() else []
    return canonical([fields, events, legal])


def _rerun(state: VgcState) -> dict[str, Any]:
    node = require_node("test")
    told = json.dumps({"input": state.engine.input_log(), "log": whole_log(state)})
    run = subprocess.run([node, "-e", _RERUN], cwd=FOLDER, input=told, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("format_id", ["gen9championsvgc2026regmb", "gen9vgc2025regi", "gen9vgc2024regg"])
def test_input_log_reruns_to_the_same_log_in_the_simulators_own_stream(
    made: Callable[..., VgcGame], format_id: str
) -> None:
    state = finished(begun(made(format_id)))
    assert _rerun(state)["again"] == whole_log(state)


@pytest.mark.chaos
@pytest.mark.timeout(1_800)
def test_two_hundred_input_logs_rerun_to_the_same_logs(made: Callable[..., VgcGame]) -> None:
    for seed in range(200):
        state = finished(begun(made(), seed), seed)
        assert _rerun(state)["again"] == whole_log(state)
        state.close()


def test_channels_are_those_of_the_simulator(made: Callable[..., VgcGame]) -> None:
    state = finished(begun(made()))
    theirs = [[line for line in lines if line] for lines in _rerun(state)["channels"]]
    ours = [list(channel(whole_log(state), viewer)) for viewer in (SPECTATOR, Seat(0), Seat(1))]
    assert ours == theirs


def _tera_elsewhere(team: Team) -> Team:
    return [replace(each, tera="steel" if each.tera != "steel" else "fire") for each in team]


def _trained_elsewhere(team: Team) -> Team:
    """Of all six the special attack: it neither shows nor sets an order, until it is attacked with."""
    return [replace(each, evs={"hp": 4, "spa": 100}) for each in team]


@pytest.mark.parametrize(
    ("change", "reveals", "revealed"),
    [
        (_tera_elsewhere, "Terastallization", "|-terastallize|p2"),
        (_trained_elsewhere, "Tera Blast", "|-damage|p1"),
    ],
)
def test_hidden_set_of_the_foe_shows_nothing_until_it_is_revealed(
    made: Callable[..., VgcGame], change: Callable[[Team], Team], reveals: str, revealed: str
) -> None:
    one, two = _twins(made("gen9vgc2025regi", sheets="closed"), change)
    rng = Random(2)
    while one.turn < 4:
        assert _seen(one, Seat(0)) == _seen(two, Seat(0))
        _step_both(one, two, {seat: _quiet(one, seat, rng) for seat in one.to_move()})
    assert _seen(one, Seat(0)) == _seen(two, Seat(0))
    while _seen(one, Seat(0)) == _seen(two, Seat(0)):
        assert one.to_move(), "nothing was revealed"
        _step_both(one, two, {seat: _labelled(one, seat, reveals, rng) for seat in one.to_move()})
    lines = zip(one.feed.lines(Seat(0)), two.feed.lines(Seat(0)), strict=False)
    first, other = next((ours, theirs) for ours, theirs in lines if ours != theirs)
    assert first.startswith(revealed)
    assert other.startswith(revealed)


def _twins(game: VgcGame, change: Callable[[Team], Team]) -> tuple[VgcState, VgcState]:
    """Two matches that differ in what `change` makes of the foe's team, which seat 0 is told nothing of."""
    foe = [
        replace(each, evs={"hp": 4, "spa": 252}, moves=("terablast", "protect")) for each in parse_team(game.pool[1])
    ]
    entries = [game.check.legal(packed(team)) for team in (foe, change(foe))]
    assert entries[0] != entries[1]
    one, two = (game.new_state(Seed.of(5), {Seat(0): game.pool[0], Seat(1): entry}) for entry in entries)
    assert isinstance(one, VgcState)
    assert isinstance(two, VgcState)
    return one, two


def _step_both(one: VgcState, two: VgcState, actions: dict[Seat, int]) -> None:
    one.step(actions)
    two.step(actions)


def _quiet(state: VgcState, seat: Seat, rng: Random) -> int:
    """A choice of seat 1 that uses nothing of what differs: it protects itself, or changes places."""
    ids = list(state.legal(seat).ids)
    if seat == Seat(1) and state.turn:
        return rng.choice([i for i in ids if _is_quiet(state.legal(seat).label(i))] or ids)
    return rng.choice(ids)


def _is_quiet(label: str) -> bool:
    calm = all("Protect" in part or "make way" in part for part in label.split("; "))
    return calm and "Terastallization" not in label


def _labelled(state: VgcState, seat: Seat, word: str, rng: Random) -> int:
    """Of seat 1 a choice with this word and of seat 0 any, if there is one, else any."""
    legal = state.legal(seat)
    found = [i for i in legal.ids if word in legal.label(i)] if seat == Seat(1) else []
    if word != "Terastallization":
        found = [i for i in found if "Terastallization" not in legal.label(i)]
    return rng.choice(found or list(legal.ids))


def test_closed_sheets_tell_neither_items_nor_moves(made: Callable[..., VgcGame]) -> None:
    game = made(sheets="closed")
    foe = begun(game).observe(Seat(0), frozenset({"view"}))["view"]["sides"][1]["team"]  # type: ignore[index,call-overload]
    assert not any(member["item"] or member["ability"] or member["moves"] for member in foe)


def test_open_sheets_tell_items_abilities_and_moves_but_no_points(made: Callable[..., VgcGame]) -> None:
    view = begun(made()).observe(Seat(0), frozenset({"view"}))["view"]
    foe = view["sides"][1]["team"]  # type: ignore[index,call-overload]
    assert all(member["item"] and member["ability"] and len(member["moves"]) == 4 for member in foe)
    assert not any("stats" in member or "evs" in member for member in foe)


def test_own_side_is_that_of_the_request_all_through_a_match(made: Callable[..., VgcGame]) -> None:
    for state in played(begun(made("gen9vgc2025regi"), 3), Random(1)):
        for seat in state.to_move():
            request = state.request(seat)
            view: Any = state.observe(seat, frozenset({"view"}))["view"]
            assert request is not None
            by_place = {each["place"]: each for each in view["sides"][seat]["team"] if "place" in each}
            assert len(by_place) == len(request["side"]["pokemon"])
            for place, member in enumerate(request["side"]["pokemon"], 1):
                known = by_place[place]
                points, whole = known["hp_points"]
                assert member["condition"].startswith(f"{points}/{whole}" if points else "0 fnt")
                assert known["status"] == member["condition"].partition(" ")[2]
                if state.turn:
                    assert (known["slot"] is not None) == (member["active"] and not member["condition"].endswith("fnt"))


def test_seats_know_what_the_all_knowing_viewer_knows_of_the_field(made: Callable[..., VgcGame]) -> None:
    for state in played(begun(made(), 2), Random(2)):
        whole: Any = state.observe(OMNISCIENT, frozenset({"view"}))["view"]
        for viewer in (Seat(0), Seat(1), SPECTATOR):
            view: Any = state.observe(viewer, frozenset({"view"}))["view"]
            assert [view[key] for key in ("turn", "weather", "field")] == [
                whole[k] for k in ("turn", "weather", "field")
            ]
            for side, known in zip(view["sides"], whole["sides"], strict=True):
                assert side["conditions"] == known["conditions"]
                assert side["left"] == known["left"]
