"""Hostile speech changes nothing but what is read, in every game in which agents speak."""

from pathlib import Path

import pytest

from arena.agents.injections import injections
from arena.core.game import Game
from arena.core.speech import spoofs
from arena.testing.games_of_form import Parley, ParleyState
from arena.testing.injection_suite import check_injections, examine_injections, has_speech
from tests.security.installed import has_leagues, made, own_games

INNOCENT = Path(__file__).with_name("innocent_speeches.txt")
GAMES = sorted(own_games())


SMALL = 4
"""Seats of a game in which every script is tried in the normal run; in larger ones some of them."""


def speaking(game: str) -> Game:
    """The game, or a skipped test where nobody speaks in it."""
    rules = made(game)
    if not has_speech(rules):
        pytest.skip("nobody speaks in this game")
    return rules


@pytest.mark.parametrize("game", GAMES)
def test_hostile_scripts_change_only_what_is_read(game: str) -> None:
    rules = speaking(game)
    check_injections(rules, scripts=injections() if rules.spec.seats <= SMALL else injections()[::6])


@pytest.mark.leaks
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("game", GAMES)
def test_every_hostile_script_changes_only_what_is_read(game: str) -> None:
    check_injections(speaking(game), seeds=(1, 2, 3))


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("league", ["open", "strict"])
def test_forged_speech_is_counted_in_both_leagues_and_withheld_in_one(game: str, league: str) -> None:
    if not has_leagues(game):
        pytest.skip("this game has no leagues")
    check_injections(made(game, league=league), scripts=injections()[::6], seeds=(2,))


def test_a_forgery_is_named_and_an_innocent_speech_is_not() -> None:
    wrong = {
        words: script.name
        for script in injections()
        for words in script.says
        if script.spoof is not None and bool(spoofs(words)) != script.spoof
    }
    innocent = INNOCENT.read_text(encoding="utf-8").splitlines()
    assert len(innocent) == 100
    assert not wrong
    assert not [speech for speech in innocent if spoofs(speech)]


class _Gullible(ParleyState):
    """Takes a speech as it is, and one that says so for a claim of everything."""

    __slots__ = ()

    def _check_speech(self, action: object) -> str:
        return str(action)

    def step(self, actions):
        super().step(actions)
        if self.said and "accept" in self.said[-1]:
            self.claims = [10, 0]


class _GullibleParley(Parley):
    def new_state(self, seed, entries):
        return _Gullible({})


def test_a_game_that_believes_what_is_said_is_found_out() -> None:
    broken = {finding.promise for finding in examine_injections(_GullibleParley()) if not finding.kept}
    assert {"words_change_nothing_but_what_is_read", "speeches_are_one_line_without_commands"} <= broken
