"""Agents, versions and tokens; and provenance, which only its owner and admins may read."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from sqlalchemy import Engine, text

from arena.core.agent import MAX_REFUSAL_REASON, MAX_REFUSED_TEXT, Provenance, Refusal
from arena.core.errors import BadRequest, Forbidden, LedgerFault, NameTaken, Unauthenticated, UnknownMatch
from arena.core.values import AgentName
from arena.ledger import Grant, Ledger, Scope
from arena.ledger.provenance import pack, unpack
from arena.ledger.signing import HEADS
from tests.ledger.samples import result, results, set_plan

ALICE, BOB = AgentName("alice"), AgentName("bob")


def test_a_name_belongs_to_one_owner(ledger: Ledger) -> None:
    ledger.agents.register(ALICE, "ann")
    ledger.agents.register(ALICE, "ann")
    with pytest.raises(NameTaken, match="'alice' belongs to another owner"):
        ledger.agents.register(ALICE, "eve")
    assert [(line.name, line.owner) for line in ledger.agents.all()] == [("alice", "ann")]


def test_results_introduce_their_agents_but_take_no_name_from_its_owner(ledger: Ledger) -> None:
    ledger.agents.register(BOB, "first")
    plan = set_plan()
    ledger.append(plan, results(plan)).result(30)
    assert {line.name: line.owner for line in ledger.agents.all()} == {"alice": "ann", "bob": "first"}
    assert [line.name for line in ledger.agents.all("ann")] == ["alice"]
    assert [line.version for line in ledger.agents.versions("alice")] == ["v2"]


def test_versions_know_the_checkpoint_they_came_from(ledger: Ledger) -> None:
    ledger.agents.add_version(ALICE, "v1")
    ledger.agents.add_version(ALICE, "v2", (ALICE, "v1"))
    ledger.agents.add_version(ALICE, "v1", (BOB, "v9"))
    ledger.agents.add_version(ALICE, "v2", (BOB, "v8"))
    lineage = {line.version: line.parent for line in ledger.agents.versions("alice")}
    assert lineage == {"v1": ("bob", "v9"), "v2": ("alice", "v1")}


def test_a_token_is_good_until_it_is_revoked(ledger: Ledger) -> None:
    token = ledger.tokens.create("ann", [Scope.PLAY, "watch"], "laptop")
    grant = ledger.tokens.authenticate(token)
    assert (grant.owner, grant.scopes) == ("ann", frozenset({Scope.PLAY, Scope.WATCH}))
    (line,) = ledger.tokens.all("ann")
    assert (line.name, line.revoked_ms) == ("laptop", None)
    ledger.tokens.revoke(line.id)
    with pytest.raises(Unauthenticated):
        ledger.tokens.authenticate(token)
    assert ledger.tokens.all()[0].revoked_ms is not None


def test_a_wrong_token_is_refused_without_a_hint(ledger: Ledger) -> None:
    token = ledger.tokens.create("ann", ["play"])
    other = ledger.tokens.create("ben", ["play"])
    crossed = "_".join([*token.split("_")[:2], other.split("_", 2)[2]])
    wrong = ("", "arena", "arena_x_y", token[:-1], token + "x", crossed, "a\0b_c\0_d", "\ud800_x_y")
    answers = set()
    for text_ in wrong:
        with pytest.raises(Unauthenticated) as caught:
            ledger.tokens.authenticate(text_)
        answers.add(str(caught.value))
    assert len(answers) == 1


def test_only_the_digest_of_a_token_is_kept(ledger: Ledger, engine: Engine) -> None:
    secret = ledger.tokens.create("ann", ["admin"]).split("_", 2)[2]
    with engine.connect() as connection:
        assert secret not in repr(connection.execute(text("SELECT * FROM token")).all())
    assert secret not in repr(ledger.tokens.all())


def test_scopes_are_checked() -> None:
    Grant("ann", frozenset({Scope.ADMIN}), "id").require(Scope.PLAY)
    Grant("ann", frozenset({Scope.PLAY}), "id").require(Scope.PLAY)
    with pytest.raises(Forbidden, match="this token has no play scope"):
        Grant("ann", frozenset({Scope.WATCH}), "id").require(Scope.PLAY)


@pytest.mark.parametrize(("owner", "scopes"), [("", ["play"]), ("ann", []), ("ann", ["root"])])
def test_a_senseless_token_is_not_made(ledger: Ledger, owner: str, scopes: list[str]) -> None:
    with pytest.raises(BadRequest):
        ledger.tokens.create(owner, scopes)
    assert ledger.tokens.all() == []


def test_an_unknown_token_cannot_be_revoked(ledger: Ledger) -> None:
    with pytest.raises(BadRequest, match="there is no token 'nope'"):
        ledger.tokens.revoke("nope")


MADE = Provenance(
    policy_version="step-70",
    prompt_token_ids=[1, 2**32 - 1],
    completion_token_ids=[3],
    logprobs=np.array([-0.5, -np.inf], dtype=np.float32),
    reasoning="CANARY",
    cost=0.25,
    think_seconds=1.5,
    mask='{"choice": ["a"]}',
    prompt_tokens=2**32 - 1,
    completion_tokens=12,
)


def test_provenance_is_read_back_whole() -> None:
    again = unpack(pack(MADE))
    assert isinstance(again.logprobs, np.ndarray)
    assert again.logprobs.tolist() == [-0.5, -np.inf]
    assert (again.prompt_token_ids, again.completion_token_ids) == ([1, 2**32 - 1], [3])
    assert (again.policy_version, again.reasoning, again.cost, again.think_seconds) == ("step-70", "CANARY", 0.25, 1.5)
    assert (again.mask, again.prompt_tokens, again.completion_tokens) == ('{"choice": ["a"]}', 2**32 - 1, 12)


def test_a_blob_from_before_refusals_were_kept_has_none() -> None:
    old = msgspec.msgpack.encode(("v1", b"", b"", b"", "so", 0.0, 0.0))
    assert pack(Provenance(policy_version="v1", reasoning="so")) == old
    assert list(unpack(old).refused) == []


def test_a_blob_from_before_masks_and_counts_were_kept_has_none() -> None:
    old = msgspec.msgpack.encode(("v1", b"", b"", b"", "so", 0.0, 0.0, [("taken", "4")], "sent"))
    made = Provenance(policy_version="v1", reasoning="so", refused=[Refusal("taken", "4")], raw="sent")
    assert pack(made) == old
    read = unpack(old)
    assert (read.raw, read.mask, read.prompt_tokens, read.completion_tokens) == ("sent", "", 0, 0)


def test_refusals_are_read_back_in_their_order() -> None:
    refused = [Refusal("taken", "\u202e\0 text"), Refusal("no number", "")]
    assert unpack(pack(Provenance(refused=refused))).refused == refused


def test_a_raw_text_is_read_back_with_and_without_refusals() -> None:
    for refused in ([], [Refusal("taken", "4")]):
        made = unpack(pack(Provenance(refused=refused, raw="\u202e as sent")))
        assert (made.refused, made.raw) == (refused, "\u202e as sent")


def test_a_refusal_is_bounded_and_can_always_be_kept() -> None:
    refusal = Refusal.of("r" * 10_000, "\ud800" + "s" * 10_000_000)
    assert (len(refusal.reason), len(refusal.sent)) == (MAX_REFUSAL_REASON, MAX_REFUSED_TEXT)
    assert unpack(pack(Provenance(refused=[refusal]))).refused == [Refusal("r" * 500, "?" + "s" * 1_999)]


def test_an_owner_reads_how_its_moves_came_about_and_no_stranger_does(ledger: Ledger) -> None:
    plan = set_plan()
    refused = Provenance(refused=[Refusal("taken", "4")])
    played = result(plan, provenance={0: MADE, 1: refused, 2: Provenance(cost=1.0)})
    played.seats[1].refusals = 1
    match_id = played.plan.match_id
    ledger.append(plan, [played, result(plan, 1)]).result(30)
    assert [(made.number, made.step, made.seat) for made in ledger.made_moves(match_id, "ann")] == [
        (0, 0, 0),
        (2, 2, 0),
    ]
    assert [made.number for made in ledger.made_moves(match_id, None)] == [0, 1, 2]
    for stranger in ("eve", ""):
        with pytest.raises(Forbidden):
            ledger.made_moves(match_id, stranger)
    lines = {line.match_id: line for line in ledger.matches()}
    assert [made.number for made in ledger.refusals(lines[played.plan.match_id], "ben")] == [1]
    assert ledger.refusals(lines[played.plan.match_id], "ann") == []
    assert [made.number for line in lines.values() for made in ledger.refusals(line, None)] == [1]
    assert ledger.verify().ok


@pytest.mark.parametrize("odd", ["none", "\0", "a\0b"])
def test_of_an_unknown_match_nothing_is_read(ledger: Ledger, odd: str) -> None:
    with pytest.raises(UnknownMatch):
        ledger.made_moves(odd, None)
    assert ledger.matches(game=odd, agent=odd) == []


def test_provenance_is_read_by_its_owner_and_admins_only(ledger: Ledger) -> None:
    plan = set_plan()
    played = result(plan, provenance={0: MADE, 1: Provenance(reasoning="bob's")})
    ledger.append(plan, [played]).result(30)
    match_id = played.plan.match_id
    assert {move: made.reasoning for move, made in ledger.provenance(match_id, "ann").items()} == {0: "CANARY"}
    assert list(ledger.provenance(match_id, "ben")) == [1]
    assert list(ledger.provenance(match_id, "eve")) == []
    assert list(ledger.provenance(match_id, "")) == []
    assert list(ledger.provenance(match_id, None)) == [0, 1]
    with pytest.raises(UnknownMatch):
        ledger.provenance("none", "ann")


def test_provenance_is_in_no_table_but_its_own(ledger: Ledger, engine: Engine) -> None:
    plan = set_plan()
    played = result(plan, provenance={0: MADE})
    ledger.append(plan, [played]).result(30)
    assert ledger.result(played.plan.match_id).provenance == {}
    with engine.connect() as connection:
        for table in ("entry", "match", "seat", "match_set", "standing", "agent", "agent_version", "token"):
            assert "CANARY" not in repr(connection.execute(text(f"SELECT * FROM {table}")).all())
        assert "CANARY" in repr(connection.execute(text("SELECT * FROM provenance")).all())


def test_a_backup_is_a_ledger_that_verifies(ledger: Ledger, tmp_path: Path) -> None:
    plan = set_plan()
    played = [result(plan, 0, provenance={0: MADE}), result(plan, 1)]
    ledger.append(plan, played).result(30)
    ledger.tokens.create("ann", ["play"])
    copy = tmp_path / "copy.db"
    ledger.backup(copy)
    with Ledger.open(f"sqlite:///{copy}", create=False) as backup:
        found = backup.verify()
        assert (found.ok, found.results, found.unsigned) == (True, 2, 0)
        assert backup.ladder(plan.game.rated_id) == ledger.ladder(plan.game.rated_id)
        assert backup.tokens.all() == ledger.tokens.all()
        assert list(backup.provenance(played[0].plan.match_id, "ann")) == [0]
    assert not (tmp_path / "copy.db.state" / "key").exists()
    with pytest.raises(BadRequest, match="exists already"):
        ledger.backup(copy)


def test_a_backup_that_fails_leaves_nothing_behind(ledger: Ledger, state: Path, tmp_path: Path) -> None:
    plan = set_plan(1)
    ledger.append(plan, results(plan)).result(30)
    (state / HEADS).unlink()
    (state / HEADS).mkdir()
    with pytest.raises(LedgerFault, match="the backup cannot be written"):
        ledger.backup(tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_database_that_fails_during_a_backup_is_named(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE provenance"))
    with pytest.raises(LedgerFault, match=r"the backup cannot be written: .*provenance"):
        ledger.backup(tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))
