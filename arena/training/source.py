"""Where an export's trajectories come from: a ledger at hand, or a server that tells them."""

from collections.abc import Generator, Sequence
from typing import NamedTuple, Protocol

from arena.training.files import Row
from arena.training.trajectory import Trajectory


class Match(NamedTuple):
    """The wanted seats of one match, in order; at least one. `place` is right behind it, for `Source.matches`."""

    trajectories: Sequence[Trajectory]
    place: str


class Source(Protocol):
    """The wanted matches up to one state of a ledger: the same ones, however often they are asked for.

    `kind` names the source in a manifest, `where` ends a sentence on rules that are not installed.
    """

    kind: str
    where: str

    @property
    def origin(self) -> Row:
        """What the matches are of, as JSON: what `resume` takes, and a manifest tells."""

    def begin(self) -> None:
        """Take the state that there is now.

        Raises:
            BadRequest: the ledger is empty.
            ArenaError: the server is not to be had, or refuses.
        """

    def resume(self, origin: Row) -> str:
        """Take the state of an earlier export; why that cannot be, or nothing.

        Raises:
            ArenaError: as `begin`.
        """

    def matches(self, after: str) -> Generator[Match]:
        """The matches behind a place, or all of them for "".

        Raises:
            GameFault: a match cannot be played again.
            LedgerFault: the ledger is not what was written.
            ArenaError: as `begin`.
        """
