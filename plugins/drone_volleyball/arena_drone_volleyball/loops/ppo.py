"""Proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347), its formulas alone.

As in "The 37 implementation details of PPO" (Huang et al. 2022), over a clock of which only some steps are decisions.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any


def advantages(
    rewards: Tensor, values: Tensor, ended: Tensor, cut: Tensor, heard: Tensor, discount: float, trace: float
) -> Tensor:
    """Generalised advantage estimates (Schulman et al. 2016, arXiv 1506.02438) of decisions, (steps, lanes).

    `values` (steps + 1, lanes) are of what was seen before each step and after the last. What has `ended`
    (steps, lanes) has no future; what is `cut` is an end or a time-out, beyond which the value of the last view alone
    tells. Decisions are the steps that are `heard`. What is paid until the next one, undiscounted, belongs to the last
    (Sutton, Precup and Singh 1999); on steps that are not heard the estimates mean nothing.
    """
    import torch

    found = torch.zeros_like(rewards)
    later, paid, future = torch.zeros_like(rewards[0]), torch.zeros_like(rewards[0]), values[-1]
    for step in reversed(range(len(rewards))):
        future = torch.where(cut[step], values[step + 1] * ~ended[step], future)
        later, paid = later * ~cut[step], paid * ~cut[step] + rewards[step]
        found[step] = paid + discount * future - values[step] + discount * trace * later
        now = heard[step]
        later, future = torch.where(now, found[step], later), torch.where(now, values[step], future)
        paid = paid * ~now
    return found


def clipped(ratio: Tensor, advantage: Tensor, clip: float) -> Tensor:
    """The clipped surrogate loss: what is gained beyond 1 +- clip does not count."""
    least = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage
    return -least.minimum(ratio * advantage).mean()


def normalised(advantage: Tensor) -> Tensor:
    """Advantages with mean 0 and deviation 1."""
    centred = advantage - advantage.mean()
    return centred / (centred.square().mean().sqrt() + 1e-8)
