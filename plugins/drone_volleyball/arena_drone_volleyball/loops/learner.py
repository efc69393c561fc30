"""Actor and critic in torch, and how they learn from blocks; what they are between two updates can be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.random import SeedSequence

from arena.core.errors import BadRequest
from arena.core.values import Json
from arena_drone_volleyball.agents.network import CLIP, Floats, Layer, Network
from arena_drone_volleyball.loops.course import Block, Pilot
from arena_drone_volleyball.loops.heads import Head
from arena_drone_volleyball.loops.normal import Moments
from arena_drone_volleyball.loops.ppo import advantages, clipped, normalised

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any

STATE: Final = "learner.pt"
_SLOWEST, _FASTEST = 1e-5, 3e-3
"""Bounds of the step size."""
_MOST_GRADIENT: Final = 1.0
_WIDEST, _SHARPEST = -1.5, -2.3
"""Logarithms of the deviations of actions: the first, and the least, with which something can still be found."""

_FOR_GOOD: Final = 1e15
"""A count of observations that no training adds to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The numbers of PPO. The step size follows `divergence` (Kullback-Leibler) between the policy before and after an
    update: smaller when it was twice that, larger when it was half (Rudin et al. 2022, arXiv 2109.11978)."""

    epochs: int = 4
    batches: int = 4
    discount: float = 0.99
    trace: float = 0.95
    clip: float = 0.2
    entropy: float = 0.0
    divergence: float = 0.01
    rate: float = 1e-3


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is learnt from, one row a step of a lane."""

    seen: Tensor
    actions: Tensor
    chances: Tensor
    advantages: Tensor
    returns: Tensor

    def rows(self, picked: Tensor) -> "_Batch":
        return _Batch(*(getattr(self, name)[picked] for name in self.__slots__))


