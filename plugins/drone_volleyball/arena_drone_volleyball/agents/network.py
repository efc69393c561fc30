"""What a trained policy is outside its training: a small network of frozen weights, in NumPy alone."""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadOption
from arena.core.values import Json

Floats = NDArray[np.float32]
WEIGHTS: Final = "policy.npz"
CLIP: Final = 10.0
"""Deviations beyond which an observation is cut off."""
_ABOUT: Final = "about"


class Layer(NamedTuple):
    """y = x @ weight + bias, with weight (inputs, outputs)."""

    weight: Floats
    bias: Floats


class Network:
    """A perceptron with tanh between its layers, behind a normalisation: from (n, size) to (n, outputs).

    `about` says what it was made for: `game` and `level`, and `head`, what its outputs mean.
    """

    def __init__(self, layers: Sequence[Layer], mean: Floats, deviation: Floats, about: Mapping[str, Json]) -> None:
        self.layers, self.mean, self.deviation, self.about = tuple(layers), mean, deviation, dict(about)

    def __call__(self, seen: Floats) -> Floats:
        """The outputs for observations (n, size), float32."""
        found = np.clip((seen - self.mean) / self.deviation, -CLIP, CLIP)
        for layer in self.layers[:-1]:
            found = found @ layer.weight
            found += layer.bias
            np.tanh(found, out=found)
        outputs: Floats = found @ self.layers[-1].weight + self.layers[-1].bias
        return outputs

    def telling(self, more: Mapping[str, Json]) -> "Network":
        """The same network, with more said about it."""
        return Network(self.layers, self.mean, self.deviation, {**self.about, **more})

    @property
    def digest(self) -> str:
        """SHA-256 of its numbers and of what it was made for, in hexadecimal."""
        told = hashlib.sha256(json.dumps(self.about, sort_keys=True).encode())
        for each in (self.mean, self.deviation, *(part for layer in self.layers for part in layer)):
            told.update(f"{each.dtype} {each.shape}".encode())
            told.update(each.tobytes())
        return told.hexdigest()

    def save(self, folder: Path) -> None:
        """Write it to `folder`/policy.npz."""
        arrays: dict[str, Any] = {
            "mean": self.mean,
            "deviation": self.deviation,
            _ABOUT: np.array(json.dumps(self.about)),
        }
        for n, layer in enumerate(self.layers):
            arrays |= {f"{name}{n}": each for name, each in layer._asdict().items()}
        np.savez(folder / WEIGHTS, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            BadOption: there is none, or it is spoilt.
        """
        file = folder / WEIGHTS
        try:
            with np.load(file, allow_pickle=False) as arrays:
                about = json.loads(str(arrays[_ABOUT]))
                count = sum(name.startswith("weight") for name in arrays.files)
                layers = [Layer(arrays[f"weight{n}"], arrays[f"bias{n}"]) for n in range(count)]
                made = cls(layers, arrays["mean"], arrays["deviation"], about)
        except FileNotFoundError:
            raise BadOption(f"there is no {str(file)!r}; name the folder of a checkpoint that holds one") from None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            raise BadOption(f"{str(file)!r} is no trained policy; name the folder of a checkpoint") from None
        if not made._fits():
            raise BadOption(f"{str(file)!r} is spoilt: its layers do not fit together; take another checkpoint")
        return made

    def _fits(self) -> bool:
        sizes = [self.mean.shape[-1:], *(layer.bias.shape for layer in self.layers)]
        pairs = zip(self.layers, sizes[:-1], sizes[1:], strict=True)
        numbers = [self.mean, self.deviation, *(each for layer in self.layers for each in layer)]
        chained = all(layer.weight.shape == (*before, *after) for layer, before, after in pairs)
        return bool(self.layers) and chained and all(np.isfinite(each).all() for each in numbers)
