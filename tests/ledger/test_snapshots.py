"""Ratings of a long ladder that begin at a snapshot are the very same, and no snapshot is taken for the truth."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Engine, text

from arena.ledger import Ledger, snapshots
from arena.ledger.ratings import RatingsBefore
from arena.ledger.stream import StoredMatch, Wanted, head, stream
from arena.rating import Rating
from tests.ledger.samples import results, set_plan

SETS = 12


@pytest.fixture
def matches(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> list[StoredMatch]:
    """Of a ladder of which every third set is kept."""
    monkeypatch.setattr(snapshots, "STRIDE", 3)
    monkeypatch.setattr(snapshots, "_SETS_AN_AGENT", 1)
    for number in range(SETS):
        plan = set_plan(1, set_id=f"s{number}")
        ledger.append(plan, results(plan, (0, 1, None, 0)[number % 4])).result(30)
    end = head(ledger)
    assert end is not None
    return list(stream(ledger, Wanted(), end))


def rated(ledger: Ledger, matches: list[StoredMatch], system: str = "trueskill") -> list[Mapping[str, Rating]]:
    before = RatingsBefore(ledger, system)
    return [dict(before.of(stored)) for stored in matches]


@pytest.fixture
def read(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the sets that are rated."""
    found: list[int] = []
    ladder_sets = ledger.ladder_sets

    def counted(game: str, after: int = -1) -> object:
        for result in ladder_sets(game, after):
            found.append(result.number)
            yield result

    monkeypatch.setattr(ledger, "ladder_sets", counted)
    return found


def test_ratings_that_begin_deep_in_a_ladder_are_the_very_same_and_read_little_of_it(
    ledger: Ledger, matches: list[StoredMatch], read: list[int]
) -> None:
    whole = rated(ledger, matches)
    assert read == list(range(SETS))
    for at in range(SETS):
        assert rated(ledger, matches[at:]) == whole[at:]
        read.clear()
        rated(ledger, matches[at : at + 1])
        assert len(read) <= 4  # a stride, and the one behind


def changed(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_a_snapshot_that_is_odd_or_of_another_version_or_history_is_left_alone(
    ledger: Ledger, matches: list[StoredMatch], read: list[int], engine: Engine
) -> None:
    whole = rated(ledger, matches)
    for change in (
        "arena = 'older', state = '{}'",
        "hash = (SELECT hash FROM entry WHERE number = 0), state = '{}'",
        """state = '{"bob": [25, 60], "alice": ["much"]}'""",
        "state = '{'",
    ):
        changed(engine, f"UPDATE snapshot SET {change}")
        read.clear()
        assert rated(ledger, matches[-1:]) == whole[-1:]
        assert read == list(range(SETS))  # which kept them anew


CHANGES = [
    ("SET state = replace(state, '2', '3') WHERE entry = 5", 5, "the sets up to entry 5 say"),
    ("SET state = 'none' WHERE entry = 8", 8, "the sets up to entry 8 say"),
    ("SET state = '{}' WHERE entry = 2", 2, "the sets up to entry 2 say"),
    ("SET entry = 70 WHERE entry = 2", SETS, "behind entries that complete no set"),
]


def test_verify_rates_anew_and_names_the_snapshot_that_was_changed(
    ledger: Ledger, matches: list[StoredMatch], engine: Engine
) -> None:
    for change, entry, why in CHANGES:
        rated(ledger, matches)
        rated(ledger, matches, "glicko2")
        assert ledger.verify().ok
        changed(engine, f"UPDATE snapshot {change}")
        found = ledger.verify()
        assert (found.first_bad, found.chain_ok) == (entry, False)
        assert why in found.reason
