from hypothesis import given
from hypothesis import strategies as st

from arena.core.seed import Seed
from arena_werewolf.bots import claims
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.bots.seer_claim import SeerClaim
from arena_werewolf.roles import DOCTOR, Team
from plugins.werewolf.tests.driver import Factory, finish, make, play, winner


def test_the_random_table_keeps_its_four_rules() -> None:
    """RULES.md 9"""
    phases = set()
    for number in range(100):
        for asked in play(make(), Seed.of(number), RandomTable, RandomTable):
            table, seat, action = asked.state.table, asked.seat, asked.action
            phases.add(asked.state.phase.name)
            if asked.state.phase.name == "discussion":
                assert action == ""
            if asked.state.phase.name == "vote":
                assert isinstance(action, int)
                assert action < 7
                assert {table.deal[seat].team, table.deal[action].team} != {Team.WEREWOLF} or action == seat
            saves = asked.state.phase.name == "night" and table.deal[seat] is DOCTOR and action != 7
            assert not saves or table.day > 1 or action == seat
    assert phases >= {"discussion", "vote", "night"}


@given(st.dictionaries(st.integers(0, 999), st.booleans(), min_size=1))
def test_a_claim_is_read_as_it_was_told(results: dict[int, bool]) -> None:
    assert claims.read(claims.tell(results)) == results


@given(st.text() | st.text("I am the seer. lokdtp_1w;:3", max_size=80))
def test_any_speech_can_be_read(speech: str) -> None:
    claim = claims.read(speech)
    assert claim is None or claims.read(claims.tell(claim)) == claim


def test_seer_claims_are_true_when_the_seer_tells_them_and_lies_when_a_wolf_does() -> None:
    told = lied = 0
    for number in range(60):
        for asked in play(make(), Seed.of(number), SeerClaim, SeerClaim):
            claim = claims.read(asked.action) if isinstance(asked.action, str) else None
            if claim:
                deal = asked.state.table.deal
                true = all((deal[seat].team is Team.WEREWOLF) == wolf for seat, wolf in claim.items())
                assert true == (deal[asked.seat].name == "seer")
                told, lied = told + true, lied + (not true)
    assert told > 20
    assert lied > 5


def test_talking_helps_the_village_and_claiming_back_helps_the_wolves() -> None:
    def rate(wolves: Factory, village: Factory) -> float:
        return sum(winner(finish(make(), Seed.of(n), wolves, village)) == "village" for n in range(400)) / 400

    silent, against_silent, against_talk = (
        rate(RandomTable, RandomTable),
        rate(RandomTable, SeerClaim),
        rate(SeerClaim, SeerClaim),
    )
    assert silent + 0.05 < against_talk < against_silent - 0.02
