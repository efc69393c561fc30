"""Frozen versions: what a checkpoint was trained from, in which stage and on which data, never to be changed again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, insert, select

from arena.core.errors import BadRequest, UnknownAgent
from arena.core.values import AgentName
from arena.ledger.engine import begin
from arena.ledger.lineage import Version, label, note_version, row_of
from arena.ledger.rows import plain
from arena.ledger.tables import CheckpointRow, VersionRow

_CHECKPOINTS = CheckpointRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_VERSIONS = VersionRow.__table__  # type: ignore[attr-defined]

MOST_FIGURES: Final = 32
_FIGURE: Final = re.compile(r"[!-<>-~]{1,64}")
_MOST_STEPS: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Frozen:
    """That a version is frozen; `number` grows in the order in which versions were.

    `figures` are what was measured of it by name, such as its NashConv; `step` is how far its training was.
    """

    number: int
    stage: str
    data_digest: str
    frozen_ms: int
    step: int | None
    figures: Mapping[str, float]


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
        self,
        agent: AgentName,
        version: str,
        parent: Version | None = None,
        *,
        stage: str = "",
        data_digest: str = "",
        step: int | None = None,
        figures: Mapping[str, float] | None = None,
    ) -> Checkpoint:
        """Freeze a version for good; once more with the same words is fine, and changes nothing.

        Raises:
            BadRequest: it has no name, it is frozen already or has a parent and something else was said of it, it
                would be its own forebear, or a figure is no finite number.
            UnknownAgent: nobody has heard of the parent.
        """
        if not (agent and version):
            raise BadRequest("a checkpoint has an agent and a version; name both, as in alice@v3")
        _check(step, figures or {})
        told = {"stage": stage, "data_digest": data_digest, "step": step, "figures": _plain(figures or {})}
        with self._engine.connect() as connection:
            begin(connection)
            if parent is not None and parent != (agent, version):
                _require_known(connection, parent)
            self._freeze(connection, (agent, version), parent, told)
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
        self, connection: Connection, version: Version, parent: Version | None, told: Mapping[str, Any]
    ) -> None:
        stored = note_version(connection, version, parent, self._now_ms())
        if parent is not None and stored != parent:
            stands = f"has {label(stored)} as its parent" if stored else "is frozen without a parent"
            raise BadRequest(f"{label(version)} {stands}, not {label(parent)}; freeze another version instead")
        known = row_of(connection, CheckpointRow, version)
        if known is None:
            number = (connection.scalar(select(func.max(_CHECKPOINTS.c.number))) or 0) + 1
            own = {"agent": version[0], "version": version[1], "number": number, "frozen_ms": self._now_ms()}
            connection.execute(insert(_CHECKPOINTS).values({**own, **told}))
            return
        for name, is_now in told.items():
            if (was := getattr(known, name)) != is_now:
                raise BadRequest(
                    f"{label(version)} is frozen already, with {name.replace('_', ' ')} {was!r} and not {is_now!r}; "
                    "freeze another version instead"
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


def _check(step: int | None, figures: Mapping[str, float]) -> None:
    if step is not None and not 0 <= step <= _MOST_STEPS:
        raise BadRequest(f"a step is a whole number from 0 on, not {step}")
    if len(figures) > MOST_FIGURES:
        raise BadRequest(f"a checkpoint has at most {MOST_FIGURES} figures, not {len(figures)}")
    for name, value in figures.items():
        if not _FIGURE.fullmatch(name):
            raise BadRequest("a figure's name is 1 to 64 printable ASCII characters, without spaces and =")
        if not isfinite(value):
            raise BadRequest(f"the figure {name} is {value}; give a finite number")


def _plain(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: float(figures[name]) for name in sorted(figures)}
