"""Policies as tables, their exact worth, and the agents that play them (RULES.md, 7)."""

from collections import Counter
from collections.abc import Callable
from itertools import permutations

import pytest

from arena.core.agent import Clock, Observation, SeatInfo
from arena.core.errors import GameUnavailable, UnknownGame
from arena.core.game import Game
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import TEXT, MatchId, Seat
from arena_openspiel import information
from arena_openspiel.agents import PolicyAgents
from arena_openspiel.exploitability import expected_score, exploitability
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.policies import MAX_VISITS, POLICIES, iterations

Made = Callable[..., Game]
KUHN = "openspiel/kuhn_poker"
CLOCK = Clock(1.0, 0.0)


@pytest.fixture
def kuhn(made: Made) -> OpenSpielGame:
    return opened(made, "kuhn_poker")


def opened(made: Made, name: str, **options: int) -> OpenSpielGame:
    game = made(name, **options)
    assert isinstance(game, OpenSpielGame)
    return game


def sit(policy: str, game: Game, seat: int = 0, match: int = 0) -> SeatInfo:
    seed = Seed.of(match).derive(policy)
    return SeatInfo(
        match_id=MatchId(f"m.{match}"),
        seat=Seat(seat),
        seats=game.spec.seats,
        game=game.spec.id,
        config=game.config,
        brief="",
        seed=seed,
    )


@pytest.mark.parametrize(
    ("policy", "nash_conv"), [("uniform", 11 / 12), ("always-bet", 2 / 3), ("always-pass", 2.0), ("equilibrium", 0.0)]
)
def test_exploitability_of_kuhn_policies_is_the_known_one(kuhn: OpenSpielGame, policy: str, nash_conv: float) -> None:
    """Uniform: 11/12 (Lanctot et al., arXiv 1711.00832); the constant ones by hand from Kuhn's rules."""
    found = exploitability(POLICIES[policy], kuhn)
    assert found.nash_conv == pytest.approx(nash_conv, abs=1e-4)
    assert found.exploitability == found.nash_conv / 2


def test_equilibrium_of_kuhn_poker_has_its_known_value_and_bluffs_by_its_known_law(kuhn: OpenSpielGame) -> None:
    """Kuhn (1950): the first seat loses 1/18 a hand; it bets the king three times as often as it bluffs the jack."""
    information, table = POLICIES["equilibrium"].table(kuhn)
    assert information.states == 58
    assert expected_score(kuhn, table, table)[0] == pytest.approx(-1 / 18, abs=1e-4)
    bluff, value = (dict(table[card])[1] for card in ("0", "2"))
    assert 0.0 <= bluff <= 1 / 3 + 1e-3
    assert value == pytest.approx(3 * bluff, abs=5e-3)


def test_larger_game_is_solved_within_a_bound_of_work(made: Made) -> None:
    """RULES.md 7.2: Leduc poker, whose uniform policy has a NashConv of 4.75."""
    leduc = opened(made, "leduc_poker")
    assert iterations(9_457) * 9_457 <= MAX_VISITS
    assert exploitability(POLICIES["equilibrium"], leduc).nash_conv < 0.03


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("seat", [0, 1])
def test_agent_plays_with_the_probabilities_of_its_policy(kuhn: OpenSpielGame, policy: str, seat: int) -> None:
    agents, (known, table) = PolicyAgents(POLICIES[policy]), POLICIES[policy].table(kuhn)
    seen = known.found["0" if seat == 0 else "0b"]
    draws = 2_000
    chosen = Counter(
        agents(sit(policy, kuhn, seat, match)).act(Observation(0, {TEXT: seen.text}), Choices([0, 1]), CLOCK)
        for match in range(draws)
    )
    for action, probability in table[seen.key]:
        deviation = (probability * (1 - probability) / draws) ** 0.5
        assert abs(chosen[action] / draws - probability) <= 4 * deviation + 1e-3


@pytest.mark.parametrize("policy", POLICIES)
def test_agent_has_a_row_for_whatever_a_seat_is_shown(kuhn: OpenSpielGame, policy: str) -> None:
    agents, decided = PolicyAgents(POLICIES[policy]), 0
    for match in range(50):
        state = kuhn.new_state(Seed.of(match), {})
        seated = [agents(sit(policy, kuhn, seat, match)) for seat in range(2)]
        while movers := list(state.to_move()):
            (seat,) = movers
            fields = state.observe(seat, seated[seat].wants)
            assert set(fields) == {TEXT}
            action = seated[seat].act(Observation(0, fields), state.legal(seat), CLOCK)
            state.step({seat: state.check(seat, action)})
            decided += 1
    assert decided >= 100


def test_policy_is_tabulated_once_for_all_seats_of_a_game(kuhn: OpenSpielGame, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counter[str]()
    seen = information._count

    def counting(game: OpenSpielGame) -> int:
        counted[game.spec.id] += 1
        return seen(game)

    monkeypatch.setattr(information, "_count", counting)
    agents = PolicyAgents(POLICIES["equilibrium"])
    for seat, match in permutations(range(2)):
        agents(sit("equilibrium", kuhn, seat, match))
    assert counted == {KUHN: 1}


@pytest.mark.parametrize(
    ("policy", "name", "options", "reason"),
    [
        ("uniform", "tic_tac_toe", {}, "more than 10000 states"),
        ("uniform", "chess", {}, "more than 10000 states"),
        ("uniform", "goofspiel", {}, "simultaneous"),
        ("uniform", "pig", {}, "names no information states"),
        ("equilibrium", "kuhn_poker", {"players": 3}, "zero-sum game of two"),
        ("equilibrium", "tiny_hanabi", {}, "zero-sum game of two"),
        ("always-bet", "leduc_poker", {}, "without an action Bet"),
    ],
)
def test_agent_says_before_any_match_which_game_it_cannot_play(
    made: Made, policy: str, name: str, options: dict[str, int], reason: str
) -> None:
    game = opened(made, name, **options)
    with pytest.raises(GameUnavailable, match=reason):
        PolicyAgents(POLICIES[policy]).entry(game.spec.id, game.config)


def test_agent_says_that_a_game_of_others_is_not_openspiels() -> None:
    with pytest.raises(UnknownGame, match="none of OpenSpiel's"):
        PolicyAgents(POLICIES["uniform"]).entry("werewolf/ww4-mini", {})


def test_agents_bring_nothing_to_a_match(kuhn: OpenSpielGame) -> None:
    assert all(PolicyAgents(policy).entry(KUHN, kuhn.config) is None for policy in POLICIES.values())
