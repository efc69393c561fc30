"""`selfplay-pg`: which kind of self-play a run asks for."""

from arena.loops.run import Run


def train(run: Run) -> None:
    """Train a network on a game of tensors.

    Raises:
        BadRequest: the game does not fit.
    """
    from arena.loops.selfplay.tensors import TensorSelfPlay

    TensorSelfPlay(run).train()
