"""DPO over the pairs of an iteration, and the checkpoint that comes of it."""

from arena_werewolf.loops.iteration import Iteration


def tuned(iteration: Iteration) -> None:
    """Train, save and freeze."""
    raise NotImplementedError
