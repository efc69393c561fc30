"""Who the agents are: a name belongs to one owner for ever, and versions know the checkpoint they were trained from."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from arena.core.errors import NameTaken
from arena.core.values import AgentName
from arena.ledger.engine import begin
from arena.ledger.lineage import note_version
from arena.ledger.tables import AgentRow, VersionRow


@dataclass(frozen=True, slots=True)
class AgentLine:
    """An agent and its owner."""

    name: AgentName
    owner: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version of an agent; `parent` is the (agent, version) it was trained from, None for a first one."""

    agent: AgentName
    version: str
    parent: tuple[AgentName, str] | None
    created_ms: int


class Agents:
    """The register of agents."""

    def __init__(self, engine: Engine, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ms = now_ms

    def register(self, name: AgentName, owner: str) -> None:
        """Take a name for an owner; again and again is fine.

        Raises:
            NameTaken: it belongs to somebody else.
        """
        self._insert_once(AgentRow(name=name, owner=owner, created_ms=self._now_ms()))
        with Session(self._engine) as session:
            row = session.get(AgentRow, name)
        if row is not None and row.owner != owner:
            raise NameTaken(f"the agent name {name!r} belongs to another owner; choose another one")

    def add_version(self, agent: AgentName, version: str, parent: tuple[AgentName, str] | None = None) -> None:
        """Note a version and, when it is told for the first time, the version it was trained from.

        Raises:
            BadRequest: it would be its own forebear.
        """
        with self._engine.connect() as connection:
            begin(connection)
            note_version(connection, (agent, version), parent, self._now_ms())
            connection.commit()

    def all(self, owner: str | None = None) -> list[AgentLine]:
        """Every agent, or an owner's, by name."""
        query = select(AgentRow).order_by(col(AgentRow.name))
        if owner is not None:
            query = query.where(AgentRow.owner == owner)
        with Session(self._engine) as session:
            return [AgentLine(AgentName(row.name), row.owner, row.created_ms) for row in session.exec(query)]

    def versions(self, agent: str) -> list[VersionLine]:
        """The versions of an agent, oldest first."""
        query = select(VersionRow).where(VersionRow.agent == agent)
        with Session(self._engine) as session:
            rows = session.exec(query.order_by(col(VersionRow.created_ms), col(VersionRow.version))).all()
        return [_version_line(row) for row in rows]

    def parent(self, agent: str, version: str) -> tuple[str, str] | None:
        """The (agent, version) that a version was trained from, if that is known."""
        columns = col(VersionRow.parent_agent), col(VersionRow.parent_version)
        query = select(*columns).where(VersionRow.agent == agent, VersionRow.version == version)
        with self._engine.connect() as connection:  # one seat after another asks, and a session costs twice as much
            row = connection.execute(query).one_or_none()
        return None if row is None or row[1] is None else (row[0] or agent, row[1])

    def _insert_once(self, row: AgentRow) -> None:
        with Session(self._engine) as session:
            session.add(row)
            try:
                session.commit()
            except IntegrityError:
                session.rollback()  # it is there already, perhaps from another process just now


def _version_line(row: VersionRow) -> VersionLine:
    parent = None if row.parent_version is None else (AgentName(row.parent_agent or row.agent), row.parent_version)
    return VersionLine(AgentName(row.agent), row.version, parent, row.created_ms)
