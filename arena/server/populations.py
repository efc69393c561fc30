"""PopulationService: what training asks of a ledger, for trainers anywhere."""

import asyncio
import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Final, ParamSpec, TypeVar

from arena.core.errors import BadRequest
from arena.core.match import PartyRef
from arena.core.values import AgentName, Seat
from arena.ledger import Checkpoint
from arena.local.population import DEFAULT_RULE, Population, Query, Sampling
from arena.rating.population import Metric, PayoffTable
from arena.server.border import Context, Gate, answered
from arena.server.hall import Hall
from arena.v1 import population_pb2 as pb
from arena.v1 import population_pb2_grpc
from arena.wire.entrance import AGENT_NAME, VERSION, check_game_id

P = ParamSpec("P")
T = TypeVar("T")
_MOST_MEMBERS: Final = 512
"""In one list: meta-nash solves a game of so many strategies."""
_MOST_DRAWS: Final = 10_000
_MOST_NEEDED: Final = 1_000
_NEEDED: Final = 10
_LARGEST: Final = 1e100
_STAGE: Final = re.compile(r"[ -~]{0,64}")
_DIGEST: Final = re.compile(r"[!-~]{0,128}")


class PopulationService(population_pb2_grpc.PopulationServiceServicer):
    """Reads are for all who may look on; only who may play freezes, and only its own agents."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._gate = Gate(hall)
        self._population = Population(hall.ledger)
        self._counting = asyncio.Lock()

    @answered
    async def GetPayoffTable(  # noqa: N802 - named by the protocol
        self, request: pb.GetPayoffTableRequest, context: Context
    ) -> pb.GetPayoffTableResponse:
        """What rows earned against columns."""
        await self._gate.admit(context, "watch")
        query = _query(request.query)
        rows, columns = _members(request.rows), _members(request.columns)
        return _table(await self._asked(self._population.payoffs, query, rows, columns))

    @answered
    async def SampleOpponent(  # noqa: N802 - named by the protocol
        self, request: pb.SampleOpponentRequest, context: Context
    ) -> pb.SampleOpponentResponse:
        """Whom a learner meets next."""
        await self._gate.admit(context, "watch")
        found = await self._asked(self._population.sample, _query(request.query), _sampling(request))
        chances = [pb.OpponentChance(opponent=name, chance=chance) for name, chance in found.chances.items()]
        return pb.SampleOpponentResponse(opponents=found.opponents, chances=chances)

    @answered
    async def NeedMatches(  # noqa: N802 - named by the protocol
        self, request: pb.NeedMatchesRequest, context: Context
    ) -> pb.NeedMatchesResponse:
        """The pairings whose results are least sure."""
        await self._gate.admit(context, "watch")
        most, members = min(request.most or _NEEDED, _MOST_NEEDED), _members(request.members)
        found = await self._asked(self._population.need, _query(request.query), most, members)
        return pb.NeedMatchesResponse(
            pairings=[
                pb.NeededPairing(agent=need.agent, opponent=need.opponent, sets=need.samples, width=need.width)
                for need in found
            ]
        )

    @answered
    async def Freeze(  # noqa: N802 - named by the protocol
        self, request: pb.FreezeRequest, context: Context
    ) -> pb.FreezeResponse:
        """Freeze a version of one of the caller's agents."""
        principal = await self._gate.admit(context, "play")
        _check_freeze(request)
        agent = AgentName(request.agent)
        owner = self._hall.identity.owner_of(principal, agent)
        await self._hall.identity.claim(PartyRef(agent=agent, owner=owner), "")
        parent = (AgentName(request.parent_agent or agent), request.parent_version) if request.parent_version else None
        frozen = await asyncio.to_thread(
            self._hall.ledger.checkpoints.freeze,
            agent,
            request.version,
            parent,
            stage=request.stage,
            data_digest=request.data_digest,
            step=request.step if request.HasField("step") else None,
            figures=dict(request.figures),
        )
        return pb.FreezeResponse(checkpoint=_checkpoint(frozen))

    @answered
    async def ListCheckpoints(  # noqa: N802 - named by the protocol
        self, request: pb.ListCheckpointsRequest, context: Context
    ) -> pb.ListCheckpointsResponse:
        """Versions with their parents."""
        await self._gate.admit(context, "watch")
        lines = await asyncio.to_thread(self._hall.ledger.checkpoints.all, request.agent or None)
        return pb.ListCheckpointsResponse(checkpoints=map(_checkpoint, lines))

    async def _asked(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """An answer, one at a time: the first one about a game reads all of its sets, and threads are few.

        Shielded: a caller that hangs up stops waiting, but the count goes on, with the lock, until it is whole.
        """

        async def counted() -> T:
            async with self._counting:
                return await asyncio.to_thread(question, *args, **kwargs)

        return await asyncio.shield(asyncio.ensure_future(counted()))


def _query(query: pb.PayoffQuery) -> Query:
    check_game_id(query.game)
    if query.metric not in pb.PayoffMetric.values():
        raise BadRequest(f"there is no payoff metric {query.metric}; there is 0, sets won, and 1, the mean score")
    metric = Metric.SCORE if query.metric == pb.PAYOFF_METRIC_SCORE else Metric.WINS
    seat = Seat(query.seat) if query.HasField("seat") else None
    return Query(
        game=query.game,
        metric=metric,
        checkpoints=query.checkpoints,
        seat=seat,
        role=query.role,
        bounds=_bounds(query),
    )


def _bounds(query: pb.PayoffQuery) -> tuple[float, float] | None:
    if not (query.HasField("least") or query.HasField("greatest")):
        return None
    if not -_LARGEST <= query.least < query.greatest <= _LARGEST:
        raise BadRequest(f"the least score is below the greatest; {query.least} and {query.greatest} are not")
    return query.least, query.greatest


def _members(names: Sequence[str]) -> Sequence[str]:
    if len(names) > _MOST_MEMBERS:
        raise BadRequest(f"a list has at most {_MOST_MEMBERS} members, not {len(names)}; name fewer")
    return list(names)


def _sampling(request: pb.SampleOpponentRequest) -> Sampling:
    if request.draws > _MOST_DRAWS:
        raise BadRequest(f"draw at most {_MOST_DRAWS} opponents at once, not {request.draws}")
    for name, value in request.settings.items():
        if not isfinite(value):
            raise BadRequest(f"the setting {name[:80]!r} is a number, not {value}")
    return Sampling(
        learner=request.learner,
        history=_members(request.history),
        rule=request.rule or DEFAULT_RULE,
        settings=dict(request.settings),
        seed=request.seed,
        draws=request.draws or 1,
    )


def _check_freeze(request: pb.FreezeRequest) -> None:
    agents = (request.agent, request.parent_agent or request.agent)
    if not all(map(AGENT_NAME.fullmatch, agents)):
        raise BadRequest("an agent's name is 1 to 64 letters, digits, dots, underscores and hyphens")
    if not (request.version and all(map(VERSION.fullmatch, (request.version, request.parent_version)))):
        raise BadRequest("an agent's version is 1 to 64 printable characters without spaces")
    if request.parent_agent and not request.parent_version:
        raise BadRequest(f"say which version of the parent {request.parent_agent}")
    if not _STAGE.fullmatch(request.stage):
        raise BadRequest("a stage is at most 64 printable ASCII characters")
    if not _DIGEST.fullmatch(request.data_digest):
        raise BadRequest("a data digest is at most 128 printable ASCII characters without spaces")


def _table(table: PayoffTable) -> pb.GetPayoffTableResponse:
    cells = []
    for row, column in zip(*table.count.nonzero(), strict=True):
        mean, low, high = (float(values[row, column]) for values in (table.mean, table.low, table.high))
        cell = pb.TableCell(row=row, column=column, mean=mean, sets=table.count[row, column])
        if isfinite(low):
            cell.low, cell.high = low, high
        cells.append(cell)
    return pb.GetPayoffTableResponse(rows=table.rows, columns=table.columns, cells=cells)


def _checkpoint(line: Checkpoint) -> pb.Checkpoint:
    mother, mother_version = line.parent or ("", "")
    message = pb.Checkpoint(
        agent=line.agent,
        version=line.version,
        parent_agent=mother,
        parent_version=mother_version,
        created_ms=line.created_ms,
    )
    if line.frozen is not None:
        message.frozen, message.frozen_ms = True, line.frozen.frozen_ms
        message.stage, message.data_digest = line.frozen.stage, line.frozen.data_digest
        message.figures.update(line.frozen.figures)
        if line.frozen.step is not None:
            message.step = line.frozen.step
    return message
