"""vLLM itself, in the process of a real `arena join`, against a real server: `make test-vllm` sets up its CPU build.

Every test starts an engine of its own, which takes about a minute.
"""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from arena.core.agent import Provenance
from arena.ledger import Ledger, MatchLine
from tests.agents.language.other_models import make_adapter
from tests.agents.language.tiny_model import make_tiny_model
from tests.agents.language.vllm_environ import CPU_SETTINGS, vllm_environ
from tests.e2e.serving import ARENA, ROOT, Server

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.timeout(900),
    pytest.mark.skipif(find_spec("vllm") is None, reason="needs vLLM; `make test-vllm` sets up an environment with it"),
]
MATCHES = 20
GAMES = (
    ("werewolf/ww4-mini",),
    ("negotiation/balloon",),
    ("openspiel/tic_tac_toe",),
    ("pokemon_vgc/gen9championsvgc2026regmb",),
    ("drone_volleyball/1v1", "level=skill", "points=1", "rallies=3"),
)
SHORT = ("max_tokens=96", "max_num_seqs=64")
PATIENCE = 400.0
"""Seconds for an engine to start on busy cores, or to start again."""


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory, with heads of a size that vLLM's attention has on a CPU."""
    return make_tiny_model(tmp_path_factory.mktemp("tiny"), layers=4, hidden=256)


class Joined:
    """An `arena join` that runs, and the ledger of what it plays."""

    def __init__(self, process: "subprocess.Popen[str]", server: Server, game: str) -> None:
        self.process, self._server, self._game = process, server, game

    def summary(self, timeout: float = PATIENCE) -> dict[str, Any]:
        """What it prints at its end, which must be a good one."""
        printed, _ = self.process.communicate(timeout=timeout)
        assert self.process.returncode == 0
        summary: dict[str, Any] = json.loads(printed)
        return summary

    def causes(self) -> list[Counter[str]]:
        """Of each match that has landed, oldest first, by seat."""
        with self._server.ledger() as ledger:
            lines = self._lines(ledger)
        return [Counter(str(seat.cause) for seat in line.seats) for line in reversed(lines)]

    def await_causes(self, there: Callable[[list[Counter[str]]], bool]) -> None:
        """Wait until what has landed is as it should be."""
        deadline = time.monotonic() + PATIENCE
        while not there(self.causes()):
            assert self.process.poll() is None, "the process ended"
            assert time.monotonic() < deadline, self.causes()
            time.sleep(0.5)

    def made(self) -> Iterator[tuple[int, Provenance]]:
        """How each move came about, and its seat."""
        with self._server.ledger() as ledger:
            for line in self._lines(ledger):
                for move in ledger.made_moves(line.match_id, None):
                    yield move.seat, move.provenance

    def _lines(self, ledger: Ledger) -> list[MatchLine]:
        """The game's matches with any options, newest first."""
        return [line for line in ledger.matches(limit=1000) if line.game.partition("?")[0] == self._game]

    def engines(self) -> list[psutil.Process]:
        """The processes of vLLM's scheduler and model."""
        return [child for child in psutil.Process(self.process.pid).children(True) if "VLLM" in child.name()]


