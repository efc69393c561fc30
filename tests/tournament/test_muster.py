"""Whose turn it is among agents that come and go, and who forfeits for want of coming."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from arena.core.values import AgentName
from arena.tournament.muster import Muster, Turns
from arena.tournament.schedule import Pairing

A, B, C = map(AgentName, "abc")


def pairing(number: int, *names: AgentName) -> Pairing:
    return Pairing(round=1, number=number, entrants=names)


def waiting(*meetings: Sequence[AgentName], patience: float = 60.0) -> Muster:
    muster = Muster(patience)
    for number, names in enumerate(meetings, start=1):
        muster.add(pairing(number, *names), set(names))
    return muster


def begun(turns: Turns) -> list[int]:
    return [one.number for one in turns.begun]


def forfeited(turns: Turns) -> list[tuple[int, set[AgentName]]]:
    return [(one.pairing.number, set(one.absent)) for one in turns.forfeits]


def test_a_set_begins_as_soon_as_all_are_there_and_free() -> None:
    muster = waiting((A, B), (A, C))
    assert begun(muster.look({A: 1}, 0.0)) == []
    assert begun(muster.look({A: 1, B: 1, C: 1}, 1.0)) == [1]
    assert begun(muster.look({A: 0, B: 0, C: 1}, 2.0)) == []
    assert begun(muster.look({A: 2, C: 1}, 3.0)) == [2]


def test_whoever_lets_the_others_wait_forfeits_one_set_after_the_other() -> None:
    muster = waiting((A, B), (A, C), (B, C))
    turns = muster.look({B: 1, C: 1}, 0.0)
    assert begun(turns) == [3]
    assert muster.look({B: 1, C: 1}, 100.0).due == 160.0
    assert forfeited(muster.look({B: 1, C: 1}, 159.9)) == []
    turns = muster.look({B: 1, C: 1}, 160.0)
    assert forfeited(turns) == [(1, {A})]
    assert turns.due == 220.0
    assert forfeited(muster.look({B: 1, C: 1}, 220.0)) == [(2, {A})]


def test_two_that_stay_away_forfeit_together() -> None:
    muster = waiting((A, B))
    muster.look({}, 0.0)
    assert forfeited(muster.look({}, 60.0)) == [(1, {A, B})]


def test_nobody_is_waited_for_while_its_opponent_is_busy_or_time_stands() -> None:
    muster = waiting((A, B))
    assert muster.look({B: 0}, 0.0).due is None
    assert muster.look({B: 1}, 1_000.0).due == 1_060.0
    muster.look({B: 1}, 1_050.0, stands=True)
    assert muster.look({B: 1}, 9_000.0).due == 9_010.0
    assert begun(muster.look({A: 1, B: 1}, 9_009.0)) == [1]


def test_a_pairing_that_is_called_off_waits_no_longer() -> None:
    muster = waiting((A, B))
    assert muster.remove(pairing(1, A, B))
    assert not muster.remove(pairing(1, A, B))
    assert muster.look({A: 1, B: 1}, 0.0) == Turns()


@given(
    st.lists(st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=3, unique=True), max_size=12),
    st.lists(st.dictionaries(st.sampled_from([A, B, C]), st.integers(0, 3)), max_size=30),
)
def test_nobody_is_given_more_matches_than_it_can_play_and_every_pairing_comes_to_an_end(
    meetings: list[list[AgentName]], looks: list[dict[AgentName, int]]
) -> None:
    muster = waiting(*meetings)
    done: list[int] = []
    for now, free in enumerate(looks):
        turns = muster.look(free, 20.0 * now)
        for name, slots in free.items():
            assert sum(name in one.entrants for one in turns.begun) <= slots
        assert all(name in free for one in turns.begun for name in one.entrants)
        assert all(name not in free for one in turns.forfeits for name in one.absent)
        done += begun(turns) + [number for number, _ in forfeited(turns)]
    for late in range(len(meetings) + 1):
        done += [number for number, _ in forfeited(muster.look({}, 1_000.0 + 100.0 * late))]
    assert sorted(done) == list(range(1, len(meetings) + 1))
