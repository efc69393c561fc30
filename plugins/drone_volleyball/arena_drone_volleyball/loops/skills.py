"""`arena train skills`: on a task drones learn to fly, in 1v1 to carry out orders, and a strategy learns to give them.

The stages are those of HCSP (arXiv 2505.04317): `skills`, `strategy` over frozen skills, `co-self-play`.
"""

from importlib.util import find_spec
from pathlib import Path

from arena.core.errors import BadRequest
from arena.loops.run import Run
from arena_drone_volleyball.agents.network import Network
from arena_drone_volleyball.agents.strategy import FLOWN, Strategy, load_skills
from arena_drone_volleyball.batch.exercises import EXERCISES
from arena_drone_volleyball.loops.drilling import Drilling
from arena_drone_volleyball.loops.fleet import CoursePlan, Fleet
from arena_drone_volleyball.loops.league import League
from arena_drone_volleyball.loops.settings import Settings
from arena_drone_volleyball.loops.trainer import Trainer


def train(run: Run) -> None:
    """Train in a run, from wherever it stands.

    Raises:
        BadRequest: the game or its level is none to train on, the settings do not fit together, or torch is missing.
    """
    if find_spec("torch") is None:
        raise BadRequest("training needs torch; pip install 'arena-drone-volleyball[train]'")
    game, level = run.game.id.partition("/")[2], str(run.game.config["level"])
    _require_trainable(game, level)
    rallies = game not in EXERCISES and not run.settings["practice"]
    settings = Settings.of(run.settings, rallies=rallies)
    _require_fitting(game, level, settings)
    share, rest = divmod(settings.environments, max(settings.processes, 1))
    if rest:
        raise BadRequest(f"{settings.environments} environments cannot be shared by {settings.processes} processes")
    skills = _skills(run, settings, level)
    plan = CoursePlan(game, level, share, settings.practice, skills, settings.controllers or not skills)
    with Fleet(plan, settings.processes, settings.steps) as fleet:
        trainer = Trainer(run, settings, fleet)
        (League if rallies else Drilling)(trainer).go()


def _require_trainable(game: str, level: str) -> None:
    if game in EXERCISES:
        if level not in FLOWN:
            raise BadRequest(f"drones learn {game} at level {' or '.join(FLOWN)}, not {level}; add --option level=ctbr")
    elif game != "1v1":
        raise BadRequest(f"skills are trained on 1v1 and the tasks {', '.join(EXERCISES)}, not on {game}")
    elif level not in ("skill", *FLOWN):
        raise BadRequest(f"1v1 is trained at level skill, {' or '.join(FLOWN)}, not {level}; add --option level=skill")


def _require_fitting(game: str, level: str, settings: Settings) -> None:
    """Learned skills are of 1v1 where drones are flown: there one is practised, or some are ordered."""
    named = [name for name in ("practice", "skills") if getattr(settings, name)]
    flown = game == "1v1" and level in FLOWN
    if named and not flown:
        raise BadRequest(f"{named[0]} is for 1v1 at level {' or '.join(FLOWN)}, not for {game} at level {level}")
    if flown and len(named) != 1:
        raise BadRequest(
            f"in 1v1 at level {level} a network practises one skill, --set practice=serve, or a strategy orders such "
            "skills, --set skills=RUN/checkpoints/N; for a strategy over controllers alone, add --option level=skill"
        )


def _skills(run: Run, settings: Settings, level: str) -> tuple[Network, ...]:
    """The learned skills that are ordered: those of the settings, which the run's checkpoints then have for good."""
    if not settings.skills:
        return ()
    kept = run.state()
    if kept:
        return Strategy.load(run.checkpoint_path(str(kept[-1]))).skills
    return load_skills([Path(folder) for folder in settings.skills.split(",")], level)