@contextmanager
def joined(
    server: Server, game: Sequence[str], model: Path, *, seats: int, matches: int, settings: Sequence[str] = SHORT
) -> Iterator[Joined]:
    """`arena join` with the model in it, in a process group of its own, as a terminal starts it."""
    name, *options = game
    command = [*ARENA, "join", name, "--agent", f"vllm:{model}", "--server", server.address, "--json"]
    command += ["--seats", str(seats), "--matches", str(matches)]
    own = [one for one in CPU_SETTINGS if one.partition("=")[0] not in {given.partition("=")[0] for given in settings}]
    command += [part for one in (*own, *settings) for part in ("--set", one)]
    command += [part for one in options for part in ("--option", one)]
    log = (server.folder / "join.log").open("a")
    with (
        log,
        subprocess.Popen(
            command, cwd=ROOT, env=vllm_environ(), stdout=subprocess.PIPE, stderr=log, text=True, process_group=0
        ) as process,
    ):
        family: list[psutil.Process] = []
        try:
            joining = Joined(process, server, name)
            yield joining
        finally:
            if process.poll() is None:
                family = psutil.Process(process.pid).children(True)
                process.kill()
            _, alive = psutil.wait_procs(family, timeout=30)
            for left in alive:
                left.kill()


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game[0])
def test_a_model_on_vllm_plays_without_a_refused_answer(server: Server, tiny_model: Path, game: Sequence[str]) -> None:
    if not _is_here(game[0]):
        pytest.skip(f"{game[0]} is not installed")
    # A few matches more, as one against itself may count twice for the join.
    with joined(server, game, tiny_model, seats=16, matches=MATCHES + 10) as playing:
        playing.summary(timeout=800)
        causes = playing.causes()
        made = [how for _, how in playing.made()]
    assert len(causes) >= MATCHES
    assert set(sum(causes, Counter[str]())) == {"rules"}
    assert [refused for how in made for refused in how.refused] == []
    assert made
    for how in made:
        assert len(how.logprobs) == len(how.completion_token_ids) > 0
        assert max(how.logprobs) <= 0
        assert how.policy_version == tiny_model.name


def test_seats_play_checkpoints_side_by_side_from_one_engine(server: Server, tiny_model: Path, tmp_path: Path) -> None:
    folders = [make_adapter(tmp_path / name, tiny_model, seed=seed) for seed, name in enumerate(("now", "past"))]
    adapters = ",".join(f"{folder.name}={folder}" for folder in folders)
    settings = (*SHORT, f"adapters={adapters}", "adapter=now,past")
    with joined(server, ("openspiel/kuhn_poker",), tiny_model, seats=8, matches=8, settings=settings) as playing:
        playing.summary()
        assert set(sum(playing.causes(), Counter[str]())) == {"rules"}
        versions = {(seat, how.policy_version) for seat, how in playing.made()}
    assert versions == {(0, f"{tiny_model.name}+now"), (1, f"{tiny_model.name}+past")}


def test_play_goes_on_after_an_engine_died_and_is_unavailable_without_one(server: Server, tiny_model: Path) -> None:
    with joined(server, ("openspiel/breakthrough",), tiny_model, seats=8, matches=0) as playing:
        playing.await_causes(lambda causes: len(causes) >= 1)
        kill(playing.engines())
        dead = len(playing.causes())
        playing.await_causes(lambda causes: Counter({"rules": 2}) in causes[dead:])

        def without_engine(causes: list[Counter[str]]) -> bool:
            kill(playing.engines())
            return any("unavailable" in one for one in causes)

        playing.await_causes(without_engine)
        assert playing.process.poll() is None
        playing.process.send_signal(signal.SIGINT)
        playing.summary()


def test_ctrl_c_leaves_the_engine_to_the_running_matches(server: Server, tiny_model: Path) -> None:
    with joined(server, ("openspiel/breakthrough",), tiny_model, seats=8, matches=0) as playing:
        landed = len(playing.causes())
        playing.await_causes(lambda causes: len(causes) > landed)
        os.killpg(playing.process.pid, signal.SIGINT)  # to the engine's processes as well, as a terminal does it
        ending = len(playing.causes())
        playing.summary()
        ended = playing.causes()[ending:]
    assert ended
    assert set(sum(ended, Counter[str]())) == {"rules"}


def test_a_model_that_never_ends_is_cut_or_late_and_nothing_worse(server: Server, tiny_model: Path) -> None:
    endless = ("temperature=0", "max_tokens=1000")
    with joined(server, ("negotiation/balloon",), tiny_model, seats=4, matches=4, settings=endless) as playing:
        playing.summary()
        assert set(sum(playing.causes(), Counter[str]())) <= {"rules", "timeout"}


def kill(processes: Sequence[psutil.Process]) -> None:
    """As a crash would end them, or whoever needs their memory."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def _is_here(game: str) -> bool:
    from arena.plugin.registry import Registry

    return game in Registry().game_listings()
