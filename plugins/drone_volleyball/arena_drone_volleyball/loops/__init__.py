"""The training loop of this plugin, `arena train skills`; nothing that plays matches imports it, nor it MuJoCo.

What is here is imported with the plugin; the rest when training begins.
"""

from typing import TYPE_CHECKING

from arena_drone_volleyball.loops.settings import SETTINGS

if TYPE_CHECKING:
    from arena.loops.run import Run

__all__ = ["SETTINGS", "train"]


def train(run: "Run") -> None:
    """Train in a run, from wherever it stands."""
    from arena_drone_volleyball.loops.skills import train

    train(run)
