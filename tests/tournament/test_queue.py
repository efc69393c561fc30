"""Who meets whom: fairness of the queue."""

from hypothesis import given
from hypothesis import strategies as st

from arena.tournament.queue import Queue

PATIENCE = 2.0


def queue_of(*waiting: tuple[str, str, int, float], parties: int = 2) -> Queue[str]:
    queue: Queue[str] = Queue(parties, PATIENCE)
    for key, owner, slots, since in waiting:
        queue.offer(key, owner, key, slots, since)
    return queue


def test_the_longest_waiting_agent_is_served_first() -> None:
    queue = queue_of(("late", "a", 1, 5.0), ("early", "b", 1, 1.0), ("middle", "c", 1, 3.0))
    assert [draw.keys for draw in queue.draws(5.0)] == [("early", "middle")]


def test_one_owner_never_sits_twice_in_a_rated_set() -> None:
    queue = queue_of(("a1", "a", 5, 0.0), ("a2", "a", 5, 0.0), ("b", "b", 1, 0.0))
    draws = list(queue.draws(0.0))
    assert [(draw.keys, draw.rated) for draw in draws] == [(("a1", "b"), True)]


def test_what_one_owner_alone_could_fill_is_self_play_after_the_patience() -> None:
    queue = queue_of(("a", "a", 4, 0.0))
    assert not list(queue.draws(PATIENCE - 0.1))
    assert [(draw.keys, draw.rated) for draw in queue.draws(PATIENCE)] == [(("a", "a"), False)] * 2


def test_a_single_slot_can_still_play_itself() -> None:
    queue = queue_of(("a", "a", 1, 0.0))
    assert [draw.keys for draw in queue.draws(PATIENCE)] == [("a", "a")]


def test_a_single_seat_game_needs_no_opponent() -> None:
    queue = queue_of(("a", "a", 2, 0.0), parties=1)
    assert [(draw.keys, draw.rated) for draw in queue.draws(0.0)] == [(("a",), True)] * 2


def test_a_challenge_goes_before_the_line() -> None:
    queue = queue_of(("a", "a", 1, 0.0), ("b", "b", 1, 1.0), ("c", "c", 1, 2.0))
    queue.challenge("a", "c")
    assert next(iter(queue.draws(2.0))).keys == ("a", "c")


def test_a_withdrawn_agent_meets_nobody() -> None:
    queue = queue_of(("a", "a", 3, 0.0), ("b", "b", 3, 0.0))
    assert queue.withdraw("a") == 3
    assert [draw.keys for draw in queue.draws(0.0)] == []


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4), st.floats(0, 10)), min_size=1, max_size=8),
    st.integers(1, 4),
)
def test_slots_are_never_used_twice_and_owners_never_meet_themselves(
    tickets: list[tuple[int, int, float]], parties: int
) -> None:
    queue: Queue[str] = Queue(parties, 1e9)
    slots: dict[str, int] = {}
    for number, (owner, count, since) in enumerate(tickets):
        queue.offer(f"t{number}", str(owner), f"t{number}", count, since)
        slots[f"t{number}"] = count
    owner_of = {f"t{number}": owner for number, (owner, _, _) in enumerate(tickets)}
    for draw in queue.draws(10.0):
        assert draw.rated
        assert len({owner_of[key] for key in draw.keys}) == parties
        for key in draw.keys:
            slots[key] -= 1
    assert min(slots.values()) >= 0
    assert len({owner_of[key] for key, left in slots.items() if left}) < parties


@given(
    st.lists(
        st.tuples(st.sampled_from(["offer", "withdraw", "draw"]), st.integers(0, 5), st.integers(0, 3), st.booleans()),
        max_size=60,
    ),
    st.integers(1, 3),
)
def test_the_longest_waiting_owners_meet_whatever_came_and_went_before(
    steps: list[tuple[str, int, int, bool]], parties: int
) -> None:
    """Against the plain rule: sort all that wait, take the first of each owner."""
    queue: Queue[int] = Queue(parties, 1e9)
    waits: dict[int, list[float]] = {}
    now = 0.0
    for step, key, slots, later in steps:
        now += later
        if step == "offer":
            queue.offer(key, str(key % 4), f"a{key}", slots, now)
            waits.setdefault(key, []).extend([now] * slots)
        elif step == "withdraw":
            assert queue.withdraw(key) == len(waits.pop(key, []))
        else:
            for draw in queue.draws(now):
                line = sorted((key for key in waits if waits[key]), key=lambda key: waits[key][0])
                first = {key % 4: key for key in reversed(line)}
                assert draw.keys == tuple(key for key in line if first[key % 4] == key)[:parties]
                for drawn in draw.keys:
                    del waits[drawn][0]
        assert len(queue) == len(waits)
        assert queue.next_patience() == min((wait[0] + 1e9 for wait in waits.values() if wait), default=None)
