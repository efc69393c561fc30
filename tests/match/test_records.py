"""What a record holds: the same by every way a match is played, with its notes on the moves they belong to."""

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import pytest

from arena.core.agent import MAX_PROVENANCE_BYTES, Provenance
from arena.core.errors import GameFault
from arena.core.game import CLOCK, ClockSpec, Game, GameSpec, SeatOutcome
from arena.core.match import Cause, MatchResult
from arena.core.values import Action, Seat
from arena.match.adjudication import by_rules
from arena.match.provenance import fit_provenance
from arena.match.replay import mismatch, recorded
from arena.match.table import Table
from arena.match.unfit import Unfit
from arena.wire.provenance import encode_provenance
from tests.match.fakes import Sum, SumGame, make_plan


@pytest.fixture
def fatal(monkeypatch: pytest.MonkeyPatch) -> Game:
    """A game that raises in its third step."""
    step = Sum.step

    def raising(state: Sum, actions: Mapping[Seat, Action]) -> None:
        if state.turns == 2:
            raise RuntimeError("on purpose")
        step(state, actions)

    monkeypatch.setattr(Sum, "step", raising)
    return SumGame(turns=6)


def spoiled(game: Game, *, at_once: bool) -> MatchResult:
    """A match played until its game raised, by one call a decision or by two."""
    table = Table(game, make_plan(game))
    with suppress(RuntimeError):
        while not table.over:
            (seat,) = table.open_seats
            if at_once:
                table.play(seat, 1)
            else:
                table.submit(seat, 1)
                table.step()
    assert not table.over
    return table.void("it raised")


def test_fatal_move_is_on_record_however_it_was_played(fatal: Game) -> None:
    at_once, in_two = (spoiled(fatal, at_once=way) for way in (True, False))
    assert [move.step for move in at_once.moves] == [0, 1, 2]
    assert at_once.play_digest() == in_two.play_digest()


def test_answers_not_yet_stepped_are_on_record_of_a_void_match() -> None:
    game = SumGame(seats=3, dynamics="simultaneous")
    table = Table(game, make_plan(game))
    for seat in (2, 0):
        table.submit(Seat(seat), 1)
    assert [move.seat for move in table.void("it raised").moves] == [0, 2]


def test_replay_of_a_void_match_stops_at_its_fault(fatal: Game) -> None:
    result = spoiled(fatal, at_once=True)
    assert [table.step_number for table in recorded(fatal, result)] == [0, 1, 2]
    assert mismatch(fatal, result) == ""


def test_void_match_that_was_never_dealt_is_not_dealt_again(monkeypatch: pytest.MonkeyPatch) -> None:
    game = SumGame()
    monkeypatch.setattr(SumGame, "new_state", lambda *_: pytest.fail("dealt"))
    result = MatchResult(plan=make_plan(game), moves=(), seats=(), void="it raised")
    assert list(recorded(game, result)) == []
    assert mismatch(game, result) == ""


def test_provenance_stays_on_the_answer_of_a_seat_that_then_resigns() -> None:
    game = SumGame(dynamics="simultaneous")
    table = Table(game, make_plan(game))
    table.submit(Seat(0), 1, Provenance(policy_version="v1"))
    table.rule(Seat(0), Cause.RESIGNED)
    result = table.result()
    assert [(move.seat, move.cause) for move in result.moves] == [(0, None), (0, Cause.RESIGNED)]
    assert {index: note.policy_version for index, note in result.provenance.items()} == {0: "v1"}


@pytest.mark.parametrize(
    "given",
    [
        Provenance(logprobs=[0.5]),
        Provenance(completion_token_ids=[1], logprobs=[float("nan")]),
        Provenance(completion_token_ids=[1], logprobs=[1e300]),
        Provenance(prompt_token_ids=[1 << 32]),
        Provenance(prompt_token_ids=[0.5]),  # type: ignore[list-item]
        Provenance(reasoning="\ud800"),
        Provenance(cost=float("inf")),
        Provenance(think_seconds="1"),  # type: ignore[arg-type]
        Provenance(reasoning="x" * MAX_PROVENANCE_BYTES),
        Provenance(mask="x" * MAX_PROVENANCE_BYTES),
        Provenance(mask="\ud800"),
        Provenance(prompt_tokens=1 << 32),
        Provenance(completion_tokens=-1),
        Provenance(completion_tokens=True),
        Provenance(completion_tokens=1.5),  # type: ignore[arg-type]
        Provenance(prompt_token_ids=[(1 << 32) - 1] * (MAX_PROVENANCE_BYTES // 5)),
    ],
)
def test_provenance_out_of_bounds_is_unfit(given: Provenance) -> None:
    with pytest.raises(Unfit, match=r"^the provenance"):
        fit_provenance(given)


def test_provenance_within_bounds_is_kept_as_it_is() -> None:
    given = Provenance(policy_version="v1", completion_token_ids=[1, 2], logprobs=[-0.5, -1.0], cost=1, reasoning="so")
    made = fit_provenance(given)
    assert (made.policy_version, made.completion_token_ids, made.reasoning, made.cost) == ("v1", [1, 2], "so", 1.0)
    assert list(made.logprobs) == [-0.5, -1.0]
    held = fit_provenance(Provenance(mask="{}", prompt_tokens=3, completion_tokens=np.uint32(4)))  # type: ignore[arg-type]
    assert (held.mask, held.prompt_tokens, held.completion_tokens) == ("{}", 3, 4)


def test_the_largest_provenance_within_bounds_fits_the_protocol_too() -> None:
    given = Provenance(
        policy_version="v",
        prompt_token_ids=[2**32 - 1],
        completion_token_ids=[2**32 - 1],
        logprobs=[-1.0],
        cost=1e308,
        think_seconds=1e-308,
        mask="m",
        prompt_tokens=2**32 - 1,
        completion_tokens=2**32 - 1,
    )
    spent = len(encode_provenance(fit_provenance(given)))
    assert spent < 80  # so that what follows is near the bound
    given.reasoning = "x" * (MAX_PROVENANCE_BYTES - 80)
    assert len(encode_provenance(fit_provenance(given))) > MAX_PROVENANCE_BYTES - 80


@pytest.mark.parametrize("rank", [0, 3, 2**40, 1.5])
def test_rank_that_no_seat_can_have_is_the_games_fault(rank: int) -> None:
    spec = SumGame().spec
    with pytest.raises(GameFault, match="gave seat 0 a rank that is none of 1 to 2"):
        by_rules(spec, [SeatOutcome(rank, 0.0), SeatOutcome(1, 0.0)], range(2))


@pytest.mark.parametrize("seconds", [-1.0, 1e9, float("inf"), float("nan")])
def test_time_limit_out_of_bounds_is_the_games_fault(seconds: float) -> None:
    for name in CLOCK:
        with pytest.raises(GameFault, match=f"the clock's {name} must be 0 to 1e[+]06 seconds"):
            ClockSpec(**{name: seconds})
    with pytest.raises(GameFault, match="step_seconds must be"):
        GameSpec(id="a/b", version="1", seats=2, summary="", brief="", fields=(), step_seconds=seconds)
