import pytest

from arena.core.seed import Seed
from arena.core.values import Seat
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.game import WerewolfGame
from arena_werewolf.presets import BY_NAME
from plugins.werewolf.tests.driver import day, finish, make, night, seated, talk, turn, vote, winner


def test_defaults_are_silence_no_vote_and_the_last_choice() -> None:
    """RULES.md 6"""
    state = seated("WWSDVVV")
    assert [state.default_action(Seat(seat)) for seat in range(7)] == [6, 7, 6, 6, 7, 7, 7]
    night(state, kill=6)
    assert state.default_action(Seat(0)) == ""
    talk(state)
    assert {state.default_action(seat) for seat in state.to_move()} == {7}


def test_the_default_vote_is_the_last_choice_where_abstaining_is_off() -> None:
    """RULES.md 6"""
    state = seated("WWSDVVV", abstain=False)
    night(state, kill=6)
    talk(state)
    assert [state.default_action(Seat(seat)) for seat in (0, 5)] == [5, 4]


def test_a_side_wins_together_the_dead_included() -> None:
    """RULES.md 7"""
    state = seated("WSVV")
    day(state, kill=1, exile=0)
    outcome = state.outcome()
    assert outcome is not None
    assert [(seat.rank, seat.score, seat.team) for seat in outcome] == [
        (2, 0.0, "werewolf"),
        (1, 1.0, "village"),
        (1, 1.0, "village"),
        (1, 1.0, "village"),
    ]
    assert [seat.role for seat in outcome] == ["werewolf", "seer", "villager", "villager"]


def test_in_a_draw_everybody_shares_the_first_rank() -> None:
    """RULES.md 7"""
    state = seated("WWSDVVV", max_days=1)
    day(state, kill=6)
    assert {(seat.rank, seat.score) for seat in state.outcome() or ()} == {(1, 0.5)}


def test_metrics_count_what_the_rule_book_says() -> None:
    """RULES.md 7"""
    state = seated("WWSDVVV")
    night(state, kill=6, see=0, save=6)
    talk(state, {4: "abcd"})
    vote(state, {2: 0, 3: 4, 5: 0})
    night(state, kill=6, see=4, save=2)
    talk(state, {4: "ab"})
    vote(state, {2: 1, 3: 1, 5: 1})
    outcome = state.outcome()
    assert outcome is not None
    assert outcome[0].metrics == {
        "survived": 0.0, "abstain_rate": 1.0, "speech_chars": 0.0, "kill_efficiency": 0.0, "spoofs": 0.0
    }  # fmt: skip
    assert outcome[1].metrics["kill_efficiency"] == pytest.approx(0.5)
    assert outcome[2].metrics == {
        "survived": 1.0, "abstain_rate": 0.0, "speech_chars": 0.0,
        "vote_accuracy": 1.0, "exile_accuracy": 1.0, "seer_find": 0.5, "voting_success": 1.0, "spoofs": 0.0,
    }  # fmt: skip
    assert outcome[3].metrics["doctor_save"] == pytest.approx(0.5)
    assert outcome[3].metrics["vote_accuracy"] == pytest.approx(0.5)
    assert outcome[4].metrics["speech_chars"] == pytest.approx(3.0)
    assert "vote_accuracy" not in outcome[4].metrics
    assert outcome[6].metrics["survived"] == 0.0


def test_a_match_without_votes_has_no_vote_rates() -> None:
    """RULES.md 7"""
    state = seated("WSVV")
    turn(state, {0: 3})
    talk(state)
    vote(state, {1: 2, 2: 1, 0: 1})
    outcome = state.outcome()
    assert outcome is not None
    assert "abstain_rate" not in outcome[3].metrics


def test_voting_success_counts_days_on_which_a_wolf_is_exiled() -> None:
    """RULES.md 7.1"""
    state = seated("WWSDVVV")
    night(state, kill=6, save=6)
    talk(state)
    vote(state, {2: 5, 3: 5, 4: 5})
    night(state, kill=6, save=6)
    talk(state)
    vote(state, {2: 0, 3: 0, 4: 1})
    night(state, kill=6)
    talk(state)
    vote(state, {1: 3, 2: 3, 4: 3})
    night(state, kill=2)
    outcome = state.outcome()
    assert outcome is not None
    assert [outcome[seat].metrics.get("voting_success") for seat in (1, 2, 4, 5, 6)] == [None, 1.0, 0.0, None, 0.0]


def test_metrics_of_witch_guard_and_hunter() -> None:
    """RULES.md 7.1: the witch heals and poisons well, the guard guards well once in two nights, the hunter misses."""
    state = seated("WWWXGHVVVV", wolves="vote", witch_heal="always")
    turn(state, {0: 9, 1: 9, 2: 9, 4: 3})
    turn(state, {3: 11})
    talk(state)
    turn(state, {})
    turn(state, {0: 8, 1: 8, 2: 8, 4: 8})
    turn(state, {3: 0})
    turn(state, {})
    talk(state)
    turn(state, dict.fromkeys(range(1, 10), 5))
    turn(state, {5: 9})
    assert state.table.living == (1, 2, 3, 4, 6, 7, 8)
    for out in (1, 2):
        turn(state, {1: 8, 2: 8, 4: 8 if out == 2 else 3})
        turn(state, {})
        if state.phase.name == "shot":
            turn(state, {})
        talk(state)
        turn(state, dict.fromkeys(range(1, 10), out))
        if state.phase.name == "shot":
            turn(state, {})
    outcome = state.outcome()
    assert outcome is not None
    assert winner(state) == "village"
    assert (outcome[3].metrics["witch_heal"], outcome[3].metrics["witch_poison"]) == (1.0, 1.0)
    assert outcome[4].metrics["guard_save"] == pytest.approx(0.5)
    assert outcome[5].metrics["hunter_hit"] == 0.0
    assert "hunter_hit" not in outcome[4].metrics


def test_records_from_before_there_were_leagues_keep_their_metrics() -> None:
    """RULES.md 7.1"""
    preset = BY_NAME["ww7-lspo"]
    of_that_time = ("roles", "max_days", "speech_chars", "tie", "abstain")
    config = {name: value for name, value in make().config.items() if name in of_that_time}
    names: list[set[str]] = []
    for game in (WerewolfGame(preset, config), make()):
        state = finish(game, Seed.of(1), RandomTable, RandomTable)
        names.append({name for entry in state.outcome() or () for name in entry.metrics})
    assert names[1] - names[0] <= {"spoofs", "voting_success"}
    assert "spoofs" in names[1] - names[0]


def test_a_long_talk_has_a_long_clock() -> None:
    """RULES.md 6"""
    assert make().spec.clock.match == 7200
    assert make("mafia-n", seats=15).spec.clock.match > 20_000
