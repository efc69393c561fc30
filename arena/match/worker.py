"""What runs in a worker process: batches of commands in, batches of reports out."""

import importlib
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from arena.core.errors import ActionRefused, ArenaError, GameFault, StaleRequest, UnknownMatch
from arena.core.match import Cause, MatchPlan, MatchResult
from arena.core.seams import Codec
from arena.core.values import Action, MatchId, Seat
from arena.match import messages as m
from arena.match.agents import AgentShelf
from arena.match.asking import Asker
from arena.match.channel import WorkerEnd, encode
from arena.match.drive import play_match, void_result
from arena.match.floor import Floor
from arena.match.hosted import Hosted, call_limits
from arena.match.outcomes import OutcomeQueue
from arena.match.packing import pack_result, unpack_moves, unpack_plan, unpack_plans
from arena.match.prompt import Wants
from arena.match.replies import Replies
from arena.match.shelf import LOADING_MS, GameShelf
from arena.match.table import Table
from arena.plugin.blackbox import BlackBox
from arena.plugin.border import game_fault
from arena.plugin.registry import Registry

_UNSAYABLE: Final = "the game gave a value that cannot be recorded, such as a number of more than 64 bits"
_UNRECORDED: Final = (b"[]", 0, (), _UNSAYABLE, 0, 0, None)
"""A packed result that is void for this reason."""


class Worker:
    """Turns commands into reports; a turn is one round of all its matches, and one set at most."""

    def __init__(self, registry: Registry, codec: Codec | None, box: BlackBox, *, batched: bool = True) -> None:
        self._codec = codec
        self._box = box
        self._batched = batched
        self._shelf = GameShelf(registry, box)
        self._asker = Asker()
        self._agents = AgentShelf(registry, box, self._asker.run)
        self._replies = Replies(self._shelf, self._agents, codec, box)
        self._outcomes = OutcomeQueue(box)
        self._floor = self._new_floor()
        self._sets: deque[tuple[int, str, list[MatchPlan]]] = deque()
        self._reports: list[m.Report] = []
        self._failed = False
        self._tasks = 0
        self._handlers: dict[type[m.Command], Callable[[Any], None]] = {
            m.Act: self._act,
            m.Open: self._open,
            m.Rule: self._rule,
            m.Forfeit: self._forfeit,
            m.AskAgain: self._ask_again,
            m.Watch: self._watch,
            m.Drop: self._drop,
            m.PlaySet: self._queue_set,
            **dict.fromkeys(Replies.KINDS, self._reply),
        }

    @property
    def busy(self) -> bool:
        """Whether there is work left without further commands."""
        return bool(self._sets or self._outcomes) or self._floor.busy

    def turn(self, commands: Sequence[m.Command]) -> Iterator[list[m.Report]]:
        """Handle commands, let every match go on by one round, and say what came of it.

        All is said at once, but that a match failed without delay: who waits for that must not wait for others' faults.
        """
        self._outcomes.tell()
        for command in commands:
            self._handlers[type(command)](command)
            if self._failed:
                yield self._said()
        self._floor.round()
        if self._sets:
            self._play_set(*self._sets.popleft())
        yield self._said()

    def close(self) -> None:
        """Close every game that was made here."""
        self._shelf.close()

    def _said(self) -> list[m.Report]:
        self._box.leave()
        reports, self._reports, self._failed = self._reports, [], False
        return reports

    def unsayable(self, report: m.Report) -> m.Report:
        """What to say instead of a report that cannot be sent, because a game put values into it that nobody may."""
        match report:
            case m.SetPlayed(set_id, results):
                return m.SetPlayed(set_id, [r if _sayable(r) else _UNRECORDED for r in results])
            case m.Described(request):
                return m.Described(request, None, GameFault.code, _UNSAYABLE)
            case _:
                hosted = self._floor.get(report.match)
                if hosted is not None:
                    self._floor.forget(hosted)
                return m.Failed(report.match, GameFault.code, _UNSAYABLE)

    # ---- matches ----------------------------------------------------------------------------------------------------

    def _open(self, command: m.Open) -> None:
        plan = unpack_plan(command.plan)
        hosted = Hosted(plan, self._next_task(), self._report_end, self._tell, self._codec)
        hosted.lost = {Seat(seat): Cause(cause) for seat, cause in command.lost.items()}
        wants = {int(party): Wants.of(frozenset(names)) for party, names in command.wants.items()}
        self._floor.begin(hosted, wants, unpack_moves(command.moves), command.refusals)

    def _act(self, command: m.Act) -> None:
        hosted = self._floor.get(command.match)
        if hosted is None:
            self._refuse(command.match, command.seat, UnknownMatch("there is no such match here, or it has ended"))
            return
        try:
            self._submit(hosted, command.seat, command.action)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
            self._floor.spoil(hosted, error)

    def _submit(self, hosted: Hosted, seat: Seat, data: bytes) -> None:
        table = hosted.dealt
        hosted.enter(self._box)
        try:
            move = table.submit(seat, self._decode(table, seat, data))
        except ActionRefused as refusal:
            self._refuse(hosted.plan.match_id, seat, refusal)
            if table.refused_out(seat):
                self._floor.rule(hosted, seat, Cause.ILLEGAL)
        else:
            hosted.took(move)
            self._floor.after(hosted, table)

    def _decode(self, table: Table, seat: Seat, data: bytes) -> Action:
        if seat not in table.open_seats:
            raise StaleRequest(f"seat {seat} owes no decision now")
        assert self._codec is not None
        try:
            return self._codec.decode_action(data)
        except ActionRefused as refusal:
            table.refuse(seat, str(refusal), f"0x{data.hex()}")
            raise

    def _refuse(self, match: MatchId, seat: Seat, error: ArenaError) -> None:
        self._reports.append(m.Refused(match, seat, error.code, str(error)))

    def _rule(self, command: m.Rule) -> None:
        if hosted := self._enter(command.match):
            self._floor.within(hosted, self._floor.rule, Seat(command.seat), Cause(command.cause))

    def _forfeit(self, command: m.Forfeit) -> None:
        if hosted := self._enter(command.match):
            self._floor.within(hosted, self._floor.forfeit, Seat(command.seat), Cause(command.cause))

    def _ask_again(self, command: m.AskAgain) -> None:
        hosted = self._enter(command.match)
        seat = Seat(command.seat)
        if hosted and seat in hosted.dealt.open_seats and seat in hosted.remote:
            self._floor.within(hosted, Hosted.ask_remote, hosted.dealt, seat, True)

    def _watch(self, command: m.Watch) -> None:
        if hosted := self._enter(command.match):
            wants = None if command.wants is None else Wants.of(frozenset(command.wants))
            self._floor.within(hosted, Hosted.watch, wants)

    def _drop(self, command: m.Drop) -> None:
        if hosted := self._enter(command.match):
            self._floor.forget(hosted)

    def _enter(self, match: str) -> Hosted | None:
        hosted = self._floor.get(match)
        if hosted is not None:
            hosted.enter(self._box)
        return hosted

    def _report_end(self, hosted: Hosted, result: MatchResult) -> None:
        self._tell(m.Ended(hosted.plan.match_id, pack_result(result)))

    def _tell(self, report: m.Report) -> None:
        self._reports.append(report)
        if type(report) is m.Failed:
            self._failed = True

    # ---- sets -------------------------------------------------------------------------------------------------------

    def _queue_set(self, command: m.PlaySet) -> None:
        plans = unpack_plans(command.plans)
        self._sets.append((self._tasks + 1, command.set_id, plans))
        self._tasks += len(plans)

    def _play_set(self, first: int, set_id: str, plans: Sequence[MatchPlan]) -> None:
        self._box.begin(first, LOADING_MS, LOADING_MS)
        if any(self._waits(party.spec) for plan in plans[:1] for party in plan.parties):
            results = self._play_together(first, plans)
        else:
            results = [self._play(first + i, plan) for i, plan in enumerate(plans)]
        self._tell(m.SetPlayed(set_id, [_packed(result) for result in results]))

    def _waits(self, spec: str | None) -> bool:
        try:
            return self._agents.waits(spec or "")
        except (Exception, SystemExit):  # noqa: BLE001 - border: seating it reports what is wrong
            return False

    def _play(self, task: int, plan: MatchPlan) -> MatchResult:
        self._box.begin(task, LOADING_MS, LOADING_MS)
        try:
            game = self._shelf.game(plan.game)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
            return void_result(plan, None, str(game_fault(plan.game.id, error)))
        self._box.begin(task, *call_limits(game, plan))
        return play_match(game, plan, self._agents, self._asker, self._outcomes, self._box)

    def _play_together(self, first: int, plans: Sequence[MatchPlan]) -> list[MatchResult]:
        """A set whose agents gain from being asked for many decisions at once."""
        floor = self._new_floor()
        results: dict[int, MatchResult] = {}
        for i, plan in enumerate(plans):
            floor.begin(Hosted(plan, first + i, partial(_keep, results, i), None, None), {})
        while floor.busy:
            floor.round()
        return [results[i] for i in range(len(plans))]

    # ---- questions --------------------------------------------------------------------------------------------------

    def _reply(self, question: m.Question) -> None:
        self._tell(self._replies.reply(self._next_task(), question))

    def _new_floor(self) -> Floor:
        return Floor(self._shelf, self._agents, self._asker, self._outcomes, self._box, batched=self._batched)

    def _next_task(self) -> int:
        self._tasks += 1
        return self._tasks


