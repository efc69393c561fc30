"""Who is told what of matches: names while they run, refusals and provenance, and what counts for a ladder."""

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from arena.core.agent import Provenance, Refusal
from arena.core.errors import Forbidden, UnknownMatch
from arena.core.game import ClockSpec
from arena.core.match import MatchResult, PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.server.results import Results
from arena.server.session import Principal
from arena.v1 import results_pb2 as pb
from tests.ledger.samples import ALICE, result, results, set_plan
from tests.server.test_arbiter import GAME, Scene

WATCH = frozenset({"watch"})
ANN, BEN, EVE = (Principal(owner, WATCH) for owner in ("ann", "ben", "eve"))
ONE, TWO = (Principal(owner, WATCH) for owner in ("one", "two"))
ADMIN = Principal("host", frozenset({"play", "watch", "admin"}))
NOBODY = Principal("", WATCH)
"""Everybody, where no token is asked for."""
HOSTILE = "a" * 300 + "\x1b[2J\u202e"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'arena.db'}") as opened:
        yield opened


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """A live match `m` of the set `s`, in which agent "one" of owner "one" has seat 0, and "two" seat 1."""
    scene = Scene(tmp_path, ClockSpec())
    yield scene
    scene.arbiter.stop()
    scene.journal.close()


@pytest.fixture
def answers(ledger: Ledger, scene: Scene) -> Results:
    return Results(ledger, scene.arbiter)


def spoken(ledger: Ledger) -> MatchResult:
    """A match that has landed: alice thought about move 0, and bob about move 1 after two refusals."""
    plan = set_plan()
    refused = [Refusal("that square is taken", HOSTILE), Refusal("no such square", "99")]
    thought = Provenance(reasoning="CANARY", mask="{}", prompt_tokens=30, completion_tokens=4)
    played = result(plan, provenance={0: thought, 1: Provenance(refused=refused)})
    played.seats[1].refusals = 2
    ledger.append(plan, [played, result(plan, 1)]).result(30)
    return played


async def listed(answers: Results, who: Principal, **request: object) -> Sequence[pb.MatchSummary]:
    reply = await answers.matches(pb.ListMatchesRequest(**request), who)  # type: ignore[arg-type]
    return reply.matches


def names(matches: Sequence[pb.MatchSummary]) -> list[list[str]]:
    return [[seat.agent for seat in match.seats] for match in matches]


# ---- names while a match runs


@pytest.mark.parametrize(
    ("who", "told"),
    [(ONE, ["one", ""]), (TWO, ["", "two"]), (ADMIN, ["one", "two"]), (EVE, ["", ""]), (NOBODY, ["", ""])],
    ids=lambda value: value.owner or "nobody" if isinstance(value, Principal) else "",
)
async def test_a_live_match_names_agents_to_their_owners_only(
    answers: Results, who: Principal, told: list[str]
) -> None:
    assert names(await listed(answers, who)) == [told]


@pytest.mark.parametrize(("who", "found"), [(ONE, 1), (TWO, 0), (ADMIN, 1), (EVE, 0), (NOBODY, 0)])
async def test_looking_for_an_agent_does_not_tell_where_it_sits(answers: Results, who: Principal, found: int) -> None:
    assert len(await listed(answers, who, agent="one")) == found


async def test_an_owner_finds_its_own_live_matches(answers: Results) -> None:
    assert [len(await listed(answers, who, mine=True)) for who in (ONE, TWO, EVE, NOBODY)] == [1, 1, 0, 0]


async def test_matches_that_landed_do_not_unmask_their_set_while_it_runs(
    ledger: Ledger, answers: Results, scene: Scene
) -> None:
    parties = [PartyRef(agent=AgentName(name), owner=name) for name in ("one", "two")]
    plan = set_plan(parties=parties, set_id="s", game=GAME)
    ledger.append(plan, [result(plan, match_id="earlier")]).result(30)
    live, earlier = await listed(answers, EVE)
    assert (live.live, earlier.match_id) == (True, "earlier")
    assert names([earlier]) == [["", ""]]
    assert [seat.outcome.rank for seat in earlier.seats] == [1, 2]
    assert names(await listed(answers, TWO)) == [["", "two"], ["", "two"]]
    assert names(await listed(answers, ADMIN)) == [["one", "two"], ["one", "two"]]
    assert await listed(answers, EVE, agent="one") == []
    scene.arbiter.matches.clear()
    assert names(await listed(answers, EVE, agent="one")) == [["one", "two"]]


# ---- refusals


