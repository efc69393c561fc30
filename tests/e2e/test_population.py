"""Population services of a real server: what it tells is what its ledger says, and only owners freeze."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from arena.agents.simple import RandomAgent
from arena.cli.population_source import Source, opened
from arena.client.remote import Remote
from arena.core.errors import BadRequest, Forbidden, NameTaken, UnknownAgent
from arena.ledger import Scope
from tests.e2e.clients import client_of, play
from tests.e2e.serving import Server, serving
from tests.ledger.samples import ALICE, BOB, GAME, results, set_plan

GAME_ID = GAME.rated_id


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server over a ledger with some sets of alice and bob, and the tokens of ann, eve and of one who only looks."""
    with serving(tmp_path_factory.mktemp("held")) as server, server.ledger() as ledger:
        tokens = {owner: ledger.tokens.create(owner, (Scope.PLAY, Scope.WATCH)) for owner in ("ann", "eve")}
        tokens["looker"] = ledger.tokens.create("looker", (Scope.WATCH,))
        for winner in (0, 0, 1, None):
            plan = set_plan(2, (ALICE, BOB))
            ledger.append(plan, results(plan, winner))
        ledger.flush()
        yield server, tokens


def asked(source: Source) -> list[Any]:
    """Answers to one of each question."""
    of = {"metric": "score", "checkpoints": True, "seat": None}
    draw = {
        "learner": "alice@v2",
        "history": ["bob", "alice@v2"],
        "rule": "pfsp-hard",
        "seed": 3,
        "draws": 4,
        "settings": {},
    }
    with opened(source) as services:
        return [
            services.payoffs(GAME_ID, [], ["bob"], of),
            services.payoffs(GAME_ID, [], [], of | {"seat": 1, "bounds": (-3.0, 4.0)}),
            services.payoffs(GAME_ID, [], [], of | {"role": "first"}),
            services.sample(GAME_ID, draw, {"metric": "wins", "checkpoints": True}),
            services.need(GAME_ID, 5, [], of | {"bounds": (0.0, 1.0)}),
        ]


def test_a_server_answers_as_its_ledger_does(held: tuple[Server, dict[str, str]]) -> None:
    server, tokens = held
    there = asked(Source(server.db, server.address, tokens["looker"], None))
    assert json.dumps(there) == json.dumps(asked(Source(server.db, None, None, None)))
    assert there[0]["sets"] == [[4], [0]]


def test_an_owner_freezes_its_own_agents_and_nobody_elses(held: tuple[Server, dict[str, str]]) -> None:
    server, tokens = held
    with Remote(server.address, token=tokens["ann"]) as ann:
        ann.freeze("pupil", "v1", stage="skills", data_digest="ab")
        young = ann.freeze("pupil", "v2", parent=("pupil", "v1"), step=0, figures={"nash_conv": 0.25})
        assert (young.step, dict(young.figures)) == (0, {"nash_conv": 0.25})
        assert (young.frozen, young.parent_agent, young.parent_version) == (True, "pupil", "v1")
        with pytest.raises(BadRequest, match="pupil@v1 is frozen already, with stage 'skills' and not ''"):
            ann.freeze("pupil", "v1", data_digest="ab")
    with Remote(server.address, token=tokens["eve"]) as eve, pytest.raises(NameTaken):
        eve.freeze("pupil", "v3")
    with Remote(server.address, token=tokens["looker"]) as looker:
        with pytest.raises(Forbidden):
            looker.freeze("pupil", "v4")
        assert [line.version for line in looker.checkpoints("pupil")] == ["v1", "v2"]


async def test_a_join_cannot_make_an_agent_its_own_forebear(held: tuple[Server, dict[str, str]]) -> None:
    server, tokens = held
    with Remote(server.address, token=tokens["ann"]) as ann:
        ann.freeze("circle", "v1")
        ann.freeze("circle", "v2", parent=("circle", "v1"))
    client = client_of(server, tokens["ann"])
    client.join("openspiel/tic_tac_toe", RandomAgent, name="circle", version="v1", parent_version="v2")
    with pytest.raises(BadRequest, match="circle@v1 cannot have circle@v2 as its parent"):
        await play(client)


@pytest.mark.parametrize(
    ("call", "args", "options", "why"),
    [
        ("freeze", ("a@b", "v1"), {}, "an agent's name is"),
        ("freeze", ("fine", "v 1"), {}, "an agent's version is"),
        ("freeze", ("fine", "v1"), {"data_digest": "x" * 200}, "a data digest is at most 128"),
        ("freeze", ("fine", "v1"), {"stage": "\x1b[2J"}, "a stage is at most 64"),
        ("freeze", ("fine", "v1"), {"figures": {"loss": float("inf")}}, "the figure loss is inf"),
        ("freeze", ("fine", "v1"), {"step": 2**63}, "a step is a whole number"),
        ("payoff_table", (GAME_ID, ["alice"] * 513), {}, "at most 512 members"),
        ("need_matches", (GAME_ID,), {"metric": "score", "bounds": (1, 1)}, "the least score is below the greatest"),
        ("payoff_table", (GAME_ID,), {"metric": "luck"}, "the metric of payoffs"),
        ("sample_opponent", (GAME_ID, "alice"), {"draws": 10_001}, "at most 10000 opponents"),
        ("sample_opponent", (GAME_ID, "alice"), {"settings": {"power": float("nan")}}, "is a number"),
        ("sample_opponent", (GAME_ID, "alice"), {"seat": 1}, "leave seat and role out"),
    ],
    ids=str,
)
def test_bad_questions_are_refused_in_a_sentence(
    held: tuple[Server, dict[str, str]], call: str, args: tuple[Any, ...], options: dict[str, Any], why: str
) -> None:
    server, tokens = held
    with Remote(server.address, token=tokens["ann"]) as remote, pytest.raises(BadRequest, match=why):
        getattr(remote, call)(*args, **options)


def test_a_stranger_is_unknown(held: tuple[Server, dict[str, str]]) -> None:
    server, tokens = held
    with Remote(server.address, token=tokens["ann"]) as remote, pytest.raises(UnknownAgent, match="no agent 'zoe'"):
        remote.need_matches(GAME_ID, 3, ["zoe", "alice"])
