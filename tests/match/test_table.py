"""The table's promises: who owes what, what counts as an answer, and how every ending is adjudicated."""

import pytest

from arena.core.agent import Provenance
from arena.core.errors import ActionRefused, BadSeats, GameFault, IllegalAction, MatchOver, StaleRequest
from arena.core.match import Cause, MatchResult, Move
from arena.core.values import EVENTS, LABELS, TEXT, Action, Seat
from arena.match.packing import pack_plan, pack_result, unpack_plan, unpack_result
from arena.match.prompt import Wants
from arena.match.replay import mismatch, positions, restore
from arena.match.table import Table
from arena.testing.games_of_form import Parley
from tests.match.fakes import Sum, SumGame, make_plan

ALL = Wants.of(frozenset({TEXT, EVENTS, LABELS}))
NOTHING = Wants.of(frozenset())


def play_out(table: Table, action: Action = 1) -> MatchResult:
    while not table.over:
        for seat in tuple(table.open_seats):
            table.submit(seat, action)
        table.step()
    return table.result()


def seats(result: MatchResult) -> list[tuple[int, float, str, int]]:
    return [(s.rank, s.score, s.cause.value, s.defaults) for s in result.seats]


def test_match_ends_by_its_rules() -> None:
    game = SumGame()
    result = play_out(Table(game, make_plan(game)))
    assert [s.cause for s in result.seats] == [Cause.RULES] * 2
    assert [(m.step, m.seat) for m in result.moves] == [(0, 0), (1, 1), (2, 0), (3, 1)]
    assert result.seats[0].rewards == {"added": 2.0}
    assert result.clean


def test_a_reward_that_is_no_number_is_the_games_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sum, "rewards", lambda state: {Seat(0): {"added": float("nan")}})
    game = SumGame()
    with pytest.raises(GameFault, match="seat 0 a reward"):
        play_out(Table(game, make_plan(game)))


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.UNAVAILABLE, Cause.ILLEGAL, Cause.DISCONNECT, Cause.RESIGNED])
def test_forfeit_gives_the_forfeiter_low_and_the_others_high(cause: Cause) -> None:
    game = SumGame(seats=3, score_low=-1.0, score_high=2.0)
    table = Table(game, make_plan(game))
    assert table.rule(Seat(0), cause) == Move(0, Seat(0), None, cause)
    assert table.over
    result = table.result()
    assert seats(result) == [(3, -1.0, cause.value, 0), (1, 2.0, "rules", 0), (1, 2.0, "rules", 0)]
    assert result.clean is (cause is Cause.RESIGNED)


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.UNAVAILABLE, Cause.ILLEGAL, Cause.DISCONNECT])
def test_default_is_played_where_the_game_says_so(cause: Cause) -> None:
    game = SumGame(forfeit="plays default")
    table = Table(game, make_plan(game))
    assert table.rule(Seat(0), cause) == Move(0, Seat(0), 0, cause)
    table.step()
    result = play_out(table)
    assert [s.defaults for s in result.seats] == [1, 0]
    assert [s.cause for s in result.seats] == [Cause.RULES] * 2
    assert not result.clean


def test_resigning_forfeits_even_out_of_turn_and_where_defaults_are_played() -> None:
    game = SumGame(forfeit="plays default")
    table = Table(game, make_plan(game))
    table.rule(Seat(1), Cause.RESIGNED)
    assert seats(table.result())[1] == (2, 0.0, "resigned", 0)


def test_team_loses_with_the_seat_that_forfeits() -> None:
    game = SumGame(seats=4, teams=("red", "blue"), sides=(0, 1, 1, 0))
    table = Table(game, make_plan(game, parties=2))
    assert list(table.parties) == [0, 1, 1, 0]
    table.rule(Seat(0), Cause.TIMEOUT)
    result = table.result()
    assert [(s.rank, s.score, s.cause.value, s.team) for s in result.seats] == [
        (3, 0.0, "timeout", "red"),
        (1, 1.0, "rules", "blue"),
        (1, 1.0, "rules", "blue"),
        (3, 0.0, "rules", "red"),
    ]


def test_game_of_teams_takes_an_agent_a_seat_too() -> None:
    game = SumGame(seats=4, teams=("red", "blue"), sides=(0, 1, 1, 0))
    assert list(Table(game, make_plan(game, parties=4)).parties) == [0, 1, 2, 3]
    with pytest.raises(BadSeats, match="takes 2 or 4 agents, not 3"):
        Table(game, make_plan(game, parties=3))


