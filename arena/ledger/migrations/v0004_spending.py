"""What agents spent, summed by game and agent: also what the ledger holds already."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from arena.core.match import MatchResult
from arena.ledger.provenance import unpack
from arena.ledger.record import decode
from arena.ledger.spending import Key, Spent, add, rows, spent_in

revision = "0004"
down_revision: str | None = "0003"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table and fill it."""
    table = op.create_table(
        "spending",
        sa.Column("game", sa.String(), nullable=False, primary_key=True),
        sa.Column("agent", sa.String(), nullable=False, primary_key=True),
        sa.Column("void", sa.Boolean(), nullable=False, primary_key=True),
        *[sa.Column(name, _BIG, nullable=False) for name in ("matches", "prompt_tokens", "completion_tokens")],
        *[sa.Column(name, sa.Float(), nullable=False) for name in ("think_seconds", "cost")],
    )
    names = [column.name for column in table.columns]
    op.bulk_insert(table, [dict(zip(names, row, strict=True)) for row in rows(_sums(op.get_bind()))])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("spending")


def _sums(connection: sa.Connection) -> dict[Key, Spent]:
    sums: dict[Key, Spent] = {}
    for first, result in _thoughtful(connection):
        blobs = connection.execute(_BLOBS, {"match": first}).all()
        for key, spent in spent_in(result, {move: unpack(bytes(blob)) for move, blob in blobs}).items():
            add(sums, key, spent)
    return sums


def _thoughtful(connection: sa.Connection) -> Iterator[tuple[int, MatchResult]]:
    """The matches with provenance, by number; what was tampered with is left for `arena verify` to find."""
    for first, payload in connection.execute(_ENTRIES).all():
        try:
            records = decode(bytes(payload)).records
        except (LookupError, TypeError, ValueError, RecursionError):
            continue
        yield from enumerate((record.result for record in records), start=first)


_ENTRIES = sa.text(
    "SELECT first_match, payload FROM entry WHERE number IN "
    "(SELECT m.entry FROM match m JOIN provenance p ON p.match = m.number) ORDER BY number"
)
_BLOBS = sa.text("SELECT move, blob FROM provenance WHERE match = :match ORDER BY move")
