"""k-means over utterances, the same for the same seed; by scikit-learn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest

_STARTS = 10
"""k-means is begun so often; the tightest result counts."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Centres (clusters, dimensions), the largest cluster first, and which of them each utterance belongs to."""

    centres: NDArray[np.float32]
    labels: Sequence[int]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.centres)

    @property
    def sizes(self) -> list[int]:
        """Utterances in each."""
        sizes: list[int] = np.bincount(self.labels, minlength=self.count).tolist()
        return sizes

    def distances(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Euclidean, (vectors, clusters)."""
        apart: NDArray[np.float64] = np.linalg.norm(vectors[:, None, :] - self.centres[None].astype(np.float64), axis=2)
        return apart

    def nearest(self, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        """The cluster whose centre is nearest to each vector."""
        places: NDArray[np.int64] = self.distances(vectors).argmin(axis=1)
        return places

    def as_json(self) -> dict[str, Any]:
        """For `read`."""
        return {"centres": self.centres.tolist(), "labels": list(self.labels)}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        return cls(np.array(told["centres"], dtype=np.float32), told["labels"])


def clustered(vectors: NDArray[np.float32], count: int, seed: int) -> Clusters:
    """At most `count` clusters: fewer where fewer vectors differ.

    Raises:
        BadRequest: scikit-learn is not installed.
    """
    try:
        from sklearn.cluster import KMeans
    except ImportError:
        raise BadRequest("lspo clusters with scikit-learn; pip install 'arena-werewolf[lspo]'") from None
    different = len(np.unique(vectors, axis=0))
    means = KMeans(min(count, different), n_init=_STARTS, random_state=seed).fit(vectors)
    order = np.argsort(-np.bincount(means.labels_, minlength=means.n_clusters), kind="stable")
    place = np.argsort(order)
    return Clusters(means.cluster_centers_[order].astype(np.float32), place[means.labels_].tolist())
