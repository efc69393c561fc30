"""Proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347), its formulas alone.

As in "The 37 implementation details of PPO" (Huang et al. 2022); what is weighed by masks is our own: a step that
only begins an episode anew counts for nothing, and one on which no action was heard counts for the values alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any


def advantages(rewards: Tensor, values: Tensor, ended: Tensor, cut: Tensor, discount: float, trace: float) -> Tensor:
    """Generalised advantage estimates (Schulman et al. 2016, arXiv 1506.02438), (steps, courts).

    `values` (steps + 1, courts) are of what was seen before each step and after the last. What `ended` (steps, courts)
    has no future; what is `cut` is an end or a time-out, beyond which only the value of the last view tells.
    """
    import torch

    found, later = torch.zeros_like(rewards), torch.zeros_like(rewards[0])
    for step in reversed(range(len(rewards))):
        future = values[step + 1] * ~ended[step]
        surprise = rewards[step] + discount * future - values[step]
        later = surprise + discount * trace * later * ~cut[step]
        found[step] = later
    return found


def clipped(ratio: Tensor, advantage: Tensor, weight: Tensor, clip: float) -> Tensor:
    """The clipped surrogate loss, a mean by `weight`: what is gained beyond 1 +- clip does not count."""
    least = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage
    return -mean(least.minimum(ratio * advantage), weight)


def normalised(advantage: Tensor, weight: Tensor) -> Tensor:
    """Advantages with mean 0 and deviation 1 among those that count."""
    centred = advantage - mean(advantage, weight)
    return centred / (mean(centred.square(), weight).sqrt() + 1e-8)


def mean(values: Tensor, weight: Tensor) -> Tensor:
    """The mean by weight; 0 where nothing counts."""
    return (values * weight).sum() / weight.sum().clamp(min=1e-8)
