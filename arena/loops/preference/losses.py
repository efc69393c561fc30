"""Losses that TRL does not have, from log-probabilities of whole answers, in nats; one a row, float [rows].

`real` answers are those of the data, `current` ones were drawn from the last iterate at the same prompts, and `proto`
ones from the first.
"""

from typing import Any


def space(real: Any, current: Any, old_real: Any, old_current: Any, *, mu: float) -> Any:
    """SPACE (arXiv 2512.07175): noise-contrastive estimation, the last iterate's answers being the noise.

    -log s(r(real)) - mu log(1 - s(r(current))) with r(u) = log p(u) - log p_t(u) and s(r) = 1 / (1 + mu exp(-r)).
    `old_` are the log-probabilities under the last iterate p_t. `mu` is how many synthetic answers stand against a real
    one; the paper takes 1.
    """
    from math import log

    from torch.nn.functional import logsigmoid

    shift = log(mu)  # s(r) is the logistic function of r - log mu
    return -logsigmoid(real - old_real - shift) - mu * logsigmoid(shift - (current - old_current))


def t_spin(real: Any, current: Any, proto: Any, *, alpha: float, beta: float) -> Any:
    """T-SPIN (arXiv 2601.08198, equation 7): real answers over current ones, and these over the first iterate's.

    l(alpha log p(real) - alpha log p(current)) + beta l(alpha log p(current) - alpha log p(proto)) with the logistic
    loss l(x) = -log sigmoid(x). There is no reference policy: alpha is the weight of the entropy that takes its place.
    The paper takes alpha 1, and beta 0 in the first iteration, in which both gaps are the same, and 0.1 after it.
    """
    from torch.nn.functional import logsigmoid

    return -logsigmoid(alpha * (real - current)) - beta * logsigmoid(alpha * (current - proto))
