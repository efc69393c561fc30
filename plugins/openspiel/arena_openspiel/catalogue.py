"""From OpenSpiel's types of games to listings, and from a listing to the loaded game, or to why there is none."""

import re
from functools import partial
from importlib.metadata import version
from typing import Any, Final

import pyspiel

from arena.core.errors import BadOption, GameUnavailable, UnknownGame
from arena.core.game import GameListing
from arena.core.values import Config
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.measures import MEASURES
from arena_openspiel.parameters import options, parameters

VERSION: Final = f"1.0.0+openspiel{version('open_spiel')}"
"""The version of this adaptor, whose seeds and defaults are rules too, and of OpenSpiel, which holds the others."""

PREFIX: Final = "openspiel/"
"""What the ids of all games here begin with."""

_SEED_PARAMETER: Final = "rng_seed"
_BUILD_PATH: Final = re.compile(r"\S*/\S+:\d+ ")


def listing(game_type: pyspiel.GameType) -> GameListing:
    """The listing of one game; nothing is loaded."""
    return GameListing(
        id=f"{PREFIX}{game_type.short_name}",
        version=VERSION,
        min_seats=game_type.min_num_players,
        max_seats=game_type.max_num_players,
        make=partial(make, game_type),
        options=options(game_type),
        measures=MEASURES,
    )


def make(game_type: pyspiel.GameType, config: Config) -> OpenSpielGame:
    """The game under these options.

    Raises:
        GameUnavailable: OpenSpiel cannot load it without options, or it is of a kind that cannot be played here.
        BadOption: OpenSpiel refuses these options.
    """
    _require_playable(game_type)
    with parameters(game_type, config) as given:
        game = _load(game_type, given)
        loaded = game.get_type()
        _require_playable(loaded)
        if loaded.chance_mode != pyspiel.GameType.ChanceMode.SAMPLED_STOCHASTIC:
            return OpenSpielGame(game, VERSION, config)
        if _SEED_PARAMETER not in game_type.parameter_specification:
            raise _unavailable(game_type, "it draws its own chance in a way that cannot be seeded")
        reload = partial(_reseeded, game_type.short_name, given)
        return OpenSpielGame(game, VERSION, config, reload)


def find(game: str) -> pyspiel.GameType:
    """OpenSpiel's type of the game of this id, such as `openspiel/kuhn_poker`.

    Raises:
        UnknownGame: it is no game of OpenSpiel.
    """
    for game_type in pyspiel.registered_games():
        if game == f"{PREFIX}{game_type.short_name}":
            return game_type
    raise UnknownGame(f"game {game!r} is none of OpenSpiel's; those have ids like {PREFIX}kuhn_poker")


def _reseeded(name: str, given: dict[str, Any], seed: int) -> pyspiel.Game:
    return pyspiel.load_game(name, {**given, _SEED_PARAMETER: seed})


def _require_playable(game_type: pyspiel.GameType) -> None:
    if game_type.dynamics == pyspiel.GameType.Dynamics.MEAN_FIELD:
        raise _unavailable(game_type, "mean-field games have a population instead of seats")
    if game_type.action_structs_only:
        raise _unavailable(game_type, "its legal actions cannot be listed")
    if not (game_type.provides_information_state_string or game_type.provides_observation_string):
        raise _unavailable(game_type, "it has no text for a seat to read")


def _load(game_type: pyspiel.GameType, given: dict[str, Any]) -> pyspiel.Game:
    # A failed attempt prints on the standard error of the process, so that hopeless ones are not made.
    if not game_type.default_loadable and not given:
        wanted = ", ".join(f"{option.name}=..." for option in options(game_type))
        raise _unavailable(game_type, f"OpenSpiel cannot load it without options; give some of {wanted}")
    try:
        return pyspiel.load_game(game_type.short_name, given)
    except (pyspiel.SpielError, ValueError, IndexError, RuntimeError) as error:
        reason = _BUILD_PATH.sub("", str(error).splitlines()[0])[:200]
        if given:
            raise BadOption(f"OpenSpiel does not load {game_type.short_name} with these options: {reason}") from error
        raise _unavailable(game_type, f"OpenSpiel does not load it: {reason}") from error


def _unavailable(game_type: pyspiel.GameType, reason: str) -> GameUnavailable:
    return GameUnavailable(f"game openspiel/{game_type.short_name} is not available: {reason}")
