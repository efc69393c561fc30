"""Where the agents of a run meet: workers of this machine, a ledger, and the services that training asks of it."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

from arena.core.errors import ArenaError
from arena.core.game import GameSpec
from arena.core.match import GameRef, MatchPlan, SetPlan
from arena.core.seed import Seed
from arena.core.values import SetId
from arena.ledger import Ledger
from arena.local.population import Population, Query, Sampled, Sampling
from arena.local.set_player import SetPlayer
from arena.loops.meeting import Meeting, Member
from arena.match.pool import WorkerPool
from arena.rating.population import Metric, PayoffTable
from arena.tournament.sets import local_seeds, plan_set, seat_agents

_AHEAD = 3
"""Sets under way for each worker."""
_PAGE = 1_000

Earned = Literal["wins", "score"]
"""What a payoff is: the share of sets won, or the mean score a match."""
Watcher = Callable[[int, int], None]
"""Told how many matches of how many are done."""

_Workers = tuple[asyncio.Runner, WorkerPool]


class Grounds:
    """Plays what a run asks for into a ledger, and answers from that. `run` names the run, `seed` decides its deals."""

    def __init__(self, ledger: Ledger, game: GameRef, spec: GameSpec, *, run: str, seed: int, workers: int) -> None:
        self.ledger, self.game, self.spec = ledger, game, spec
        self._run, self._seed, self._workers = run, Seed.of(seed), workers
        self._population = Population(ledger)
        self._warm: _Workers | None = None

    @contextmanager
    def warm(self) -> Iterator[None]:
        """Keep the workers between plays, with all agents that they have loaded: for small agents that meet often."""
        with self._gathered() as workers:
            self._warm = workers
            try:
                yield
            finally:
                self._warm = None

    def play(self, meetings: Sequence[Meeting], watcher: Watcher | None = None) -> None:
        """Play what the ledger lacks of these meetings; returns when all of it is durable.

        Raises:
            ArenaError: the workers do not start, or the ledger cannot be written.
        """
        plans = [self._plan(meeting, number) for meeting in meetings for number in range(meeting.sets)]
        outcome = self.ledger.tournaments.outcome
        if due := [(plan, matches) for plan, matches in plans if outcome(plan.set_id) is None]:
            with self._gathered() as (runner, pool):
                runner.run(self._play(pool, due, watcher or _silent))

    def payoffs(self, rows: Sequence[Member], columns: Sequence[Member], metric: Earned = "score") -> PayoffTable:
        """What rows earned against columns, with 95 % intervals; NaN for pairs that have not met."""
        names = [[member.agent for member in side] for side in (rows, columns)]
        return self._population.payoffs(Query(game=self.game.rated_id, metric=Metric(metric)), *names)

    def scores(self, member: Member) -> list[float]:
        """What a member scored in each match that counts, newest first: the mean of its seats."""
        found: list[float] = []
        before: int | None = None
        while page := self.ledger.matches(game=self.game.rated_id, agent=member.agent, before=before, limit=_PAGE):
            for line in page:
                own = [seat.score for seat in line.seats if seat.agent == member.agent]
                found += [] if line.void else [sum(own) / len(own)]
            before = page[-1].number
        return found

    def sample(
        self,
        learner: Member,
        history: Sequence[Member],
        rule: str,
        *,
        seed: int,
        draws: int = 1,
        metric: Earned = "wins",
        settings: Mapping[str, float] | None = None,
    ) -> Sampled:
        """Opponents for a learner by a rule of `arena.rating.sampling`; all of them have results.

        Raises:
            UnknownAgent, BadRequest: as `Population.sample` says.
        """
        names = [member.agent for member in history]
        asked = Sampling(
            learner=learner.agent, history=names, rule=rule, settings=settings or {}, seed=seed, draws=draws
        )
        return self._population.sample(Query(game=self.game.rated_id, metric=Metric(metric)), asked)

    def freeze(
        self,
        member: Member,
        parent: Member | None,
        *,
        stage: str,
        data_digest: str,
        step: int | None = None,
        figures: Mapping[str, float] | None = None,
    ) -> None:
        """Freeze a member as a checkpoint of the ledger, with what it was trained from; what is frozen stays as it is.

        A resumed run may measure anew, and its figures may differ in their last digits.
        """
        known = self.ledger.checkpoints.all(member.agent)
        if any(line.frozen for line in known if line.version == member.version):
            return
        mother = None if parent is None else (parent.agent, parent.version)
        self.ledger.checkpoints.freeze(
            member.agent, member.version, mother, stage=stage, data_digest=data_digest, step=step, figures=figures
        )

    def _plan(self, meeting: Meeting, number: int) -> tuple[SetPlan, tuple[MatchPlan, ...]]:
        number += meeting.first
        parties = seat_agents(self.spec, [member.party() for member in meeting.members])
        labels = [f"{member.agent}@{member.version}" for member in meeting.members]
        name = hashlib.sha256("\n".join([self._run, *labels, str(number)]).encode()).hexdigest()[:32]
        return plan_set(
            self.game,
            self.spec,
            parties,
            local_seeds(self._seed.derive("meeting", *labels), number),
            rated=meeting.rated,
            duplicate=True,
            deals=meeting.deals,
            set_id=SetId(name),
        )

    @contextmanager
    def _gathered(self) -> "Iterator[_Workers]":
        if self._warm is not None:
            yield self._warm
            return
        with asyncio.Runner() as runner:
            pool = WorkerPool()
            runner.run(pool.start(self._workers))
            try:
                yield runner, pool
            finally:
                runner.run(pool.stop())

    async def _play(
        self, pool: WorkerPool, plans: Sequence[tuple[SetPlan, tuple[MatchPlan, ...]]], watcher: Watcher
    ) -> None:
        total = sum(len(matches) for _, matches in plans)
        done = 0

        def landed(matches: int) -> None:
            nonlocal done
            done += matches
            watcher(done, total)

        player = SetPlayer(pool, self.ledger, landed)
        places = asyncio.Semaphore(self._workers * _AHEAD)

        async def play(plan: SetPlan, matches: Sequence[MatchPlan]) -> None:
            async with places:
                await player.play(plan, matches)

        try:
            async with asyncio.TaskGroup() as group:
                for plan, matches in plans:
                    group.create_task(play(plan, matches))
        except* ArenaError as errors:
            raise errors.exceptions[0] from None


def _silent(done: int, total: int) -> None:
    """Nobody looks on."""
