"""The latent space: what can be said, as a few kinds of utterance for each role.

A speaker chooses a cluster of its own role's utterances. Nobody else may learn the role from that, so that listeners
hear which cluster of everybody's utterances it fell into: a letter, drawn as the role's utterances of that kind fell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from string import ascii_uppercase
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena_werewolf.loops.cluster import Clusters, clustered

LETTERS = ascii_uppercase
"""What is heard, by place; no more kinds than these can be told apart."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LatentSpace:
    """Clusters by role, those of all roles together, and how the former are heard.

    `echoes` holds by role a matrix (clusters of the role, letters): how many utterances of this kind were heard so.
    """

    roles: Mapping[str, Clusters]
    heard: Clusters
    echoes: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(cls, speakers: Sequence[str], vectors: Vectors, sizes: Mapping[str, int], letters: int, seed: int) -> Self:
        """Clusters of utterances: `speakers` are their roles, `vectors` (utterances, dimensions) what they say.

        `sizes` says how many clusters a role gets, as far as it has so many different utterances.

        Raises:
            BadRequest: there are no utterances, or scikit-learn is not installed.
        """
        if not len(vectors):
            raise BadRequest("nothing was said, so that there is nothing to cluster; play more matches (--set matches)")
        heard = clustered(vectors, min(letters, len(LETTERS)), seed)
        spoken = np.array(speakers)
        roles = {role: clustered(vectors[spoken == role], sizes[role], seed) for role in sorted(set(speakers))}
        echoes = {
            role: _echoes(own, heard.nearest(vectors[spoken == role]), heard.count) for role, own in roles.items()
        }
        return cls(roles, heard, echoes)

    @classmethod
    def uniform(cls, sizes: Mapping[str, int], letters: int) -> Self:
        """Kinds of utterance that nothing is known of, and that all sound alike: for what depends on their number."""

        def empty(count: int) -> Clusters:
            return Clusters(np.zeros((count, 1), dtype=np.float32), [])

        heard = min(letters, len(LETTERS))
        echoes = {role: np.ones((count, heard), dtype=np.int64) for role, count in sizes.items()}
        return cls({role: empty(count) for role, count in sizes.items()}, empty(heard), echoes)

    def moves(self, role: str) -> int:
        """How many kinds of utterance a role has; one, silence, where it was never heard."""
        return self.roles[role].count if role in self.roles else 1

    def place(self, role: str, vectors: Vectors) -> list[int]:
        """The role's clusters that utterances fall into."""
        places: list[int] = self.roles[role].nearest(vectors).tolist()
        return places

    def letters(self, vectors: Vectors) -> list[str]:
        """What is heard of utterances."""
        return [LETTERS[place] for place in self.heard.nearest(vectors)]

    def echo(self, role: str, move: int, rng: Random) -> str:
        """A letter for one utterance of this kind; of a role that was never heard nothing."""
        if role not in self.echoes:
            return ""
        row = self.echoes[role][move].tolist()
        return LETTERS[rng.choices(range(len(row)), row)[0]]

    def as_json(self) -> dict[str, Any]:
        """For `read`."""
        return {
            "heard": self.heard.as_json(),
            "roles": {role: own.as_json() for role, own in self.roles.items()},
            "echoes": {role: counts.tolist() for role, counts in self.echoes.items()},
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        roles = {role: Clusters.read(own) for role, own in told["roles"].items()}
        return cls(roles, Clusters.read(told["heard"]), {role: np.array(rows) for role, rows in told["echoes"].items()})


def _echoes(own: Clusters, letters: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    table = np.zeros((own.count, count), dtype=np.int64)
    np.add.at(table, (np.array(own.labels), letters), 1)
    return table
