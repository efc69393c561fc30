"""What `--set` can change of `selfplay-pg`; some defaults depend on what is trained."""

from typing import Any, Final

from arena.core.options import Option
from arena.core.values import Config
from arena.loops.language.settings import PLAYING, RATED

_BY_KIND: Final[dict[str, tuple[Any, Any]]] = {
    "updates": (2_000, 20),
    "matches": (128, 64),
    "lr": (3e-3, 1e-5),
    "entropy": (0.3, 0.0),
}
"""Defaults for a network, and for a language model."""


def _told(name: str, text: str) -> str:
    network, language = _BY_KIND[name]
    return f"{text}; by default {network:g}, of a language model {language:g}"


OPTIONS: Final = (
    Option(name="model", default="", help="a model directory, for games in words; without it a network of tensors"),
    Option(name="updates", kind="int", default=None, low=1, high=10**6, help=_told("updates", "steps of the gradient")),
    Option(name="matches", kind="int", default=None, low=1, high=10**5, help=_told("matches", "self-play for each")),
    Option(name="lr", kind="float", default=None, low=0, high=1, help=_told("lr", "learning rate at first, 0 at last")),
    Option(name="entropy", kind="float", default=None, low=0, help=_told("entropy", "its weight at first, 0 at last")),
    Option(name="clip", kind="float", default=1.0, low=1e-6, help="the gradient's norm is cut to this"),
    Option(name="rae", kind="bool", default=True, help="role-conditioned baselines; without, returns as they are"),
    Option(name="decay", kind="float", default=0.95, low=0, high=1, help="of the baselines"),
    Option(name="gamma", kind="float", default=1.0, low=0, high=1, help="discount of a turn"),
    Option(name="checkpoints", kind="int", default=4, low=1, high=100, help="frozen on the way, the last included"),
    Option(name="hidden", kind="int", default=64, low=1, high=4_096, help="of a network: width of a layer"),
    Option(name="layers", kind="int", default=2, low=0, high=16, help="of a network: hidden layers"),
    Option(name="snapshots", kind="int", default=50, low=1, high=1_000, help="of a network: policies in its average"),
    Option(
        name="illegal",
        kind="float",
        default=None,
        help="return of a seat whose answer was illegal, such as -1.5; by default its score by the game",
    ),
    Option(name="wronged", kind="float", default=None, help="return of the other seats then, such as 0.5"),
    Option(name="batch", kind="int", default=32, low=1, high=4_096, help="answers of a language model at once"),
    *PLAYING,
    *RATED,
)


def filled(config: Config) -> dict[str, Any]:
    """The settings with the defaults of what is trained."""
    language = bool(config["model"])
    return {
        name: _BY_KIND[name][language] if value is None and name in _BY_KIND else value
        for name, value in config.items()
    }


def marks_of(updates: int, checkpoints: int) -> list[int]:
    """After which updates a checkpoint is frozen: before the first, after the last, and evenly between."""
    return sorted({round(updates * part / checkpoints) for part in range(checkpoints + 1)})
