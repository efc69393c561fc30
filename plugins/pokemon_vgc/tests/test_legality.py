"""In sampled positions the simulator takes every listed joint choice, and each for another; all others are refused."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from arena.core.errors import IllegalAction
from arena.core.seed import Seed
from arena.core.values import Seat
from arena_pokemon_vgc.choices import CODES, JOINT, Request, joint_choices, spoken
from arena_pokemon_vgc.engine.node import FOLDER, require_node
from arena_pokemon_vgc.formats import FORMATS
from arena_pokemon_vgc.game import VgcGame
from arena_pokemon_vgc.state import VgcState
from plugins.pokemon_vgc.tests.driving import begun

_SCRIPT: Final = Path(__file__).with_name("legality.js")
_MUTANTS: Final = 60
_EVERYWHERE: Final = ((True, True), (True, True))
_COMMANDER: Final = "gen9vgc2023regc"
_REFUSED: Final = "not among those listed"
_RARE: Final = frozenset({"revival", "commander"})
_WANTED: Final = ("lead Dondozo and Tatsugiri, keep Rabsca", "Revival Blessing", "bring back")


@dataclass(frozen=True, slots=True)
class Position:
    """A seat that owes a choice: what led there, what it is asked, what is listed, and numbers that are not."""

    input: Sequence[str]
    seat: Seat
    request: Request
    listed: Sequence[int]
    mutants: Sequence[int]


def _kind(request: Request) -> str:
    """What of the rare things a request shows, else what it asks for."""
    members = request["side"]["pokemon"]
    if request.get("teamPreview"):
        return "preview"
    if any(member.get("reviving") for member in members):
        return "revival"
    if any(member.get("commanding") for member in members):
        return "commander"
    return "forced switch" if request.get("forceSwitch") else "move"


def _positions(game: VgcGame, seeds: Sequence[int], every: int, wanted: Sequence[str] = ()) -> Iterator[Position]:
    """One decision in `every`, of matches of random choices, but of those with a wanted label where there are any.

    Positions of a rare kind come all.
    """
    for seed in seeds:
        state, rng = _begun(game, seed, wanted), Random(seed)
        for step in count():
            for seat in state.to_move():
                if (step + seat + seed) % every == 0 or _kind(_asked(state, seat)) in _RARE:
                    yield _position(state, seat, rng)
            if not state.to_move():
                break
            state.step({seat: _drawn(state, seat, rng, wanted) for seat in state.to_move()})
        state.close()


def _rare(game: VgcGame, each: int) -> list[Position]:
    """So many positions of each rare kind."""
    found: dict[str, list[Position]] = {kind: [] for kind in _RARE}
    for at in _positions(game, range(50), 100, _WANTED):
        kept = found.get(_kind(at.request), [])
        if len(kept) < each:
            kept.append(at)
        if all(len(kept) == each for kept in found.values()):
            break
    assert all(len(kept) == each for kept in found.values())
    return [at for kept in found.values() for at in kept]


def _begun(game: VgcGame, seed: int, wanted: Sequence[str]) -> VgcState:
    """At the preview; where something is wanted, both seats bring the team that can do it."""
    if not wanted:
        return begun(game, seed)
    team = next(text for text in game.pool if "Revival Blessing" in text)
    state = game.new_state(Seed.of(seed), {Seat(0): team, Seat(1): team})
    assert isinstance(state, VgcState)
    return state


def _drawn(state: VgcState, seat: Seat, rng: Random, wanted: Sequence[str]) -> int:
    legal = state.legal(seat)
    labels = list(zip(legal.ids, legal.labels if wanted else (), strict=False))
    found = (ids for word in wanted if (ids := [number for number, label in labels if word in label]))
    return rng.choice(next(found, list(legal.ids)))


def _asked(state: VgcState, seat: Seat) -> Request:
    request = state.request(seat)
    assert request is not None
    return request


def _position(state: VgcState, seat: Seat, rng: Random) -> Position:
    request = _asked(state, seat)
    listed = list(state.legal(seat).ids)
    mutants = [number for number in _mutated(listed, rng) if number not in listed]
    for number in mutants[:5]:
        with pytest.raises(IllegalAction, match=_REFUSED):
            state.check(seat, number)
    return Position(state.engine.input_log(), seat, request, listed, mutants)


def _mutated(listed: Sequence[int], rng: Random) -> Iterator[int]:
    """Listed choices with one slot's code exchanged; at a preview any of moves and switches."""
    for _ in range(_MUTANTS):
        left, right = divmod(rng.choice(listed) % JOINT, CODES)
        code = rng.randrange(CODES)
        yield rng.choice((code * CODES + right, left * CODES + code))


