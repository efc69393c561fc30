"""Events that a server holds: who has entered them, when they began, and which of their sets were forfeited."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from arena.core.values import AgentName, SetId
from arena.ledger.engine import begin
from arena.ledger.holding import Holding
from arena.ledger.rows import plain
from arena.ledger.tables import EntrantRow, ForfeitRow, ServedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntrant:
    """Whose agent has taken an entrant's place, and in which version."""

    name: AgentName
    owner: str
    version: str


class ServedEvents(Holding):
    """The part of the register that only events on servers need.

    Raises:
        BadRequest: from a call that shows a claim, when another process has the event now.
    """

    def served(self) -> frozenset[str]:
        """The events that servers hold; all others are held by `arena tournament` itself."""
        with self._session() as session:
            return frozenset(session.exec(select(ServedRow.event)))

    def waited_ms(self, event: str) -> int | None:
        """How much of a served event's running time had gone by when it began; None before, and 0 for any other."""
        with self._session() as session:
            row = session.get(ServedRow, plain(event))
            return 0 if row is None else row.waited_ms

    def entrants(self, event: str) -> list[StoredEntrant]:
        """Those that have taken a place, in that order."""
        query = select(EntrantRow).where(EntrantRow.event == event).order_by(col(EntrantRow.number))
        with self._session() as session:
            return [
                StoredEntrant(name=AgentName(row.name), owner=row.owner, version=row.version)
                for row in session.exec(query)
            ]

    def begin(self, event: str, claim: str, waited_ms: int, entered: Iterable[StoredEntrant] = ()) -> None:
        """Note that an event begins after so much waiting, with those who have entered: once, and all or nothing."""
        with self._session() as session:
            self._hold(session, event, claim)
            row = session.get(ServedRow, event) or ServedRow(event=event)
            if row.waited_ms is None:
                row.waited_ms = waited_ms
                session.add(row)
                self._add(session, event, entered)
            session.commit()

    def take_place(self, event: str, entrant: StoredEntrant) -> StoredEntrant:
        """Note who takes an entrant's place; whoever has it already keeps it, and is returned."""
        with self._session() as session:
            begin(session.connection())
            row = session.get(EntrantRow, (event, entrant.name))
            if row is None:
                self._add(session, event, [entrant])
                session.commit()
                return entrant
            return StoredEntrant(name=AgentName(row.name), owner=row.owner, version=row.version)

    def forfeit(self, event: str, claim: str, set_id: SetId, absent: Collection[AgentName]) -> None:
        """Note that a pairing is not played, or not further, for want of these."""
        with self._session() as session:
            self._hold(session, event, claim)
            if session.get(ForfeitRow, set_id) is None:
                session.add(ForfeitRow(set_id=set_id, event=event, absent="\n".join(sorted(absent))))
            session.commit()

    def forfeits(self, event: str) -> Mapping[SetId, frozenset[AgentName]]:
        """By set: who was not there for it."""
        query = select(ForfeitRow).where(ForfeitRow.event == event)
        with self._session() as session:
            return {SetId(row.set_id): frozenset(map(AgentName, row.absent.split("\n"))) for row in session.exec(query)}

    def _add(self, session: Session, event: str, entrants: Iterable[StoredEntrant]) -> None:
        first = session.exec(select(func.count()).where(EntrantRow.event == event)).one()
        session.add_all(
            EntrantRow(event=event, name=entrant.name, number=number, owner=entrant.owner, version=entrant.version)
            for number, entrant in enumerate(entrants, start=first)
        )
