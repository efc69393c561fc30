"""Matches without a server or a network: the worker pool, whole sets, and the ledger when there is one."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import uuid4

from arena.core.agent import AgentFactory, BatchAgent
from arena.core.errors import ArenaError, BadEntry, BadRequest
from arena.core.game import GameSpec
from arena.core.match import GameRef, MatchPlan, MatchResult, PartyRef, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, Json, SetId
from arena.local.tally import Report, Tally
from arena.match.agents import entry_of
from arena.match.pool import WorkerPool
from arena.plugin.registry import Registry
from arena.tournament.sets import again, local_seeds, plan_set, rotations, seat_agents

_CHUNK_SECONDS: Final = 0.05
_AHEAD: Final = 3
"""Chunks under way for each worker: one played, one queued there, one here."""
_COLLECTIONS: Final = (20_000, 20, 20)
"""Thresholds of the garbage collector's generations; Python's own are (700, 10, 10)."""

Progress = Callable[[int, int], None]
"""Told how many matches of how many are done."""


class Appender(Protocol):
    """The part of a ledger that local play needs."""

    def append(self, plan: SetPlan, results: Sequence[MatchResult]) -> Future[Any]:
        """Record results of one set; resolves once they are durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to play: GAME with `options`, the SPECs of `agents`, at least `matches` matches, from `seed`.

    `deals` is the number of deals in a set, the game's own by default: more of them make fewer ledger entries.
    """

    game: str
    agents: Sequence[str]
    matches: int
    seed: int = 0
    options: Mapping[str, Json] = field(default_factory=dict)
    deals: int | None = None
    workers: int = 1
    memory_bytes: int | None = 4 << 30
    output: Path | None = None
    secrets: frozenset[str] = frozenset()


def play(run: Run, ledger: Appender | None = None, progress: Progress | None = None) -> Report:
    """Play all of `run`, rounded up to whole sets, and say how it went. Sets of different agents are rated in `ledger`.

    Raises:
        ArenaError: the game or an agent is unknown or does not work, the agents or what they bring do not fit the
            game, or the ledger cannot be written.
    """
    with _few_collections():
        return asyncio.run(_play(run, ledger, progress or _silent))


async def _play(run: Run, ledger: Appender | None, progress: Progress) -> Report:
    if run.matches < 1 or run.workers < 1 or (run.deals is not None and run.deals < 1):
        raise BadRequest("matches, workers and deals are whole numbers from 1 on")
    registry = Registry()
    made = {spec: registry.make_agent(spec, game=run.game) for spec in run.agents}
    pool = WorkerPool(memory_bytes=run.memory_bytes, output=run.output, secrets=run.secrets)
    await pool.start(run.workers)
    try:
        ref, spec = await pool.describe(run.game, run.options)
        parties = seat_agents(spec, [await _party(pool, name, made[name], ref) for name in run.agents])
        return await _Playing(run, pool, ledger, progress, ref, spec, parties).play()
    finally:
        await pool.stop()


class _Playing:
    """One run under way."""

    def __init__(
        self,
        run: Run,
        pool: WorkerPool,
        ledger: Appender | None,
        progress: Progress,
        ref: GameRef,
        spec: GameSpec,
        parties: Sequence[PartyRef],
    ) -> None:
        self._run, self._pool, self._ledger, self._progress = run, pool, ledger, progress
        self._ref, self._spec, self._parties = ref, spec, parties
        self._seed = Seed.of(run.seed)
        self._name = uuid4().hex
        self._set_size = (run.deals or spec.set_deals) * rotations(parties)
        self._sets = -(-run.matches // self._set_size)
        self._next = 0
        self._chunk = 1
        self._tally = Tally()
        self._written: list[Future[Any]] = []

    async def play(self) -> Report:
        """Keep every worker in work until all sets are played."""
        started = time.monotonic()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._run.workers * _AHEAD):
                    group.create_task(self._play_chunks())
        except* ArenaError as errors:
            raise errors.exceptions[0] from None
        for written in self._written:
            await asyncio.wrap_future(written)
        return self._tally.report(self._ref.rated_id, time.monotonic() - started)

    async def _play_chunks(self) -> None:
        while self._next < self._sets:
            first, self._next = self._next, min(self._next + self._chunk, self._sets)
            await self._play_sets(range(first, self._next))

    async def _play_sets(self, numbers: Sequence[int]) -> None:
        sets = [self._plan(number) for number in numbers]
        results = await self._pool.play([match for _, matches in sets for match in matches])
        spent = max(1, results[-1].ended_ms - results[0].started_ms) / 1_000
        self._chunk = max(1, min(2 * self._chunk, int(len(numbers) * _CHUNK_SECONDS / spent)))
        for i, (plan, _) in enumerate(sets):
            await self._finish(plan, results[i * self._set_size : (i + 1) * self._set_size])

    def _plan(self, number: int) -> tuple[SetPlan, tuple[MatchPlan, ...]]:
        return plan_set(
            self._ref,
            self._spec,
            self._parties,
            local_seeds(self._seed, number),
            rated=True,
            duplicate=True,
            deals=self._run.deals,
            set_id=SetId(f"{self._name}.{number}"),  # ids that lie together: strewn ones cost the ledger's indices dear
        )

    async def _finish(self, plan: SetPlan, results: Sequence[MatchResult]) -> None:
        """Play void matches again, once; record and count the set."""
        attempts = list(results)
        if void := [result.plan for result in results if result.void]:
            attempts += await self._pool.play([again(match) for match in void])
        if self._ledger is not None:
            self._written.append(self._ledger.append(plan, attempts))
            self._drop_written()
        final = {result.plan.ordinal: result for result in attempts}
        self._tally.add(plan, list(final.values()))
        self._progress(self._tally.matches, self._sets * self._set_size)

    def _drop_written(self) -> None:
        """Forget what is durable; the first failure ends the run."""
        while self._written and self._written[0].done():
            self._written.pop(0).result()


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let the garbage collector look seldom, and never again at what was there before.

    Results come by the hundred thousand and hold no cycles: searching them as often as usual took a seventh of the time
    of this process.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


async def _party(pool: WorkerPool, name: str, made: AgentFactory | BatchAgent, ref: GameRef) -> PartyRef:
    """Nobody owns what plays here, so that its name stays free for an owner at a server."""
    entry = entry_of(name, made, ref)
    try:
        kept = None if entry is None else await pool.entry(ref.id, ref.config, entry)
    except BadEntry as error:
        raise BadEntry(f"agent {name}: {error}") from error
    return PartyRef(agent=AgentName(name), spec=name, entry=kept)


def _silent(done: int, total: int) -> None:
    """Nobody looks on."""
