"""Every hook a plugin can implement. This file is the whole plugin API, beside `arena.core`.

A plugin is a distribution with an entry point in the group `arena`, named like the first part of its game ids:

    [project.entry-points.arena]
    werewolf = "arena_werewolf.plugin"
"""

from collections.abc import Callable
from typing import Protocol

import pluggy

from arena.core.agent import AgentFactory, BatchAgent
from arena.core.game import GameListing
from arena.core.options import Option

PROJECT = "arena"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class RegisterGame(Protocol):
    """Puts a game on offer; its id must begin with the plugin's name and a slash.

    The listing's `measures` (`arena.core.measures`) say what ladders and reports can tell of the game beside results:
    columns of their own, which moves are votes, how often bots of the null class win by chance.
    """

    def __call__(self, listing: GameListing) -> None: ...


class RegisterAgent(Protocol):
    """Puts an agent on offer under a name, or under a prefix that ends with a colon.

    `make` takes what follows the prefix (empty for a plain name) and the agent's resolved options, and gives an
    `AgentFactory`, or a `BatchAgent` that plays all seats of the process. `games` are the plugin names it can play;
    empty means every game. A `null` agent is of the null class: it cannot play well, marks the floor of every pool, and
    raises an alarm when it wins more than chance gives.
    """

    def __call__(
        self,
        name: str,
        make: Callable[..., AgentFactory | BatchAgent],
        *,
        summary: str,
        games: tuple[str, ...] = (),
        options: tuple[Option, ...] = (),
        null: bool = False,
    ) -> None: ...


class RegisterLoop(Protocol):
    """Puts a training loop on offer: `arena train NAME GAME`.

    `train` is given an `arena.loops.Run` and goes on from wherever that run stands. `games` are the plugin names it can
    train on; empty means every game.
    """

    def __call__(
        self,
        name: str,
        train: Callable[..., None],
        *,
        summary: str,
        games: tuple[str, ...] = (),
        options: tuple[Option, ...] = (),
    ) -> None: ...


class RegisterCommand(Protocol):
    """Adds a command of its own to the command line: `arena NAME ...`, a Typer function or application."""

    def __call__(self, name: str, command: object) -> None: ...


class ArenaHooks:
    """The hooks. Each is optional, is called once per process, and must not do heavy work."""

    @hookspec
    def arena_register_games(self, register: RegisterGame) -> None:
        """Register games: `register(GameListing(...))` for each."""

    @hookspec
    def arena_register_agents(self, register: RegisterAgent) -> None:
        """Register agents: `register("werewolf:seer-claim", make, summary=..., games=("werewolf",))`."""

    @hookspec
    def arena_register_loops(self, register: RegisterLoop) -> None:
        """Register training loops: `register("psro", train, summary=..., games=("openspiel",))`."""

    @hookspec
    def arena_register_commands(self, register: RegisterCommand) -> None:
        """Register commands of the command line."""
