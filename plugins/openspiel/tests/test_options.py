"""Options are OpenSpiel's parameters; what cannot be played says why in one sentence (RULES.md, 1)."""

import hashlib
from collections.abc import Callable

import pytest

from arena.core.errors import BadOption, GameUnavailable
from arena.core.game import Game, GameListing
from arena.core.options import rated_id
from arena.core.seed import Seed
from arena.core.values import TEXT, Json, Seat
from arena.testing import GAME_PROMISES, check_game

Made = Callable[..., Game]

PRISONERS = 'NFG 1 R "dilemma" { "row" "column" } { 2 2 }\n3 3 5 0 0 5 1 1\n'


def file(text: str) -> Json:
    """The value of a file option."""
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}


def test_seats_follow_the_option(made: Made) -> None:
    assert made("kuhn_poker", players=3).spec.seats == 3


def test_changed_options_are_part_of_the_rated_id(listings: dict[str, GameListing], made: Made) -> None:
    game = made("goofspiel", num_cards=4)
    assert rated_id(game.spec.id, listings["goofspiel"].options, game.config) == "openspiel/goofspiel?num_cards=4"


def test_game_inside_a_game(made: Made) -> None:
    game = made("misere", game="tic_tac_toe()")
    assert game.spec.perfect_information
    assert len(check_game(game, seeds=(1,))) == len(GAME_PROMISES)


def test_game_from_a_file(made: Made) -> None:
    game = made("nfg_game", filename=file(PRISONERS))
    assert game.spec.dynamics == "simultaneous"
    assert len(check_game(game, seeds=(1,))) == len(GAME_PROMISES)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mfg_garnet", "population"),
        ("crossword", "cannot be listed"),
        ("misere", "game=..."),
        ("efg_game", "filename=..."),
    ],
)
def test_unavailable_game_says_why(made: Made, name: str, reason: str) -> None:
    with pytest.raises(GameUnavailable, match=reason):
        made(name)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("kuhn_poker", {"players": 11}),
        ("chinese_checkers", {"players": 5}),
        ("hex", {"board_size": 100_000}),
        ("misere", {"game": "no such game(("}),
        ("misere", {"game": "efg_game(filename=/etc/passwd)"}),
        ("tarok", {"rng_seed": 1}),
        ("twixt", {"ansi_color_output": True}),
    ],
)
def test_bad_option_is_refused_without_a_path(made: Made, name: str, options: dict[str, Json]) -> None:
    with pytest.raises(BadOption) as caught:
        made(name, **options)
    assert "/project/" not in str(caught.value)


def test_unseedable_game_inside_a_game_is_unavailable(made: Made) -> None:
    with pytest.raises(GameUnavailable, match="seeded"):
        made("misere", game="negotiation()")


def test_texts_have_no_terminal_colours(made: Made) -> None:
    state = made("twixt").new_state(Seed.of(1), {})
    assert "\x1b" not in str(state.observe(Seat(0), frozenset({TEXT}))[TEXT])


def test_every_listing_is_versioned_for_the_engine_and_has_seats(listings: dict[str, GameListing]) -> None:
    assert listings
    for listing in listings.values():
        assert listing.version.startswith("1.0.0+openspiel")
        assert 1 <= listing.min_seats <= listing.max_seats