def _packed(result: MatchResult) -> Sequence[Any]:
    try:
        return pack_result(result)
    except Exception:  # noqa: BLE001 - border: a game's values may be anything
        return _UNRECORDED


def _keep(results: dict[int, MatchResult], index: int, hosted: Hosted, result: MatchResult) -> None:
    results[index] = result


def _sayable(value: object) -> bool:
    try:
        encode([value])
    except Exception:  # noqa: BLE001 - border: a game's values may be anything
        return False
    return True


def serve(sock: socket.socket, box: BlackBox, settings: Mapping[str, Any]) -> None:
    """The main loop of a worker process, until the other end of `sock` is gone.

    `settings`: `codec`, an import path `module:NAME` or empty; `batched`, as `Worker`.
    """
    codec = None
    if path := settings["codec"]:
        module, _, name = path.partition(":")
        codec = getattr(importlib.import_module(module), name)
    worker = Worker(Registry(), codec, box, batched=settings["batched"])
    end = WorkerEnd(sock)
    with suppress(BrokenPipeError, ConnectionResetError):  # the other end went away while this one was speaking
        end.send(encode([]))
        while (commands := end.receive(wait=not worker.busy)) is not None:
            for reports in worker.turn(commands):
                if reports:
                    end.send(_frame(worker, reports))
    worker.close()


def _frame(worker: Worker, reports: list[m.Report]) -> bytearray:
    try:
        return encode(reports)
    except Exception:  # noqa: BLE001 - border: a game's values may be anything
        return encode([r if _sayable(r) else worker.unsayable(r) for r in reports])
