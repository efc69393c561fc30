"""Selected sets are all of them, or the ledger is refused: none is dropped in silence."""

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
