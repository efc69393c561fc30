"""Tournaments: events and their pairings."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create both tables."""
    _create_events()
    _create_pairings()


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("pairing")
    op.drop_table("event")


def _text(name: str, *, key: bool = False, unique: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, primary_key=key, unique=unique or None)


def _small(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, primary_key=key, autoincrement=False)


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=nullable)


def _create_events() -> None:
    op.create_table(
        "event",
        _text("id", key=True),
        *map(_text, ("name", "digest", "game", "version", "text")),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        *map(_text, ("state", "note", "runner")),
        _small("pid"),
        _text("host"),
        *map(_big, ("beat_ms", "spent_ms", "started_ms")),
        _big("ended_ms", nullable=True),
    )
    op.create_index("ix_event_name", "event", ["name"])


def _create_pairings() -> None:
    op.create_table(
        "pairing",
        _text("event", key=True),
        *[_small(name, key=True) for name in ("round", "number", "leg")],
        *map(_small, ("ordinal", "known")),
        *map(_text, ("stage", "entrants")),
        _text("set_id", unique=True),
    )
    op.create_index("ix_pairing_ordinal", "pairing", ["event", "ordinal"], unique=True)
