"""Suites for authors of games and agents, and tiny games to test the arena itself with."""

from arena.testing.agent_suite import AGENT_PROMISES, check_agent, examine_agent
from arena.testing.findings import ConformanceError, Finding
from arena.testing.game_suite import GAME_PROMISES, check_game, examine_game

__all__ = [
    "AGENT_PROMISES",
    "GAME_PROMISES",
    "ConformanceError",
    "Finding",
    "check_agent",
    "check_game",
    "examine_agent",
    "examine_game",
]
