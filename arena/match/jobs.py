"""Sets whose agents all live in the workers: queued, dealt out to workers, and put together again after a death."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from arena.core.match import MatchPlan, MatchResult
from arena.match.drive import now_ms
from arena.match.link import Death, WorkerLink
from arena.match.messages import PlaySet, SetPlayed
from arena.match.packing import pack_plans, unpack_result

_AHEAD: Final = 2
"""Sets a worker is given at once, so that it never waits for the next."""


@dataclass(slots=True, eq=False)
class SetJob:
    """Matches to play without anybody outside; `struck` are those that were running when a worker was killed."""

    plans: Sequence[MatchPlan]
    future: "asyncio.Future[list[MatchResult]]"
    results: dict[int, MatchResult] = field(default_factory=dict)
    link: WorkerLink | None = None
    task: int = 0
    sent: Sequence[int] = ()
    """Which plans its worker has now, in its order."""
    sent_ms: int = 0
    """When it got them, in milliseconds since the epoch."""
    struck: set[int] = field(default_factory=set)
    alone: set[int] = field(default_factory=set)
    """Those that go on as matches of their own, since an agent in them died."""

    def missing(self) -> list[int]:
        """The plans that nobody plays yet."""
        return [i for i in range(len(self.plans)) if i not in self.results and i not in self.alone]

    def put(self, index: int, result: MatchResult) -> None:
        """Take one result; the last one resolves the future. One that nobody could time was played since `sent_ms`."""
        if not result.ended_ms:
            result.started_ms, result.ended_ms = self.sent_ms, now_ms()
        self.results[index] = result
        self.alone.discard(index)
        if len(self.results) == len(self.plans) and not self.future.done():
            self.future.set_result([self.results[i] for i in range(len(self.plans))])

    def fail(self, error: Exception | None) -> None:
        """There will be no results, because of `error` or because the pool stops."""
        if self.future.done():
            return
        if error is None:
            self.future.cancel()
        else:
            self.future.set_exception(error)


class JobQueue:
    """Jobs that wait, and jobs that workers have. `play_alone` opens a plan as a match of its own."""

    def __init__(self, play_alone: Callable[[MatchPlan, Callable[[MatchResult], None]], None]) -> None:
        self._play_alone = play_alone
        self._waiting: deque[SetJob] = deque()
        self._playing: dict[str, SetJob] = {}
        self._ids = itertools.count(1)

    def add(self, plans: Sequence[MatchPlan]) -> SetJob:
        """Queue matches; the job's future resolves to their results, in order."""
        job = SetJob(plans, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        return job

    def deal(self, links: Iterable[WorkerLink]) -> None:
        """Hand waiting jobs to the workers that have least to do."""
        counts = dict.fromkeys(links, 0)
        for job in self._playing.values():
            if job.link in counts:
                counts[job.link] += 1
        while self._waiting and counts:
            link = min(counts, key=counts.__getitem__)
            if counts[link] >= _AHEAD:
                return
            job = self._waiting.popleft()
            if not job.future.done():
                self._send(job, link)
                counts[link] += 1

    def played(self, report: SetPlayed) -> None:
        """Take the results of a job from its worker."""
        job = self._playing.pop(report.set_id)
        assert job.link is not None
        job.link.done(job.task)
        for index, packed in zip(job.sent, report.results, strict=True):
            job.put(index, unpack_result(job.plans[index], packed))

    def recover(self, link: WorkerLink, death: Death) -> None:
        """Queue what a dead worker had again, and judge the match that it died in."""
        work, index = link.culprit(death.entry)
        for key, job in list(self._playing.items()):
            if job.link is link:
                del self._playing[key]
                if job is work:
                    self._judge(job, job.sent[index], death)
                if job.missing():
                    self._waiting.appendleft(job)

    def abort(self, error: Exception | None = None) -> None:
        """Nothing will be played any more."""
        for job in (*self._waiting, *self._playing.values()):
            job.fail(error)
        self._waiting.clear()
        self._playing.clear()

    def unsendable(self, set_id: str, error: Exception) -> None:
        """A job's plans cannot be sent to a worker."""
        self._playing.pop(set_id).fail(error)

    def _send(self, job: SetJob, link: WorkerLink) -> None:
        key = str(next(self._ids))
        self._playing[key] = job
        job.link, job.sent, job.sent_ms = link, job.missing(), now_ms()
        plans = [job.plans[i] for i in job.sent]
        job.task = link.send(PlaySet(key, pack_plans(plans)), job, len(plans))

    def _judge(self, job: SetJob, index: int, death: Death) -> None:
        plan = job.plans[index]
        if death.unbatched:
            return
        if death.entry is not None and death.entry.seat >= 0:
            # Which decision it died in shows when the match is played apart, with a record.
            job.alone.add(index)
            self._play_alone(plan, lambda result: job.put(index, result))
        elif death.killed and index not in job.struck:
            job.struck.add(index)
        else:
            reason = death.sentence(f"the game {plan.game.id}")
            job.put(index, MatchResult(plan=plan, moves=(), seats=(), void=reason))
