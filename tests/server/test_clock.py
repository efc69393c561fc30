"""Time accounting: a decision uses its own time first, then the bank, and nothing while its clock stands still."""

from hypothesis import given
from hypothesis import strategies as st

from arena.core.game import ClockSpec
from arena.core.values import Seat
from arena.server.live import LiveMatch
from arena.server.session import Request, SeatHold
from tests.server.plans import plan_of

seconds = st.floats(0, 100)


def match(decision: float, bank: float, deadline: float = 1e9, **caps: float) -> LiveMatch:
    plan = plan_of(ClockSpec(decision=decision, bank=bank, **caps))
    live = LiveMatch(plan=plan, of=None, lane_of=(), started_ms=0, deadline=deadline)  # type: ignore[arg-type]  # no set
    live.banks = [bank]
    return live


def request(live: LiveMatch, since: float | None = 0.0, *, question: bool = False) -> Request:
    return Request(1, SeatHold(1, live, Seat(0), 1, None), None, 0, question, since=since)  # type: ignore[arg-type]  # no session


@given(seconds, seconds, seconds)
def test_what_is_left_and_what_is_used_add_up(decision: float, bank: float, used: float) -> None:
    live = match(decision, bank)
    left, banked = live.time_left(request(live), used)
    assert left >= 0
    assert banked >= 0
    assert abs((left + banked) - max(decision + bank - used, 0.0)) < 1e-6


@given(seconds, seconds, seconds)
def test_it_expires_when_nothing_is_left(decision: float, bank: float, used: float) -> None:
    live = match(decision, bank)
    asked = request(live)
    expires = live.expires(asked, used)
    assert abs(expires - (decision + bank)) < 1e-6


@given(seconds, seconds, st.lists(seconds, max_size=5))
def test_a_bank_is_charged_only_what_decisions_took_over_their_time(
    decision: float, bank: float, uses: list[float]
) -> None:
    live = match(decision, bank)
    for used in uses:
        live.charge(request(live), used)
    assert abs(live.banks[0] - max(bank - sum(max(used - decision, 0.0) for used in uses), 0.0)) < 1e-6


@given(seconds, seconds)
def test_a_standing_clock_neither_runs_nor_expires(before: float, after: float) -> None:
    live = match(30.0, 60.0)
    asked = request(live)
    asked.pause(before)
    assert asked.used(before + after) == before
    assert live.expires(asked, before + after) == float("inf")


def test_the_match_clock_bounds_decisions_but_not_questions() -> None:
    live = match(30.0, 60.0, deadline=5.0)
    assert live.expires(request(live), 0.0) == 5.0
    assert live.expires(request(live, question=True), 0.0) == 30.0


def test_a_decision_lasts_no_longer_than_its_cap_and_a_first_one_than_its_own() -> None:
    live = match(0.0, 420.0, cap=45.0, first_cap=90.0)
    first = request(live)
    assert live.expires(first, 10.0) == 90.0
    assert live.time_left(first, 10.0) == (0.0, 80.0)
    live.charge(first, 10.0)
    later = request(live, 10.0)
    assert live.expires(later, 30.0) == 55.0
    assert live.time_left(later, 30.0) == (0.0, 25.0)


def test_a_cap_gives_no_more_than_is_left_in_the_bank() -> None:
    live = match(0.0, 100.0, cap=45.0, first_cap=90.0)
    live.charge(request(live), 90.0)
    assert live.banks == [10.0]
    assert live.expires(request(live), 0.0) == 10.0
    live.charge(request(live), 10.0)
    assert live.expires(request(live, 50.0), 50.0) == 50.0


def test_a_seat_that_decided_before_a_restart_has_had_its_first_decision() -> None:
    live = match(0.0, 420.0, cap=45.0, first_cap=90.0)
    live.kept_banks = {0: 420.0}
    assert live.expires(request(live), 0.0) == 45.0
