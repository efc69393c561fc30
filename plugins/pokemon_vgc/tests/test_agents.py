"""The baselines play every kind of request legally, and stand in the order that is expected of them."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from arena.core.agent import Agent, AgentFactory, Clock, Observation, SeatInfo
from arena.core.errors import BadEntry, UnknownAgent
from arena.core.seed import Seed
from arena.core.values import MatchId, Seat
from arena_pokemon_vgc.agents import AGENTS, VgcAgents, with_team
from arena_pokemon_vgc.game import VgcGame
from plugins.pokemon_vgc.tests.driving import begun

_CLOCK: Final = Clock(decision=55.0, bank=35.0)


class _Random(Agent):
    wants = frozenset()

    def act(self, observation, legal, clock):  # type: ignore[no-untyped-def]
        return self.seat.rng().choice(legal.ids)


@pytest.fixture
def kept(made: Callable[..., VgcGame]) -> VgcGame:
    """A game that holds the simulator while agents use it."""
    return made()


def _seated(make: AgentFactory, game: VgcGame, seat: Seat, seed: int) -> Agent:
    about = SeatInfo(
        match_id=MatchId("m"),
        seat=seat,
        seats=2,
        game=game.spec.id,
        config=game.config,
        brief="",
        seed=Seed.of(seed),
    )
    return make(about)


def _played(game: VgcGame, agents: tuple[AgentFactory, AgentFactory], seed: int) -> list[float]:
    state = begun(game, seed)
    seated = [_seated(make, game, Seat(n), seed * 2 + n) for n, make in enumerate(agents)]
    for step in count():
        if not state.to_move():
            break
        actions = {}
        for seat in state.to_move():
            seen = Observation(step, state.observe(seat, seated[seat].wants))
            chosen = seated[seat].act(seen, state.legal(seat), _CLOCK)
            actions[seat] = state.check(seat, chosen)  # type: ignore[arg-type]
        state.step(actions)
    state.close()
    outcome = state.outcome()
    assert outcome is not None
    return [entry.score for entry in outcome]


@pytest.mark.parametrize("format_id", ["gen9championsvgc2026regmb", "gen9vgc2025regi"])
@pytest.mark.parametrize("name", AGENTS)
def test_baseline_beats_random_play(made: Callable[..., VgcGame], name: str, format_id: str) -> None:
    game = made(format_id, sheets="closed")
    baseline = VgcAgents(name)
    won = sum(_played(game, (baseline, _Random), seed)[0] for seed in range(5))
    won += sum(_played(game, (_Random, baseline), seed)[1] for seed in range(5))
    assert won >= 6  # of ten; max-power, the weakest, wins nine of ten


@pytest.mark.parametrize("name", AGENTS)
def test_server_is_told_what_the_agents_look_at(kept: VgcGame, name: str) -> None:
    agents = VgcAgents(name)
    assert agents.wants == _seated(agents, kept, Seat(0), 1).wants


def test_same_seed_gives_the_same_match(kept: VgcGame) -> None:
    heuristics = VgcAgents("heuristics")
    power = VgcAgents("max-power")
    assert _played(kept, (heuristics, power), 3) == _played(kept, (heuristics, power), 3)


def test_agent_brings_the_team_of_its_file(kept: VgcGame, tmp_path: Path) -> None:
    file = tmp_path / "team.txt"
    file.write_text(kept.pool[1])
    assert with_team(f"max-power:{file}").entry(kept.spec.id, kept.config) == kept.pool[1].strip()
    assert VgcAgents("max-power").entry(kept.spec.id, kept.config) is None


def test_unknown_name_or_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnknownAgent, match="there is max-power"):
        with_team("strongest:team.txt")
    with pytest.raises(BadEntry, match="no readable UTF-8 file"):
        with_team(f"max-power:{tmp_path / 'none'}")
