"""A training run as its loop sees it: what was asked for, where it stands, and the services it trains by."""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from arena.core.errors import BadRequest
from arena.core.game import Game, GameSpec
from arena.core.match import GameRef
from arena.core.values import AgentName, Config, Json
from arena.ledger import Ledger
from arena.loops.board import Board
from arena.loops.folder import CHECKPOINTS, RunFolder
from arena.loops.grounds import Grounds, Watcher
from arena.loops.meeting import Meeting, Member

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,48}")
"""As agents are called everywhere, with room left for the version."""


Watching = Callable[[], AbstractContextManager[Watcher | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is to do: a loop by name, its game and settings; `name` begins those of all agents it makes."""

    loop: str
    game: GameRef
    settings: Config
    name: str
    seed: int = 0

    def as_json(self) -> dict[str, Json]:
        """What a resumed run must have in common with the one that was begun."""
        return {
            "loop": self.loop,
            "game": self.game.rated_id,
            "version": self.game.version,
            "settings": dict(self.settings),
            "name": self.name,
            "seed": self.seed,
        }


class Run:
    """One run. A loop reads `state`, works, writes what it made, and says by `keep` where to go on after a kill.

    Everything before a `keep` may happen twice: sets that were played are found in the ledger and not played again, a
    checkpoint that is frozen already stays, and a step that is logged again counts anew.
    """

    def __init__(
        self,
        asked: Asked,
        folder: RunFolder,
        grounds: Grounds,
        board: Board,
        make_game: Callable[[], Game],
        watching: Watching,
    ) -> None:
        self._asked, self._folder, self._board = asked, folder, board
        self._make_game, self._watching = make_game, watching
        self.grounds = grounds
        """Payoffs, opponents, and the ledger with everything that was played."""

    @property
    def game(self) -> GameRef:
        """What it trains on."""
        return self._asked.game

    @property
    def settings(self) -> Config:
        """The loop's options, each with a value."""
        return self._asked.settings

    @property
    def seed(self) -> int:
        """Decides every draw of the run."""
        return self._asked.seed

    @property
    def folder(self) -> Path:
        """Where everything of this run lies; absolute."""
        return self._folder.path

    def make_game(self) -> Game:
        """The game itself, for loops that play it in their own process."""
        return self._make_game()

    # ---- where it stands

    def state(self) -> Any:
        """What `keep` was given last; None at the beginning."""
        return self._folder.state()

    def keep(self, state: Json) -> None:
        """Go on from here after a kill. Weights and the like are written before, by `writing`."""
        self._folder.keep(state)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A new folder to fill, which then stands as `folder`/NAME, whole; one that was there is replaced.

        Raises:
            LedgerFault: the disk is full or refuses.
        """
        with self._folder.writing(name) as draft:
            yield draft

    def checkpoint_path(self, version: str) -> Path:
        """Where the files of this checkpoint lie, once they are written."""
        return self.folder / CHECKPOINTS / version

    @contextmanager
    def checkpoint(self, version: str) -> Iterator[Path]:
        """As `writing`, a new folder for the files of a checkpoint."""
        with self.writing(f"{CHECKPOINTS}/{version}") as draft:
            yield draft

    # ---- its agents

    def member(self, version: str, spec: str) -> Member:
        """An agent of this run: NAME-VERSION in the ledger."""
        return Member(AgentName(f"{self._asked.name}-{version}"), spec, version)

    def freeze(
        self,
        member: Member,
        parent: Member | None = None,
        *,
        stage: str = "",
        data_digest: str = "",
        step: int | None = None,
        figures: Mapping[str, float] | None = None,
    ) -> None:
        """Make a checkpoint known to the ledger for good; `figures` are what was measured of it, such as NashConv."""
        self.grounds.freeze(member, parent, stage=stage, data_digest=data_digest, step=step, figures=figures)
        told = "".join(f", {name} {value:.4g}" for name, value in (figures or {}).items())
        self.tell(f"{member.agent} is frozen{told}")

    def play(self, meetings: Sequence[Meeting]) -> None:
        """Have members meet: what the ledger lacks of these sets is played, and is durable on return.

        Raises:
            ArenaError: the workers do not start, or the ledger cannot be written.
        """
        with self._watching() as watcher:
            self.grounds.play(meetings, watcher)

    # ---- what it says

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Log figures of one step, to TensorBoard and `figures.jsonl`."""
        self._board.figures(step, figures)

    def tell(self, sentence: str) -> None:
        """Say how it goes, to whoever looks on."""
        self._board.tell(sentence)


@contextmanager
def opened(
    asked: Asked,
    path: Path,
    ledger: Ledger,
    make_game: Callable[[], Game],
    *,
    workers: int | None = None,
    quiet: bool = False,
    watching: Watching = nullcontext,
) -> Iterator[Run]:
    """The run in this folder, begun or to be gone on with. While sets are played, whoever is `watching` is told.

    Raises:
        BadRequest: another process has it, it was begun with something else, or the extra `loops` is missing.
    """
    if not _NAME.fullmatch(asked.name):
        raise BadRequest(f"agents cannot be called {asked.name[:60]!r}; take 1 to 48 of A-Z a-z 0-9 . _ - for --name")
    with RunFolder(path) as folder:
        if not folder.begun:
            _require_new_name(ledger, asked.name)
        run = folder.agree(asked.as_json())
        with _forgotten_if_refused(folder), closing(Board(folder.path, quiet=quiet)) as board:
            grounds = Grounds(
                ledger,
                asked.game,
                _spec(make_game),
                run=run,
                seed=asked.seed,
                workers=workers or len(os.sched_getaffinity(0)),
            )
            yield Run(asked, folder, grounds, board, make_game, watching)


def _spec(make_game: Callable[[], Game]) -> GameSpec:
    with closing(make_game()) as game:
        return game.spec


@contextmanager
def _forgotten_if_refused(folder: RunFolder) -> Iterator[None]:
    try:
        yield
    except BadRequest:
        folder.forget()
        raise


def _require_new_name(ledger: Ledger, name: str) -> None:
    """What is frozen never changes, so that two runs cannot share names."""
    taken = next((line.agent for line in ledger.checkpoints.all() if line.agent.startswith(f"{name}-")), None)
    if taken is not None:
        raise BadRequest(f"the ledger has an agent {taken!r} already; name this run's agents otherwise by --name")
