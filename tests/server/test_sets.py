"""Sets in progress between an arbiter and a ledger that are fakes: which results land, and what is told of them."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from arena.core.errors import LedgerFault, Unrecordable
from arena.core.game import ClockSpec
from arena.core.match import MatchPlan, MatchResult, Move, PartyRef, SeatResult, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, MatchId, Seat, SetId
from arena.match.packing import pack_plans
from arena.server import sets
from arena.server.live import Lane, LiveMatch, LiveSet
from arena.server.session import Principal, Session
from arena.server.sets import Sets
from arena.server.snapshot import MatchOpened, OpenMatch, OpenSet, SetOpened
from arena.wire.limits import Limits
from tests.server.plans import plan_of

PARTIES = tuple(PartyRef(agent=AgentName(name), owner=name) for name in ("ann", "bob"))
SECRET = b"x" * 32


class FakeArbiter:
    """Keeps what it is told to open."""

    def __init__(self) -> None:
        self.matches: dict[MatchId, LiveMatch] = {}

    def open(self, match: LiveMatch, moves: Sequence[Move] = (), refusals: Any = None) -> None:
        self.matches[match.plan.match_id] = match


class FakeLedger:
    """Takes appends as `refuse` says: None takes them, an error fails them, and one in `raises` is raised at once."""

    def __init__(self) -> None:
        self.rows: list[MatchResult] = []
        self.refuse: list[LedgerFault | None] = []
        self.raises: list[LedgerFault] = []

    def landed(self, matches: Sequence[MatchId]) -> set[MatchId]:
        return set()

    def append(self, plan: SetPlan, results: Sequence[MatchResult]) -> "Future[Any]":
        if self.raises:
            raise self.raises.pop()
        (result,) = results
        future: Future[Any] = Future()
        if self.refuse and (error := self.refuse.pop(0)) is not None:
            future.set_exception(error)
            return future
        self.rows.append(result)
        future.set_result(type("Receipt", (), {"digests": {result.plan.match_id: (b"", b"")}}))
        return future


class FakeJournal:
    """Keeps what is noted."""

    def __init__(self) -> None:
        self.noted: list[Any] = []

    def note(self, entry: Any) -> None:
        self.noted.append(entry)

    def flush(self) -> None: ...


class Stage:
    """A set of two matches between two sessions, as a restart found it."""

    def __init__(self, *attempts: tuple[int, int]) -> None:
        self.arbiter, self.ledger, self.journal = FakeArbiter(), FakeLedger(), FakeJournal()
        self.closed: list[LiveSet] = []
        self.announced: list[MatchResult] = []
        self.heard = asyncio.Event()
        self.sets = Sets(
            self.arbiter,  # type: ignore[arg-type]  # a fake
            self.ledger,  # type: ignore[arg-type]  # a fake
            self.journal,  # type: ignore[arg-type]  # a fake
            SECRET,
            self.closed.append,
            self._hear,
        )
        plans = [_plan(0, PARTIES), _plan(1, PARTIES[::-1])]
        sessions = [Session(id=p.owner, principal=Principal(p.owner, frozenset()), limits=Limits()) for p in PARTIES]
        lanes = [Lane(session=session, join=1, wants=frozenset()) for session in sessions]
        opened = SetOpened("s", 2, [pack_plans(plans), True, 2], [(session.id, 1) for session in sessions])
        names = {0: "s.{}", 1: "s.{}.again"}
        matches = [OpenMatch(MatchOpened(names[a].format(o), "s", o, 0, a)) for o, a in attempts]
        self.sets.restore(OpenSet(opened), lanes, matches)

    @property
    def live(self) -> list[str]:
        return sorted(self.arbiter.matches)

    def _hear(self, result: MatchResult) -> None:
        self.announced.append(result)
        self.heard.set()

    async def end(self, match: str, void: str = "") -> None:
        """A match ends, and the loop turns until what follows from it is done."""
        live = self.arbiter.matches.pop(MatchId(match))
        seats = [] if void else [SeatResult(seat=Seat(i), party=i, rank=1, score=0.0) for i in range(2)]
        self.sets.land(live, MatchResult(plan=live.plan, moves=(), seats=seats, void=void))
        for _ in range(4):
            await asyncio.sleep(0)


def _plan(ordinal: int, parties: tuple[PartyRef, ...]) -> MatchPlan:
    whole = plan_of(ClockSpec(), *parties)
    return MatchPlan(
        match_id=MatchId(f"s.{ordinal}"),
        set_id=SetId("s"),
        ordinal=ordinal,
        game=whole.game,
        seed=Seed.of(ordinal),
        parties=parties,
        clock=whole.clock,
    )


async def test_of_two_attempts_at_one_match_only_the_later_goes_on_after_a_kill() -> None:
    stage = Stage((0, 0), (0, 1))
    assert stage.live == ["s.0.again"]
    await stage.end("s.0.again")
    assert stage.closed == []
    assert stage.live == ["s.1"]
    await stage.end("s.1")
    assert [row.plan.match_id for row in stage.ledger.rows] == ["s.0.again", "s.1"]
    assert len(stage.closed) == 1


async def test_the_deal_of_a_match_that_is_played_again_does_not_follow_from_what_was_told() -> None:
    stage = Stage()
    first = stage.arbiter.matches[MatchId("s.0")].plan.seed
    await stage.end("s.0", void="a plugin failed")
    again = stage.arbiter.matches[MatchId("s.0.again")].plan.seed
    assert again != first.derive("again")
    assert again == Seed.secret(SECRET, "s.0.again")


async def test_the_end_of_a_match_is_shown_to_nobody_before_it_is_in_the_ledger() -> None:
    stage = Stage()
    stage.ledger.refuse = [LedgerFault("the disk is full")]
    await stage.end("s.0")
    assert stage.announced == []
    assert stage.ledger.rows == []
    await stage.end("s.1")
    assert [result.plan.match_id for result in stage.announced] == ["s.1"]


async def test_a_result_that_no_ledger_can_keep_becomes_void_and_its_set_goes_on() -> None:
    stage = Stage()
    stage.ledger.refuse = [Unrecordable("a number is too large")]
    await stage.end("s.0")
    await stage.end("s.1")
    assert [bool(row.void) for row in stage.ledger.rows] == [True, False]
    assert stage.closed[0].landed == {0: True, 1: False}


async def test_a_set_whose_void_cannot_be_recorded_either_is_closed() -> None:
    stage = Stage()
    stage.ledger.refuse = [Unrecordable("a number is too large")] * 2
    await stage.end("s.0")
    assert len(stage.closed) == 1
    assert stage.ledger.rows == []


@pytest.mark.parametrize("how", ["raises", "refuse"])
async def test_a_result_is_tried_again_until_the_ledger_takes_it(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "_RETRY_SECONDS", 0.0)
    stage = Stage()
    setattr(stage.ledger, how, [LedgerFault("the disk is full")])
    await stage.end("s.0")
    async with asyncio.timeout(5):
        await stage.heard.wait()
    assert [row.plan.match_id for row in stage.ledger.rows] == ["s.0"]
