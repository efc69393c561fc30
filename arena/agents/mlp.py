"""Agents that play a small network of their own: `mlp:FOLDER` reads the weights of a checkpoint, and needs numpy alone.

A checkpoint holds one network, or the several through which a run went. An agent of several draws one for each match,
from its own seed. Over many matches that is their average weighted by how often each comes into a situation, which is
what fictitious play averages (Heinrich, Lanctot and Silver, ICML 2015).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.errors import AgentFault, BadRequest
from arena.core.legal import Choices, Legal
from arena.core.policy import Situation
from arena.core.values import Action, Config, Fields, Json, Seat

Floats = NDArray[np.float32]

_FORM: Final = "network.json"
_WEIGHTS: Final = "weights.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a network sees and chooses from: the tensor `field` of `size` values with its seat beside it; `actions`."""

    game: str
    """The rated id."""
    field: str
    size: int
    seats: int
    actions: int

    @property
    def width(self) -> int:
        """Values that enter the network."""
        return self.size + self.seats

    def inputs(self, seats: Sequence[Seat], views: Sequence[Mapping[str, Any]]) -> Floats:
        """What enters the network, shape (views, width): the tensors, then a one for the seat."""
        entering = np.zeros((len(views), self.width), np.float32)
        for row, seat, view in zip(entering, seats, views, strict=True):
            row[: self.size] = np.ravel(view[self.field])
            row[self.size + seat] = 1.0
        return entering

    def legal(self, offers: Sequence[Choices]) -> NDArray[np.bool_]:
        """Which actions are on offer, shape (offers, actions)."""
        mask = np.zeros((len(offers), self.actions), np.bool_)
        for row, offer in zip(mask, offers, strict=True):
            row[list(offer.ids)] = True
        return mask


@dataclass(frozen=True, slots=True)
class Mlp:
    """A multi-layer perceptron with tanh between its layers, as `weights` (in, out) and `biases` (out,) of each."""

    form: Form
    weights: Sequence[Floats]
    biases: Sequence[Floats]

    @property
    def wants(self) -> Fields:
        """The one field it looks at."""
        return frozenset({self.form.field})

    def chances(self, inputs: Floats, legal: NDArray[np.bool_]) -> Floats:
        """Probabilities of shape (rows, actions), 0 for what is not legal."""
        flow = inputs
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            flow = np.tanh(flow @ weight + bias)
        logits = np.where(legal, flow @ self.weights[-1] + self.biases[-1], -np.inf)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances: Floats = raised / raised.sum(axis=1, keepdims=True)
        return chances

    def probabilities(self, situations: Sequence[Situation]) -> Sequence[Sequence[float]]:
        """As `arena.core.policy.Policy` says."""
        inputs = self.form.inputs([at.seat for at in situations], [at.fields for at in situations])
        chances = self.chances(inputs, self.form.legal([at.legal for at in situations]))
        return [[float(row[number]) for number in at.legal.ids] for row, at in zip(chances, situations, strict=True)]


class MlpAgent(Agent):
    """One seat's play by one network. Its draws follow from its own seed."""

    def __init__(self, seat: SeatInfo, mixture: Sequence[Mlp]) -> None:
        super().__init__(seat)
        self._rng = seat.rng()
        self._network = mixture[self._rng.randrange(len(mixture))]
        self.wants = self._network.wants  # type: ignore[misc]  # the field's name stands in the checkpoint

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """An action drawn with the network's probabilities."""
        assert isinstance(legal, Choices)
        situation = Situation(self.seat.seat, observation.fields, legal)
        [chances] = self._network.probabilities([situation])
        return self._rng.choices(legal.ids, chances)[0]


class MlpAgents:
    """Seats agents of the checkpoint in a folder.

    Raises:
        BadRequest: there is none, or it is spoilt.
    """

    def __init__(self, folder: str) -> None:
        self._mixture = load(Path(folder))
        self.wants = self._mixture[0].wants
        """The one field they look at, for clients that ask for it before there is a seat."""

    def __call__(self, seat: SeatInfo) -> MlpAgent:
        """An agent for this seat.

        Raises:
            AgentFault: it was trained on another game.
        """
        self._require(seat.game)
        return MlpAgent(seat, self._mixture)

    def entry(self, game: str, config: Config) -> Json:
        """These agents bring nothing to a match; asked for it, they say in time which games they cannot play.

        Raises:
            AgentFault: it was trained on another game.
        """
        if game != self._mixture[0].form.game.partition("?")[0]:
            self._require(game)
        return None

    def _require(self, game: str) -> None:
        trained = self._mixture[0].form.game
        if game != trained:
            raise AgentFault(f"this network was trained on {trained} and plays nothing else, such as {game}")


def save(folder: Path, mixture: Sequence[Mlp]) -> None:
    """Write a checkpoint of networks of one form; `weights.npz` has layers `w0`, `b0`, ... with the network first."""
    (folder / _FORM).write_text(json.dumps(asdict(mixture[0].form), indent=1), encoding="utf-8")
    layers = range(len(mixture[0].weights))
    stacked: dict[str, Any] = {f"w{at}": np.stack([one.weights[at] for one in mixture]) for at in layers}
    stacked |= {f"b{at}": np.stack([one.biases[at] for one in mixture]) for at in layers}
    np.savez(folder / _WEIGHTS, **stacked)


def load(folder: Path) -> Sequence[Mlp]:
    """The networks of a checkpoint.

    Raises:
        BadRequest: there is none, or it is spoilt.
    """
    try:
        form = Form(**json.loads((folder / _FORM).read_text(encoding="utf-8")))
        with np.load(folder / _WEIGHTS, allow_pickle=False) as file:
            arrays = dict(file)
        layers = range(len(arrays) // 2)
        weights, biases = ([arrays[f"{name}{at}"] for at in layers] for name in "wb")
        return [Mlp(form, [w[n] for w in weights], [b[n] for b in biases]) for n in range(len(weights[0]))]
    except FileNotFoundError:
        raise BadRequest(f"{str(folder)!r} holds no checkpoint of `arena train selfplay-pg`; name its folder") from None
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise BadRequest(f"the checkpoint in {str(folder)!r} is spoilt; train it again") from error
