"""REINFORCE for a small network: the loss, its optimizer, and what a resumed run needs of both."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from arena.agents.mlp import Floats, Form, Mlp

_FILE: Final = "learner.pt"
_BARRED: Final = -1e9
"""The logit of what is not legal: its probability is 0, and 0 log 0 is 0."""


def initial(form: Form, *, hidden: int, layers: int, rng: Generator) -> Mlp:
    """A network that begins near the uniform policy: LeCun's uniform initialisation, the last layer a hundredth."""
    widths = [form.width, *[hidden] * layers, form.actions]
    bounds = [(3 / width) ** 0.5 for width in widths[:-1]]
    bounds[-1] /= 100
    weights = [
        rng.uniform(-bound, bound, (width, after)).astype(np.float32)
        for bound, width, after in zip(bounds, widths[:-1], widths[1:], strict=True)
    ]
    return Mlp(form, weights, [np.zeros(width, np.float32) for width in widths[1:]])


def reinforce_loss(logits: Any, legal: Any, actions: Any, advantages: Any, *, entropy: float) -> tuple[Any, Any]:
    """-(mean A log p(a) + entropy mean H(p)) over decisions, and the mean H(p) in nats; torch tensors.

    Williams, Machine Learning 8, 1992. `logits` and `legal` are of shape (decisions, actions), the others (decisions,).
    """
    logs = logits.masked_fill(~legal, _BARRED).log_softmax(dim=1)
    chosen = logs.gather(1, actions[:, None])[:, 0]
    spread = -(logs.exp() * logs).sum(dim=1).mean()
    return -((advantages * chosen).mean() + entropy * spread), spread


class Learner:
    """A network in training."""

    def __init__(self, network: Mlp, *, rate: float, clip: float) -> None:
        import torch

        torch.set_num_threads(1)  # layers this small lose by threads, and sum up in another order with each number
        self.form, self._clip = network.form, clip
        self._layers = len(network.weights)
        self._parameters = [torch.tensor(array, requires_grad=True) for array in (*network.weights, *network.biases)]
        self._adam = torch.optim.Adam(self._parameters, lr=rate)

    def network(self) -> Mlp:
        """The network as it stands."""
        arrays = [one.detach().numpy().copy() for one in self._parameters]
        return Mlp(self.form, arrays[: self._layers], arrays[self._layers :])

    def learn(
        self,
        inputs: Floats,
        legal: NDArray[np.bool_],
        actions: NDArray[np.int64],
        advantages: Floats,
        *,
        entropy: float,
    ) -> Mapping[str, float]:
        """Take one step along the gradient; the figures of it."""
        import torch

        loss, spread = reinforce_loss(
            self._logits(torch.from_numpy(inputs)),
            torch.from_numpy(legal),
            torch.from_numpy(actions),
            torch.from_numpy(advantages),
            entropy=entropy,
        )
        self._adam.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self._parameters, self._clip)
        self._adam.step()
        return {"loss": loss.item(), "entropy": spread.item(), "gradient": norm.item()}

    def _logits(self, flow: Any) -> Any:
        import torch

        weights, biases = self._parameters[: self._layers], self._parameters[self._layers :]
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            flow = torch.tanh(flow @ weight + bias)
        return flow @ weights[-1] + biases[-1]

    def save(self, folder: Path) -> None:
        """Write what `restore` reads."""
        import torch

        torch.save({"parameters": self._parameters, "adam": self._adam.state_dict()}, folder / _FILE)

    def restore(self, folder: Path) -> None:
        """Go on as the learner that was saved there."""
        import torch

        kept = torch.load(folder / _FILE, weights_only=True)
        _copy(kept["parameters"], self._parameters)
        self._adam.load_state_dict(kept["adam"])


def _copy(source: Sequence[Any], target: Sequence[Any]) -> None:
    for one, other in zip(source, target, strict=True):
        other.data.copy_(one.data)
