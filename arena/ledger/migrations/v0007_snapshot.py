"""How ratings stood behind some sets: whoever follows a long ladder begins at one of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table; it fills as ladders are followed."""
    op.create_table(
        "snapshot",
        sa.Column("game", sa.String(), nullable=False, primary_key=True),
        sa.Column("system", sa.String(), nullable=False, primary_key=True),
        sa.Column("entry", _BIG, nullable=False, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("arena", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("snapshot")
