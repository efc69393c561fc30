"""The games and agents on offer in this process: found through entry points, loaded when first asked for."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points

import pluggy

from arena.core.agent import AgentFactory, BatchAgent
from arena.core.errors import AgentFault, ArenaError, BadOption, BadRequest, UnknownAgent, UnknownGame
from arena.core.game import Game, GameListing
from arena.core.match import GameRef
from arena.core.options import Option, parse_assignments, parse_query, rated_id, resolve
from arena.core.values import Config, Json
from arena.plugin.border import told
from arena.plugin.imports import import_agent, looks_like_import
from arena.plugin.spec import PROJECT, ArenaHooks

KILL_SWITCH = "ARENA_PLUGINS"
"""Environment variable: `off` loads no external plugin; `werewolf,openspiel` loads only those."""

BUILTIN = "builtin"
OWN = frozenset({BUILTIN, "loops"})
"""What comes with arena itself; it hosts no games."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentListing:
    """An agent on offer; a name that ends with a colon is a prefix. A `null` one cannot play well."""

    name: str
    make: Callable[..., AgentFactory | BatchAgent]
    summary: str
    games: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    null: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopListing:
    """A training loop on offer."""

    name: str
    train: Callable[..., None]
    summary: str
    games: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()


class Registry:
    """What the plugins of this installation offer.

    A plugin that fails to load is kept in `failures` by name, with one sentence why; the others still work.
    """

    def __init__(self, points: Iterable[EntryPoint] | None = None) -> None:
        found = entry_points(group=PROJECT) if points is None else points
        self._points = {point.name: point for point in found if _allowed(point.name)}
        self._hooks = pluggy.PluginManager(PROJECT)
        self._hooks.add_hookspecs(ArenaHooks)
        self._loaded: set[str] = set()
        self._games: dict[str, GameListing] = {}
        self._agents: dict[str, AgentListing] = {}
        self._loops: dict[str, LoopListing] = {}
        self.failures: dict[str, str] = {}

    def game_listings(self) -> Mapping[str, GameListing]:
        """Every game by id; loads every plugin."""
        self._load_all()
        return self._games

    def agent_listings(self) -> Mapping[str, AgentListing]:
        """Every registered agent by name or prefix; loads every plugin."""
        self._load_all()
        return self._agents

    def loop_listings(self) -> Mapping[str, LoopListing]:
        """Every training loop by name; loads every plugin."""
        self._load_all()
        return self._loops

    def loop(self, name: str, game: str = "") -> LoopListing:
        """The training loop of this name, which trains on `game`, when one is given.

        Raises:
            BadRequest: there is none of this name, or it is not made for the game.
        """
        listing = self.loop_listings().get(name)
        if listing is None:
            raise BadRequest(f"there is no training loop {name[:80]!r}; there is {', '.join(sorted(self._loops))}")
        if game and listing.games and game.partition("/")[0] not in listing.games:
            raise BadRequest(f"{name} does not train on {game}; it takes the games of {' and '.join(listing.games)}")
        return listing

    def commands(self) -> Mapping[str, object]:
        """What plugins add to the command line, by name; loads every plugin."""
        self._load_all()
        found: dict[str, object] = {}
        for name, module in self._hooks.list_name_plugin():
            try:
                self._hook_of(module, "arena_register_commands")(register=found.__setitem__)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - border: a plugin may raise anything
                self.failures[name] = told(error)
        return found

    def listing(self, game: str) -> GameListing:
        """The game of this id, without options.

        Raises:
            UnknownGame: with the nearest names there are.
        """
        plugin = game.partition("/")[0]
        self._load(plugin)
        if game in self._games:
            return self._games[game]
        if plugin in self.failures:
            raise UnknownGame(f"game {game!r}: plugin {plugin!r} failed to load: {self.failures[plugin]}")
        variants = sorted(g for g in self._games if g.startswith(f"{plugin}/"))
        nearest = get_close_matches(game, variants, n=5) or variants[:8]
        known = ", ".join(nearest) if nearest else "plugins " + ", ".join(sorted(self._points.keys() - OWN))
        raise UnknownGame(f"unknown game {game!r}; there is {known}")

    def ref(self, game: str, assignments: Sequence[str] = (), given: Mapping[str, Json] | None = None) -> GameRef:
        """The game with its options resolved. `game` may itself be a rated id such as `werewolf/ww4-mini?max_days=5`.

        Raises:
            UnknownGame, BadOption: as `listing` and `core.options` say.
        """
        base, _, query = game.partition("?")
        listing = self.listing(base)
        named = parse_query(listing.options, query)
        typed = parse_assignments(listing.options, assignments)
        if twice := named.keys() & typed.keys():
            raise BadOption(f"option {min(twice)} is given twice")
        config = resolve(listing.options, {**named, **typed, **(given or {})})
        return GameRef(
            id=base, version=listing.version, config=config, rated_id=rated_id(base, listing.options, config)
        )

    def make_game(self, ref: GameRef) -> Game:
        """The game itself, ready to deal.

        Raises:
            BadOption, GameUnavailable: as the game says.
        """
        return self.listing(ref.id).make(ref.config)

    def null_agents(self, game: str) -> list[str]:
        """The names of the null-class agents that can play a game; loads only its plugin."""
        plugin = game.partition("/")[0]
        self._load(BUILTIN)
        self._load(plugin)
        return [name for name, one in self._agents.items() if one.null and (not one.games or plugin in one.games)]

    def make_agent(
        self, spec: str, settings: Sequence[str] = (), game: str = "", *, imports: bool = True
    ) -> AgentFactory | BatchAgent:
        """The agent that SPEC names: a registered name, else a registered prefix, else with `imports` an import path.

        A registered one may carry settings of its own, as in `NAME?temperature=0.2&window=4`, percent-encoded.

        Raises:
            UnknownAgent: nothing answers to this name, or what does is not made for `game`, when one is given.
            BadOption: a setting the agent does not have.
            AgentFault: its code raised while it was made.
        """
        whole = spec
        spec, _, query = whole.partition("?")
        if imports and self._registered(spec) is None and looks_like_import(whole):
            return import_agent(whole, settings)
        listing = self.agent_listing(spec)
        if game and listing.games and game.partition("/")[0] not in listing.games:
            raise UnknownAgent(
                f"agent {spec!r} does not play {game}; it plays the games of {' and '.join(listing.games)}"
            )
        named, given = parse_query(listing.options, query), parse_assignments(listing.options, settings)
        if twice := named.keys() & given.keys():
            raise BadOption(f"option {min(twice)} is given twice")
        return _made(listing, spec, resolve(listing.options, {**named, **given}))

    def agent_listing(self, spec: str) -> AgentListing:
        """The registered agent that SPEC names without its settings, by its name or prefix.

        Raises:
            UnknownAgent: nothing answers to this name; with the nearest names there are.
        """
        listing = self._registered(spec)
        if listing is None:
            self._load_all()
            listing = self._registered(spec)
        if listing is None:
            nearest = ", ".join(get_close_matches(spec, self._agents, n=3))
            hint = f"did you mean {nearest}? `arena agents` lists all" if nearest else "`arena agents` lists all"
            raise UnknownAgent(f"unknown agent {spec!r}; {hint}")
        return listing

    def _registered(self, spec: str) -> AgentListing | None:
        """As `agent_listing`, of what comes with arena or with the plugin that SPEC begins with."""
        prefix, colon, _ = spec.partition(":")
        self._load(BUILTIN)
        self._load(prefix)
        return self._agents.get(spec) or self._agents.get(f"{prefix}{colon}")

    def _load_all(self) -> None:
        for name in self._points:
            self._load(name)

    def _load(self, name: str) -> None:
        point = self._points.get(name)
        if point is None or name in self._loaded:
            return
        self._loaded.add(name)
        try:
            self._register(name, point.load())
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: a plugin may do anything while imported
            self.failures[name] = told(error)

    def _register(self, name: str, module: object) -> None:
        games: list[GameListing] = []
        agents: list[AgentListing] = []
        loops: list[LoopListing] = []
        self._hooks.register(module, name=name)
        try:
            self._hooks.check_pending()
            self._hook_of(module, "arena_register_games")(register=games.append)
            self._hook_of(module, "arena_register_agents")(
                register=lambda agent, make, **about: agents.append(AgentListing(name=agent, make=make, **about))
            )
            self._hook_of(module, "arena_register_loops")(
                register=lambda loop, train, **about: loops.append(LoopListing(name=loop, train=train, **about))
            )
            self._adopt(name, games, agents, loops)
        except BaseException:
            self._hooks.unregister(module)
            raise

    def _hook_of(self, module: object, hook: str) -> pluggy.HookCaller:
        """The hook of one plugin alone."""
        return self._hooks.subset_hook_caller(hook, self._hooks.get_plugins() - {module})

    def _adopt(
        self, plugin: str, games: list[GameListing], agents: list[AgentListing], loops: list[LoopListing]
    ) -> None:
        for listing in games:
            if not listing.id.startswith(f"{plugin}/") or listing.id in self._games:
                raise BadOption(f"game id {listing.id!r} must be new and begin with {plugin + '/'!r}")
        for agent in agents:
            owned = plugin == BUILTIN or agent.name.startswith(f"{plugin}:")
            if not owned or agent.name in self._agents:
                raise BadOption(f"agent name {agent.name!r} must be new and begin with {plugin + ':'!r}")
        if taken := next((loop.name for loop in loops if loop.name in self._loops), None):
            raise BadOption(f"training loop {taken!r} is registered already")
        self._games.update({listing.id: listing for listing in games})
        self._agents.update({agent.name: agent for agent in agents})
        self._loops.update({loop.name: loop for loop in loops})


def _made(listing: AgentListing, spec: str, options: Config) -> AgentFactory | BatchAgent:
    try:
        return listing.make(spec.removeprefix(listing.name), options)
    except ArenaError:
        raise
    except (Exception, SystemExit) as error:
        raise AgentFault(f"agent {spec!r} cannot be made: {told(error)}") from error


def _allowed(name: str) -> bool:
    switch = os.environ.get(KILL_SWITCH, "")
    if name in OWN or not switch:
        return True
    return switch != "off" and name in switch.split(",")
