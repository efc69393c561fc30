"""The tables, as SQLModel classes: the one description of the schema, which migrations must arrive at.

The chain (`entry`) is the truth. `match`, `seat`, `match_set` and `standing` are its index: every value in them
follows from the payloads, and `verify` recomputes them. `agent`, `agent_version`, `checkpoint` and `token` are the
owners' own records; `provenance` lies apart from what everybody may read, and the chain holds only its digests;
`spending` is summed from it. `snapshot` has how ratings once stood, and may be lost. `event` and `pairing` say what was
to be played in tournaments, `served`, `entrant` and `forfeit` what a server adds to that; what was played is in the
chain alone.
"""

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary
from sqlmodel import Field, SQLModel

BigInt = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere; SQLite's INTEGER already has them, and only under that name is it the row's own key."""

_CLUSTERED = {"sqlite_with_rowid": False}


def _key() -> int:
    return Field(sa_column=Column(BigInt, primary_key=True, autoincrement=False))  # type: ignore[no-any-return]


def _big(*, nullable: bool = False) -> int:
    return Field(sa_column=Column(BigInt, nullable=nullable))  # type: ignore[no-any-return]


def _bytes() -> bytes:
    return Field(sa_column=Column(LargeBinary, nullable=False))  # type: ignore[no-any-return]


class EntryRow(SQLModel, table=True):
    """One link of the chain: `hash` = SHA-256(previous hash + payload), the first one's previous hash being 32 zeros.

    It holds `matches` matches, numbered from `first_match`.
    """

    __tablename__ = "entry"
    number: int = _key()
    first_match: int = _big()
    matches: int
    hash: bytes = _bytes()
    payload: bytes = _bytes()


class SetRow(SQLModel, table=True):
    """A match set: `settled` of its `matches` have landed; `completed` is the entry with the last of them.

    `state` is open, finished or void; `ladder` says whether it counts for the ladder of `game`, a rated id.
    """

    __tablename__ = "match_set"
    __table_args__ = (Index("ix_match_set_game", "game", "completed"),)
    set_id: str = Field(primary_key=True)
    game: str
    matches: int
    ladder: bool
    settled: int
    state: str
    clean: bool
    completed: int | None = _big(nullable=True)


class MatchRow(SQLModel, table=True):
    """A match in brief. `counted` is false for a void attempt that was, or will be, played again."""

    __tablename__ = "match"
    __table_args__ = (Index("ix_match_set", "set_id", "ordinal"), Index("ix_match_game", "game", "number"))
    number: int = _key()
    match_id: str = Field(unique=True)
    entry: int = _big()
    set_id: str
    ordinal: int
    game: str
    void: str
    clean: bool
    counted: bool
    moves: int
    started_ms: int = _big()
    ended_ms: int = _big()
    play_digest: bytes = _bytes()
    record_digest: bytes = _bytes()


class SeatRow(SQLModel, table=True):
    """One seat of a match; `match` is the match's number."""

    __tablename__ = "seat"
    __table_args__ = (Index("ix_seat_agent", "agent", "match"), _CLUSTERED)
    match: int = _key()
    seat: int = Field(primary_key=True)
    party: int
    agent: str
    version: str
    owner: str
    rank: int
    score: float
    cause: str
    role: str
    team: str
    defaults: int
    refusals: int


class StandingRow(SQLModel, table=True):
    """One agent's standing in the set that `entry` completed."""

    __tablename__ = "standing"
    __table_args__ = (_CLUSTERED,)
    entry: int = _key()
    agent: str = Field(primary_key=True)
    rank: int
    score: float
    matches: int
    wins: int
    draws: int
    losses: int
    errors: int


class AgentRow(SQLModel, table=True):
    """A named competitor and whom it belongs to; "" owns what was played locally."""

    __tablename__ = "agent"
    name: str = Field(primary_key=True)
    owner: str = Field(index=True)
    created_ms: int = _big()


class VersionRow(SQLModel, table=True):
    """A checkpoint of an agent, and the checkpoint it was trained from."""

    __tablename__ = "agent_version"
    agent: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    parent_agent: str | None
    parent_version: str | None
    created_ms: int = _big()


