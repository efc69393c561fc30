"""Pools of real worker processes, and somebody who plays the remote seats."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from arena.core.game import ClockSpec
from arena.core.match import GameRef, MatchPlan, MatchResult, PartyRef
from arena.core.seed import Seed
from arena.core.values import AgentName, Fields, MatchId, Seat, SetId
from arena.match import messages as m
from arena.match.packing import unpack_result
from arena.match.pool import WorkerPool
from arena.plugin.registry import Registry

ROOT = Path(__file__).parents[2]
TEXT: Fields = frozenset({"text", "events"})


@pytest.fixture(autouse=True)
def trouble_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the plugin `trouble` for this process and its workers."""
    about = tmp_path / "plugins" / "arena_trouble-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: arena-trouble\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[arena]\ntrouble = tests.match.trouble\n")
    monkeypatch.syspath_prepend(str(about.parent))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(about.parent), str(ROOT)]))


def trouble_ref(game: str = "trouble/sum", **options: Any) -> GameRef:
    """The game with options."""
    return Registry().ref(game, given=options)


def plan_of(
    name: str,
    ref: GameRef,
    agents: Iterable[str | None] = (None, None),
    clock: ClockSpec | None = None,
    entry: Any = None,
) -> MatchPlan:
    """A plan whose seed follows from its name; an agent of None is remote."""
    return MatchPlan(
        match_id=MatchId(name),
        set_id=SetId("set"),
        ordinal=0,
        game=ref,
        seed=Seed.of(sum(name.encode())),
        parties=tuple(PartyRef(agent=AgentName(f"a{i}"), spec=spec, entry=entry) for i, spec in enumerate(agents)),
        clock=clock or ClockSpec(decision=0.6, bank=0.4),
    )


class Remote:
    """Plays every remote seat by `answer(match, seat, step)`, and waits for the matches to end."""

    def __init__(self, pool: WorkerPool) -> None:
        self.pool = pool
        self.answer: Callable[[str, int, int], Any] = lambda match, seat, step: (step + seat) % 9
        self.plans: dict[str, MatchPlan] = {}
        self.results: dict[str, MatchResult] = {}
        self.failures: dict[str, m.Failed] = {}
        self.seen: list[m.Report] = []
        self.on_asked: Callable[[m.Asked], None] | None = None
        self._changed = asyncio.Event()
        pool.on_reports = self._take

    def open(self, plan: MatchPlan, remote: Iterable[int] = (0, 1), **options: Any) -> None:
        self.plans[plan.match_id] = plan
        self.pool.open(plan, dict.fromkeys(remote, TEXT), **options)

    async def finish(self) -> None:
        """Wait for all matches."""
        while len(self.results) + len(self.failures) < len(self.plans):
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), 30)

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait for reports until something holds."""
        while not met():
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), 30)

    def digests(self) -> Mapping[str, bytes]:
        return {match: result.play_digest() for match, result in self.results.items()}

    def of(self, kind: type[m.Report], match: str) -> list[Any]:
        return [report for report in self.seen if isinstance(report, kind) and report.match == match]  # type: ignore[union-attr]

    def _take(self, reports: list[m.Report]) -> None:
        self.seen += reports
        for report in reports:
            if isinstance(report, m.Asked):
                (self.on_asked or self.act)(report)
            elif isinstance(report, m.Ended):
                self.results[report.match] = unpack_result(self.plans[report.match], report.result)
            elif isinstance(report, m.Failed):
                self.failures[report.match] = report
        self._changed.set()

    def act(self, asked: m.Asked) -> None:
        value = self.answer(asked.match, asked.seat, asked.step)
        self.pool.act(MatchId(asked.match), Seat(asked.seat), json.dumps(value).encode())


@pytest_asyncio.fixture
async def pool(tmp_path: Path) -> AsyncIterator[WorkerPool]:
    """One worker, so that all matches share its fate."""
    made = WorkerPool("tests.match.trouble:CODEC", memory_bytes=1 << 29, output=tmp_path / "output.log")
    await made.start(1)
    yield made
    await made.stop()


@pytest.fixture
def remote(pool: WorkerPool) -> Remote:
    return Remote(pool)
