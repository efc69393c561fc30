"""Sets in progress: their matches begin one after another; a result is in the ledger before anybody hears of it."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

import structlog

from arena.core.errors import LedgerFault, Unrecordable
from arena.core.match import MatchPlan, MatchResult, PartyRef, SetPlan
from arena.core.seed import Seed
from arena.core.values import SetId
from arena.ledger import Ledger, Receipt
from arena.match.packing import pack_plans, unpack_plans
from arena.server.arbiter import Arbiter
from arena.server.frames import match_ended
from arena.server.joins import JoinKey, Taking
from arena.server.journal import Journal
from arena.server.live import Lane, LiveMatch, LiveSet
from arena.server.snapshot import MatchClosed, MatchOpened, OpenMatch, OpenSet, SetClosed, SetOpened
from arena.tournament.sets import again, plan_set

_RETRY_SECONDS = 1.0
log = structlog.get_logger()


class Sets:
    """Every set in progress.

    `on_closed` is told the joins whose slots a finished set gives back, `on_announced` each result that is durable.
    """

    def __init__(
        self,
        arbiter: Arbiter,
        ledger: Ledger,
        journal: Journal,
        secret: bytes,
        on_closed: Callable[[LiveSet], None],
        on_announced: Callable[[MatchResult], None],
    ) -> None:
        self._arbiter = arbiter
        self._ledger = ledger
        self._journal = journal
        self._secret = secret
        self._on_closed = on_closed
        self._on_announced = on_announced
        self._loop = asyncio.get_running_loop()
        self._sets: dict[SetId, LiveSet] = {}
        self._written: deque[tuple[LiveMatch, MatchResult, bool, Future[Receipt]]] = deque()
        """Appends that are done, from the ledger's thread to the loop."""
        self._woken = False
        self.frozen = False
        """Begin no further matches: the server is draining."""

    def begin(self, takings: Sequence[Taking], rated: bool) -> int:
        """Plan a set for these joins, in party order, and begin its first match. Returns its number of matches."""
        spec, ref = takings[0].spec, takings[0].ref
        set_id = _new_id()
        plan, matches = plan_set(
            ref,
            spec,
            [taking.party for taking in takings],
            lambda deal, rotation: Seed.secret(self._secret, f"{set_id}/{deal}/{rotation}"),
            rated=rated,
            duplicate=spec.perfect_information,
            set_id=set_id,
        )
        self.begin_part(plan, matches, [taking.lane() for taking in takings])
        return plan.matches

    def begin_part(
        self, plan: SetPlan, matches: Sequence[MatchPlan], lanes: Sequence[Lane], *, repeated: bool = False
    ) -> None:
        """Play a run of a set's matches, which nobody plays yet, and begin with the first one.

        With `repeated` that one was void and is in the ledger: its second attempt is played.
        """
        attempts = {matches[0].ordinal: 1} if repeated else {}
        live = LiveSet(plan=plan, matches=matches, lanes=lanes, attempts=attempts)
        keys = [(lane.session.id, lane.join) for lane in lanes]
        packed = [pack_plans(matches), plan.rated, plan.matches]
        self._journal.note(SetOpened(plan.set_id, len(matches), packed, keys))
        self._sets[plan.set_id] = live
        self._open_next(live)

    def is_live(self, set_id: SetId) -> bool:
        """Whether matches of this set are being played."""
        return set_id in self._sets

    def restore(self, kept: OpenSet, lanes: Sequence[Lane], open_matches: Sequence[OpenMatch]) -> None:
        """Go on with a set that the journal holds, after a restart."""
        packed, rated, whole = kept.opened.plan
        matches = unpack_plans(packed)
        set_id = SetId(kept.opened.set_id)
        plan = SetPlan(
            set_id=set_id,
            game=matches[0].game,
            parties=matches[0].parties,
            matches=whole,
            rated=rated,
        )
        live = LiveSet(
            plan=plan,
            matches=matches,
            lanes=lanes,
            landed=dict(kept.closed),
            attempts=dict.fromkeys(kept.again, 1),
            playing={match.opened.ordinal for match in open_matches},
            restored=len(kept.closed),
        )
        self._sets[set_id] = live
        latest = _latest(open_matches)
        for match in open_matches:
            if match is latest[match.opened.ordinal]:
                self._reopen(live, match)
            else:  # void, and killed before that was in the ledger: its second attempt stands for it
                self._journal.note(MatchClosed(match.opened.match, set_id, match.opened.ordinal, void=True, again=True))
        if live.complete:
            self._close(live)
        else:
            self._go_on(live)

    def abandon(self, lane_of: JoinKey, reason: str) -> None:
        """The rest of every set of this join is void: it could not come back through our fault, not its own."""
        for live in list(self._sets.values()):
            if any((lane.session.id, lane.join) == lane_of for lane in live.lanes):
                live.abandoned = reason
                playing = [match for match in self._arbiter.matches.values() if match.of is live]
                for match in playing:
                    self._arbiter.abort(match, reason)
                if not playing:
                    self._close(live)

    def land(self, match: LiveMatch, result: MatchResult) -> None:
        """A match is over: begin the next one of its set, and tell its agents once the result is in the ledger."""
        live, ordinal = match.of, match.plan.ordinal
        live.playing.discard(ordinal)
        attempt = live.attempts.get(ordinal, 0)
        once_more = bool(result.void) and not attempt and not live.abandoned
        if once_more:
            log.warning("match is played again", match=match.plan.match_id, reason=result.void)
            live.attempts[ordinal] = attempt + 1
        else:
            live.landed[ordinal] = bool(result.void)
        self._append(match, result, once_more)
        self._go_on(live)

    def _go_on(self, live: LiveSet) -> None:
        if not live.abandoned and not self.frozen:
            self._open_next(live)

    def _open_next(self, live: LiveSet) -> None:
        ordinal = live.next_match()
        if ordinal is None:
            return
        plan = live.match_plan(ordinal)
        live.playing.add(ordinal)
        attempt = live.attempts.get(ordinal, 0)
        started = time.time_ns() // 1_000_000
        match = self._live_match(live, plan, attempt, started)
        self._journal.note(MatchOpened(match.plan.match_id, live.plan.set_id, ordinal, started, attempt))
        self._arbiter.open(match)

    def _reopen(self, live: LiveSet, kept: OpenMatch) -> None:
        ordinal = kept.opened.ordinal
        live.attempts[ordinal] = kept.opened.attempt
        match = self._live_match(live, live.match_plan(ordinal), kept.opened.attempt, kept.opened.started_ms)
        if self._ledger.landed([match.plan.match_id]):  # killed between the commit and the journal's note of it
            self._note_landed(live, match)
            return
        match.kept_banks = {m.seat: m.bank for m in kept.moves}
        match.provenance = {(m.step, m.seat): m.provenance for m in kept.moves if m.provenance}
        self._arbiter.open(match, [moved.move() for moved in kept.moves], kept.refusals)

    def _note_landed(self, live: LiveSet, match: LiveMatch) -> None:
        ordinal = match.plan.ordinal
        void = bool(self._ledger.result(match.plan.match_id).void)
        again = void and not live.attempts.get(ordinal)
        live.playing.discard(ordinal)
        if again:
            live.attempts[ordinal] = 1
        else:
            live.landed[ordinal] = void
            live.restored += 1
        self._journal.note(MatchClosed(match.plan.match_id, live.plan.set_id, ordinal, void, again))

    def _live_match(self, live: LiveSet, plan: MatchPlan, attempt: int, started_ms: int) -> LiveMatch:
        if attempt:  # a fresh deal, since the agents have seen the first one
            fresh = again(plan)
            plan = replace(fresh, seed=Seed.secret(self._secret, fresh.match_id))
        return LiveMatch(
            plan=plan,
            of=live,
            lane_of=lanes_of(plan.parties, live.plan.parties),
            started_ms=started_ms,
            deadline=self._loop.time() + plan.clock.match,
        )

    # ---- landing

    def _append(self, match: LiveMatch, result: MatchResult, once_more: bool) -> None:
        def tell(done: Future[Receipt]) -> None:
            self._written.append((match, result, once_more, done))
            if not self._woken:  # one call for a whole group that was committed together
                self._woken = True
                self._loop.call_soon_threadsafe(self._take_written)

        try:
            self._ledger.append(match.of.plan, [result]).add_done_callback(tell)
        except LedgerFault as error:
            failed: Future[Receipt] = Future()
            failed.set_exception(error)
            failed.add_done_callback(tell)

    def _take_written(self) -> None:
        self._woken = False  # before the look, so that what comes during it calls again
        while self._written:
            match, result, once_more, done = self._written.popleft()
            try:
                self._appended(match, result, once_more, done)
            except Exception:  # what one match cannot stand must not reach the others
                log.exception("a result could not be announced", match=result.plan.match_id)
        self._journal.flush()

    def _appended(self, match: LiveMatch, result: MatchResult, once_more: bool, done: Future[Receipt]) -> None:
        error = done.exception()
        if error is not None:
            self._not_written(match, result, once_more, error)
            return
        live = match.of
        void, ordinal = bool(result.void), match.plan.ordinal
        self._journal.note(MatchClosed(match.plan.match_id, live.plan.set_id, ordinal, void, once_more))
        self._announce(match, result, done.result())
        live.announced += not once_more
        if live.complete or live.abandoned:
            self._close(live)

    def _not_written(self, match: LiveMatch, result: MatchResult, once_more: bool, error: BaseException) -> None:
        if not isinstance(error, Unrecordable):
            log.error("result not written, will try again", match=result.plan.match_id, reason=str(error))
            self._loop.call_later(_RETRY_SECONDS, self._append, match, result, once_more)
            return
        log.error("result cannot be recorded", match=result.plan.match_id, reason=str(error))
        if result.moves or result.seats:
            match.of.landed[match.plan.ordinal] = True
            self._append(match, _void(result), once_more=False)
        else:
            match.of.abandoned = "a result of this set cannot be recorded"
            self._close(match.of)

    def _announce(self, match: LiveMatch, result: MatchResult, receipt: Receipt) -> None:
        rated = match.of.plan.rated and not result.void
        digests = receipt.digests[result.plan.match_id]
        ended = match_ended(result, digests, rated=rated)
        self._on_announced(result)
        for hold in match.holds:
            session = match.lane(hold.seat).session
            ended.seat_ref = hold.ref
            session.emit(match_ended=ended)
            session.holds.pop(hold.ref, None)

    def _close(self, live: LiveSet) -> None:
        if self._sets.pop(live.plan.set_id, None) is not None:
            self._journal.note(SetClosed(live.plan.set_id))
            self._on_closed(live)


def lanes_of(parties: Sequence[PartyRef], of_set: Sequence[PartyRef]) -> list[int]:
    """For each party of a match, which party of the set it is; the same agent may stand more than once."""
    free = list(range(len(of_set)))
    found = []
    for party in parties:
        same = (i for i in free if of_set[i] is party)  # as a rule, and far cheaper to ask than whether they are equal
        lane = next(same, None)
        if lane is None:
            lane = next(i for i in free if of_set[i] == party)
        free.remove(lane)
        found.append(lane)
    return found


def _new_id() -> SetId:
    """Ids of one time lie together, which the ledger's indices like, and nobody can guess the next one."""
    return SetId(f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}")


def _latest(matches: Sequence[OpenMatch]) -> dict[int, OpenMatch]:
    """The last attempt of each ordinal; a kill may leave the one before beside it."""
    return {m.opened.ordinal: m for m in sorted(matches, key=lambda m: m.opened.attempt)}


def _void(result: MatchResult) -> MatchResult:
    """What is recorded in place of a result that cannot be."""
    reason = "the result held what cannot be recorded"
    started, ended = result.started_ms, result.ended_ms
    return MatchResult(plan=result.plan, moves=(), seats=(), void=reason, started_ms=started, ended_ms=ended)
