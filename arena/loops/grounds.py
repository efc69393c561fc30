"""Where the agents of a run meet: workers of this machine, a ledger, and the services that training asks of it."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence

from arena.core.errors import ArenaError
from arena.core.game import GameSpec
from arena.core.match import GameRef, MatchPlan, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, SetId
from arena.ledger import Ledger
from arena.local.population import Population, Query, Sampled, Sampling
from arena.local.set_player import SetPlayer
from arena.loops.meeting import Meeting, Member
from arena.match.pool import WorkerPool
from arena.rating.population import Metric, PayoffTable
from arena.tournament.sets import local_seeds, plan_set, seat_agents

_AHEAD = 3
"""Sets under way for each worker."""

Watcher = Callable[[int, int], None]
"""Told how many matches of how many are done."""


class Grounds:
    """Plays what a run asks for into a ledger, and answers from that. `run` names the run, `seed` decides its deals."""

    def __init__(self, ledger: Ledger, game: GameRef, spec: GameSpec, *, run: str, seed: int, workers: int) -> None:
        self.ledger, self.game, self.spec = ledger, game, spec
        self._run, self._seed, self._workers = run, Seed.of(seed), workers
        self._population = Population(ledger)

    def play(self, meetings: Sequence[Meeting], watcher: Watcher | None = None) -> None:
        """Play what the ledger lacks of these meetings; returns when all of it is durable.

        Raises:
            ArenaError: an agent is unknown or does not fit the game, or the ledger cannot be written.
        """
        plans = [self._plan(meeting, number) for meeting in meetings for number in range(meeting.sets)]
        if plans:
            asyncio.run(self._play(plans, watcher or _silent))

    def payoffs(self, rows: Sequence[Member], columns: Sequence[Member], metric: Metric = Metric.SCORE) -> PayoffTable:
        """What rows earned against columns, with 95 % intervals; NaN for pairs that have not met."""
        names = [[member.agent for member in side] for side in (rows, columns)]
        return self._population.payoffs(Query(game=self.game.rated_id, metric=metric), *names)

    def sample(
        self,
        learner: Member,
        history: Sequence[Member],
        rule: str,
        *,
        seed: int,
        draws: int = 1,
        metric: Metric = Metric.WINS,
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
        return self._population.sample(Query(game=self.game.rated_id, metric=metric), asked)

    def freeze(self, member: Member, parent: Member | None, *, stage: str, data_digest: str) -> None:
        """Freeze a member as a checkpoint of the ledger, with what it was trained from."""
        mother = None if parent is None else (parent.agent, parent.version)
        self.ledger.checkpoints.freeze(member.agent, member.version, mother, stage=stage, data_digest=data_digest)

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

    async def _play(self, plans: Sequence[tuple[SetPlan, tuple[MatchPlan, ...]]], watcher: Watcher) -> None:
        total = sum(len(matches) for _, matches in plans)
        done = 0

        def landed(matches: int) -> None:
            nonlocal done
            done += matches
            watcher(done, total)

        pool = WorkerPool()
        player = SetPlayer(pool, self.ledger, landed)
        places = asyncio.Semaphore(self._workers * _AHEAD)

        async def play(plan: SetPlan, matches: Sequence[MatchPlan]) -> None:
            async with places:
                await player.play(plan, matches)

        await pool.start(self._workers)
        try:
            async with asyncio.TaskGroup() as group:
                for plan, matches in plans:
                    group.create_task(play(plan, matches))
        except* ArenaError as errors:
            raise errors.exceptions[0] from None
        finally:
            await pool.stop()


def known(agents: Sequence[AgentName], members: Sequence[Member]) -> list[Member]:
    """The members behind these names, in their order."""
    by_name = {member.agent: member for member in members}
    return [by_name[agent] for agent in agents]


def _silent(done: int, total: int) -> None:
    """Nobody looks on."""
