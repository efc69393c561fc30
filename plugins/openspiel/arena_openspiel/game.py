"""One loaded OpenSpiel game behind the arena's contract."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pyspiel

from arena.core.errors import GameUnavailable
from arena.core.game import Entries, Game, GameSpec, State
from arena.core.policy import Policy
from arena.core.seed import Seed
from arena.core.values import Config, Seat
from arena_openspiel.state import OpenSpielState
from arena_openspiel.views import Views

_RESAMPLING: Final = frozenset(
    {"bargaining", "bridge", "colored_trails", "euchre", "gin_rummy", "hearts", "kuhn_poker", "leduc_poker", "oh_hell"}
    | {"universal_poker"}
)
"""Games in which OpenSpiel implements `State::ResampleFromInfostate`; asking others prints on standard error."""

_RESAMPLES: Final = 20

_HIDDEN_DEALS: Final = 10
"""Deals of a rated set where luck plays a part: a single one says little of who played better."""

_STEP_SECONDS: Final = {"bridge_uncontested_bidding": 300.0, "bridge": 60.0}
"""Games whose last step solves deals double dummy, up to about 20 s; all others keep the default."""


class OpenSpielGame(Game):
    """A game with its parameters; `reload` gives it anew for games whose chance is drawn inside OpenSpiel.

    `engine` is OpenSpiel's own game.
    """

    def __init__(
        self, game: pyspiel.Game, version: str, config: Config, reload: Callable[[int], pyspiel.Game] | None = None
    ) -> None:
        self.config = config
        self.views = Views(game)
        self.spec = _spec(game, version, self.views)
        self.actions = game.num_distinct_actions()
        self.turns = tuple((Seat(seat),) for seat in range(self.spec.seats))
        self.rewarding = game.get_type().reward_model == pyspiel.GameType.RewardModel.REWARDS
        self.engine, self._reload = game, reload
        self._first = game.new_initial_state

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """The state before the first decision; chance before it is already drawn."""
        if self._reload is not None:
            own = self._reload(seed.stream("engine").getrandbits(31))
            return OpenSpielState(self, own.new_initial_state(), seed)
        return OpenSpielState(self, self._first(), seed)

    def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
        """Another deal that leaves the viewer's information as it is, where OpenSpiel can draw one."""
        if self.engine.get_type().short_name not in _RESAMPLING:
            return None
        dealt = OpenSpielState(self, self._first(), seed).engine
        draw = seed.stream("resample", viewer).random
        for _ in range(_RESAMPLES):
            other = dealt.resample_from_infostate(viewer, draw)
            if other.history() != dealt.history():
                return OpenSpielState(self, other, seed.derive("other"))
        return None

    def figures(self, mixture: Sequence[Policy]) -> Mapping[str, float]:
        """`nash_conv`, for zero-sum games of two that are small enough for a table."""
        from arena_openspiel.mixtures import nash_conv

        try:
            return {"nash_conv": nash_conv(self, mixture)}
        except GameUnavailable:
            return {}


def _spec(game: pyspiel.Game, version: str, views: Views) -> GameSpec:
    about, seats = game.get_type(), game.num_players()
    low, high = game.min_utility(), game.max_utility()
    together = about.dynamics == pyspiel.GameType.Dynamics.SIMULTANEOUS
    open_deal = views.perfect and about.chance_mode == pyspiel.GameType.ChanceMode.DETERMINISTIC
    return GameSpec(
        id=f"openspiel/{about.short_name}",
        version=version,
        seats=seats,
        summary=f"{about.long_name} (OpenSpiel)",
        brief=_brief(game),
        fields=views.specs,
        dynamics="simultaneous" if together else "sequential",
        perfect_information=open_deal,
        scored=seats == 1 or about.utility == pyspiel.GameType.Utility.IDENTICAL,
        score_low=low,
        score_high=high if high > low else low + 1.0,
        step_seconds=_STEP_SECONDS.get(about.short_name, 10.0),
        set_deals=1 if open_deal else _HIDDEN_DEALS,
        choices=game.num_distinct_actions(),
        max_decisions=max(10_000, game.max_game_length() * (seats if together else 1)),
    )


def _brief(game: pyspiel.Game) -> str:
    about, seats = game.get_type(), game.num_players()
    kind = pyspiel.GameType
    turns = "All seats choose at the same time" if about.dynamics == kind.Dynamics.SIMULTANEOUS else "Seats take turns"
    chance = "" if about.chance_mode == kind.ChanceMode.DETERMINISTIC else ", and chance plays a part"
    sight = {
        kind.Information.PERFECT_INFORMATION: "Nothing is hidden.",
        kind.Information.IMPERFECT_INFORMATION: "Some of it is hidden from you.",
        kind.Information.ONE_SHOT: "There is a single decision.",
    }[about.information]
    aim = {
        kind.Utility.ZERO_SUM: "What one seat gains the others lose.",
        kind.Utility.CONSTANT_SUM: "What one seat gains the others lose.",
        kind.Utility.IDENTICAL: "All seats get the same score.",
        kind.Utility.GENERAL_SUM: "",
    }[about.utility]
    score = f"Scores run from {game.min_utility():g} to {game.max_utility():g}; more is better. {aim}".rstrip()
    return (
        f"{about.long_name}, as OpenSpiel plays it, with {seats} seat{'s' * (seats > 1)} numbered from 0 "
        f"(OpenSpiel calls a seat a player). {turns}{chance}. {sight} {score} "
        "Each decision lists the ids of the legal actions with their names; answer with one id."
    )
