"""The random agents that are measured. They differ in what they want to see; how they choose is the same."""

from arena.agents.simple import RandomAgent
from arena.core.values import EVENTS, LABELS, TENSOR, TEXT

OBSERVATIONS = {
    "blind": frozenset[str](),
    "tensor": frozenset({TENSOR}),
    "text": frozenset({TEXT, LABELS, EVENTS}),
}
"""What each kind of agent wants beside the legal actions; `text` is what an agent gets that does not say."""


class Blind(RandomAgent):
    """Wants the legal actions only."""

    wants = OBSERVATIONS["blind"]


class Tensor(RandomAgent):
    """Wants the observation tensor, as a learner does."""

    wants = OBSERVATIONS["tensor"]


class Text(RandomAgent):
    """Wants text, labels and events, as a language model does."""

    wants = OBSERVATIONS["text"]


class BlindToo(Blind):
    """The opponent of `Blind`: another name, so that the set is rated."""


class TensorToo(Tensor):
    """The opponent of `Tensor`."""


class TextToo(Text):
    """The opponent of `Text`."""
