"""Which version was trained from which: inside one writer's transaction, so that no two of them close a circle."""

from typing import Any, Final

from sqlalchemy import Connection, insert, select, text, update
from sqlmodel import SQLModel

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.ledger.tables import CheckpointRow, VersionRow

Version = tuple[AgentName, str]
"""An agent and one of its versions."""

_UP: Final = text("""
WITH RECURSIVE line(agent, version) AS (
  SELECT parent_agent, parent_version FROM agent_version WHERE agent = :agent AND version = :version
  UNION
  SELECT v.parent_agent, v.parent_version
  FROM agent_version v JOIN line ON v.agent = line.agent AND v.version = line.version
)
SELECT 1 FROM line WHERE agent = :child AND version = :child_version
""")
"""Whether a child is among the forebears of a version; UNION ends even where these run in a circle."""


def label(version: Version) -> AgentName:
    """AGENT@VERSION, or AGENT alone for what has no version."""
    return AgentName("@".join(filter(None, version)))


def row_of(connection: Connection, model: type[SQLModel], version: Version) -> Any:
    """The row of a version in `agent_version` or `checkpoint`; None when there is none."""
    table = model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    query = select(table).where(table.c.agent == version[0], table.c.version == version[1])
    return connection.execute(query).one_or_none()


def note_version(connection: Connection, version: Version, parent: Version | None, now_ms: int) -> Version | None:
    """Write a version down, and its parent when none is known; returns the parent that stands. What is frozen stays.

    Raises:
        BadRequest: the version would be its own forebear.
    """
    table = VersionRow.__table__  # type: ignore[attr-defined]
    known = row_of(connection, VersionRow, version)
    if known is not None and known.parent_version is not None:
        return AgentName(known.parent_agent or known.agent), known.parent_version
    if parent is not None:
        _refuse_circle(connection, version, parent)
    mother, mother_version = parent or (None, None)
    if known is None:
        values = (*version, mother, mother_version, now_ms)
        connection.execute(insert(table).values(dict(zip(table.c.keys(), values, strict=True))))
        return parent
    if parent is None or row_of(connection, CheckpointRow, version) is not None:
        return None
    own = (table.c.agent == version[0]) & (table.c.version == version[1])
    connection.execute(update(table).where(own).values(parent_agent=mother, parent_version=mother_version))
    return parent


def _refuse_circle(connection: Connection, version: Version, parent: Version) -> None:
    ends = {"agent": parent[0], "version": parent[1], "child": version[0], "child_version": version[1]}
    if parent == version or connection.execute(_UP, ends).first() is not None:
        raise BadRequest(
            f"{label(version)} cannot have {label(parent)} as its parent: that one descends from it; a new checkpoint "
            "needs a new version"
        )