class CheckpointRow(SQLModel, table=True):
    """A version that is frozen, the `number`th one: with a stage of training, and a digest of what it was made from.

    `figures` are what was measured of it, finite numbers by name.
    """

    __tablename__ = "checkpoint"
    agent: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInt, nullable=False, unique=True))
    stage: str
    data_digest: str
    frozen_ms: int = _big()
    step: int | None = _big(nullable=True)
    figures: dict[str, float] = Field(sa_column=Column(JSON, nullable=False))


class TokenRow(SQLModel, table=True):
    """An owner's token: only its SHA-256 is kept. `scopes` are joined by spaces."""

    __tablename__ = "token"
    id: str = Field(primary_key=True)
    owner: str = Field(index=True)
    name: str
    scopes: str
    digest: bytes = _bytes()
    created_ms: int = _big()
    revoked_ms: int | None = _big(nullable=True)


class ProvenanceRow(SQLModel, table=True):
    """How one move came about, for its owner and admins only; `match` is the match's number."""

    __tablename__ = "provenance"
    match: int = _key()
    move: int = Field(primary_key=True)
    owner: str
    blob: bytes = _bytes()


class SpendingRow(SQLModel, table=True):
    """What an agent stated in all its provenance to have spent on a game; `void` matches are summed apart."""

    __tablename__ = "spending"
    game: str = Field(primary_key=True)
    agent: str = Field(primary_key=True)
    void: bool = Field(primary_key=True)
    matches: int = _big()
    prompt_tokens: int = _big()
    completion_tokens: int = _big()
    think_seconds: float
    cost: float


class SnapshotRow(SQLModel, table=True):
    """How the ratings of a game stood behind its set that `entry` completed, whose hash is `hash`.

    `state` is the JSON of `RatingSystem.state`, as `arena` of that version made it.
    """

    __tablename__ = "snapshot"
    game: str = Field(primary_key=True)
    system: str = Field(primary_key=True)
    entry: int = _key()
    hash: bytes = _bytes()
    arena: str
    state: str


class EventRow(SQLModel, table=True):
    """A tournament: its file as it was when it began, the key of its deals, and how far it is.

    `runner` names the process that has it now, or had it last, by `pid` and `host`; `beat_ms` is when it last said so.
    `spent_ms` is its running time, of all processes together.
    """

    __tablename__ = "event"
    id: str = Field(primary_key=True)
    name: str = Field(index=True)
    digest: str
    game: str
    version: str
    text: str
    secret: bytes = _bytes()
    state: str
    note: str
    runner: str
    pid: int
    host: str
    beat_ms: int = _big()
    spent_ms: int = _big()
    started_ms: int = _big()
    ended_ms: int | None = _big(nullable=True)


class PairingRow(SQLModel, table=True):
    """A set that is to be played, stored before it begins and never changed; `entrants` are joined by line breaks.

    `ordinal` counts the event's pairings from 0. When this one was decided, the first `known` of them had counted.
    """

    __tablename__ = "pairing"
    __table_args__ = (Index("ix_pairing_ordinal", "event", "ordinal", unique=True),)
    event: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    leg: int = Field(primary_key=True)
    ordinal: int
    known: int
    stage: str
    entrants: str
    set_id: str = Field(unique=True)


class ServedRow(SQLModel, table=True):
    """That a server holds an event. Of its running time, `waited_ms` went by before it began; None until then."""

    __tablename__ = "served"
    event: str = Field(primary_key=True)
    waited_ms: int | None = _big(nullable=True)


class EntrantRow(SQLModel, table=True):
    """Whose agent has taken an entrant's place in an event, and in which version; `number` counts them from 0."""

    __tablename__ = "entrant"
    event: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    number: int
    owner: str
    version: str


class ForfeitRow(SQLModel, table=True):
    """A pairing that was not played, or not to its end, for want of the entrants `absent`, joined by line breaks."""

    __tablename__ = "forfeit"
    set_id: str = Field(primary_key=True)
    event: str = Field(index=True)
    absent: str
