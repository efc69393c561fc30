"""A server's services from the outside, all but the playing: typed calls, one each, and streams of what is live."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Self, TypedDict, TypeVar, Unpack
from weakref import finalize

import grpc
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub

from arena.client.failures import failure, read_roots
from arena.client.transport import Disconnected, ServerUnreachable
from arena.core.errors import ArenaError, BadRequest
from arena.core.game import GameOffer
from arena.v1 import feed_pb2, lobby_pb2, population_pb2, results_pb2, tournament_pb2
from arena.v1.feed_pb2_grpc import FeedServiceStub
from arena.v1.lobby_pb2_grpc import LobbyServiceStub
from arena.v1.population_pb2_grpc import PopulationServiceStub
from arena.v1.results_pb2_grpc import ResultsServiceStub
from arena.v1.tournament_pb2_grpc import TournamentServiceStub
from arena.wire.games import read_listing
from arena.wire.limits import MAX_SERVER_BATCH_BYTES

CALL_SECONDS: Final = 15.0
"""A call that takes longer is given up."""
PLAY_SERVICE: Final = "arena.v1.PlayService"

_OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_SERVER_BATCH_BYTES),
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),  # a new channel must not inherit the old one's backoff
    ("grpc.keepalive_time_ms", 30_000),  # a stream may be silent for hours; a machine that is gone is to be noticed
    ("grpc.keepalive_timeout_ms", 10_000),
)
_Reply = TypeVar("_Reply")


class PayoffsOf(TypedDict, total=False):
    """What payoffs are of: sets won, or the mean score a match; `checkpoints` for AGENT@VERSION; a seat or role.

    `bounds` are the least and the greatest mean score there can be, for the intervals of scores.
    """

    metric: Literal["wins", "score"]
    checkpoints: bool
    seat: int | None
    role: str
    bounds: tuple[float, float] | None


class Remote:
    """A server at `address` ("host:port"), for as long as the `with` block lasts.

    With `tls_ca`, a PEM file of root certificates, the connection is encrypted. Every call raises the error that the
    server answered with, or ServerUnreachable.

    Raises:
        BadRequest: the file of certificates cannot be read.
    """

    def __init__(self, address: str, *, token: str | None = None, tls_ca: str | Path | None = None) -> None:
        self.address = address
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()
        channel = _dial(address, tls_ca)
        # At the latest before the process ends: gRPC waits for its threads, which do not run any more afterwards.
        self._close = finalize(self, channel.close)
        self._health = HealthStub(channel)
        self._lobby = LobbyServiceStub(channel)
        self._results = ResultsServiceStub(channel)
        self._tournaments = TournamentServiceStub(channel)
        self._population = PopulationServiceStub(channel)
        self._feed = FeedServiceStub(channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every call; any thread may say so."""
        self._close()

    def check_health(self) -> None:
        """Return when the server serves.

        Raises:
            ServerUnreachable: nobody answers, or the server is about to stop or not ready yet.
        """
        check = self._health.Check  # type: ignore[attr-defined]  # its stub file has no methods
        reply = self._call(check, health_pb2.HealthCheckRequest(service=PLAY_SERVICE))
        if reply.status != health_pb2.HealthCheckResponse.SERVING:
            raise ServerUnreachable(f"the server at {self.address} is there but does not serve: it starts or stops")

    def games(self) -> Sequence[GameOffer]:
        """Every game on offer."""
        return [*map(read_listing, self._call(self._lobby.ListGames, lobby_pb2.ListGamesRequest()).games)]

    def challenge(self, game: str, agent: str, opponent: str) -> None:
        """Have two agents that wait for `game` meet next."""
        self._call(self._lobby.Challenge, lobby_pb2.ChallengeRequest(game=game, agent=agent, opponent=opponent))

    def ladder(self, game: str, system: str = "") -> results_pb2.GetLadderResponse:
        """The ladder of a rated game."""
        return self._call(self._results.GetLadder, results_pb2.GetLadderRequest(game=game, system=system))

    def payoffs(self, game: str) -> results_pb2.GetPayoffsResponse:
        """What every agent of a rated game earned against every other."""
        return self._call(self._results.GetPayoffs, results_pb2.GetPayoffsRequest(game=game))

    def metrics(self, game: str) -> results_pb2.GetMetricsResponse:
        """What a rated game measured of seats, as means by agent, side and role."""
        return self._call(self._results.GetMetrics, results_pb2.GetMetricsRequest(game=game))

    def matches(
        self, *, game: str = "", agent: str = "", mine: bool = False, limit: int = 100
    ) -> Sequence[results_pb2.MatchSummary]:
        """Live matches and results, newest first; `mine` are those of the token's owner, who is told its refusals."""
        found: list[results_pb2.MatchSummary] = []
        page = ""
        while len(found) < limit:
            size = min(limit - len(found), 1_000)
            request = results_pb2.ListMatchesRequest(game=game, agent=agent, mine=mine, page_size=size, page_token=page)
            reply = self._call(self._results.ListMatches, request)
            found += reply.matches
            page = reply.next_page_token
            if not page:
                break
        return found[:limit]

    def provenance(self, match: str) -> Iterator[results_pb2.MoveProvenance]:
        """How the moves of a landed match came about: of the token owner's agents, for an admin of all."""
        request = results_pb2.GetProvenanceRequest(match_id=match)
        return self._stream(self._results.GetProvenance, request, timeout=CALL_SECONDS)

    def watch(self, match: str, wants: Sequence[str] = ()) -> Iterator[results_pb2.WatchMatchResponse]:
        """A spectator's views of a live match, the whole one first; the last one tells the end.

        `wants` names fields of the game and "events"; by default it is text and events.
        """
        return self._stream(self._results.WatchMatch, results_pb2.WatchMatchRequest(match_id=match, wants=wants))

    def trajectories(self, request: feed_pb2.FollowRequest) -> Generator[feed_pb2.FollowResponse]:
        """Finished trajectories as they land, in parts; `client.feed` puts them together and goes on after a break."""
        return self._stream(self._feed.Follow, request)

    # ---- tournaments

    def submit(self, text: str, *, new: bool = False) -> tournament_pb2.TournamentSummary:
        """Have the server hold the event of this file; with `new` although one of its name is not over."""
        request = tournament_pb2.SubmitTournamentRequest(text=text, new=new)
        return self._call(self._tournaments.SubmitTournament, request).tournament

    def tournaments(self) -> Sequence[tournament_pb2.TournamentSummary]:
        """The server's events, oldest first."""
        request = tournament_pb2.ListTournamentsRequest()
        return self._call(self._tournaments.ListTournaments, request).tournaments

    def tournament(self, tournament: str) -> tournament_pb2.GetTournamentResponse:
        """How an event stands."""
        request = tournament_pb2.GetTournamentRequest(tournament=tournament)
        return self._call(self._tournaments.GetTournament, request)

    def follow(self, tournament: str) -> Iterator[tournament_pb2.FollowTournamentResponse]:
        """How far an event is, until it is over or has stopped."""
        request = tournament_pb2.FollowTournamentRequest(tournament=tournament)
        return self._stream(self._tournaments.FollowTournament, request)

    def stop(self, tournament: str) -> tournament_pb2.TournamentSummary:
        """Have no further matches of an event begin."""
        request = tournament_pb2.StopTournamentRequest(tournament=tournament)
        return self._call(self._tournaments.StopTournament, request).tournament

    def resume(self, tournament: str) -> tournament_pb2.TournamentSummary:
        """Have an event that was stopped go on."""
        request = tournament_pb2.ResumeTournamentRequest(tournament=tournament)
        return self._call(self._tournaments.ResumeTournament, request).tournament

    # ---- population services

    def payoff_table(
        self, game: str, rows: Sequence[str] = (), columns: Sequence[str] = (), **of: Unpack[PayoffsOf]
    ) -> population_pb2.GetPayoffTableResponse:
        """What rows earned against columns, with intervals; each is everybody with results when left out.

        A cell that is missing stands for a pair that has not met.
        """
        request = population_pb2.GetPayoffTableRequest(query=_query(game, **of), rows=rows, columns=columns)
        return self._call(self._population.GetPayoffTable, request)

    def sample_opponent(
        self,
        game: str,
        learner: str,
        history: Sequence[str] = (),
        *,
        rule: str = "",
        settings: Mapping[str, float] | None = None,
        seed: int = 0,
        draws: int = 1,
        **of: Unpack[PayoffsOf],
    ) -> population_pb2.SampleOpponentResponse:
        """Whom `learner` meets next, `draws` times, and the chance of each of the `history`, oldest first.

        `rule` is pfsp-hard (with a setting `power`), pfsp-even, uniform, meta-nash or delta-uniform (`share`). Without
        a history it is the frozen checkpoints of the learner's agent or, of agents, all others with results.
        """
        request = population_pb2.SampleOpponentRequest(
            query=_query(game, **of),
            learner=learner,
            history=history,
            rule=rule,
            settings=settings or {},
            seed=seed,
            draws=draws,
        )
        return self._call(self._population.SampleOpponent, request)

    def need_matches(
        self, game: str, most: int = 10, members: Sequence[str] = (), **of: Unpack[PayoffsOf]
    ) -> Sequence[population_pb2.NeededPairing]:
        """The pairings whose results are least sure, among these members or everybody with results."""
        request = population_pb2.NeedMatchesRequest(query=_query(game, **of), most=most, members=members)
        return self._call(self._population.NeedMatches, request).pairings

    def freeze(
        self,
        agent: str,
        version: str,
        parent: tuple[str, str] | None = None,
        *,
        stage: str = "",
        data_digest: str = "",
        step: int | None = None,
        figures: Mapping[str, float] | None = None,
    ) -> population_pb2.Checkpoint:
        """Freeze a version for good; `parent` is the agent and version it was trained from.

        `figures` are what was measured of it by name, finite numbers, after `step` steps of training.
        """
        mother, mother_version = parent or ("", "")
        request = population_pb2.FreezeRequest(
            agent=agent,
            version=version,
            parent_agent=mother,
            parent_version=mother_version,
            stage=stage,
            data_digest=data_digest,
            step=step,
            figures=figures or {},
        )
        return self._call(self._population.Freeze, request).checkpoint

    def checkpoints(self, agent: str = "") -> Sequence[population_pb2.Checkpoint]:
        """The versions of an agent, or of all, with their parents; the frozen ones first, in that order."""
        request = population_pb2.ListCheckpointsRequest(agent=agent)
        return self._call(self._population.ListCheckpoints, request).checkpoints

    def _stream(self, method: Callable[..., Any], request: Any, timeout: float | None = None) -> Generator[Any]:
        call = method(request, metadata=self._metadata, timeout=timeout)
        try:
            yield from call
        except grpc.RpcError as error:
            raise self._why(error) from None
        finally:
            call.cancel()

    def _call(self, method: Callable[..., _Reply], request: Any) -> _Reply:
        try:
            return method(request, metadata=self._metadata, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            raise self._why(error) from None

    def _why(self, error: grpc.RpcError) -> ArenaError:
        metadata: Iterable[Any] = error.trailing_metadata() or ()
        found = failure(self.address, error.code(), error.details(), tuple(metadata))
        if isinstance(found, Disconnected):
            return ServerUnreachable(f"no arena server answers at {self.address}: {found}")
        return found


def _query(
    game: str,
    metric: str = "wins",
    checkpoints: bool = False,
    seat: int | None = None,
    role: str = "",
    bounds: tuple[float, float] | None = None,
) -> population_pb2.PayoffQuery:
    kind = {"wins": population_pb2.PAYOFF_METRIC_WINS, "score": population_pb2.PAYOFF_METRIC_SCORE}.get(metric)
    if kind is None:
        raise BadRequest(f'the metric of payoffs is "wins" or "score", not {metric!r}')
    least, greatest = bounds or (None, None)
    return population_pb2.PayoffQuery(
        game=game, metric=kind, checkpoints=checkpoints, seat=seat, role=role, least=least, greatest=greatest
    )


def _dial(address: str, tls_ca: str | Path | None) -> grpc.Channel:
    if tls_ca is None:
        return grpc.insecure_channel(address, options=_OPTIONS)
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(read_roots(tls_ca)), options=_OPTIONS)
