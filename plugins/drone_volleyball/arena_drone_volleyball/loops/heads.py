"""What the outputs of a network mean: a normal distribution around thrusts, or the odds of choices."""

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from arena_drone_volleyball.agents.strategy import CHOOSES, FLIES

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any

Floats = NDArray[np.float32]


class Head(Protocol):
    """A distribution over actions. `spread` is the trained logarithm of its deviations, (size,)."""

    name: str
    size: int
    """Of a drawn action."""

    def draw(self, outputs: Floats, spread: Floats, rng: Generator) -> tuple[Floats, Floats]:
        """Actions (n, size) and the logarithms of their chances (n,)."""

    def chances(self, outputs: Tensor, spread: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        """Logarithms of the chances of `actions` (n, size), and the entropies, (n,)."""


class Normal:
    """Independent normal distributions: the outputs are the means."""

    name = FLIES

    def __init__(self, size: int) -> None:
        self.size = size

    def draw(self, outputs: Floats, spread: Floats, rng: Generator) -> tuple[Floats, Floats]:
        noise = rng.standard_normal(outputs.shape, dtype=np.float32)
        actions = outputs + noise * np.exp(spread)
        constant = np.float32(spread.sum() + 0.5 * self.size * np.log(2.0 * np.pi))
        return actions, -0.5 * np.square(noise).sum(axis=1) - constant

    def chances(self, outputs: Tensor, spread: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        from torch.distributions import Normal as Distribution

        found = Distribution(outputs, spread.exp().expand_as(outputs), validate_args=False)
        return found.log_prob(actions).sum(dim=1), found.entropy().sum(dim=1)


class Choice:
    """One of `count`: the outputs are logits, an action is the number of the choice."""

    name, size = CHOOSES, 1

    def draw(self, outputs: Floats, spread: Floats, rng: Generator) -> tuple[Floats, Floats]:
        chances = outputs - np.logaddexp.reduce(outputs, axis=1, keepdims=True)
        picked = (chances + rng.gumbel(size=outputs.shape)).argmax(axis=1)[:, None]
        return picked.astype(np.float32), np.take_along_axis(chances, picked, axis=1)[:, 0]

    def chances(self, outputs: Tensor, spread: Tensor, actions: Tensor) -> tuple[Tensor, Tensor]:
        from torch.distributions import Categorical

        found = Categorical(logits=outputs, validate_args=False)
        return found.log_prob(actions[:, 0]), found.entropy()
