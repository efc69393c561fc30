"""Frozen versions: what a checkpoint was trained from, in which stage and on which data, never to be changed again."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, insert, select

from arena.core.errors import BadRequest, UnknownAgent
from arena.core.values import AgentName
from arena.ledger.engine import begin
from arena.ledger.lineage import Version, label, note_version, row_of
from arena.ledger.rows import plain
from arena.ledger.tables import CheckpointRow, VersionRow

_CHECKPOINTS = CheckpointRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_VERSIONS = VersionRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Frozen:
    """That a version is frozen; `number` grows in the order in which versions were."""

    number: int
    stage: str
    data_digest: str
    frozen_ms: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A version of an agent, with the (agent, version) it was trained from; `frozen` is None while it may change."""

    agent: AgentName
    version: str
    parent: Version | None
    created_ms: int
    frozen: Frozen | None

    @property
    def label(self) -> AgentName:
        """AGENT@VERSION, as payoffs by checkpoint name it."""
        return label((self.agent, self.version))


class Checkpoints:
    """The register of versions as a trainer keeps it."""

    def __init__(self, engine: Engine, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ms = now_ms

    def freeze(
        self, agent: AgentName, version: str, parent: Version | None = None, *, stage: str = "", data_digest: str = ""
    ) -> Checkpoint:
        """Freeze a version for good; once more with the same words is fine, and changes nothing.

        Raises:
            BadRequest: it has no name, it is frozen already or has a parent and something else was said of it, or it
                would be its own forebear.
            UnknownAgent: nobody has heard of the parent.
        """
        if not (agent and version):
            raise BadRequest("a checkpoint has an agent and a version; name both, as in alice@v3")
        with self._engine.connect() as connection:
            begin(connection)
            if parent is not None and parent != (agent, version):
                _require_known(connection, parent)
            self._freeze(connection, (agent, version), parent, stage, data_digest)
            connection.commit()
        return next(found for found in self.all(agent) if found.version == version)

    def all(self, agent: str | None = None) -> list[Checkpoint]:
        """Every version, or those of an agent: what is frozen in that order, then the others by age."""
        both = (_VERSIONS.c.agent == _CHECKPOINTS.c.agent) & (_VERSIONS.c.version == _CHECKPOINTS.c.version)
        frozen = [_CHECKPOINTS.c[name] for name in Frozen.__slots__]
        query = select(_VERSIONS, *frozen).outerjoin(_CHECKPOINTS, both)
        if agent is not None:
            query = query.where(_VERSIONS.c.agent == plain(agent))
        last = _CHECKPOINTS.c.number.is_(None), _CHECKPOINTS.c.number
        ordered = query.order_by(*last, _VERSIONS.c.created_ms, _VERSIONS.c.agent, _VERSIONS.c.version)
        with self._engine.connect() as connection:
            return [_checkpoint(*row) for row in connection.execute(ordered)]

    def _freeze(
        self, connection: Connection, version: Version, parent: Version | None, stage: str, data_digest: str
    ) -> None:
        stored = note_version(connection, version, parent, self._now_ms())
        if parent is not None and stored != parent:
            told = f"has {label(stored)} as its parent" if stored else "is frozen without a parent"
            raise BadRequest(f"{label(version)} {told}, not {label(parent)}; freeze another version instead")
        known = row_of(connection, CheckpointRow, version)
        if known is None:
            number = (connection.scalar(select(func.max(_CHECKPOINTS.c.number))) or 0) + 1
            row = (*version, number, stage, data_digest, self._now_ms())
            connection.execute(insert(_CHECKPOINTS).values(dict(zip(_CHECKPOINTS.c.keys(), row, strict=True))))
            return
        for name, was, is_now in (("stage", known.stage, stage), ("data digest", known.data_digest, data_digest)):
            if was != is_now:
                raise BadRequest(
                    f"{label(version)} is frozen already, with {name} {was!r} and not {is_now!r}; freeze another "
                    "version instead"
                )


def _require_known(connection: Connection, parent: Version) -> None:
    if row_of(connection, VersionRow, parent) is None:
        raise UnknownAgent(f"nobody has heard of the parent {label(parent)}; freeze it first")


def _checkpoint(
    agent: str, version: str, mother: str | None, mother_version: str | None, created_ms: int, *frozen: object
) -> Checkpoint:
    parent = None if mother_version is None else (AgentName(mother or agent), mother_version)
    known = None if frozen[0] is None else Frozen(*frozen)  # type: ignore[arg-type]
    return Checkpoint(AgentName(agent), version, parent, created_ms, known)
