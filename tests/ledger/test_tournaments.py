"""Events and pairings: one runner at a time, pairings that never change, and what was played read from the sets."""

import os
import subprocess
import sys

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col

from arena.core.errors import BadRequest, LedgerFault
from arena.core.match import Cause
from arena.core.values import AgentName, MatchId, SetId
from arena.ledger import Ledger
from arena.ledger.tables import EventRow
from arena.ledger.tournaments import SILENT_MS, EventState, StoredEvent, StoredPairing
from tests.ledger.samples import result, set_plan


def add(ledger: Ledger, name: str = "Spring Cup!") -> StoredEvent:
    return ledger.tournaments.add(name=name, digest="d", game="toy/nim", version="1.0", text="name = 1")


def pairing(number: int, set_id: str = "") -> StoredPairing:
    return StoredPairing(
        round=1,
        number=number,
        leg=0,
        known=number,
        stage="final",
        entrants=(AgentName("alice"), AgentName("bob")),
        set_id=SetId(set_id or f"s{number}"),
    )


def gone(ledger: Ledger, engine: Engine, event: StoredEvent, **values: object) -> StoredEvent:
    """The event as it is after its process did not release it."""
    with engine.begin() as connection:
        connection.execute(update(EventRow).where(col(EventRow.id) == event.id).values(**values))
    return ledger.tournaments.find(event.id)


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_ids_are_made_from_names_and_never_twice(ledger: Ledger) -> None:
    events = [add(ledger), add(ledger), add(ledger, "Spring Cup! 2"), add(ledger, "…")]
    assert [event.id for event in events] == ["spring-cup-1", "spring-cup-2", "spring-cup-2-1", "event-1"]
    assert {event.id: event for event in ledger.tournaments.all()} == {event.id: event for event in events}
    assert ledger.tournaments.latest("Spring Cup!") == events[1]
    assert len({event.secret for event in events}) == 4


def test_an_event_has_one_runner_at_a_time(ledger: Ledger) -> None:
    event = add(ledger)
    claim = ledger.tournaments.claim(event)
    held = ledger.tournaments.find(event.id)
    assert (held.pid, held.state, ledger.tournaments.running(held)) == (os.getpid(), EventState.RUNNING, True)
    with pytest.raises(BadRequest, match="was begun by another process just now"):
        ledger.tournaments.claim(event)
    assert ledger.tournaments.beat(event.id, claim, 70) is EventState.RUNNING
    assert ledger.tournaments.find(event.id).spent_ms == 70


def test_whoever_lost_an_event_writes_nothing_any_more(ledger: Ledger) -> None:
    event = add(ledger)
    lost = ledger.tournaments.claim(event)
    ledger.tournaments.claim(ledger.tournaments.find(event.id))
    for write in (
        lambda: ledger.tournaments.beat(event.id, lost, 0),
        lambda: ledger.tournaments.schedule(event.id, lost, [pairing(1)]),
        lambda: ledger.tournaments.release(event.id, lost, EventState.OVER, "", 0),
    ):
        with pytest.raises(BadRequest, match="was taken over by another process"):
            write()
    assert ledger.tournaments.pairings(event.id) == []
    assert ledger.tournaments.find(event.id).state is EventState.RUNNING


def test_a_stored_pairing_never_changes(ledger: Ledger) -> None:
    event = add(ledger)
    claim = ledger.tournaments.claim(event)
    stored = [pairing(2), pairing(1)]
    ledger.tournaments.schedule(event.id, claim, stored)
    with pytest.raises(LedgerFault, match="the ledger cannot be used: "):
        ledger.tournaments.schedule(event.id, claim, [pairing(3), pairing(1, "other")])
    assert ledger.tournaments.pairings(event.id) == stored


@pytest.mark.parametrize("how", ["its process is gone", "it is silent"])
def test_a_runner_that_was_killed_is_known_to_be_gone(ledger: Ledger, engine: Engine, how: str) -> None:
    event = add(ledger)
    ledger.tournaments.claim(event)
    held = ledger.tournaments.find(event.id)
    lost = {"pid": dead_pid()} if how == "its process is gone" else {"beat_ms": held.beat_ms - SILENT_MS - 1_000}
    assert not ledger.tournaments.running(gone(ledger, engine, event, **lost))
    assert ledger.tournaments.ask_to_stop(event.id).state is EventState.STOPPED


def test_a_runner_hears_that_it_is_to_stop(ledger: Ledger) -> None:
    event = add(ledger)
    claim = ledger.tournaments.claim(event)
    assert ledger.tournaments.ask_to_stop(event.id).state is EventState.STOPPING
    assert ledger.tournaments.beat(event.id, claim, 0) is EventState.STOPPING
    ledger.tournaments.release(event.id, claim, EventState.STOPPED, "why", 9)
    ended = ledger.tournaments.ask_to_stop(event.id)
    assert (ended.state, ended.note, ended.spent_ms) == (EventState.STOPPED, "why", 9)


def test_what_was_played_comes_from_the_sets(ledger: Ledger) -> None:
    event = add(ledger)
    claim = ledger.tournaments.claim(event)
    ledger.tournaments.schedule(event.id, claim, [pairing(number) for number in (1, 2, 3, 4)])
    won, half, away, void = (set_plan(set_id=f"s{number}") for number in (1, 2, 3, 4))
    for plan, about in ((void, {"void": "broken"}), (away, {"cause": Cause.DISCONNECT}), (won, {})):
        results = [result(plan, ordinal, **about) for ordinal in (0, 1)]
        if about.get("void"):
            results += [result(plan, n, match_id=f"again{n}", void="broken") for n in (0, 1)]
        ledger.append(plan, results).result(30)
    ledger.append(half, [result(half, 0)]).result(30)
    one, two, three = ledger.tournaments.outcomes(event.id)
    assert [one.set_id, two.set_id, three.set_id] == ["s1", "s3", "s4"]
    assert [line.agent for line in one.standings] == ["alice", "bob"]
    assert (one.clean, one.absent, two.clean, two.absent) == (True, frozenset(), False, {"bob"})
    assert three.standings == ()
    assert ledger.tournaments.outcome(SetId("s1")) == one
    assert ledger.tournaments.outcome(SetId("s2")) is None
    assert ledger.tournaments.landed_of(SetId("s2")) == {MatchId("s2/0"): False}
    assert set(ledger.tournaments.landed_of(SetId("s4")).values()) == {True}
    assert ledger.tournaments.settled(event.id) == 7
    assert {row.set_id for row in ledger.tournaments.scores(event.id)} == {"s1", "s3"}
    assert [row.score for row in ledger.tournaments.scores(event.id) if row.agent == "alice"] == [1.0] * 4


def test_an_unknown_event_is_refused(ledger: Ledger) -> None:
    with pytest.raises(BadRequest, match="there is no tournament 'none-1'"):
        ledger.tournaments.find("none-1")