def _tried(positions: Sequence[Position]) -> list[tuple[list[Any], list[Any]]]:
    """What each listed choice and each mutant comes to in the simulator: actions, or a mapping with its error."""
    asked = [
        {
            "input": at.input,
            "side": at.seat,
            "texts": [_said(number, at.request) for number in (*at.listed, *at.mutants)],
        }
        for at in positions
    ]
    node = require_node("test")
    environment = {"NODE_PATH": str(FOLDER / "node_modules")}
    run = subprocess.run(
        [node, _SCRIPT], input=json.dumps(asked), env=environment, capture_output=True, text=True, check=True
    )
    return [
        (found[: len(at.listed)], found[len(at.listed) :])
        for at, found in zip(positions, json.loads(run.stdout), strict=True)
    ]


def _said(number: int, request: Request) -> str:
    """As the engine says it; a gimmick is said too where the request has nobody to use it."""
    return spoken(number, request if request.get("active") else {**request, "active": [{}, {}]})


def _require_exact(positions: Sequence[Position]) -> None:
    """What is not taken the seat could not know; a mutant that is taken comes to a listed one, or is left out."""
    for at, (listed, mutants) in zip(positions, _tried(positions), strict=True):
        taken = [each for each in listed if isinstance(each, str)]
        assert all(each["hidden"] for each in listed if each not in taken), listed
        assert len(set(taken)) == len(taken)
        for number, each in zip(at.mutants, mutants, strict=True):
            refused = not isinstance(each, str)
            assert refused or each in taken or number in _left_out(at.request), (_said(number, at.request), each)


def _left_out(request: Request) -> set[int]:
    """RULES.md, 4.1: what the simulator would take and is not listed: a move at nobody, to pass a revival."""
    passed = {0} if _kind(request) == "revival" else set()
    return passed.union(joint_choices(request, _EVERYWHERE))


def test_listed_choices_are_those_that_the_simulator_takes(made: Callable[..., VgcGame]) -> None:
    formats = ("gen9championsvgc2026regmb", "gen8vgc2020", "gen7vgc2019")
    positions = [at for format_id in formats for at in islice(_positions(made(format_id), (7, 8), 7), 8)]
    assert {_kind(at.request) for at in positions} >= {"preview", "move", "forced switch"}
    _require_exact(positions)


def test_listed_choices_are_those_that_the_simulator_takes_where_some_command_or_revive(
    made: Callable[..., VgcGame],
) -> None:
    positions = _rare(made(_COMMANDER), each=2)
    _require_exact(positions)


@pytest.mark.chaos
@pytest.mark.timeout(1_800)
def test_listed_choices_are_those_that_the_simulator_takes_in_three_hundred_positions(
    made: Callable[..., VgcGame],
) -> None:
    positions = [at for format_id in FORMATS for at in islice(_positions(made(format_id), range(20), 7), 30)]
    positions += _rare(made(_COMMANDER), each=15)
    assert len(positions) >= 300
    assert {_kind(at.request) for at in positions} == {"preview", "move", "forced switch", *_RARE}
    _require_exact(positions)
