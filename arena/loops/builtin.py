"""The training loops every installation has; what they train with is imported when one is run."""

from arena.loops.language.settings import SFT
from arena.loops.preference.settings import OPTIONS as PREFERENCE
from arena.loops.selfplay.settings import OPTIONS
from arena.plugin.spec import RegisterLoop, hookimpl


@hookimpl
def arena_register_loops(register: RegisterLoop) -> None:
    """Register the built-in loops."""
    register("sft", _sft, summary="a language model learns to answer as agents of the ledger do", options=SFT)
    register(
        "dpo-family",
        _preference,
        summary="rounds in which a language model learns which of its answers are better",
        options=PREFERENCE,
    )
    register(
        "selfplay-pg",
        _selfplay,
        summary="policy gradients from self-play, each role with a baseline of its own",
        options=OPTIONS,
    )


def _sft(run: object) -> None:
    from arena.loops.language.sft import train
    from arena.loops.run import Run

    assert isinstance(run, Run)
    train(run)


def _preference(run: object) -> None:
    from arena.loops.preference.loop import train
    from arena.loops.run import Run

    assert isinstance(run, Run)
    train(run)


def _selfplay(run: object) -> None:
    from arena.loops.run import Run
    from arena.loops.selfplay.loop import train

    assert isinstance(run, Run)
    train(run)
