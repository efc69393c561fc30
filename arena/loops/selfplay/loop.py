"""`selfplay-pg`: which kind of self-play a run asks for."""

from arena.loops.run import Run


def train(run: Run) -> None:
    """Train a language model where one is named, else a network of tensors.

    Raises:
        BadRequest: the game does not fit.
    """
    if run.settings["model"]:
        from arena.loops.selfplay.language import LanguageSelfPlay

        LanguageSelfPlay(run).train()
        return
    from arena.loops.selfplay.tensors import TensorSelfPlay

    TensorSelfPlay(run).train()
