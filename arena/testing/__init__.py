"""Suites for authors of games and agents, and tiny games to test the arena itself with."""

from arena.testing.agent_suite import AGENT_PROMISES, check_agent, examine_agent
from arena.testing.findings import ConformanceError, Finding
from arena.testing.game_suite import GAME_PROMISES, check_game, examine_game
from arena.testing.injection_suite import INJECTION_PROMISES, check_injections, examine_injections, has_speech
from arena.testing.leaks import LEAK_PROMISES, check_leaks, examine_leaks

__all__ = [
    "AGENT_PROMISES",
    "GAME_PROMISES",
    "INJECTION_PROMISES",
    "LEAK_PROMISES",
    "ConformanceError",
    "Finding",
    "check_agent",
    "check_game",
    "check_injections",
    "check_leaks",
    "examine_agent",
    "examine_game",
    "examine_injections",
    "examine_leaks",
    "has_speech",
]
