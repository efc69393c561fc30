"""`lspo`: Latent Space Policy Optimization of a language model in Werewolf (Xu et al. 2025, arXiv 2502.04686).

Each iteration plays, clusters what was said into a latent space, solves the game over it by CFR, and has the model
prefer, at prompts of its own, utterances of the kinds that CFR prefers. The next one has more kinds.
"""

from pathlib import Path
from random import Random

from arena.core.errors import BadRequest
from arena.loops.language.lineage import origin, publish
from arena.loops.language.policy import Policy
from arena.loops.run import Run
from arena_werewolf.loops.iteration import Iteration, require_model
from arena_werewolf.loops.latent import LatentSpace
from arena_werewolf.loops.latent_game import LatentGame
from arena_werewolf.loops.mccfr import walk_size
from arena_werewolf.loops.settings import shaping
from arena_werewolf.loops.stages import STAGES

BASE = "0"
"""The version of the model that the lineage begins with."""


def train(run: Run) -> None:
    """Go on from the stage that the run stands at; the base model is its checkpoint 0.

    Raises:
        BadRequest: no model is named or it cannot be loaded, the setting is too large for a table, or nothing is said.
    """
    if run.state() is None:
        _require_small(run)
        _begin(run)
    names = list(STAGES)
    state = run.state()
    while state["iteration"] <= run.settings["iterations"]:
        iteration = Iteration(run, state["iteration"])
        for name in names[names.index(state["stage"]) :]:
            STAGES[name](iteration)
            following = names[(names.index(name) + 1) % len(names)]
            state = {"iteration": iteration.number + (following == names[0]), "stage": following}
            run.keep(state)


def _begin(run: Run) -> None:
    model = require_model(run.settings)
    policy = Policy.open(model, device=str(run.settings["device"]))
    publish(run, policy, BASE, origin(run, Path(model)), stage="base", data_digest="")
    run.keep({"iteration": 1, "stage": next(iter(STAGES))})


def _require_small(run: Run) -> None:
    """A table must hold the game as it is with the kinds of the last iteration."""
    last = Iteration(run, int(str(run.settings["iterations"])))
    sizes = last.sizes()
    game = LatentGame(last.game, LatentSpace.uniform(sizes, max(sizes.values())), shaping(run.settings))
    nodes = walk_size(game.deal, game.seats, Random(run.seed))
    if nodes > last["largest"]:
        raise BadRequest(
            f"{run.game.rated_id} is too large for MCCFR with a table: one seat's walk would see about {nodes:,.0f} "
            f"nodes, {last['largest']:,} at most are set; take werewolf/ww4-mini, --option max_days=1 or "
            f"fewer kinds, or set largest higher and wait"
        )
