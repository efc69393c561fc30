"""Matches in worker processes, as an Executor: whatever a plugin does to its worker, the other matches go on."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from arena.core.errors import ArenaError, BadOption, Fault, GameFault
from arena.core.game import GameOffer, GameSpec
from arena.core.match import Cause, GameRef, MatchPlan, MatchResult, Move
from arena.core.seams import NO_REFUSALS
from arena.core.values import Fields, Json, MatchId, Seat
from arena.match import messages as m
from arena.match.assignment import Assignment
from arena.match.crew import Crew, not_starting
from arena.match.jobs import JobQueue
from arena.match.link import Death, WorkerLink
from arena.match.packing import pack_plan, pack_result
from arena.match.requests import Requests, offer
from arena.plugin.host import HostSettings

_MAIN: Final = "arena.match.worker:serve"


class WorkerPool:
    """Implements `core.seams.Executor`; `on_reports` takes the reports of one worker's turn at once.

    `codec` is the import path of the `Codec` for remote seats; without one all agents must live in the workers.
    `memory_bytes` caps each worker, `nice` is how far it gives way to other processes; plugins print to the file
    `output`, or else to stderr; `secrets` names environment variables that agents in the workers may see although they
    look like secrets.
    """

    def __init__(
        self,
        codec: str = "",
        *,
        memory_bytes: int | None = 4 << 30,
        nice: int = 0,
        output: Path | None = None,
        secrets: frozenset[str] = frozenset(),
    ) -> None:
        self.on_reports: Callable[[list[m.Report]], None] = _ignore
        settings = HostSettings(
            main=_MAIN,
            settings={"codec": codec, "batched": True},
            memory_bytes=memory_bytes,
            nice=nice,
            output=output,
            secrets=secrets,
        )
        self._crew = Crew(settings, self._take, self._unsendable, self._recover)
        self._matches: dict[str, Assignment] = {}
        self._requests = Requests()
        self._jobs = JobQueue(self._play_alone)

    @property
    def pids(self) -> list[int]:
        """The worker processes."""
        return [link.pid for link in self._crew.links]

    async def start(self, workers: int) -> None:
        """Spawn the workers.

        Raises:
            Fault: they do not start.
        """
        try:
            await self._crew.start(workers)
        except Fault:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End the workers; live matches are forgotten, what was asked for is cancelled."""
        self._jobs.abort()
        self._requests.abort()
        await self._crew.stop()
        self._matches.clear()

    # ---- Executor ---------------------------------------------------------------------------------------------------

    def open(
        self,
        plan: MatchPlan,
        wants: Mapping[int, Fields],
        moves: Sequence[Move] = (),
        refusals: Mapping[int, tuple[int, int]] = NO_REFUSALS,
    ) -> None:
        """As `Executor.open`. Parties that `wants` does not name play in the worker, by their `spec`."""
        self._open(Assignment(plan, wants, moves, self._crew.least_loaded(), refusals=dict(refusals)))

    def act(self, match: MatchId, seat: Seat, action: bytes) -> None:
        """As `Executor.act`."""
        live = self._matches.get(match)
        if live is not None and live.opened:
            live.link.send(m.Act(match, seat, action))

    def rule(self, match: MatchId, seat: Seat, cause: Cause) -> None:
        """As `Executor.rule`."""
        live = self._matches.get(match)
        if live is not None and live.opened:
            live.link.send(m.Rule(match, seat, cause))

    def forfeit(self, match: MatchId, seat: Seat, cause: Cause) -> None:
        """As `Executor.forfeit`."""
        if live := self._matches.get(match):
            live.forfeits[seat] = cause
            live.link.send(m.Forfeit(match, seat, cause))

    def ask_again(self, match: MatchId, seat: Seat) -> None:
        """As `Executor.ask_again`."""
        if live := self._matches.get(match):
            live.link.send(m.AskAgain(match, seat))

    def watch(self, match: MatchId, wants: Fields | None) -> None:
        """As `Executor.watch`."""
        if live := self._matches.get(match):
            live.watchers = None if wants is None else sorted(wants)
            live.link.send(m.Watch(match, live.watchers))

    def drop(self, match: MatchId) -> None:
        """As `Executor.drop`."""
        if live := self._matches.get(match):
            self._forget(live)
            live.link.send(m.Drop(match))

    # ---- more than an Executor does ---------------------------------------------------------------------------------

    def play(self, plans: Sequence[MatchPlan]) -> "asyncio.Future[list[MatchResult]]":
        """Play matches whose agents all live in the workers, one after another in one worker."""
        job = self._jobs.add(plans)
        self._jobs.deal(self._crew.links)
        return job.future

    def go_on(self, plan: MatchPlan, moves: Sequence[Move]) -> "asyncio.Future[MatchResult]":
        """Play a match, whose agents all live in the workers, on from these moves."""
        future: asyncio.Future[MatchResult] = asyncio.get_running_loop().create_future()
        self._open(Assignment(plan, {}, moves, self._crew.least_loaded(), done=partial(_settle, future)))
        return future

    async def describe(self, game: str, options: Mapping[str, Json] | None = None) -> tuple[GameRef, GameSpec]:
        """The game that a name or rated id and options stand for.

        Raises:
            UnknownGame, GameUnavailable, BadOption, GameFault: as the registry and the game say.
        """
        ref, spec, _ = await self._requests.describe(self._crew.least_loaded(), game, options or {})
        return GameRef(**ref), msgspec.convert(spec, GameSpec)

    async def entry(self, game: str, options: Mapping[str, Json], entry: Json) -> Json:
        """The canonical form of a private input, as matches of this game keep it.

        Raises:
            BadEntry: no seat of it may bring this; and as `describe`.
        """
        _, _, kept = await self._requests.describe(self._crew.least_loaded(), game, options, entry)
        return cast(Json, kept)

    async def agent_entry(self, spec: str, game: str, options: Mapping[str, Json]) -> Json:
        """The private input that a registered agent brings to each match of a game; None when it brings none.

        Raises:
            UnknownAgent, BadOption, AgentFault: there is none of this name for the game, or it cannot be made.
        """
        return await self._requests.describe_agent(self._crew.least_loaded(), spec, game, options)

    async def list_games(self) -> list[GameOffer]:
        """Every game on offer; those that miss something say what."""
        return [*map(offer, await self._requests.ask(self._crew.least_loaded(), m.ListGames))]

    async def recall(self, result: MatchResult) -> Sequence[Any]:
        """A recorded match as its seats saw it, with encoded prompts: the answer to `messages.Recall`.

        Raises:
            UnknownGame, GameUnavailable: its game is not here, or by other rules.
            ArenaError: it cannot be played again.
        """
        packed = pack_plan(result.plan), pack_result(replace(result, provenance={}))
        recalled: Sequence[Any] = await self._requests.ask(
            self._crew.least_loaded(), lambda number: m.Recall(number, *packed)
        )
        return recalled

    # ---- reports ----------------------------------------------------------------------------------------------------

    def _take(self, link: WorkerLink, reports: list[m.Report]) -> None:
        matches = self._matches
        news: list[m.Report] = []
        for report in reports:
            kind = type(report)
            if kind is m.SetPlayed:
                self._jobs.played(cast(m.SetPlayed, report))
                self._jobs.deal(self._crew.links)
            elif kind is m.Described:
                self._requests.answer(cast(m.Described, report))
            elif (live := matches.get(cast(m.MatchReport, report).match)) is not None:
                if kind is not m.Asked:
                    self._note(live, cast(m.MatchReport, report))
                if live.done is None:
                    news.append(report)
        if news:
            self.on_reports(news)

    def _note(self, live: Assignment, report: m.MatchReport) -> None:
        if isinstance(report, m.Took):
            live.took(report)
        elif isinstance(report, m.Refused):
            live.refused(report)
        elif isinstance(report, m.Opened):
            live.opened = True
        elif isinstance(report, m.Ended | m.Failed):
            self._end(live, report)

    def _end(self, live: Assignment, report: m.Ended | m.Failed) -> None:
        self._forget(live)
        if live.done is not None:
            live.done(live.result(report))

    # ---- matches ----------------------------------------------------------------------------------------------------

    def _open(self, live: Assignment) -> None:
        self._matches[live.plan.match_id] = live
        self._crew.load(live.link, 1)
        opening, *others = live.commands()
        live.task = live.link.send(opening, live, 1)
        for command in others:
            live.link.send(command)

    def _play_alone(self, plan: MatchPlan, done: Callable[[MatchResult], None]) -> None:
        self._open(Assignment(plan, {}, (), self._crew.least_loaded(), done=done))

    def _forget(self, live: Assignment) -> None:
        del self._matches[live.plan.match_id]
        live.link.done(live.task)
        self._crew.load(live.link, -1)

    def _void(self, live: Assignment, error: ArenaError) -> None:
        report = m.Failed(live.plan.match_id, error.code, str(error))
        self._end(live, report)
        if live.done is None:
            self.on_reports([report])

    # ---- workers that ended -----------------------------------------------------------------------------------------

    def _recover(self, link: WorkerLink, death: Death) -> None:
        """Give a dead worker's work to those there are."""
        if not self._crew.links:
            self._give_up(not_starting())
            return
        work, _ = link.culprit(death.entry)
        for live in [live for live in self._matches.values() if live.link is link]:
            self._resume(live, death if live is work else None)
        self._requests.recover(link, death, self._crew.least_loaded)
        self._jobs.recover(link, death)
        self._jobs.deal(self._crew.links)

    def _resume(self, live: Assignment, death: Death | None) -> None:
        reason = live.verdict(death) if death is not None else ""
        if reason:
            self._void(live, GameFault(reason))
            return
        live.link = self._crew.least_loaded()
        live.opened = False
        self._open(live)

    def _give_up(self, error: Fault) -> None:
        for live in list(self._matches.values()):
            self._void(live, error)
        self._requests.abort(error)
        self._jobs.abort(error)

    def _unsendable(self, command: m.Command) -> None:
        error = BadOption("an option or entry cannot be sent, such as a number of more than 64 bits")
        if isinstance(command, m.PlaySet):
            self._jobs.unsendable(command.set_id, error)
        elif isinstance(command, m.Question):
            self._requests.fail(command.request, error)
        elif isinstance(command, m.Open):
            self._void(self._matches[command.match], error)


def _settle(future: "asyncio.Future[MatchResult]", result: MatchResult) -> None:
    if not future.done():
        future.set_result(result)


def _ignore(reports: list[m.Report]) -> None:
    """Nobody follows."""
