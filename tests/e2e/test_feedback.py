"""Self-play with AI feedback: the shipped event, held by a server, with a scripted model on both sides."""

import subprocess
import sys
from pathlib import Path

import pytest

from arena.client.remote import Remote
from tests.e2e.hosting import await_end, outcome
from tests.e2e.serving import ARENA, ROOT, Server, arena, arena_json

EVENT = ROOT / "tournaments" / "balloon_feedback.toml"
GAME = "negotiation/balloon"
HAGGLER = "tests.agents.language.haggling:Haggler"


def join(server: Server, tournament: str, name: str, *more: str) -> "subprocess.Popen[bytes]":
    command = [*ARENA, "join", "--tournament", tournament, "--agent", HAGGLER, "--name", name]
    return subprocess.Popen([*command, "--server", server.address, *more], cwd=ROOT, stdout=sys.stderr)


def test_the_coached_side_sells_for_more_once_it_has_read_its_notes(server: Server, tmp_path: Path) -> None:
    with Remote(server.address) as calls:
        tournament = calls.submit(EVENT.read_text().replace("cycles = 10 ", "cycles = 4 ")).tournament
    assert tournament in EVENT.read_text()
    sides = [join(server, tournament, "plain"), join(server, tournament, "coached", "--critic", "self")]
    try:
        assert await_end(server, tournament) == "over"
        assert [side.wait(60) for side in sides] == [0, 0]
    finally:
        for side in sides:
            side.kill()
            side.wait()
    with server.ledger() as ledger:
        matches = [ledger.result(match) for match, _, _ in outcome(ledger, tournament).matches]
    assert len(matches) == 8
    as_seller = [
        seat.score
        for match in sorted(matches, key=lambda match: match.ended_ms)
        for seat in match.seats
        if seat.role == "seller" and match.plan.parties[seat.party].agent == "coached"
    ]
    assert set(as_seller) == {2.0, 7.0}  # the buyer's opening bid; the middle
    assert as_seller == sorted(as_seller)
    spent = arena_json("ladder", GAME, "--cost", "--db", server.db)["spending"]
    tokens = {line["agent"]: line["prompt_tokens"] / line["matches"] for line in spent}
    assert tokens["coached"] > tokens["plain"]


@pytest.mark.parametrize(
    ("agent", "critic", "sentence"),
    [
        ("random", "self", "only a language-model agent takes a critic's notes, and 'random' is none"),
        (HAGGLER, "random", "'random' is no critic"),
        (HAGGLER, "tests.agents.language.haggling:HagglingModel", "is no critic"),
        (HAGGLER, "tests.agents.language.haggling:Nobody", "cannot be imported"),
        (HAGGLER, "nobody", "unknown agent 'nobody'"),
    ],
)
def test_a_wrong_critic_is_refused_in_one_sentence(agent: str, critic: str, sentence: str) -> None:
    done = arena("join", GAME, "--agent", agent, "--critic", critic, "--server", "127.0.0.1:1")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert sentence in line
