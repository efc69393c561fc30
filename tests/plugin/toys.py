"""A plugin for the tests: a game with an option of every kind, and agents that fit it or not."""

from importlib.metadata import EntryPoint
from typing import Any

from arena.agents.simple import FirstAgent
from arena.core.game import Game, GameListing
from arena.core.options import Option
from arena.core.values import Config
from arena.plugin.spec import RegisterAgent, RegisterCommand, RegisterGame, hookimpl

TOYS = EntryPoint("toys", "tests.plugin.toys", "arena")
OPTIONS = (
    Option(name="count", default=3, kind="int", help="a whole number"),
    Option(name="share", default=1, kind="float", help="a number"),
    Option(name="loud", default=False, kind="bool", help="a switch"),
    Option(name="words", default="", kind="str", help="a text"),
    Option(name="other", default="", kind="str", help="another text"),
    Option(name="deal", default=[1], kind="json", help="anything"),
    Option(name="rules", default=None, kind="file", help="a file"),
)


def make(config: Config) -> Game:
    raise NotImplementedError


def break_(rest: str, options: Config) -> Any:
    raise RuntimeError("no weights here")


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    register(GameListing(id="toys/all", version="1", min_seats=2, max_seats=2, make=make, options=OPTIONS))


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    register("toys:own", lambda rest, options: FirstAgent, summary="plays toys alone", games=("toys", "dolls"))
    register("toys:any", lambda rest, options: FirstAgent, summary="plays everything")
    register("toys:broken", break_, summary="cannot be made")


@hookimpl
def arena_register_commands(register: RegisterCommand) -> None:
    register("toys", print)
