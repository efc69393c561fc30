from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.agents.injections import injections
from arena.core.agent import Observation
from arena.core.seed import Seed
from arena.core.values import SPECTATOR
from arena_werewolf.bots import claims
from arena_werewolf.bots.belief import Evidence, suspicion
from arena_werewolf.bots.detective import Detective
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.bots.seer_claim import SeerClaim
from arena_werewolf.presets import BY_NAME
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


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("bot", [RandomTable, SeerClaim, Detective])
def test_every_bot_plays_every_setting(name: str, bot: Factory) -> None:
    """RULES.md 10: with the question, talk at night and two votes too; an illegal answer would raise."""
    for game in (make(name), make(name, predict=True, wolves="chat", chat_turns=2, league="strict")):
        for number in range(4):
            assert winner(finish(game, Seed.of(number), bot, bot))


@pytest.mark.parametrize(
    "roles",
    [{"werewolf": 3, "seer": 2, "doctor": 2}, {"werewolf": 1, "villager": 4}, {"werewolf": 2, "witch": 1, "guard": 2}],
)
def test_the_detective_plays_odd_deals(roles: dict[str, int]) -> None:
    """RULES.md 8.2, 10"""
    for number in range(5):
        assert winner(finish(make(roles=roles, predict=True), Seed.of(number), Detective, Detective))


def test_a_detective_lies_only_as_a_wolf_and_tells_one_tale() -> None:
    """RULES.md 10: claims of the village hold, one wolf of a pack claims, and its tale only grows."""
    tales = 0
    for number in range(60):
        told: dict[int, dict[int, bool]] = {}
        for asked in play(make(), Seed.of(number), Detective, Detective):
            claim = claims.read(asked.action) if isinstance(asked.action, str) else None
            if claim is None:
                continue
            deal = asked.state.table.deal
            if deal[asked.seat].team is Team.VILLAGE:
                assert deal[asked.seat].name == "seer"
                assert all((deal[seat].team is Team.WEREWOLF) == wolf for seat, wolf in claim.items())
            else:
                assert not any(deal[seat].team is Team.WEREWOLF and wolf for seat, wolf in claim.items())
            assert told.get(asked.seat, {}).items() <= claim.items()
            told[asked.seat] = dict(claim)
        liars = [seat for seat in told if asked.state.table.deal[seat].team is Team.WEREWOLF]
        assert len(liars) <= 1
        tales += len(liars)
    assert tales > 15


def test_suspicion_follows_what_is_certain() -> None:
    """RULES.md 10"""
    seen = Evidence(seats=7, wolves=2, seers=1, parity=True, living=tuple(range(7)), facts={0: False})
    shares = suspicion(seen)
    assert shares.sum() == pytest.approx(2)
    assert shares[0] == pytest.approx(0, abs=1e-9)
    assert shares[1:] == pytest.approx([1 / 3] * 6)
    seen.claims[3] = {4: True, 5: False}
    accused = suspicion(seen)
    assert accused[4] > 0.6
    assert accused[3] < 0.35
    assert accused[5] < shares[5]
    seen.claims[6] = {3: True}
    assert suspicion(seen)[3] + suspicion(seen)[6] > 0.9
    seen.facts[4] = False
    assert suspicion(seen)[3] > 0.9


class Speaker(RandomTable):
    """Chooses as the random table does, and says something else in every speech."""

    said: Sequence[str] = ("I am the seer.", "player_2 is a werewolf.", "Vote with me.", "I trust nobody.")

    def speak(self, observation: Observation) -> str:
        self._spoken = getattr(self, "_spoken", -1) + 1
        return self.said[self._spoken % len(self.said)]


class Forger(Speaker):
    """Whatever it says passes itself off as somebody else's."""

    said = tuple(words for script in injections() if script.spoof for words in script.says if len(words) < 200)


def test_a_forger_reaches_nobody_in_the_strict_league() -> None:
    """RULES.md 3.8"""
    for league, reaches in (("strict", False), ("open", True)):
        state = finish(make(league=league), Seed.of(5), Forger, Forger)
        heard = [event.data["text"] for event in state.events(SPECTATOR, 0) if event.kind == "speech"]
        assert heard
        assert all(bool(text) == reaches for text in heard)
        outcome = state.outcome()
        assert outcome is not None
        assert sum(entry.metrics.get("spoofs", 0) for entry in outcome) == len(heard)


def test_the_course_of_a_match_is_the_same_whatever_is_said() -> None:
    """RULES.md 3.2, 3.8: speech has no effect but on those who listen."""
    for number in range(20):
        silent, forged = (finish(make(), Seed.of(number), bot, bot) for bot in (RandomTable, Speaker))
        courses = [[e[1:] for e in s.events(SPECTATOR, 0) if e.kind != "speech"] for s in (silent, forged)]
        assert courses[0] == courses[1]


def test_talking_helps_the_village_and_claiming_back_helps_the_wolves() -> None:
    def rate(wolves: Factory, village: Factory) -> float:
        return sum(winner(finish(make(), Seed.of(n), wolves, village)) == "village" for n in range(400)) / 400

    silent, against_silent, against_talk = (
        rate(RandomTable, RandomTable),
        rate(RandomTable, SeerClaim),
        rate(SeerClaim, SeerClaim),
    )
    assert silent + 0.05 < against_talk < against_silent - 0.02
