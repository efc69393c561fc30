"""Checkpoints: versions of agents that are frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "checkpoint",
        sa.Column("agent", sa.String(), nullable=False, primary_key=True),
        sa.Column("version", sa.String(), nullable=False, primary_key=True),
        sa.Column("number", _BIG, nullable=False, unique=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("data_digest", sa.String(), nullable=False),
        sa.Column("frozen_ms", _BIG, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("checkpoint")
