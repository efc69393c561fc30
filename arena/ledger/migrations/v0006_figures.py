"""What was measured of a checkpoint, and at which step of training."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the columns; of older checkpoints nothing is known."""
    op.add_column("checkpoint", sa.Column("step", _BIG, nullable=True))
    op.add_column("checkpoint", sa.Column("figures", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("checkpoint", "figures")
    op.drop_column("checkpoint", "step")