class Learner:
    """Two perceptrons with tanh of `width` units twice: the actor's outputs begin at `centre`, the critic's is a value.

    Raises:
        BadRequest: there is no such device.
    """

    def __init__(
        self, seen: int, head: Head, centre: Floats, *, width: int, tuning: Tuning, device: str, seed: int
    ) -> None:
        import torch

        self.head, self.tuning = head, tuning
        self.device = _device(device)
        torch.manual_seed(seed)
        torch.set_num_threads(1)  # networks this small lose more than they gain by waiting for each other
        self.actor = _perceptron(seen, width, len(centre), 0.01).to(self.device)
        self.critic = _perceptron(seen, width, 1, 1.0).to(self.device)
        with torch.no_grad():
            self.actor[-1].bias.copy_(torch.from_numpy(centre))
        self.spread = torch.nn.Parameter(torch.full((head.size,), _WIDEST, device=self.device))
        parameters = [*self.actor.parameters(), *self.critic.parameters(), self.spread]
        self.optimizer = torch.optim.Adam(parameters, lr=tuning.rate, eps=1e-5)
        self.moments = Moments.none(seen)

    def adopt(self, network: Network) -> None:
        """Go on from what `network` does: its layers and normalisation, which stays as it is, drawn from as narrowly as
        may be; the critic begins with nought."""
        import torch

        with torch.no_grad():
            for layer, known in zip(self._linear(), network.layers, strict=True):
                layer.weight.copy_(torch.from_numpy(known.weight.T))
                layer.bias.copy_(torch.from_numpy(known.bias))
            self.critic[-1].weight.zero_()
            self.spread.fill_(_SHARPEST)
        mean, deviation = (each.astype(np.float64) for each in (network.mean, network.deviation))
        self.moments = Moments(_FOR_GOOD, mean, deviation * deviation)

    def pilot(self, about: Mapping[str, Json]) -> Pilot:
        """What flies as the actor does now, in NumPy."""
        layers = [Layer(_array(layer.weight.T), _array(layer.bias)) for layer in self._linear()]
        mean, deviation = (np.asarray(each, np.float32) for each in (self.moments.mean, self.moments.deviation))
        return Pilot(Network(layers, mean, deviation, about), _array(self.spread))

    def learn(self, blocks: Sequence[Block], seed: Sequence[int]) -> dict[str, float]:
        """One update from these blocks, in an order drawn from `seed`; its figures, none where nothing was decided."""
        import torch

        if not any(block.heard.any() for block in blocks):
            return {}
        generator = torch.Generator(self.device).manual_seed(int(SeedSequence(seed).generate_state(1)[0]))
        batch, moments = self._batch(blocks)
        told, count = [], len(batch.seen)
        for _ in range(self.tuning.epochs):
            order = torch.randperm(count, generator=generator, device=self.device)
            told += [self._descend(batch.rows(picked)) for picked in order.chunk(self.tuning.batches)]
        self.moments = self.moments.joined(moments)
        figures = torch.stack(told).mean(dim=0).tolist()
        last = torch.stack(told[-self.tuning.batches :])[:, 0].mean().item()
        self._pace(last)
        names = ("divergence", "loss/policy", "loss/value", "entropy")
        return {**dict(zip(names, figures, strict=True)), "rate": self._rate}

    def save(self, folder: Path) -> None:
        """Write all that `load` needs to go on."""
        import torch

        moments = {name: torch.as_tensor(getattr(self.moments, name)) for name in Moments.__slots__}
        torch.save({**self._parts(), "spread": self.spread.detach(), "moments": moments}, folder / STATE)

    def load(self, folder: Path) -> None:
        """Go on from what was saved.

        Raises:
            BadRequest: it is missing, spoilt, or of another size.
        """
        import pickle

        import torch

        try:
            kept = torch.load(folder / STATE, map_location=self.device, weights_only=True)
            for name in ("actor", "critic"):
                getattr(self, name).load_state_dict(kept[name])
            self.optimizer.load_state_dict(kept["optimizer"])
            with torch.no_grad():
                self.spread.copy_(kept["spread"])
            told = {name: each.cpu().numpy() for name, each in kept["moments"].items()}
        except (OSError, RuntimeError, KeyError, ValueError, EOFError, pickle.UnpicklingError):
            raise BadRequest(f"{str(folder / STATE)!r} cannot be read; name another folder by --run") from None
        self.moments = Moments(float(told["count"]), told["mean"], told["variance"])

    def _linear(self) -> list[Any]:
        """The actor's layers that have weights."""
        return [layer for layer in self.actor if hasattr(layer, "weight")]

    def _parts(self) -> dict[str, Any]:
        return {name: getattr(self, name).state_dict() for name in ("actor", "critic", "optimizer")}

    def _batch(self, blocks: Sequence[Block]) -> tuple[_Batch, Moments]:
        """The decisions among what was played, and the moments of what was seen at them."""
        import torch

        raw = Block(*(self._joined([block[field] for block in blocks]) for field in range(len(Block._fields))))
        tuning, heard = self.tuning, raw.heard
        with torch.no_grad():
            seen = self._normal(raw.observations)
            values = self.critic(seen).squeeze(-1)
            gained = advantages(raw.rewards, values, raw.ended, raw.cut, heard, tuning.discount, tuning.trace)
            moments = _moments(raw.observations[:-1][heard])
            parts = (seen[:-1], raw.actions, raw.chances, gained, gained + values[:-1])
            rows = [part[heard] for part in parts]
            rows[3] = normalised(rows[3])
        return _Batch(*rows), moments

    def _joined(self, parts: Sequence[Any]) -> Tensor:
        """Lanes of all blocks side by side, on the device."""
        import torch

        return torch.cat([torch.from_numpy(part).to(self.device) for part in parts], dim=1)

    def _normal(self, seen: Tensor) -> Tensor:
        import torch

        mean, deviation = (
            torch.as_tensor(each, dtype=torch.float32, device=self.device)
            for each in (self.moments.mean, self.moments.deviation)
        )
        return ((seen - mean) / deviation).clamp(-CLIP, CLIP)

    def _descend(self, batch: _Batch) -> Tensor:
        """One step of gradient descent; divergence, the losses and the entropy."""
        import torch

        tuning = self.tuning
        chances, entropies = self.head.chances(self.actor(batch.seen), self.spread, batch.actions)
        change = chances - batch.chances
        ratio = change.exp()
        policy = clipped(ratio, batch.advantages, tuning.clip)
        value = (self.critic(batch.seen).squeeze(-1) - batch.returns).square().mean()
        entropy = entropies.mean()
        self.optimizer.zero_grad(set_to_none=True)
        (policy + 0.5 * value - tuning.entropy * entropy).backward()
        for part in ([*self.actor.parameters(), self.spread], [*self.critic.parameters()]):
            torch.nn.utils.clip_grad_norm_(part, _MOST_GRADIENT)
        self.optimizer.step()
        with torch.no_grad():
            self.spread.clamp_(min=_SHARPEST)
        divergence = (ratio.detach() - 1.0 - change.detach()).mean()
        return torch.stack((divergence, policy.detach(), value.detach(), entropy.detach()))

    @property
    def _rate(self) -> float:
        rate: float = self.optimizer.param_groups[0]["lr"]
        return rate

    def _pace(self, divergence: float) -> None:
        aim = self.tuning.divergence
        by = 1.0 / 1.5 if divergence > 2.0 * aim else 1.5 if divergence < 0.5 * aim else 1.0
        for group in self.optimizer.param_groups:
            group["lr"] = min(max(group["lr"] * by, _SLOWEST), _FASTEST)


def _perceptron(inputs: int, width: int, outputs: int, last: float) -> Any:
    """Orthogonal weights, gain sqrt(2) but for the last layer (Huang et al. 2022, detail 2)."""
    from torch import nn

    layers = [nn.Linear(inputs, width), nn.Linear(width, width), nn.Linear(width, outputs)]
    for layer, gain in zip(layers, (2.0**0.5, 2.0**0.5, last), strict=True):
        nn.init.orthogonal_(layer.weight, gain)
        nn.init.zeros_(layer.bias)
    return nn.Sequential(layers[0], nn.Tanh(), layers[1], nn.Tanh(), layers[2])


def _moments(rows: Tensor) -> Moments:
    mean, variance = rows.mean(dim=0), rows.var(dim=0, correction=0)
    return Moments(float(len(rows)), mean.double().cpu().numpy(), variance.double().cpu().numpy())


def _array(tensor: Tensor) -> Floats:
    found: Floats = np.ascontiguousarray(tensor.detach().cpu().numpy(), np.float32)
    return found


def _device(name: str) -> str:
    import torch

    there = torch.cuda.is_available()
    if name == "auto":
        return "cuda" if there else "cpu"
    if name == "cuda" and not there:
        raise BadRequest("there is no CUDA device here; leave the setting device at auto, or take cpu")
    return name
