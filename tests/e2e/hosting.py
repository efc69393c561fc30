"""Events for the tests of a server that holds them, and what became of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from arena.client.remote import Remote
from arena.ledger import Ledger
from arena.ledger.tournaments import StoredPairing
from tests.e2e.serving import Server

KUHN = "openspiel/kuhn_poker"


def remote(name: str, more: str = "") -> str:
    """An entrant that joins over the network."""
    return f'[[entrants]]\nname = "{name}"\nremote = true\n{more}\n'


def bot(name: str, spec: str = "random") -> str:
    """An entrant that runs in the workers."""
    return f'[[entrants]]\nname = "{name}"\nspec = "{spec}"\n'


def event(name: str, *entrants: str, deals: int = 3, cycles: int = 1, more: str = "", patience: float = 60.0) -> str:
    """A round robin of Kuhn poker."""
    return (
        f'name = "{name}"\n[game]\nid = "{KUHN}"\n[format]\nkind = "round robin"\ncycles = {cycles}\n'
        f"[faults]\nshow_up_seconds = {patience}\n[sets]\ndeals = {deals}\n{more}\n{''.join(entrants)}"
    )


@dataclass(frozen=True)
class Outcome:
    """What the ledger has of an event: its pairings, and of each of its matches the id, set and agents, in order."""

    pairings: Sequence[StoredPairing]
    matches: Sequence[tuple[str, str, frozenset[str]]]


def outcome(ledger: Ledger, tournament: str) -> Outcome:
    """Read it."""
    pairings = ledger.tournaments.pairings(tournament)
    sets = {row.set_id for row in pairings}
    lines = [line for line in reversed(ledger.matches(limit=100_000)) if line.set_id in sets]
    matches = [(line.match_id, line.set_id, frozenset(seat.agent for seat in line.seats)) for line in lines]
    return Outcome(pairings, matches)


def await_end(server: Server, tournament: str, token: str | None = None) -> str:
    """Look on until the event is over or has stopped; its state then."""
    with Remote(server.address, token=token) as calls:
        *_, last = calls.follow(tournament)
    return last.state
