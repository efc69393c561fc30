"""The tiny games are listed like any plugin's, and the faulty ones do their worst only when they should."""

import subprocess
import sys

import pytest

from arena.core.errors import BadEntry, BadOption
from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import Seat
from arena.testing.faulty import FAULTY, Raising
from arena.testing.games import Countdown
from arena.testing.games_of_form import Parley

EXITS = """
from arena.core.seed import Seed
from arena.testing.faulty import Exiting
Exiting({"after": 0}).new_state(Seed.of(1), {}).step({0: 1})
"""


@pytest.mark.parametrize("game", [Countdown, *FAULTY], ids=lambda game: game.__name__)
def test_listing_makes_the_game_it_names(game: type[Countdown]) -> None:
    listing = game.listing
    made = listing.make(resolve(listing.options, {}))
    assert type(made) is game
    assert (made.spec.id, made.spec.version, made.spec.seats) == (listing.id, listing.version, 2)


def test_unknown_option_is_refused() -> None:
    with pytest.raises(BadOption, match="stop"):
        Countdown({"stop": 3})


def test_fault_waits_for_its_step() -> None:
    state = Raising({"after": 1}).new_state(Seed.of(1), {})
    state.step({Seat(0): 1})
    with pytest.raises(RuntimeError, match="on purpose"):
        state.step({Seat(1): 1})


def test_exiting_game_takes_its_process_along() -> None:
    assert subprocess.run([sys.executable, "-c", EXITS], check=False).returncode == 3


def test_unacceptable_entry_is_refused() -> None:
    with pytest.raises(BadEntry, match="20 characters"):
        Parley().new_state(Seed.of(1), {Seat(1): "x" * 21})
