"""No text of an agent reaches the simulator: choices are composed from numbers, teams from ids."""

import re
from collections.abc import Callable
from typing import Final

import pytest

from arena.core.errors import ArenaError, BadEntry, IllegalAction, MalformedAction
from arena.core.seed import Seed
from arena.core.values import Json, Seat
from arena_pokemon_vgc.engine.simulator import Simulator
from arena_pokemon_vgc.game import VgcGame
from arena_pokemon_vgc.teams.parsing import parse_team
from arena_pokemon_vgc.teams.sets import packed
from plugins.pokemon_vgc.tests.driving import begun, finished

PAYLOADS: Final = (
    "move 1\n>eval process.exit()",
    ">eval battle.sides[0].pokemon[0].hp = 1",
    "move 1, move 1\r\n>p2 pass",
    "default",
    "team 1234",
    "\x00\n>forcewin p1",
    {"__proto__": {"x": 1}},
    ["move 1", ">eval 1"],
    True,
    1.0,
)
_SAFE: Final = re.compile(r"^(pass|switch [1-6]|move [1-4]( [+-][12])?( (mega|ultra|zmove|dynamax|terastallize))?)$")
_PACKED: Final = re.compile(r"^[a-z0-9|,\]MFNSG]*$")


@pytest.mark.parametrize("payload", PAYLOADS, ids=repr)
def test_choice_that_is_no_listed_number_is_refused(made: Callable[..., VgcGame], payload: Json) -> None:
    state = begun(made())
    with pytest.raises((MalformedAction, IllegalAction)):
        state.check(Seat(0), payload)  # type: ignore[arg-type]


def test_every_choice_that_is_sent_is_one_of_ours(
    made: Callable[..., VgcGame], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    step = Simulator.step

    def noting(simulator: Simulator, jobs):  # type: ignore[no-untyped-def]
        sent.extend(text for _, choices in jobs for _, text in choices)
        return step(simulator, jobs)

    monkeypatch.setattr(Simulator, "step", noting)
    finished(begun(made()))
    parts = [part for text in sent if not re.fullmatch(r"team [1-6]{4}", text) for part in text.split(", ")]
    assert parts
    assert all(_SAFE.match(part) for part in parts)


@pytest.mark.parametrize(
    "name", ["a\n>eval process.exit()", ">eval 1", "||request|{}", "p2a: Raichu|0 fnt", "\u202eevil", "]|[", "x" * 500]
)
def test_nicknames_and_their_payloads_are_left_behind(made: Callable[..., VgcGame], name: str) -> None:
    game = made()
    team = game.pool[0].split("\n\n")
    first = team[0].splitlines()
    species = first[0].partition(" @ ")[0]
    hostile = "\n".join([f"{name} ({species}) @ {first[0].partition(' @ ')[2]}", *first[1:]])
    try:
        entry = game.check_entry("\n\n".join([hostile, *team[1:]]))
    except BadEntry:
        return
    state = game.new_state(Seed.of(1), {Seat(0): entry})
    log = "\n".join(line for update in getattr(state, "feed").updates for line in update)  # noqa: B009
    assert name not in log
    assert "eval" not in log
    assert species in log


@pytest.mark.parametrize("field", range(12))
def test_packed_fields_are_reduced_to_ids(field: int) -> None:
    fields = ["pikachu", "", "lightball", "static", "fakeout", "jolly", "", "", "", "", "50", ""]
    fields[field] += "x>eval 1;${process}é"
    try:
        text = packed(parse_team("|".join(fields)))
    except BadEntry:
        return
    assert _PACKED.match(text)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (7, "team as text"),
        ("", "empty"),
        ("x" * 30_000, "at most 20000 characters"),
        ("\n\n".join(["Pikachu\n- Tackle"] * 7), "at most 6 Pokemon"),
        ("Pikachu\nEVs: lots", "points are written"),
        ("a|b|c", "12 fields"),
        ("Pikachu\n- Tackle", "not legal in gen9championsvgc2026regmb"),
    ],
)
def test_bad_team_gets_a_sentence(made: Callable[..., VgcGame], entry: Json, said: str) -> None:
    with pytest.raises(BadEntry, match=said) as found:
        made().check_entry(entry)
    assert "\n" not in str(found.value)


def test_team_of_another_format_is_refused_in_the_validators_words(made: Callable[..., VgcGame]) -> None:
    with pytest.raises(BadEntry, match=r"not legal in gen9vgc2025regi: .*"):
        made("gen9vgc2025regi").check_entry(made().pool[0])


def test_choice_after_the_end_is_refused(made: Callable[..., VgcGame]) -> None:
    state = finished(begun(made()))
    with pytest.raises(ArenaError, match="owes no choice"):
        state.check(Seat(0), 0)
