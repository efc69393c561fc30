"""The first schema: the chain with its index, agents and versions, tokens, provenance."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

_TABLES = ("entry", "match", "seat", "match_set", "standing", "agent", "agent_version", "token", "provenance")
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create every table."""
    _create_chain()
    _create_seats()
    _create_sets()
    _create_agents()
    _create_private()


def downgrade() -> None:
    """Drop every table."""
    for name in reversed(_TABLES):
        op.drop_table(name)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, primary_key=key)


def _small(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, primary_key=key)


def _big(name: str, *, key: bool = False, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=nullable, primary_key=key, autoincrement=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _number(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float(), nullable=False)


def _create_chain() -> None:
    op.create_table(
        "entry", _big("number", key=True), _big("first_match"), _small("matches"), _bytes("hash"), _bytes("payload")
    )
    op.create_table(
        "match",
        _big("number", key=True),
        sa.Column("match_id", sa.String(), nullable=False, unique=True),
        _big("entry"),
        _text("set_id"),
        _small("ordinal"),
        _text("game"),
        _text("void"),
        _flag("clean"),
        _flag("counted"),
        _small("moves"),
        _big("started_ms"),
        _big("ended_ms"),
        _bytes("play_digest"),
        _bytes("record_digest"),
    )
    op.create_index("ix_match_set", "match", ["set_id", "ordinal"])
    op.create_index("ix_match_game", "match", ["game", "number"])


def _create_seats() -> None:
    op.create_table(
        "seat",
        _big("match", key=True),
        _small("seat", key=True),
        _small("party"),
        _text("agent"),
        _text("version"),
        _text("owner"),
        _small("rank"),
        _number("score"),
        _text("cause"),
        _text("role"),
        _text("team"),
        _small("defaults"),
        _small("refusals"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_seat_agent", "seat", ["agent", "match"])


def _create_sets() -> None:
    op.create_table(
        "match_set",
        _text("set_id", key=True),
        _text("game"),
        _small("matches"),
        _flag("ladder"),
        _small("settled"),
        _text("state"),
        _flag("clean"),
        _big("completed", nullable=True),
    )
    op.create_index("ix_match_set_game", "match_set", ["game", "completed"])
    op.create_table(
        "standing",
        _big("entry", key=True),
        _text("agent", key=True),
        _small("rank"),
        _number("score"),
        *map(_small, ("matches", "wins", "draws", "losses", "errors")),
        sqlite_with_rowid=False,
    )


def _create_agents() -> None:
    op.create_table("agent", _text("name", key=True), _text("owner"), _big("created_ms"))
    op.create_index("ix_agent_owner", "agent", ["owner"])
    op.create_table(
        "agent_version",
        _text("agent", key=True),
        _text("version", key=True),
        sa.Column("parent_agent", sa.String()),
        sa.Column("parent_version", sa.String()),
        _big("created_ms"),
    )


def _create_private() -> None:
    op.create_table(
        "token",
        _text("id", key=True),
        _text("owner"),
        _text("name"),
        _text("scopes"),
        _bytes("digest"),
        _big("created_ms"),
        _big("revoked_ms", nullable=True),
    )
    op.create_index("ix_token_owner", "token", ["owner"])
    op.create_table("provenance", _big("match", key=True), _small("move", key=True), _text("owner"), _bytes("blob"))
