"""The pairings of an event follow from its results alone: not from the order in which sets land, nor from restarts."""

from collections.abc import Callable
from random import Random

import pytest

from arena.tournament.director import Director
from arena.tournament.schedule import Pairing, Played
from arena.tournament.timeline import AHEAD, Decided, Timeline
from tests.tournament.simulation import ranked
from tests.tournament.test_director import director

FORMATS = {
    "robin": '[format]\nkind = "round robin"\ncycles = 9\n',
    "swiss": '[format]\nkind = "swiss"\nrounds = 3\n',
    "ladder": '[format]\nkind = "ladder"\nrange = 40\n[stop]\nsets = 60\n',
    "elimination": '[format]\nkind = "double elimination"\n',
    "league": '[format]\nkind = "league"\nlearners = ["a0"]\nahead = 3\n[stop]\nsets = 60\n',
}
Order = Callable[[list[Pairing]], Pairing]


def outcome(pairing: Pairing) -> Played:
    """Decided by the pairing alone, as sets from public seeds are."""
    rng = Random(str(pairing.id))
    return ranked(pairing, [rng.randint(1, 2) for _ in pairing.entrants])


def played_out(rules: Director, choose: Order, restarts: Random | None = None) -> list[Decided]:
    """All decisions of an event; with `restarts` it is loaded anew from what is stored, again and again."""
    decided: list[Decided] = []
    played: list[Played] = []
    timeline = Timeline(rules)
    while True:
        if restarts and restarts.random() < 0.3:
            timeline = Timeline(rules, decided, played)
        decided += timeline.advance(0)
        if timeline.over(0):
            return decided
        assert len(timeline.pending) <= AHEAD
        played.append(outcome(choose(timeline.pending)))
        timeline.land(played[-1])


@pytest.mark.parametrize("rules", FORMATS.values(), ids=FORMATS)
def test_pairings_are_the_same_in_any_order_of_landing_and_after_any_restart(rules: str) -> None:
    event, rng = director(rules, entrants=6), Random(1)
    calm = played_out(event, lambda pending: pending[0])
    assert len(calm) > 5
    for _ in range(5):
        assert played_out(event, rng.choice, restarts=rng) == calm


@pytest.mark.parametrize("rules", FORMATS.values(), ids=FORMATS)
def test_a_course_that_grows_is_the_same_as_one_of_plain_sequences(rules: str) -> None:
    event = director(rules, entrants=6)
    timeline = Timeline(event)
    while timeline.advance(0) or not timeline.over(0):
        timeline.land(outcome(timeline.pending[0]))
        grown = timeline._counted_course()
        plain = event.course(tuple(grown.scheduled), tuple(grown.played))
        assert grown.pending == plain.pending
        assert dict(grown.results) == plain.results
        assert set(grown.ids) == plain.ids
        assert event.due(grown) == event.due(plain)
        assert event.standings(grown) == event.standings(plain)


def test_a_pairing_that_is_told_anew_counts_as_it_was_told_last() -> None:
    timeline = Timeline(director(FORMATS["robin"], entrants=6))
    first = timeline.advance(0)[0].pairing
    timeline.land(ranked(first, [1, 2]))
    timeline.advance(0)
    timeline.land(ranked(first, [2, 1]))
    assert [one.standings for one in timeline._counted_course().played] == [ranked(first, [2, 1]).standings]


def test_a_stop_rule_leaves_at_most_a_window_of_pairings_under_way() -> None:
    timeline = Timeline(director(FORMATS["robin"] + "[stop]\nseconds = 5\n", entrants=6))
    first = timeline.advance(0)
    assert len(first) == AHEAD
    for one in first:
        assert not timeline.over(6)
        timeline.land(outcome(one.pairing))
        assert timeline.advance(6) == []
    assert timeline.over(6)
    assert timeline.landed == len(timeline.scheduled) == AHEAD
