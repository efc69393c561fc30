"""What a session may have kept: a minute's worth at once, and as much in every minute after."""

from arena.server.allowance import Allowance


def test_a_minute_s_worth_may_come_at_once_and_what_is_more_is_not_taken() -> None:
    allowance = Allowance.full(600)
    assert [allowance.take(part, now=5.0) for part in (400, 300, 200, 1)] == [True, False, True, False]


def test_it_fills_as_fast_as_it_may_be_spent_and_never_beyond_a_minute_s_worth() -> None:
    allowance = Allowance.full(600)
    assert allowance.take(600, now=0.0)
    assert not allowance.take(101, now=10.0)
    assert allowance.take(100, now=10.0)
    assert not allowance.take(601, now=10_000.0)
    assert allowance.take(600, now=10_000.0)
