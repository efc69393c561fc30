"""`arena train skills`: on a task drones learn to fly, in 1v1 a strategy learns to order the skills that are there.

The stages are those of HCSP (arXiv 2505.04317): `skills`, `strategy` over frozen skills, `co-self-play`.
"""

from importlib.util import find_spec

from arena.core.errors import BadRequest
from arena.loops.run import Run
from arena_drone_volleyball.batch.exercises import EXERCISES
from arena_drone_volleyball.loops.drilling import Drilling
from arena_drone_volleyball.loops.fleet import CoursePlan, Fleet
from arena_drone_volleyball.loops.league import League
from arena_drone_volleyball.loops.settings import Settings
from arena_drone_volleyball.loops.trainer import Trainer

FLOWN = ("prt", "ctbr")
"""Levels of tasks at which a network flies."""


def train(run: Run) -> None:
    """Train in a run, from wherever it stands.

    Raises:
        BadRequest: the game or its level is none to train on, the settings do not fit together, or torch is missing.
    """
    if find_spec("torch") is None:
        raise BadRequest("training needs torch; pip install 'arena-drone-volleyball[train]'")
    game, level = run.game.id.partition("/")[2], str(run.game.config["level"])
    _require_trainable(game, level)
    rallies = game not in EXERCISES
    settings = Settings.of(run.settings, rallies=rallies)
    share, rest = divmod(settings.environments, max(settings.processes, 1))
    if rest:
        raise BadRequest(f"{settings.environments} environments cannot be shared by {settings.processes} processes")
    plan = CoursePlan(game, level, share)
    with Fleet(plan, settings.processes, settings.steps) as fleet:
        trainer = Trainer(run, settings, plan, fleet)
        (League if rallies else Drilling)(trainer).go()


def _require_trainable(game: str, level: str) -> None:
    if game in EXERCISES:
        if level not in FLOWN:
            raise BadRequest(f"drones learn {game} at level {' or '.join(FLOWN)}, not {level}; add --option level=ctbr")
    elif game != "1v1":
        raise BadRequest(f"skills are trained on 1v1 and the tasks {', '.join(EXERCISES)}, not on {game}")
    elif level != "skill":
        raise BadRequest(f"a strategy for 1v1 is trained at level skill, not {level}; add --option level=skill")
