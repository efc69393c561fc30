"""Trajectories of a server as they land, for a trainer that follows play and misses nothing over a restart."""

from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Self, TypedDict, Unpack

from arena.agents.language.conversation import settings_of
from arena.client.feed import Following, Wish
from arena.client.patience import Patience
from arena.core.errors import ArenaError, BadRequest, GameFault, GameUnavailable, UnknownGame
from arena.core.match import MatchPlan, PlayedSeat
from arena.core.values import Config
from arena.training.bookmark import Bookmark
from arena.training.trajectory import Trajectory, trajectory


class Chosen(TypedDict, total=False):
    """Which trajectories, as `arena.client.feed.Wish` says."""

    game: str
    agent: str
    result: str
    void: bool
    since_ms: int
    min_rating: float | None
    system: str


class Feed:
    """The trajectories of the server at `server` ("host:port"), the same as `export` makes of its ledger.

    It begins at `cursor`: a text that a feed gave, "beginning" or "now"; or a file, which keeps the cursor from then on
    and is made when it is not there, with `start` to begin at. It goes on for ever, over restarts of the server, unless
    it is to end after `limit` trajectories, or `until` another cursor; with "now" behind what has landed by then.

    A trajectory counts as dealt with, and the file is moved, when the next one is asked for; with `by_hand` only when
    `done` is called. So after a kill the one that was in hand comes again, and none before it. Who must not see it
    twice either stores `reached` together with what it made of it, and hands that in as `cursor`.

    Of matches that the server cannot play again there are no views: they are refused unless `mixed` lets them in.
    `told` are options of `TELLING`, by which the language model that is to learn is told what it sees.

    Raises:
        BadRequest: `cursor` is none, of another ledger or too old; there is no such rating system.
        GameUnavailable, GameFault: a match cannot be played again by the rules that are installed at the server.
        ServerUnreachable: the server does not answer for as long as `patience` lasts.
        ArenaError: what else the server refuses.
    """

    def __init__(
        self,
        server: str,
        *,
        cursor: str | Path = "beginning",
        start: str = "beginning",
        token: str | None = None,
        tls_ca: str | Path | None = None,
        until: str | None = None,
        limit: int | None = None,
        by_hand: bool = False,
        mixed: bool = False,
        told: Config | None = None,
        patience: Patience | None = None,
        **chosen: Unpack[Chosen],
    ) -> None:
        self._mark = Bookmark(start, cursor) if isinstance(cursor, Path) else Bookmark(cursor)
        if limit is not None and limit < 1:
            raise BadRequest(f"limit is a whole number from 1 on, not {limit}")
        self._reached = self._mark.cursor
        self.by_hand = by_hand
        """Whether a trajectory counts as dealt with only when `done` is called."""
        self._following = Following(
            server,
            self._mark.cursor,
            Wish(**chosen),
            token=token,
            tls_ca=tls_ca,
            until=until or "",
            patience=patience,
        )
        self._settings = settings_of(told or {})
        self._trajectories = self._follow(limit, mixed)

    @property
    def cursor(self) -> str:
        """Behind the last trajectory that was dealt with."""
        return self._mark.cursor

    @property
    def reached(self) -> str:
        """Behind the trajectory in hand."""
        return self._reached

    def done(self, cursor: str = "") -> None:
        """What was handed out so far is dealt with, or what lies before a cursor that was `reached`."""
        self._mark.put(cursor or self._reached)

    def close(self) -> None:
        """Follow no longer; any thread may say so. The trajectory in hand is not dealt with."""
        self._following.close()
        with suppress(ValueError):  # another thread waits for the next one; it comes back without
            self._trajectories.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Trajectory:
        return next(self._trajectories)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(self, limit: int | None, mixed: bool) -> Generator[Trajectory]:
        count = 0
        for step in self._following:
            if step.played is not None:
                one = self._trajectory(step.played, mixed)
                self._reached = step.cursor
                count += 1
                yield one
            self._reached = step.cursor
            if not self.by_hand:
                self.done()
            if count == limit:
                return

    def _trajectory(self, played: PlayedSeat, mixed: bool) -> Trajectory:
        if played.unseen is not None and not mixed:
            raise _refusal(played.result.plan, played.unseen)
        return trajectory(played, self._settings)


def _refusal(plan: MatchPlan, why: ArenaError) -> ArenaError:
    if isinstance(why, UnknownGame | GameUnavailable):
        return GameUnavailable(
            f"match {plan.match_id} was played by version {plan.game.version} of {plan.game.id}, which is not "
            f"installed at the server; mixed=True (--mixed-rules) lets such matches in without views"
        )
    return GameFault(f"match {plan.match_id} cannot be played again: {why}")
