"""Selected sets are all of them with their standings, or the ledger is refused: none is dropped in silence."""

import pytest
from sqlalchemy import Engine, delete

from arena.core.errors import LedgerFault
from arena.ledger import Ledger
from arena.ledger.engine import begin
from arena.ledger.selection import Selection, selected_sets, table_of
from arena.ledger.tables import StandingRow
from tests.ledger.samples import GAME, results, set_plan


def test_sets_whose_standings_are_gone_are_refused(ledger: Ledger, engine: Engine) -> None:
    standing = table_of(StandingRow)
    for _ in range(3):
        plan = set_plan()
        ledger.append(plan, results(plan))
    ledger.flush()
    sets = [*selected_sets(ledger, Selection(game=GAME.rated_id))]
    assert len(sets) == 3
    with engine.connect() as connection:
        begin(connection)
        connection.execute(delete(standing).where(standing.c.entry == sets[1].number))
        connection.commit()
    with pytest.raises(LedgerFault, match="no standings, or odd ones; `arena verify`"):
        [*selected_sets(ledger, Selection(game=GAME.rated_id))]


def test_a_set_that_only_rounding_decides_is_drawn_and_verifies(ledger: Ledger) -> None:
    plan = set_plan(3)
    played = results(plan)
    for number, match in enumerate(played):
        for seat in match.seats:
            first = match.plan.parties[seat.party] == plan.parties[0]
            seat.score = 0.1 if first else 0.3 * (number == 0)
    ledger.append(plan, played)
    ledger.flush()
    (found,) = selected_sets(ledger, Selection(game=GAME.rated_id))
    assert [(line.rank, line.score) for line in found.standings] == [(1, 0.1 + 0.1 + 0.1), (1, 0.3)]
    assert ledger.verify().ok