def test_cooperative_seats_fail_together() -> None:
    game = SumGame(scored=True)
    table = Table(game, make_plan(game))
    table.rule(Seat(0), Cause.TIMEOUT)
    assert [(s.rank, s.score) for s in table.result().seats] == [(1, 0.0), (1, 0.0)]


def test_silence_on_a_question_is_no_fault() -> None:
    game = SumGame(questions={0})
    table = Table(game, make_plan(game))
    assert table.rule(Seat(0), Cause.TIMEOUT) == Move(0, Seat(0), 0, Cause.TIMEOUT)
    table.step()
    result = play_out(table)
    assert result.clean
    assert [s.defaults for s in result.seats] == [0, 0]


def test_refusals_count_for_one_decision_until_it_is_lost() -> None:
    game = SumGame(max_refusals=2)
    table = Table(game, make_plan(game))
    for last in (False, True):
        with pytest.raises(IllegalAction, match="RULES 1"):
            table.submit(Seat(0), 10)
        assert table.refused_out(Seat(0)) is last
    table.submit(Seat(0), 1)
    table.step()
    assert not table.refused_out(Seat(0))
    assert play_out(table).seats[0].refusals == 2


def test_answers_that_nobody_asked_for_are_refused() -> None:
    game = SumGame(turns=1)
    table = Table(game, make_plan(game))
    with pytest.raises(StaleRequest):
        table.submit(Seat(1), 1)
    assert table.rule(Seat(1), Cause.TIMEOUT) is None
    table.submit(Seat(0), 1)
    with pytest.raises(StaleRequest):
        table.submit(Seat(0), 2)
    table.step()
    with pytest.raises(MatchOver):
        table.submit(Seat(1), 1)
    assert table.rule(Seat(1), Cause.RESIGNED) is None


def test_simultaneous_answers_are_stepped_once_and_logged_by_seat() -> None:
    game = SumGame(seats=3, turns=1, dynamics="simultaneous")
    table = Table(game, make_plan(game))
    for seat in (2, 0):
        table.submit(Seat(seat), seat)
    assert not table.ready
    table.submit(Seat(1), 1)
    actions = table.close_step()
    assert actions == {0: 0, 1: 1, 2: 2}
    table.state.step(actions)
    table.settle()
    assert table.moves == [Move(0, Seat(s), s) for s in range(3)]


def test_match_without_end_is_void() -> None:
    game = SumGame(turns=100, max_decisions=5)
    with pytest.raises(GameFault, match="did not end within 5 decisions"):
        play_out(Table(game, make_plan(game)))


def test_events_come_once_and_all_of_them_again_on_demand() -> None:
    game = SumGame(turns=6)
    table = Table(game, make_plan(game))
    counts = []
    while not table.over:
        (seat,) = table.open_seats
        observation, _, from_start = table.prompt(seat, ALL)
        counts.append((len(observation.events), from_start))
        table.submit(seat, 1)
        table.step()
    assert counts == [(0, True), (1, True), (2, True), (2, False), (2, False), (2, False)]
    again = restore(game, table.plan, table.moves[:4])
    assert len(again.prompt(Seat(0), ALL, whole=True)[0].events) == 4


def test_nothing_is_built_for_an_agent_that_wants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    game = SumGame()
    table = Table(game, make_plan(game))
    monkeypatch.setattr(type(table.state), "observe", lambda *_: pytest.fail("built a view"))
    monkeypatch.setattr(type(table.state), "events", lambda *_: pytest.fail("built events"))
    assert not table.prompt(Seat(0), NOTHING)[0].fields


def test_playing_in_one_call_is_the_same_as_submit_and_step() -> None:
    game = SumGame()
    slow = play_out(Table(game, make_plan(game)), 3)
    table = Table(game, make_plan(game))
    assert not table.play(Seat(0), 11)
    while not table.over:
        assert table.play(table.open_seats[0], 3)
    assert table.result().play_digest() == slow.play_digest()
    assert table.result().seats[0].refusals == 1


def endings() -> list[tuple[SumGame, list[tuple[int, Cause | None]]]]:
    plain, default = SumGame(), SumGame(forfeit="plays default")
    at_once = SumGame(seats=3, turns=2, dynamics="simultaneous")
    return [
        (plain, [(0, None)] * 4),
        (plain, [(0, None), (1, Cause.TIMEOUT)]),
        (plain, [(0, None), (0, Cause.RESIGNED)]),
        (default, [(0, Cause.TIMEOUT), (1, None), (0, None), (1, Cause.ILLEGAL)]),
        (at_once, [(1, None), (2, None), (0, Cause.DISCONNECT)]),
    ]