async def test_an_owner_reads_its_own_refusals_and_nobody_elses(ledger: Ledger, answers: Results) -> None:
    played = spoken(ledger)
    for who, told in ((BEN, 2), (ADMIN, 2), (ANN, 0), (EVE, 0), (NOBODY, 0)):
        found = {match.match_id: match for match in await listed(answers, who, game=played.plan.game.rated_id)}
        alice, bob = found[played.plan.match_id].seats
        assert (alice.refusals, len(alice.refused)) == (0, 0)
        assert (bob.refusals, len(bob.refused)) == (told, told)


async def test_a_listed_refusal_tells_step_reason_and_the_beginning_of_the_text(
    ledger: Ledger, answers: Results
) -> None:
    spoken(ledger)
    (bob,) = [seat for match in await listed(answers, BEN) for seat in match.seats if seat.refused]
    assert [(r.step, r.reason, r.sent) for r in bob.refused] == [
        (1, "that square is taken", "a" * 200),
        (1, "no such square", "99"),
    ]


# ---- provenance


async def test_provenance_is_told_to_the_seats_owner_and_to_admins(ledger: Ledger, answers: Results) -> None:
    match = spoken(ledger).plan.match_id
    told = {who.owner: list(await answers.provenance(match, who)) for who in (ANN, BEN, ADMIN)}
    assert {owner: [made.move for made in moves] for owner, moves in told.items()} == {
        "ann": [0],
        "ben": [1],
        "host": [0, 1],
    }
    sent = told["ann"][0].provenance
    assert (sent.reasoning, sent.mask, sent.prompt_tokens, sent.completion_tokens) == ("CANARY", "{}", 30, 4)
    assert [refusal.sent for refusal in told["ben"][0].refused] == [HOSTILE, "99"]


@pytest.mark.parametrize("who", [EVE, NOBODY])
async def test_provenance_is_refused_to_everybody_else(ledger: Ledger, answers: Results, who: Principal) -> None:
    with pytest.raises(Forbidden, match="owners and to admins"):
        await answers.provenance(spoken(ledger).plan.match_id, who)


async def test_a_server_without_tokens_does_not_tell_what_was_played_locally(ledger: Ledger, answers: Results) -> None:
    plan = set_plan(parties=[PartyRef(agent=AgentName(name)) for name in ("here", "there")])
    played = result(plan, provenance={0: Provenance(reasoning="CANARY")})
    ledger.append(plan, [played]).result(30)
    with pytest.raises(Forbidden):
        await answers.provenance(played.plan.match_id, NOBODY)


@pytest.mark.parametrize("match", ["m", "none", "", "\0"], ids=repr)
async def test_of_a_match_that_has_not_landed_there_is_no_provenance(answers: Results, match: str) -> None:
    with pytest.raises(UnknownMatch):
        await answers.provenance(match, ONE)


async def test_a_logprob_of_minus_infinity_is_told_as_it_is(ledger: Ledger, answers: Results) -> None:
    plan = set_plan()
    played = result(plan, provenance={0: Provenance(completion_token_ids=[1], logprobs=[float("-inf")])})
    ledger.append(plan, [played]).result(30)
    (made,) = await answers.provenance(played.plan.match_id, ANN)
    assert made.provenance.logprobs_f32 == b"\0\0\x80\xff"


# ---- what counts


async def test_a_match_is_rated_when_its_set_counts_for_the_ladder(ledger: Ledger, answers: Results) -> None:
    rated, study = set_plan(), set_plan(rated=False)
    alone = set_plan(parties=(ALICE, PartyRef(agent=AgentName("alina"), owner="ann")))
    unfinished, spoilt = set_plan(), set_plan()
    for plan in (rated, study, alone):
        ledger.append(plan, results(plan))
    ledger.append(unfinished, [result(unfinished)])
    ledger.append(spoilt, [result(spoilt), result(spoilt, 1, match_id="first", void="it raised")])
    ledger.append(spoilt, [result(spoilt, 1, void="again")])
    ledger.flush()
    told = {(match.set_id, match.rated) for match in await listed(answers, EVE) if not match.live}
    assert told == {
        (rated.set_id, True),
        (unfinished.set_id, True),
        (study.set_id, False),
        (alone.set_id, False),
        (spoilt.set_id, False),
    }


async def test_a_void_match_is_not_rated_though_its_set_is(ledger: Ledger, answers: Results) -> None:
    plan = set_plan(matches=1)
    ledger.append(plan, [result(plan, match_id="void", void="it raised"), result(plan, match_id="again")]).result(30)
    assert {m.match_id: m.rated for m in await listed(answers, EVE) if not m.live} == {"void": False, "again": True}
