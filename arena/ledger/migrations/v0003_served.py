"""Events that a server holds: who entered, and what was forfeited."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the three tables."""
    op.create_table("served", _text("event", key=True), sa.Column("waited_ms", _BIG, nullable=True))
    op.create_table(
        "entrant",
        _text("event", key=True),
        _text("name", key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        *map(_text, ("owner", "version")),
    )
    op.create_table("forfeit", _text("set_id", key=True), *map(_text, ("event", "absent")))
    op.create_index("ix_forfeit_event", "forfeit", ["event"])


def downgrade() -> None:
    """Drop them."""
    for table in ("forfeit", "entrant", "served"):
        op.drop_table(table)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, primary_key=key)