@pytest.mark.parametrize(("game", "script"), endings())
def test_record_replays_to_the_same_digest_after_packing(game: SumGame, script: list[tuple[int, Cause | None]]) -> None:
    table = Table(game, make_plan(game))
    for seat, cause in script:
        if cause:
            table.rule(Seat(seat), cause)
        else:
            table.submit(table.open_seats[0] if game.spec.dynamics == "sequential" else Seat(seat), 4)
        if table.ready:
            table.step()
    result = table.result()
    plan = unpack_plan(pack_plan(result.plan))
    assert plan == result.plan
    again = unpack_result(plan, pack_result(result))
    assert again == result
    assert mismatch(game, again) == ""
    again.seats[0].score += 1
    assert mismatch(game, again) == "the outcome replayed is another one"
    assert len(list(positions(game, plan, result.moves))) == len(result.moves) + 1


def test_record_that_does_not_fit_is_told_apart() -> None:
    game = SumGame()
    result = play_out(Table(game, make_plan(game)))
    cut = MatchResult(plan=result.plan, moves=result.moves[:2], seats=result.seats)
    assert mismatch(game, cut) == "the record stops before the match is over, after 2 moves"
    wrong = MatchResult(plan=result.plan, moves=[Move(0, Seat(1), 1)], seats=result.seats)
    assert mismatch(game, wrong) == "the record does not fit the game: step 0, seat 1"
    illegal = MatchResult(plan=result.plan, moves=[Move(0, Seat(0), 77)], seats=result.seats)
    assert "77 is not a number from 0 to 9" in mismatch(game, illegal)


def test_provenance_follows_its_move_through_packing() -> None:
    game = SumGame(seats=2, turns=1, dynamics="simultaneous")
    table = Table(game, make_plan(game))
    made = Provenance(policy_version="v1", completion_token_ids=[3, 4], logprobs=[-0.5, -1.0])
    made.mask, made.prompt_tokens, made.completion_tokens = "{}", 30, 2
    table.submit(Seat(1), 1, made)
    table.submit(Seat(0), 1)
    table.step()
    result = unpack_result(table.plan, pack_result(table.result()))
    assert set(result.provenance) == {1}
    assert result.provenance[1].policy_version == "v1"
    assert list(result.provenance[1].logprobs) == [-0.5, -1.0]
    kept = result.provenance[1]
    assert (kept.mask, kept.prompt_tokens, kept.completion_tokens) == ("{}", 30, 2)


def test_refusal_changes_nothing_but_the_count() -> None:
    game = SumGame()
    table = Table(game, make_plan(game))
    with pytest.raises(ActionRefused):
        table.submit(Seat(0), "five")
    assert table.open_seats == [0]
    assert table.moves == []


def test_answers_of_an_open_step_are_restored_too() -> None:
    game = SumGame(seats=3, turns=2, dynamics="simultaneous")
    table = Table(game, make_plan(game))
    taken = [table.submit(Seat(seat), seat) for seat in (2, 0)]
    again = restore(game, table.plan, taken)
    assert again.open_seats == [1]
    again.submit(Seat(1), 1)
    again.step()
    assert [move.seat for move in again.moves] == [0, 1, 2]


def test_a_text_that_stands_in_another_form_is_kept_as_it_was_sent() -> None:
    game = Parley()
    table = Table(game, make_plan(game))
    for seat, text in ((Seat(0), " hello\n\ud800there "), (Seat(1), "plain")):
        table.submit(seat, text)
        table.step()
    for seat in (Seat(0), Seat(1)):
        table.submit(seat, {"keep": 5})
        table.step()
    result = unpack_result(table.plan, pack_result(table.result()))
    assert {index: made.raw for index, made in result.provenance.items()} == {0: " hello\n?there "}
    assert mismatch(game, result) == ""


def test_the_reason_of_a_refusal_is_shown_with_the_same_decision_alone() -> None:
    game = SumGame()
    table = Table(game, make_plan(game))
    assert table.prompt(Seat(0), ALL)[0].refusal == ""
    with pytest.raises(ActionRefused) as refused:
        table.submit(Seat(0), 99)
    assert table.prompt(Seat(0), ALL)[0].refusal == str(refused.value) != ""
    table.submit(Seat(0), 1)
    table.step()
    assert table.prompt(Seat(1), ALL)[0].refusal == ""
