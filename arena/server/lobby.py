"""From joins to sets: who waits, who meets whom, and when an agent's part is over."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from arena.core.errors import ArenaError, BadRequest, BadSeats, Draining, RateLimited
from arena.core.game import GameSpec
from arena.core.match import GameRef, PartyRef
from arena.core.values import Json
from arena.match.pool import WorkerPool
from arena.server.challenges import Challenges, check_challenger
from arena.server.hosted import HostedGames
from arena.server.identity import Identity
from arena.server.joins import Door, JoinKey, NoDoor, Taking
from arena.server.journal import Journal
from arena.server.session import Principal, Session
from arena.server.settings import Settings
from arena.server.snapshot import REMEMBERED_JOINS, Joined, JoinEnded, JoinLeft
from arena.tournament.queue import Draw, Queue
from arena.v1 import play_pb2 as pb
from arena.wire.entrance import read_join
from arena.wire.frames import error_message

_NOW = 0.0


class Lobby:
    """All joins and, per rated id, the queue of those that wait.

    `on_draw` is told each set that is to begin, with the takings that play it in party order. Joins that take part in
    an event wait at its `door` instead.
    """

    def __init__(self, pool: WorkerPool, journal: Journal, identity: Identity, settings: Settings) -> None:
        self._games = HostedGames(pool, settings.games)
        self._journal = journal
        self._identity = identity
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._takings: dict[JoinKey, Taking] = {}
        self._queues: dict[str, Queue[JoinKey]] = {}
        self._pairing: asyncio.Handle | None = None
        self._pairing_at = float("inf")
        self._challenges = Challenges()
        self._sessions: dict[str, set[int]] = {}
        self.on_draw: Callable[[list[Taking], bool], int] = lambda takings, rated: 0
        self.door: Door = NoDoor()
        self.draining = False

    # ---- joining and leaving

    async def join(self, session: Session, terms: pb.Join) -> None:
        """Take a join on, or answer it with JoinEnded and the reason. A repeated one is answered again."""
        if terms.join_id in session.ended_joins:
            session.emit(join_ended=pb.JoinEnded(join_id=terms.join_id, matches=session.ended_joins[terms.join_id]))
            return
        try:
            taking = self._takings.get((session.id, terms.join_id)) or await self._accept(session, terms)
        except ArenaError as error:
            session.emit(join_ended=pb.JoinEnded(join_id=terms.join_id, error=error_message(error)))
            return
        session.emit(joined=pb.Joined(join_id=taking.id, rated_id=taking.ref.rated_id))

    async def restore(self, session: Session, terms: pb.Join) -> Taking:
        """A join that the journal holds, after a restart."""
        taking = await self._taking(session, terms)
        self._add(taking)
        return taking

    def leave(self, session: Session, join: int) -> None:
        """Plan no further sets for a join; those in progress go on."""
        taking = self._takings.get((session.id, join))
        if taking is not None and not taking.leaving:
            taking.leaving = True
            self._journal.note(JoinLeft(session.id, join))
            self._withdraw(taking)
            self.settle(taking)

    def forsake(self, session: Session) -> None:
        """The session is gone for good."""
        for join in list(self._sessions.get(session.id, ())):
            self.leave(session, join)

    def find(self, key: JoinKey) -> Taking | None:
        """The join of this key, while it lasts."""
        return self._takings.get(key)

    def takings(self) -> list[Taking]:
        """All joins."""
        return list(self._takings.values())

    def keys_of(self, session: Session) -> list[JoinKey]:
        """The joins of a session."""
        return [(session.id, join) for join in self._sessions.get(session.id, ())]

    def takes_part(self, session: Session) -> bool:
        """Whether the session takes part in anything."""
        return bool(self._sessions.get(session.id))

    def step_back(self, session: Session) -> None:
        """The session was dropped: until it is back its joins do not wait."""
        for key in self.keys_of(session):
            self._withdraw(self._takings[key])

    def step_up(self, session: Session) -> None:
        """The session is back: its joins wait again."""
        for key in self.keys_of(session):
            self.offer_free(self._takings[key])

    def confirm(self, session: Session) -> None:
        """After a change of epoch: say again which joins there are."""
        for join in self._sessions.get(session.id, ()):
            taking = self._takings[session.id, join]
            session.emit(joined=pb.Joined(join_id=taking.id, rated_id=taking.ref.rated_id))

    def challenge(self, game: str, agents: tuple[str, ...], key: str = "", *, by: Principal) -> None:
        """Have agents that wait for `game` meet next; the same again under the same `key` does nothing more.

        Raises:
            Draining: the server begins no further matches.
            Forbidden: none of the agents belongs to the caller.
            BadRequest: one of them is not waiting for this game, or the key is used already or too long.
            BadSeats: the game takes another number of agents.
        """
        self._check_open()
        if self._challenges.is_repeated(by, key, game, *agents):
            return
        check_challenger(by, agents, [t for t in self._takings.values() if t.ref.rated_id == game])
        queue = self._queues.get(game)
        if queue is not None and queue.parties != len(agents):
            raise BadSeats(f"{game} takes {queue.parties} agents; a challenge brings {len(agents)} together")
        for agent in agents:
            if queue is None or not queue.waiting(agent):
                raise BadRequest(f"agent {agent!r} is not waiting for {game}; it must join that game first")
        if queue is not None:
            queue.challenge(*agents)
            self._challenges.remember(by, key, game, *agents)
            self._pair_soon(_NOW)

    async def _accept(self, session: Session, terms: pb.Join) -> Taking:
        self._check_open()
        taking = await self._taking(session, terms)
        in_use = sum(t.slots for t in self._takings.values() if t.session is session)
        if in_use + taking.slots > session.limits.max_seats:
            raise RateLimited(f"a session may hold {session.limits.max_seats} seats; ask for fewer")
        self.door.check(taking)
        await self._identity.claim(taking.party, terms.parent_version)
        await self.door.admit(taking)
        if taking.key in self._takings:  # a resumed connection was quicker with the same join
            return self._takings[taking.key]
        self._add(taking)
        self._journal.note(Joined(session.id, taking.id, terms.SerializeToString()))
        self._journal.flush()
        self.offer_free(taking)
        return taking

    def _check_open(self) -> None:
        if self.draining:
            raise Draining("the server is stopping and takes no new matches; try again after its restart")

    def _add(self, taking: Taking) -> None:
        self._takings[taking.key] = taking
        self._sessions.setdefault(taking.session.id, set()).add(taking.id)

    async def _taking(self, session: Session, terms: pb.Join) -> Taking:
        wish = read_join(terms, session.limits)
        if wish.tournament:
            ref, spec = self.door.game(wish.tournament, wish.game, wish.options)
        else:
            ref, spec = await self.describe(wish.game, wish.options)
        entry = None if wish.entry is None else await self._games.entry(ref.id, ref.config, wish.entry)
        owner = self._identity.owner_of(session.principal, wish.agent)
        party = PartyRef(agent=wish.agent, version=wish.agent_version, owner=owner, entry=entry)
        return Taking.of(session, wish, ref, spec, party)

    async def describe(self, game: str, options: Mapping[str, Json]) -> tuple[GameRef, GameSpec]:
        """As `HostedGames.describe`."""
        return await self._games.describe(game, options)

    # ---- waiting and meeting

    def offer(self, taking: Taking, slots: int) -> None:
        """Let slots of a join wait for their next set."""
        queue = self._queues.get(taking.ref.rated_id)
        if queue is None:
            queue = self._queues[taking.ref.rated_id] = Queue(taking.spec.parties, self._settings.patience)
        queue.offer(taking.key, taking.party.owner, taking.party.agent, slots, self._loop.time())
        self._pair_soon(_NOW)

    def give_back(self, key: JoinKey, slots: int, matches: int) -> None:
        """A set is over, of which so many matches were played: its slots wait for the next one, or the join ends."""
        taking = self._takings.get(key)
        if taking is None:
            return
        taking.sets -= slots
        taking.played += matches
        if not taking.sets:  # a set that was cut short leaves some of what was planned to be played
            taking.planned = taking.played
        self.offer_free(taking)

    def offer_free(self, taking: Taking) -> None:
        """Let all slots of a join that are not in use wait; or end it, when it has had enough."""
        if not taking.wants_more:
            self.settle(taking)
            return
        if taking.tournament:
            self.door.look(taking)
            return
        if taking.session.connection is None:
            return  # nobody is to meet an agent that is not there
        queue = self._queues.get(taking.ref.rated_id)
        waiting = queue.slots(taking.key) if queue is not None else 0
        self.offer(taking, max(taking.slots - taking.sets - waiting, 0))

    def credit(self, key: JoinKey, matches: int) -> None:
        """Matches that a join had played before a restart."""
        if key in self._takings:
            self._takings[key].played += matches
            self._takings[key].planned += matches

    def plan(self, key: JoinKey, matches: int) -> None:
        """Matches that a join is about to play."""
        if key in self._takings:
            self._takings[key].planned += matches

    def settle(self, taking: Taking) -> None:
        """End a join that has nothing more to play."""
        if taking.sets or taking.wants_more or taking.key not in self._takings:
            return
        self._remove(taking)
        self._remember_end(taking.session, taking.id, taking.played)
        self._journal.note(JoinEnded(taking.session.id, taking.id, taking.played))
        taking.session.emit(join_ended=pb.JoinEnded(join_id=taking.id, matches=taking.played))

    def _remove(self, taking: Taking) -> None:
        self._withdraw(taking, here=False)
        del self._takings[taking.key]
        joins = self._sessions[taking.session.id]
        joins.discard(taking.id)
        if not joins:
            del self._sessions[taking.session.id]

    def _remember_end(self, session: Session, join: int, matches: int) -> None:
        session.ended_joins[join] = matches
        if len(session.ended_joins) > REMEMBERED_JOINS:
            del session.ended_joins[next(iter(session.ended_joins))]

    def stop(self) -> None:
        """Begin no further sets."""
        self.draining = True
        if self._pairing is not None:
            self._pairing.cancel()

    def _withdraw(self, taking: Taking, *, here: bool = True) -> None:
        if taking.tournament:
            self.door.look(taking, here=here)
            return
        queue = self._queues.get(taking.ref.rated_id)
        if queue is not None:
            queue.withdraw(taking.key)
            if not queue:  # nobody is left in it: rated ids are the agents' to choose, so there must be an end
                del self._queues[taking.ref.rated_id]

    def _pair_soon(self, when: float) -> None:
        """Pair once at `when` on the loop's clock, or for `_NOW` at the end of this turn of the loop."""
        if self.draining or when >= self._pairing_at:
            return
        if self._pairing is not None:
            self._pairing.cancel()
        self._pairing_at = when
        self._pairing = self._loop.call_at(when, self._pair) if when else self._loop.call_soon(self._pair)

    def _pair(self) -> None:
        self._pairing, self._pairing_at = None, float("inf")
        now = self._loop.time()
        for queue in list(self._queues.values()):
            for draw in queue.draws(now):
                self._begin(draw)
            due = queue.next_patience()
            if due is not None and due > now:
                self._pair_soon(due)
        self._journal.flush()

    def _begin(self, draw: Draw[JoinKey]) -> None:
        takings = [self._takings[key] for key in draw.keys]
        matches = self.on_draw(takings, draw.rated)
        self.engage(draw.keys, matches)

    def engage(self, keys: Sequence[JoinKey], matches: int) -> None:
        """A set of so many matches is played by these joins, one for each party."""
        for key in dict.fromkeys(keys):
            taking = self._takings[key]
            taking.planned += matches
            taking.sets += keys.count(key)
            if not taking.wants_more:
                self._withdraw(taking)
