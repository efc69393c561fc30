"""What seldom happens is tracked too, in battles set up for it: copies, illusions, formes, swept fields, stages."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from arena.core.seed import Seed
from arena.core.values import Seat
from arena_pokemon_vgc.choices import JOINT, preview_order
from arena_pokemon_vgc.game import VgcGame
from arena_pokemon_vgc.state import VgcState
from arena_pokemon_vgc.tracking.tracker import Tracker

Told = Callable[..., VgcGame]

_REG_I: Final = "gen9vgc2025regi"
_WALLS: Final = (
    "Hariyama | Thick Fat | Brick Break, Protect, Fake Out",
    "Great Tusk | Protosynthesis | Rapid Spin, Protect, Headlong Rush",
    "Corviknight | Mirror Armor | Defog, Protect, Body Press",
    "Gholdengo | Good as Gold | Make It Rain, Protect, Nasty Plot",
)
_SETTERS: Final = (
    "Grimmsnarl | Prankster | Reflect, Light Screen, Thunder Wave, Protect",
    "Glimmora | Toxic Debris | Stealth Rock, Spikes, Protect",
    "Dragonite | Multiscale | Dragon Claw, Protect",
    "Amoonguss | Regenerator | Pollen Puff, Protect",
)
_DITTO: Final = ("Ditto | Imposter | Transform", *_WALLS[1:])
_ZOROARK: Final = ("Zoroark | Illusion | Nasty Plot, Night Daze, Protect", *_SETTERS[1:3], _SETTERS[0])
_AEGISLASH: Final = (
    "Aegislash | Stance Change | Shadow Ball, King's Shield, Wide Guard",
    "Snorlax | Thick Fat | Protect, Return",
    "Milotic | Competitive | Protect, Scald",
    "Garchomp | Rough Skin | Protect, Earthquake",
)


def _team(members: tuple[str, ...]) -> str:
    return "\n\n".join(
        "\n".join(
            [who, f"Ability: {ability}", "Level: 50", "EVs: 252 HP", *(f"- {move}" for move in moves.split(", "))]
        )
        for who, ability, moves in (member.split(" | ") for member in members)
    )


def _met(game: VgcGame, one: tuple[str, ...], other: tuple[str, ...]) -> VgcState:
    """Turn 1 of a match in which both bring their team in order."""
    entries = {Seat(n): game.check_entry(_team(team)) for n, team in enumerate((one, other))}
    state = game.new_state(Seed.of(3), entries)
    assert isinstance(state, VgcState)
    first = next(i for i in state.legal(Seat(0)).ids if preview_order(i - JOINT, 4, 4) == (1, 2, 3, 4))
    state.step({Seat(0): first, Seat(1): first})
    return state


def _turn(state: VgcState, one: str, other: str) -> None:
    """Both seats play the first choice whose label has every word of theirs, which / parts."""
    state.step({Seat(seat): _labelled(state, Seat(seat), words) for seat, words in enumerate((one, other))})


def _labelled(state: VgcState, seat: Seat, words: str) -> int:
    legal = state.legal(seat)
    return next(i for i in legal.ids if all(word in legal.label(i) for word in words.split(" / ")))


def _team_seen(state: VgcState, viewer: int, side: int) -> Mapping[str, Any]:
    view: Any = state.observe(Seat(viewer), frozenset({"view"}))["view"]
    return {member["name"]: member for member in view["sides"][side]["team"]}


def _conditions(state: VgcState, side: int) -> set[str]:
    """As both seats see them, which must be the same."""
    views: list[Any] = [state.observe(seat, frozenset({"view"}))["view"] for seat in (Seat(0), Seat(1))]
    one, other = (set(view["sides"][side]["conditions"]) for view in views)
    assert one == other
    return one


def test_one_that_transforms_is_its_copy_until_it_leaves(made: Told) -> None:
    state = _met(made(_REG_I, sheets="closed"), _WALLS, _DITTO)
    ditto = _team_seen(state, 0, 1)["ditto"]
    assert (ditto["slot"], ditto["species"], ditto["types"]) == (0, "Great Tusk", ["Ground", "Fighting"])
    assert "transform" in ditto["volatiles"]
    own = _team_seen(state, 1, 1)
    assert [own[name]["place"] for name in ("ditto", "greattusk", "corviknight", "gholdengo")] == [1, 2, 3, 4]
    assert [move["move"] for move in own["ditto"]["options"]["moves"]] == ["Rapid Spin", "Protect", "Headlong Rush"]
    _turn(state, "Hariyama: Protect / Great Tusk: Protect", "Ditto: make way for Corviknight / Protect")
    assert _team_seen(state, 0, 1)["ditto"]["species"] == "Ditto"
    assert not _team_seen(state, 0, 1)["ditto"]["volatiles"]


def test_what_is_broken_spun_or_blown_away_is_gone(made: Told) -> None:
    state = _met(made(_REG_I), _WALLS, _SETTERS)
    _turn(state, "Hariyama: Protect / Great Tusk: Protect", "Reflect / Stealth Rock")
    assert (_conditions(state, 0), _conditions(state, 1)) == ({"stealthrock"}, {"reflect"})
    _turn(state, "Brick Break at the foe on the left / Rapid Spin at the foe on the left", "Light Screen / Spikes")
    assert "stealthrock" not in _conditions(state, 0)
    assert not _conditions(state, 1)
    _turn(state, "Hariyama: make way for Corviknight / Great Tusk: Protect", "Reflect / Spikes")
    assert (_conditions(state, 0), _conditions(state, 1)) == ({"spikes"}, {"reflect"})
    _turn(state, "Defog at the foe on the left / Great Tusk: Protect", "Grimmsnarl: Protect / Glimmora: Protect")
    _turn(state, "Defog at the foe on the left / Great Tusk: Rapid Spin", "Light Screen / Glimmora: Protect")
    assert (_conditions(state, 0), _conditions(state, 1)) == (set(), set())


def test_an_illusion_is_believed_until_it_ends_and_its_owner_knows_better(made: Told) -> None:
    state = _met(made(_REG_I, sheets="closed"), _WALLS, _ZOROARK)
    assert _team_seen(state, 0, 1)["grimmsnarl"]["slot"] == 0
    own = _team_seen(state, 1, 1)
    assert (own["zoroark"]["slot"], own["zoroark"]["place"], own["grimmsnarl"]["slot"]) == (0, 1, None)
    assert own["zoroark"]["options"]["moves"][0]["move"] == "Nasty Plot"
    _turn(state, "Hariyama: Protect / Great Tusk: Protect", "Nasty Plot / Glimmora: Protect")
    seen = _team_seen(state, 0, 1)["grimmsnarl"]
    assert (seen["boosts"], [move["id"] for move in seen["moves"]]) == ({"spa": 2}, ["nastyplot"])
    assert _team_seen(state, 1, 1)["zoroark"]["boosts"] == {"spa": 2}
    _turn(state, "Hariyama: Protect / Rapid Spin at the foe on the left", "Nasty Plot / Glimmora: Stealth Rock")
    team = _team_seen(state, 0, 1)
    real, disguise = team["zoroark"], team["grimmsnarl"]
    assert (real["slot"], real["boosts"], [move["id"] for move in real["moves"]]) == (0, {"spa": 4}, ["nastyplot"])
    assert real["hp"] < 1.0
    assert (disguise["slot"], disguise["hp"], disguise["moves"], disguise["boosts"]) == (None, 1.0, [], {})


def test_a_forme_lasts_as_long_as_its_owner_stays(made: Told) -> None:
    state = _met(made("gen7vgc2018"), _AEGISLASH, _AEGISLASH[1:] + _AEGISLASH[:1])
    calm = "Snorlax: Protect / Milotic: Protect"
    formes = []
    for words in ("Shadow Ball at the foe on the left", "King's Shield", "Shadow Ball at the foe on the left"):
        _turn(state, f"{words} / Snorlax: Protect", calm if "left" in words else "Snorlax: Return / Milotic: Protect")
        formes.append([_team_seen(state, viewer, 0)["aegislash"]["species"] for viewer in (0, 1)])
    _turn(state, "Aegislash: make way for Garchomp", calm)
    formes.append([_team_seen(state, viewer, 0)["aegislash"]["species"] for viewer in (0, 1)])
    assert formes == [[forme] * 2 for forme in ("Aegislash-Blade", "Aegislash", "Aegislash-Blade", "Aegislash")]


@pytest.mark.parametrize(
    ("line", "one", "other"),
    [
        ("|-swapboost|p1a: A|p2a: B|[from] move: Heart Swap", {"atk": 0, "spe": 1}, {"atk": 2, "spe": -1}),
        ("|-swapboost|p1a: A|p2a: B|atk, spa|[from] move: Power Swap", {"atk": 0, "spe": -1}, {"atk": 2, "spe": 1}),
        ("|-copyboost|p1a: A|p2a: B|[from] move: Psych Up", {"spe": 1}, {"spe": 1}),
        ("|-invertboost|p1a: A|[from] move: Topsy-Turvy", {"atk": -2, "spe": 1}, {"spe": 1}),
        ("|-clearnegativeboost|p1a: A", {"atk": 2}, {"spe": 1}),
        ("|-clearpositiveboost|p1a: A|p2a: B|move: Spectral Thief", {"spe": -1}, {"spe": 1}),
        ("|-clearallboost", {}, {}),
    ],
)
def test_stages_are_swapped_copied_turned_round_and_cleared(
    line: str, one: Mapping[str, int], other: Mapping[str, int]
) -> None:
    tracker = Tracker()
    tracker.read(
        ["|poke|p1|A, L50|", "|poke|p2|B, L50|", "|switch|p1a: A|A, L50|100/100", "|switch|p2a: B|B, L50|100/100"]
    )
    tracker.read(["|-boost|p1a: A|atk|2", "|-unboost|p1a: A|spe|1", "|-boost|p2a: B|spe|1", line])
    found = [
        {s: n for s, n in side.team[name].boosts.items() if n}
        for side, name in zip(tracker.known.sides, "ab", strict=True)
    ]
    assert found == [{stat: by for stat, by in wanted.items() if by} for wanted in (one, other)]
