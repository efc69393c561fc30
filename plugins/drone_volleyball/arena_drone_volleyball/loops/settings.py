"""What can be set of a training run, with defaults that two cores learn a task by."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Self

from arena.core.options import Option
from arena.core.values import Config

if TYPE_CHECKING:
    from arena_drone_volleyball.loops.learner import Tuning


def _whole(name: str, default: int, low: int, high: int, told: str) -> Option:
    return Option(name=name, kind="int", default=default, low=low, high=high, help=told)


def _real(name: str, default: float, low: float, high: float, told: str) -> Option:
    return Option(name=name, kind="float", default=default, low=low, high=high, help=told)


def _sized(name: str, high: int, told: str) -> Option:
    task, rallies = _SIZES[name]
    return _whole(name, 0, 0, high, f"{told}; by default {task}, in 1v1 {rallies}")


PRACTISED: Final = ("serve", "receive")
"""The skills of 1v1 that hit the ball."""
_SIZES: Final = {
    "updates": (1_000, 90),
    "every": (250, 15),
    "deals": (20, 3),
    "environments": (1_024, 512),
    "steps": (16, 256),
}
"""Of tasks, where each control step is a decision, and of rallies, where few are."""

SETTINGS: Final = (
    _sized("updates", 1_000_000, "how often the networks are updated"),
    _sized("every", 1_000_000, "updates after which a checkpoint is frozen and plays"),
    _sized("deals", 1_000, "deals of a set before the referee"),
    _sized("environments", 1_000_000, "courts that are played at once, in all processes together"),
    _sized("steps", 10_000, "control steps between updates"),
    Option(
        name="practice",
        default="",
        choices=("", *PRACTISED),
        help="in 1v1 at prt or ctbr, the skill by which a network learns to carry out orders",
    ),
    Option(
        name="skills",
        default="",
        help="in 1v1 at prt or ctbr, folders of checkpoints of such skills for a strategy to order, parted by commas",
    ),
    Option(
        name="controllers",
        kind="bool",
        default=True,
        help="whether the plugin's controllers, too, carry out orders that such a skill is for",
    ),
    Option(
        name="joint",
        kind="bool",
        default=True,
        help="whether co-self-play trains these skills along, by what their rallies come to",
    ),
    _whole("strategy", 30, 1, 1_000_000, "in 1v1, updates against the scripted agent before co-self-play begins"),
    _whole("draws", 8, 1, 256, "in co-self-play, earlier selves that are drawn after each checkpoint"),
    Option(name="rule", default="pfsp-hard", help="by which rule of `arena population sample`"),
    _whole("processes", 1, 0, 256, "processes that play courts; with 0 the one that learns does"),
    _whole("width", 64, 1, 4_096, "units of each of the two hidden layers"),
    _whole("epochs", 3, 1, 100, "how often an update goes over what was played"),
    _whole("batches", 4, 1, 1_000, "into how many parts it cuts that"),
    _real("discount", 0.995, 0.0, 1.0, "what a reward is worth one control step later"),
    _real("trace", 0.95, 0.0, 1.0, "lambda of the generalised advantage estimates"),
    _real("clip", 0.2, 0.0, 10.0, "how far an update may move a chance and gain by it"),
    _real("entropy", 0.003, 0.0, 10.0, "what the entropy of the policy is worth"),
    _real("divergence", 0.01, 1e-6, 10.0, "divergence of an update that the step size aims at"),
    _real("rate", 1e-3, 1e-6, 1.0, "the first step size"),
    Option(name="device", default="auto", choices=("auto", "cpu", "cuda"), help="where the networks are trained"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a run, each by its name in SETTINGS."""

    updates: int
    every: int
    deals: int
    environments: int
    steps: int
    practice: str
    skills: str
    controllers: bool
    joint: bool
    strategy: int
    draws: int
    rule: str
    processes: int
    width: int
    epochs: int
    batches: int
    discount: float
    trace: float
    clip: float
    entropy: float
    divergence: float
    rate: float
    device: str

    @classmethod
    def of(cls, config: Config, *, rallies: bool = False) -> Self:
        """What the options were resolved to, sizes that were left open as suits tasks or rallies."""
        values: dict[str, Any] = dict(config)
        sizes = {name: values[name] or usual[rallies] for name, usual in _SIZES.items()}
        return cls(**{**values, **sizes})

    def tuning(self) -> "Tuning":
        """Those of them that are numbers of PPO."""
        from arena_drone_volleyball.loops.learner import Tuning

        return Tuning(**{field.name: getattr(self, field.name) for field in fields(Tuning)})
