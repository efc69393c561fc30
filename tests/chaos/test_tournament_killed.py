"""kill -9 of a tournament at random moments, then `arena tournament resume`: no match is played twice, none is lost,
and the event is the one that it would have been. `make chaos` runs it in full size."""

import os
import signal
import subprocess
from collections import Counter
from pathlib import Path
from random import Random

import psutil
import pytest

from arena.core.values import MatchId
from arena.ledger import Ledger
from arena.ledger.tournaments import StoredEvent, StoredPairing
from arena.local.standings import as_json, report
from arena.local.tournament import begin, conduct
from tests.cli.terminal import ARENA, arena, environment

EVENT = """
name = "Siege"

[game]
id = "openspiel/kuhn_poker"

[format]
{format}

[sets]
deals = {deals}
public_seeds = true
seed = 7

[stop]
sets = {sets}
"""
ENTRANTS = "".join(
    f'\n[[entrants]]\nname = "{name}"\nspec = "{spec}"\n'
    for name, spec in {
        "uniform": "random",
        "pass": "first",
        "bet": "null",
        "second": "random",
        "third": "random",
    }.items()
)
LOOK_SECONDS = 0.02
LADDER, ROUNDS = 'kind = "ladder"\nrange = 60\nwiden = 20', 'kind = "round robin"\ncycles = 100'


def declare(folder: Path, rules: str, sets: int, deals: int) -> Path:
    folder.mkdir()
    file = folder / "siege.toml"
    file.write_text(EVENT.format(format=rules, sets=sets, deals=deals) + ENTRANTS)
    return file


def kill_after(folder: Path, command: str, file: Path, landed: int) -> None:
    """Start a command, and kill it without a word as soon as so many matches have landed."""
    process = subprocess.Popen(
        [ARENA, "tournament", command, file, "--workers", "2" if command == "run" else "1"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with opened(folder) as ledger:
            while count(ledger) < landed:  # ends by the test's timeout
                assert not ends_within(process, LOOK_SECONDS)
    finally:
        workers = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert psutil.wait_procs(workers, timeout=30)[1] == []


def ends_within(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def opened(folder: Path) -> Ledger:
    return Ledger.open(f"sqlite:///{folder}/arena.db")


def count(ledger: Ledger) -> int:
    """How many matches have landed; -1 before the event is stored."""
    events = ledger.tournaments.all()
    return ledger.tournaments.settled(events[0].id) if events else -1


def read(folder: Path) -> tuple[StoredEvent, list[StoredPairing], list[MatchId]]:
    with opened(folder) as ledger:
        (event,) = ledger.tournaments.all()
        matches = [line.match_id for line in ledger.matches(limit=1_000_000)]
        return event, ledger.tournaments.pairings(event.id), matches


def meetings(pairings: list[StoredPairing]) -> list[tuple[object, ...]]:
    return [(row.round, row.number, row.leg, row.known, row.entrants) for row in pairings]


def plays(folder: Path, pairings: list[StoredPairing]) -> dict[tuple[int, int], bytes]:
    """The digest of each match's play, by the place of its pairing and its own in the set."""
    places = {row.set_id: place for place, row in enumerate(pairings)}
    with opened(folder) as ledger:
        return {
            (places[line.set_id], int(line.match_id.rpartition(".")[2])): line.play_digest
            for line in ledger.matches(limit=1_000_000)
        }


@pytest.mark.parametrize(
    ("rules", "kills", "sets", "deals"),
    [
        pytest.param(LADDER, 5, 16, 40, id="short"),
        pytest.param(LADDER, 40, 120, 100, id="ladder", marks=[pytest.mark.chaos, pytest.mark.timeout(900)]),
        pytest.param(ROUNDS, 40, 120, 100, id="rounds", marks=[pytest.mark.chaos, pytest.mark.timeout(900)]),
    ],
)
def test_a_killed_tournament_goes_on_as_if_nothing_had_been(
    tmp_path: Path, rules: str, kills: int, sets: int, deals: int
) -> None:
    rng, total = Random(kills), sets * deals * 2
    calm, siege = tmp_path / "calm", tmp_path / "siege"
    file = declare(calm, rules, sets, deals)
    with Ledger.open(f"sqlite:///{calm}/arena.db") as ledger:
        undisturbed = as_json(report(ledger, conduct(ledger, begin(ledger, file.read_text()))))
    file = declare(siege, rules, sets, deals)
    moments = sorted(rng.randrange(total * 3 // 4) for _ in range(kills - 1))
    for command, moment in zip(["run"] + ["resume"] * (kills - 1), [0, *moments], strict=True):
        kill_after(siege, command, file, moment)
    with opened(siege) as ledger:
        assert report(ledger, ledger.tournaments.all()[0]).state == "interrupted"
    finished = arena("tournament", "resume", file, "--json", cwd=siege, timeout=600).json
    _, expected, _ = read(calm)
    event, pairings, matches = read(siege)
    assert event.state == "over"
    assert set(Counter(matches).values()) == {1}
    assert len(matches) == total
    assert meetings(pairings) == meetings(expected)
    assert plays(siege, pairings) == plays(calm, expected)
    assert finished["standings"] == undisturbed["standings"]
    with opened(siege) as ledger:
        assert ledger.verify().ok
