"""The trajectories that a server tells of its ledger, up to where that ended when the export began."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from arena.agents.language.conversation import settings_of
from arena.client.feed import BEGINNING, NOW, Following, Step, Wish
from arena.client.patience import Patience
from arena.core.errors import BadRequest, GameFault, GameUnavailable, UnknownGame
from arena.core.match import PlayedSeat
from arena.core.values import TEXT
from arena.training.files import Row
from arena.training.formats import FORMATS
from arena.training.request import Request
from arena.training.source import Match
from arena.training.trajectory import Trajectory, trajectory


class _Told(NamedTuple):
    one: Trajectory
    cursor: str


class Served:
    """A `Source`: a feed that ends.

    Raises:
        BadRequest: the format is made of more than a feed tells.
    """

    kind = "server"
    where = " at the server"

    def __init__(
        self,
        server: str,
        request: Request,
        *,
        token: str | None = None,
        tls_ca: str | Path | None = None,
        patience: Patience | None = None,
    ) -> None:
        _require_told(request.format)
        self._server = server
        self._settings = settings_of(request.told)
        self._follow = partial(Following, server, wish=_wish(request), token=token, tls_ca=tls_ca, patience=patience)
        self._from: str | None = None
        self._until = NOW
        self._early = False

    @property
    def origin(self) -> Row:
        """The server, and the cursors between which it told all that was wanted.

        It `ended_early` where the reader may not know yet what comes next, as a set is still played.
        """
        told = {"address": self._server, "from": self._from, "until": self._until}
        return told | {"ended_early": self._early}

    def begin(self) -> None:
        """Up to what has landed by now."""
        self._until = self._place(NOW)
        if self._until == BEGINNING:
            raise BadRequest("the server's ledger is empty; play something first, or name another by --server")

    def resume(self, origin: Row) -> str:
        """Up to where its ledger ended then, if it is the same one, wherever it is served by now."""
        self._from, self._until, self._early = origin["from"], origin["until"], origin["ended_early"]
        try:
            self._place(self._until)
        except BadRequest as refused:
            return f"cannot be gone on with from this server: {refused}"
        return ""

    def matches(self, after: str) -> Generator[Match]:
        """Those with a wanted seat that this reader is told of, in the order they landed."""
        with closing(self._follow(cursor=after or BEGINNING, until=self._until)) as following:
            for _, seats in groupby(self._told(following), key=lambda told: told.one.result.plan.match_id):
                told = list(seats)
                yield Match([each.one for each in told], told[-1].cursor)

    def _told(self, steps: Iterable[Step]) -> Iterator[_Told]:
        cursor = ""
        for cursor, played in steps:
            self._from = self._from or cursor
            if played is not None:
                _require_sound(played)
                yield _Told(trajectory(played, self._settings), cursor)
        self._early |= cursor != self._until
        self._until = cursor

    def _place(self, cursor: str) -> str:
        """Where a cursor stands."""
        for step in self._follow(cursor=cursor, until=cursor):
            cursor = step.cursor
        return cursor


def _wish(request: Request) -> Wish:
    wanted = request.wanted
    return Wish(
        game=wanted.game or "",
        agent=wanted.agent or "",
        result=request.result or "",
        void=wanted.void,
        since_ms=wanted.since_ms,
        min_rating=request.min_rating,
        system=request.system,
    )


def _require_told(name: str) -> None:
    form = FORMATS[name]
    if TEXT not in form.views:
        raise BadRequest(f"{name} is made of tensors, which a server does not tell; export it where the ledger is")
    if form.kin:
        raise BadRequest(
            f"{name} compares what all seats did in several matches, and a server tells each seat by itself; export it "
            f"where the ledger is"
        )


def _require_sound(played: PlayedSeat) -> None:
    why = played.unseen
    if why is not None and not isinstance(why, UnknownGame | GameUnavailable):
        raise GameFault(f"match {played.result.plan.match_id} cannot be played again: {why}")
