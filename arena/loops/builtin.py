"""The training loops every installation has; what they train with is imported when one is run."""

from arena.loops.selfplay.settings import OPTIONS
from arena.plugin.spec import RegisterLoop, hookimpl


@hookimpl
def arena_register_loops(register: RegisterLoop) -> None:
    """Register the built-in loops."""
    register(
        "selfplay-pg",
        _selfplay,
        summary="policy gradients from self-play, each role with a baseline of its own",
        options=OPTIONS,
    )


def _selfplay(run: object) -> None:
    from arena.loops.run import Run
    from arena.loops.selfplay.loop import train

    assert isinstance(run, Run)
    train(run)
