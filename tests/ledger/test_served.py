"""What the ledger keeps of events that a server holds: places, beginnings, forfeits."""

import pytest

from arena.core.errors import BadRequest
from arena.core.values import AgentName, SetId
from arena.ledger import Ledger
from arena.ledger.served import StoredEntrant
from arena.ledger.tournaments import StoredEvent

ANN, BOB = AgentName("ann"), AgentName("bob")


def add(ledger: Ledger, *, served: bool = True) -> StoredEvent:
    return ledger.tournaments.add(
        name="Cup", digest="0" * 64, game="toy/nim", version="1.0.0", text='name = "Cup"', served=served
    )


def entrant(name: AgentName, owner: str, version: str = "") -> StoredEntrant:
    return StoredEntrant(name=name, owner=owner, version=version)


def test_only_events_of_servers_are_served_and_wait(ledger: Ledger) -> None:
    here, there = add(ledger, served=False), add(ledger)
    assert ledger.tournaments.served() == {there.id}
    assert ledger.tournaments.waited_ms(here.id) == 0
    assert ledger.tournaments.waited_ms(there.id) is None


def test_an_event_begins_once_with_those_who_entered(ledger: Ledger) -> None:
    event = add(ledger)
    claim = ledger.tournaments.claim(event)
    first = [entrant(BOB, "b"), entrant(ANN, "a", "2")]
    ledger.tournaments.begin(event.id, claim, 500, first)
    ledger.tournaments.begin(event.id, claim, 900, [entrant(AgentName("late"), "l")])
    assert ledger.tournaments.waited_ms(event.id) == 500
    assert ledger.tournaments.entrants(event.id) == first


def test_a_place_belongs_to_the_first_who_takes_it(ledger: Ledger) -> None:
    event, other = add(ledger), add(ledger)
    assert ledger.tournaments.take_place(event.id, entrant(ANN, "a")) == entrant(ANN, "a")
    assert ledger.tournaments.take_place(event.id, entrant(ANN, "thief")) == entrant(ANN, "a")
    assert ledger.tournaments.take_place(other.id, entrant(ANN, "b")) == entrant(ANN, "b")
    assert ledger.tournaments.take_place(event.id, entrant(BOB, "b")) == entrant(BOB, "b")
    assert ledger.tournaments.entrants(event.id) == [entrant(ANN, "a"), entrant(BOB, "b")]


def test_a_forfeit_is_noted_once_and_by_the_runner_alone(ledger: Ledger) -> None:
    event = add(ledger)
    claim = ledger.tournaments.claim(event)
    ledger.tournaments.forfeit(event.id, claim, SetId("s1"), {ANN, BOB})
    ledger.tournaments.forfeit(event.id, claim, SetId("s1"), {ANN})
    for call in (
        lambda: ledger.tournaments.forfeit(event.id, "another", SetId("s2"), {ANN}),
        lambda: ledger.tournaments.begin(event.id, "another", 1),
    ):
        with pytest.raises(BadRequest, match="was taken over by another process"):
            call()
    assert ledger.tournaments.forfeits(event.id) == {SetId("s1"): {ANN, BOB}}
    assert ledger.tournaments.waited_ms(event.id) is None
