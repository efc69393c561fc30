"""The conformance suite for games: plays random matches and tests the contract of `arena.core.game`, promise by promise."""

from collections.abc import Callable, Sequence

from arena.core.game import Entries, Game
from arena.testing.findings import ConformanceError, Finding, examine
from arena.testing.game_promises import decisions, endings, knowledge, order
from arena.testing.trial import GameTrial
