"""`arena join --agent human`: a person at a terminal against a server in a process of its own."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arena.core.match import Cause
from arena.ledger import Ledger
from tests.e2e.person import Person, opponent, person
from tests.e2e.serving import ARENA, ROOT, Server, arena, install_plugin, serving

TTT = "openspiel/tic_tac_toe"
BALLOON = "negotiation/balloon"
OVER = r"--- match [0-9a-f.]+ is over"
HURRIED = """
from dataclasses import replace

from arena.core.game import ClockSpec
from arena.plugin.spec import hookimpl
from arena.testing.games import Doublet


class Game(Doublet):
    def make_spec(self):
        clock = ClockSpec(decision=1.0, bank=0.0, match=60.0)
        return replace(super().make_spec(), id="hurried/doublet", clock=clock)


@hookimpl
def arena_register_games(register):
    register(replace(Doublet.listing, id="hurried/doublet", make=Game))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, env=install_plugin(folder, "hurried", "hurried_games", HURRIED)) as started:
        yield started


def causes(server: Server, game: str) -> list[Cause]:
    """Why the latest set's matches ended for ann, oldest first."""
    with Ledger.open(server.db) as ledger:
        lines = ledger.matches(game=game, agent="ann", limit=2)
    return [seat.cause for line in reversed(lines) for seat in line.seats if seat.agent == "ann"]


def first_listed(shown: str) -> str:
    """The number of the first legal action in what is shown."""
    listed = re.findall(r"^\s+(\d+)  ", shown, re.MULTILINE)
    return str(listed[0])


def plays(at: Person, matches: int, asked: str, turn: Callable[[Person], None]) -> None:
    """Take a turn whenever one is asked for, until so many matches are over; an end may be told in the next match."""
    while len(re.findall(OVER, at.seen)) < matches:
        if not at.sees(asked, OVER).group().startswith("---"):
            turn(at)


def bargains(at: Person) -> None:
    """Accept what is open, else propose, else walk."""
    at.sees("number> ")
    choice = "accept" if "accept" in at.before else "propose" if "propose" in at.before else "walk"
    at.answers(choice)
    if choice == "propose":
        at.sees(r"offer price \(a whole number from \d+ to \d+\)> ")
        at.answers("15")
    at.sees(r"message \(text, at most 400 characters, Enter for none\)> ")
    at.answers("fair enough")


def test_a_person_plays_a_set_of_tic_tac_toe(server: Server) -> None:
    with opponent(server, TTT, "random", 2), person(server, TTT, "--matches", "2") as ann:
        ann.sees(r"you sit in seat \d")
        ann.sees(r"\[\d+ s \+ \d+ s\] number> ")
        move = first_listed(ann.before)
        ann.answers("99")
        ann.sees("'99' is none of the numbers listed")
        ann.sees("number> ")
        ann.answers(move)
        plays(ann, 2, "number> ", lambda at: at.answers(first_listed(at.before)))
        assert ann.leaves() == 0
        assert "ann played 2 matches" in ann.seen
    assert causes(server, TTT) == [Cause.RULES] * 2


def test_a_person_bargains_field_by_field(server: Server) -> None:
    with opponent(server, BALLOON, "injector", 2), person(server, BALLOON, "--matches", "2") as ann:
        plays(ann, 2, "Choose one:", bargains)
        assert ann.leaves() == 0
        assert "\x9b" not in ann.seen
    assert set(causes(server, BALLOON)) <= {Cause.RULES, Cause.DISCONNECT}


def test_ctrl_c_resigns_after_asking_and_again_leaves_for_good(server: Server) -> None:
    with opponent(server, TTT, "random", 0), person(server, TTT) as ann:
        ann.sees("number> ")
        ann.types("\x03")
        ann.sees("resign this match\\? y/n")
        ann.answers("y")
        ann.sees("You resign.")
        ann.sees(r"seat \d")
        ann.sees("number> ")
        ann.types("\x03")
        ann.sees("resign this match\\? y/n")
        ann.types("\x03")
        assert ann.leaves() == 0
        assert "2 lost" in ann.seen
    assert causes(server, TTT) == [Cause.RESIGNED] * 2


def test_a_person_that_is_late_is_told_and_goes_on(server: Server) -> None:
    with opponent(server, "hurried/doublet", "random", 2), person(server, "hurried/doublet", "--matches", "2") as ann:
        for _ in range(2):
            ann.sees("number> ")
            ann.sees("Your time is up")
        assert ann.leaves() == 0
    assert causes(server, "hurried/doublet") == [Cause.TIMEOUT] * 2


def test_without_a_terminal_one_sentence_says_so(server: Server, tmp_path: Path) -> None:
    for command in (
        ["join", TTT, "--agent", "human", "--server", server.address],
        ["play", TTT, "--agents", "human,random", "--db", f"sqlite:///{tmp_path}/arena.db"],
    ):
        done = subprocess.run(
            [*ARENA, *command], cwd=ROOT, capture_output=True, text=True, start_new_session=True, check=False
        )
        assert (done.returncode, done.stdout) == (1, "")
        (sentence,) = done.stderr.splitlines()
        assert "plays at the terminal that `arena join` runs in" in sentence


def test_human_is_listed_among_the_agents() -> None:
    assert "human" in arena("agents").stdout
