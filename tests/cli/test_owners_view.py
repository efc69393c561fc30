"""What `arena matches --mine` and `arena replay --provenance` print of a ledger, and what they refuse."""

import json

import pytest

from arena.core.agent import Provenance, Refusal
from arena.ledger import Ledger
from tests.ledger.samples import result, set_plan

HOSTILE = 'vote "me"\x1b[2J\n\u202egnp.exe\x9b31m'
ESCAPED = '"vote \\"me\\"\\u001b[2J\\n\\u202egnp.exe\\u009b31m"'


@pytest.fixture
def match(tmp_path):
    """A match of ann's and ben's agents in the ledger of the folder; two of ben's answers were refused."""
    refused = [Refusal("that \x07square is taken", HOSTILE), Refusal("no such square", "x" * 2_000)]
    thought = Provenance(policy_version="v7", reasoning=HOSTILE, completion_token_ids=[1], logprobs=[float("-inf")])
    thought.mask, thought.prompt_tokens, thought.completion_tokens = HOSTILE, 900, 30
    plan = set_plan()
    played = result(plan, provenance={0: thought, 1: Provenance(refused=refused)})
    played.seats[1].refusals = 2
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        ledger.append(plan, [played]).result(30)
    return played.plan.match_id


@pytest.fixture
def tokens(tmp_path, match):
    """A token each of ann, ben, eve and the host, who is an admin."""
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        made = {owner: ledger.tokens.create(owner, ["watch"]) for owner in ("ann", "ben", "eve")}
        return {**made, "host": ledger.tokens.create("host", ["admin"])}


def test_an_owner_sees_its_own_refusals(cli, match, tokens):
    (row,) = cli("matches", "--mine", "--token", tokens["ben"], "--json").json["matches"]
    alice, bob = row["seats"]
    assert (alice["refusals"], alice["refused"]) == (0, [])
    assert bob["refusals"] == 2
    assert bob["refused"][0] == {"step": 1, "reason": "that \x07square is taken", "sent": HOSTILE}
    assert len(bob["refused"][1]["sent"]) == 2_000


def test_refused_texts_are_shown_in_one_harmless_line_each(cli, match, tokens):
    out = cli("matches", "--mine", "--token", tokens["ben"]).out
    first, second = [line for line in out.splitlines() if ": refused " in line]
    assert first == f'{match} seat 1 step 1: refused {ESCAPED}: "that \\u0007square is taken"'
    assert second == f'{match} seat 1 step 1: refused "{"x" * 200}"...: "no such square"'


def test_another_owner_sees_none_of_them(cli, match, tokens):
    (row,) = cli("matches", "--mine", "--token", tokens["ann"], "--json").json["matches"]
    assert [(seat["refusals"], seat["refused"]) for seat in row["seats"]] == [(0, []), (0, [])]
    assert cli("matches", "--mine", "--token", tokens["eve"], "--json").json["matches"] == []


def test_provenance_can_be_printed_by_whoever_holds_the_ledger(cli, match):
    shown = cli("replay", match, "--provenance", "--json").json
    assert [move["move"] for move in shown["moves"]] == [0, 1]
    thought, tried = shown["moves"]
    assert (thought["policy_version"], thought["reasoning"], thought["logprobs"]) == ("v7", HOSTILE, [None])
    assert (thought["mask"], thought["prompt_tokens"], thought["completion_tokens"]) == (HOSTILE, 900, 30)
    assert [refusal["reason"] for refusal in tried["refused"]] == ["that \x07square is taken", "no such square"]


def test_provenance_is_shown_in_harmless_words(cli, match):
    lines = cli("replay", match, "--provenance").out.splitlines()
    assert lines[:2] == [
        'move 0, step 0, seat 0: policy "v7", 900 + 30 tokens, cost 0.0, 0.0 s',
        f"  held to {ESCAPED}",
    ]
    assert lines[2] == f"  {ESCAPED}"
    assert lines[4] == f'  refused {ESCAPED}: "that \\u0007square is taken"'
    assert len(lines) == 6


@pytest.mark.parametrize(("owner", "moves"), [("ann", [0]), ("ben", [1]), ("host", [0, 1])])
def test_with_a_token_an_owner_reads_its_own_moves(cli, match, tokens, owner, moves):
    shown = cli("replay", match, "--provenance", "--token", tokens[owner], "--json").json
    assert [move["move"] for move in shown["moves"]] == moves


def test_a_strangers_token_reads_nothing(cli, match, tokens):
    done = cli("replay", match, "--provenance", "--token", tokens["eve"], "--json")
    assert json.dumps(HOSTILE) not in done.out
    assert "owners and to admins" in done.refusal()


def test_a_match_without_provenance_says_so(cli, template):
    db = f"sqlite:///{template}/arena.db"
    match = cli("matches", "--db", db, "--limit", 1, "--json").json["matches"][0]["match"]
    assert cli("replay", match, "--provenance", "--db", db).out == "no move came with a provenance\n"


@pytest.mark.usefixtures("match")
@pytest.mark.parametrize(
    ("args", "fragment"),
    [
        (("nothing", "--provenance"), "no match 'nothing'"),
        (("nothing", "--provenance", "--all"), "one viewer"),
        (("nothing", "--provenance", "--token", "arena_no_such"), "unknown or revoked"),
        (("nothing", "--server", "127.0.0.1:1"), "--provenance only"),
        (("nothing", "--server", "127.0.0.1:1", "--provenance"), "no arena server answers"),
    ],
    ids=str,
)
def test_a_wrong_request_for_provenance_is_refused_in_one_sentence(cli, args, fragment):
    assert fragment in cli("replay", *args).refusal()
