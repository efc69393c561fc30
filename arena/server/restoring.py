"""What a server goes on with after a stop or a kill: the sessions, joins, sets and matches of its journal."""

import structlog

from arena.core.errors import ArenaError
from arena.server.joins import JoinKey
from arena.server.live import Lane
from arena.server.lobby import Lobby
from arena.server.play import Play
from arena.server.sets import Sets
from arena.server.snapshot import Joined, OpenMatch, OpenSet, Snapshot
from arena.v1 import play_pb2 as pb

log = structlog.get_logger()


class Restoring:
    """Fills the parts of a new server, once, before anybody can connect to it."""

    def __init__(self, play: Play, lobby: Lobby, sets: Sets) -> None:
        self._play = play
        self._lobby = lobby
        self._sets = sets

    async def restore(self, snapshot: Snapshot) -> None:
        """Bring everything back: sessions before their joins, joins before the sets that they play in."""
        for kept in list(snapshot.sessions.values()):
            self._play.restore(kept).ended_joins.update(snapshot.ended.get(kept.session, {}))
        for join in list(snapshot.joins.values()):
            await self._restore_join(join, left=(join.session, join.join) in snapshot.left)
        for key, played in snapshot.played.items():
            self._lobby.credit(key, played)
        self._restore_sets(snapshot)

    def _restore_sets(self, snapshot: Snapshot) -> None:
        by_set: dict[str, list[OpenMatch]] = {}
        for match in snapshot.matches.values():
            by_set.setdefault(match.opened.set_id, []).append(match)
        open_sets = list(snapshot.sets.values())
        lanes = [self._lanes(open_set) for open_set in open_sets]
        for taking in self._lobby.takings():
            self._lobby.offer_free(taking)
        for open_set, of_set in zip(open_sets, lanes, strict=True):
            self._sets.restore(open_set, of_set, by_set.get(open_set.opened.set_id, ()))

    async def _restore_join(self, kept: Joined, *, left: bool) -> None:
        session = self._play.sessions.get(kept.session)
        if session is None:
            return
        try:
            taking = await self._lobby.restore(session, pb.Join.FromString(kept.terms))
            taking.leaving = left
        except ArenaError as error:
            log.warning("a join could not be restored", session=kept.session, reason=str(error))

    def _lanes(self, kept: OpenSet) -> list[Lane]:
        keys = [(session, join) for session, join in kept.opened.lanes]
        for key in set(keys):
            self._lobby.plan(key, kept.opened.matches)
        return [self._lane(key) for key in keys]

    def _lane(self, key: JoinKey) -> Lane:
        """The join that played in a set; one that is gone owes its decisions from the first moment."""
        taking = self._lobby.find(key)
        if taking is not None:
            taking.sets += 1
            return taking.lane()
        return Lane(session=self._play.kept_or_gone(key[0]), join=key[1], wants=frozenset())
