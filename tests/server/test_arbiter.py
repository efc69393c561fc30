"""Decisions between workers and agents: who may answer what, and whose time it is. The executor is a fake."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from arena.core.errors import ErrorCode
from arena.core.game import ClockSpec
from arena.core.match import Cause, MatchPlan, MatchResult, Move, PartyRef, SetPlan
from arena.core.values import AgentName, Fields, MatchId, Seat, SetId
from arena.match import messages as msg
from arena.server.arbiter import Arbiter
from arena.server.connection import Connection
from arena.server.journal import Journal
from arena.server.live import Lane, LiveMatch, LiveSet
from arena.server.session import Principal, Session
from arena.server.snapshot import MatchOpened
from arena.v1 import play_pb2 as pb
from arena.v1.relay_pb2 import Act
from arena.wire.limits import Limits
from tests.server.plans import GAME, plan_of


class FakeExecutor:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.acts: list[tuple[int, bytes]] = []
        self.rulings: list[tuple[int, Cause]] = []
        self.forfeits: list[tuple[int, Cause]] = []
        self.asked_again: list[int] = []
        self.dropped: list[MatchId] = []
        self.ruled = asyncio.Event()

    def open(
        self, plan: MatchPlan, wants: Mapping[int, Fields], moves: Sequence[Move] = (), refusals: Any = None
    ) -> None: ...

    def act(self, match: MatchId, seat: Seat, action: bytes) -> None:
        self.acts.append((seat, action))

    def rule(self, match: MatchId, seat: Seat, cause: Cause) -> None:
        self.rulings.append((seat, cause))
        self.ruled.set()

    def forfeit(self, match: MatchId, seat: Seat, cause: Cause) -> None:
        self.forfeits.append((seat, cause))
        self.ruled.set()

    def ask_again(self, match: MatchId, seat: Seat) -> None:
        self.asked_again.append(seat)

    def watch(self, match: MatchId, wants: Fields | None) -> None: ...

    def drop(self, match: MatchId) -> None:
        self.dropped.append(match)


class Silent:
    """A stream that nobody reads."""

    async def send(self, data: bytes) -> None: ...

    async def receive(self) -> bytes | None:
        return None


class Scene:
    """One match of two sessions, each with one seat, both asked."""

    def __init__(self, folder: Path, clock: ClockSpec) -> None:
        self.executor = FakeExecutor()
        self.journal = Journal(folder / "journal")
        self.over: list[MatchResult] = []
        self.arbiter = Arbiter(self.executor, self.journal, lambda match, result: self.over.append(result))
        self.sessions = [self._session(name) for name in ("one", "two")]
        parties = tuple(PartyRef(agent=AgentName(s.id), owner=s.id) for s in self.sessions)
        plan = plan_of(clock, *parties)
        set_plan = SetPlan(set_id=SetId("s"), game=GAME, parties=parties, matches=1, rated=True)
        lanes = [Lane(session=session, join=1, wants=frozenset()) for session in self.sessions]
        live_set = LiveSet(plan=set_plan, matches=[plan], lanes=lanes)
        deadline = asyncio.get_running_loop().time() + clock.match
        self.match = LiveMatch(plan=plan, of=live_set, lane_of=[0, 1], started_ms=0, deadline=deadline)
        self.journal.note(MatchOpened("m", "s", 0, 0, 0))
        self.arbiter.open(self.match)
        self.arbiter.take([msg.Opened("m", [0, 1]), self.asked(0), self.asked(1)])

    def _session(self, name: str) -> Session:
        session = Session(id=name, principal=Principal(name, frozenset({"play"})), limits=Limits())
        session.connection = Connection(Silent(), 64, 1.0)
        return session

    def asked(self, seat: int, step: int = 0, *, question: bool = False) -> msg.Asked:
        return msg.Asked("m", seat, step, b"", question)

    def frames(self, seat: int, kind: str) -> list[pb.ServerFrame]:
        """What was sent to a seat's session of this kind, in order."""
        self.sessions[seat].seal()
        sent = [pb.ServerFrame.FromString(data) for data in self.sessions[seat].replay(0)]
        return [frame for frame in sent if frame.WhichOneof("frame") == kind]

    def request(self, seat: int) -> int:
        """The number of the latest request to a seat."""
        return self.frames(seat, "decision_request")[-1].decision_request.request_id

    def refusals(self, seat: int) -> list[int]:
        return [frame.refused.error.code for frame in self.frames(seat, "refused")]

    def accepted(self, seat: int) -> list[int]:
        return [number for frame in self.frames(seat, "accepted") for number in frame.accepted.request_ids]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Makes scenes."""
    scenes: list[Scene] = []

    def make(decision: float = 30.0, bank: float = 60.0, **caps: float) -> Scene:
        scenes.append(Scene(tmp_path, ClockSpec(decision=decision, bank=bank, **caps)))
        return scenes[-1]

    yield make
    for scene in scenes:
        scene.arbiter.stop()
        scene.journal.close()


async def test_a_move_is_in_the_journal_before_its_agent_is_told(stage: Callable[..., Scene]) -> None:
    scene = stage()
    number = scene.request(0)
    scene.arbiter.answer(scene.sessions[0], Act(request_id=number, action=b"x"))
    assert scene.executor.acts == [(0, b"x")]
    assert scene.accepted(0) == []
    scene.arbiter.take([msg.Took("m", 0, 0, 4)])
    assert [move.action for move in scene.journal.snapshot.matches["m"].moves] == [4]
    assert scene.accepted(0) == [number]


async def test_an_answer_sent_again_is_harmless(stage: Callable[..., Scene]) -> None:
    scene = stage()
    number = scene.request(0)
    act = Act(request_id=number, action=b"x")
    scene.arbiter.answer(scene.sessions[0], act)
    scene.arbiter.answer(scene.sessions[0], act)
    scene.arbiter.take([msg.Took("m", 0, 0, 4)])
    scene.arbiter.answer(scene.sessions[0], act)
    assert scene.executor.acts == [(0, b"x")]
    assert scene.refusals(0) == []


async def test_a_foreign_request_is_refused_and_its_seat_undisturbed(stage: Callable[..., Scene]) -> None:
    scene = stage()
    scene.arbiter.answer(scene.sessions[1], Act(request_id=scene.request(0), action=b"x"))
    assert scene.refusals(1) == [ErrorCode.NOT_YOUR_SEAT]
    assert scene.executor.acts == []


@pytest.mark.parametrize("number", [0, 999_999])
async def test_a_request_that_never_was_is_stale(stage: Callable[..., Scene], number: int) -> None:
    scene = stage()
    scene.arbiter.answer(scene.sessions[0], Act(request_id=number, action=b"x"))
    assert scene.refusals(0) == [ErrorCode.STALE_REQUEST]


async def test_a_refused_answer_leaves_the_request_open(stage: Callable[..., Scene]) -> None:
    scene = stage()
    number = scene.request(0)
    scene.arbiter.answer(scene.sessions[0], Act(request_id=number, action=b"bad"))
    scene.arbiter.take([msg.Refused("m", 0, ErrorCode.ILLEGAL_ACTION, "that square is taken")])
    assert scene.refusals(0) == [ErrorCode.ILLEGAL_ACTION]
    scene.arbiter.answer(scene.sessions[0], Act(request_id=number, action=b"good"))
    assert scene.executor.acts == [(0, b"bad"), (0, b"good")]


async def test_time_that_runs_out_is_ruled_upon_and_a_late_answer_told_so(stage: Callable[..., Scene]) -> None:
    scene = stage(decision=0.01, bank=0.0)
    async with asyncio.timeout(5):
        await scene.executor.ruled.wait()
    number = scene.request(0)
    assert (0, Cause.TIMEOUT) in scene.executor.rulings
    scene.arbiter.take([msg.Took("m", 0, 0, 0, "timeout")])
    scene.arbiter.answer(scene.sessions[0], Act(request_id=number, action=b"late"))
    assert scene.refusals(0) == [ErrorCode.TOO_LATE]
    assert scene.frames(0, "defaulted")[0].defaulted.request_id == number


async def test_a_decision_that_lasts_too_long_is_ruled_upon_however_full_the_bank_is(
    stage: Callable[..., Scene],
) -> None:
    scene = stage(decision=0.0, bank=420.0, cap=0.01, first_cap=90.0)
    told = scene.frames(0, "decision_request")[-1].decision_request.clock
    assert 80_000 < told.decision_ms + told.bank_ms <= 90_000
    scene.arbiter.take([msg.Took("m", 0, 0, 4), scene.asked(0, step=1)])
    async with asyncio.timeout(5):
        await scene.executor.ruled.wait()
    assert scene.executor.rulings == [(0, Cause.TIMEOUT)]
    assert scene.match.banks[1] == 420.0


async def test_a_dropped_agent_loses_its_time_to_disconnect(stage: Callable[..., Scene]) -> None:
    scene = stage(decision=0.01, bank=0.0)
    scene.sessions[0].connection = None
    async with asyncio.timeout(5):
        await scene.executor.ruled.wait()
    assert (0, Cause.DISCONNECT) in scene.executor.rulings


async def test_an_agent_that_is_gone_is_never_waited_for_again(stage: Callable[..., Scene]) -> None:
    scene = stage()
    scene.arbiter.forsake(scene.sessions[0])
    scene.arbiter.take([msg.Took("m", 0, 0, 0, "disconnect"), scene.asked(0, step=1)])
    assert scene.executor.rulings == [(0, Cause.DISCONNECT), (0, Cause.DISCONNECT)]


async def test_a_replaced_worker_is_told_the_answer_that_the_dead_one_had(stage: Callable[..., Scene]) -> None:
    scene = stage()
    scene.arbiter.answer(scene.sessions[0], Act(request_id=scene.request(0), action=b"x"))
    scene.arbiter.take([scene.asked(0)])
    assert scene.executor.acts == [(0, b"x"), (0, b"x")]
    assert len(scene.frames(0, "decision_request")) == 1


async def test_a_new_epoch_assigns_and_asks_anew_under_the_same_request(stage: Callable[..., Scene]) -> None:
    scene = stage()
    number = scene.request(0)
    scene.sessions[0].new_epoch()
    scene.arbiter.assign_anew(scene.sessions[0])
    assert scene.executor.asked_again == [0]
    scene.arbiter.take([scene.asked(0)])
    assert scene.request(0) == number
    assert len(scene.frames(0, "seat_assigned")) == 1


async def test_a_restored_session_is_not_asked_and_its_clock_stands_still(stage: Callable[..., Scene]) -> None:
    scene = stage(decision=0.01, bank=0.0)
    scene.sessions[0].restored = True
    scene.arbiter.take([msg.Took("m", 0, 0, 1), msg.Took("m", 0, 1, 1), scene.asked(0, step=1), scene.asked(1, step=1)])
    async with asyncio.timeout(5):
        await scene.executor.ruled.wait()
    assert {seat for seat, _ in scene.executor.rulings} == {1}


async def test_a_failed_match_is_void_and_charges_nobody(stage: Callable[..., Scene]) -> None:
    scene = stage()
    scene.arbiter.take([msg.Took("m", 0, 1, 3), msg.Failed("m", ErrorCode.GAME_FAULT, "the game raised")])
    (result,) = scene.over
    assert result.void == "the game raised"
    assert {seat.cause for seat in result.seats} == {Cause.VOID}
    assert [move.seat for move in result.moves] == [1]
    assert scene.arbiter.open_requests == 0


async def test_an_answer_to_a_finished_match_is_told_so(stage: Callable[..., Scene]) -> None:
    scene = stage()
    number = scene.request(0)
    scene.arbiter.take([msg.Failed("m", ErrorCode.GAME_FAULT, "gone")])
    scene.arbiter.answer(scene.sessions[0], Act(request_id=number, action=b"x"))
    assert scene.refusals(0) == [ErrorCode.MATCH_OVER]


async def test_no_clock_shows_more_than_the_match_has_left(stage: Callable[..., Scene]) -> None:
    scene = stage()
    scene.match.deadline = scene.arbiter.clocks.now() + 2.0
    scene.arbiter.take([msg.Took("m", 0, 0, 1), msg.Took("m", 0, 1, 1), scene.asked(0, step=1)])
    clock = scene.frames(0, "decision_request")[-1].decision_request.clock
    assert clock.decision_ms + clock.bank_ms <= 2_000


async def test_the_seat_that_used_most_of_the_matchs_time_loses_it_whoever_is_on_move(
    stage: Callable[..., Scene],
) -> None:
    scene = stage()
    now = scene.arbiter.clocks.now()
    scene.match.requests[Seat(0)].since = now - 20.0
    scene.arbiter.take([msg.Took("m", 0, 0, 1)])
    scene.match.deadline = now + 0.05
    scene.arbiter.take([scene.asked(1, step=0)])
    async with asyncio.timeout(5):
        await scene.executor.ruled.wait()
    assert scene.executor.forfeits == [(0, Cause.TIMEOUT)]
    assert scene.executor.rulings == []


async def test_clocks_stand_still_while_the_journal_cannot_be_written(stage: Callable[..., Scene]) -> None:
    scene = stage(decision=0.05, bank=0.0)
    clocks = scene.arbiter.clocks
    clocks.pause()
    clocks.now = lambda: asyncio.get_running_loop().time() + 3_600.0
    assert clocks._sweep(clocks.now()) == float("inf")
    scene.arbiter.take([msg.Took("m", 0, 1, 1)])
    assert scene.executor.rulings == []
    clocks.resume()
    assert scene.match.requests[Seat(0)].used(clocks.now()) < 0.05
    assert scene.match.deadline > clocks.now()


async def test_what_one_report_breaks_ends_its_match_alone(stage: Callable[..., Scene]) -> None:
    scene = stage()
    scene.arbiter.take([msg.Took("m", 0, Seat(9), 1), msg.Took("elsewhere", 0, 0, 1)])
    (result,) = scene.over
    assert result.void == "the server could not go on with this match; its log says why"
    assert scene.executor.dropped == ["m"]


async def test_request_numbers_of_neighbouring_sessions_cannot_be_guessed(stage: Callable[..., Scene]) -> None:
    scene = stage()
    assert abs(scene.request(0) - scene.request(1)) > 1_000_000
    assert max(scene.request(0), scene.request(1)) < 1 << 53
