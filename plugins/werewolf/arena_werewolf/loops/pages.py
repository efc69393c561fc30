"""What an iteration found, for people: its latent table, regrets and pairs, as Markdown in the run's folder.

Utterances are words of a model: control characters are escaped, and each stands in a span of code that it cannot end.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.core.terminal import harmless
from arena_werewolf.loops.latent import LETTERS, LatentSpace
from arena_werewolf.loops.latent_game import DISCUSSION, Infoset
from arena_werewolf.loops.mccfr import Entry
from arena_werewolf.loops.pairs import Pair
from arena_werewolf.loops.speeches import Speech

NEAREST: Final = 3
"""Utterances shown of a kind."""
_SHOWN: Final = 100
"""Characters of an utterance that are shown."""
_PAIRS: Final = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """One cluster as it is shown: of which role, which, how large, how it is heard, and what is nearest its centre."""

    role: str
    number: int
    size: int
    heard: str
    nearest: Sequence[str]


class Regret(NamedTuple):
    """What CFR thinks of a kind of utterance: its mean regret, and its share of the average strategy."""

    role: str
    day: int
    kind: int
    infosets: int
    visits: int
    regret: float
    share: float


def latent_kinds(space: LatentSpace, speeches: Sequence[Speech], vectors: NDArray[np.float32]) -> list[Kind]:
    """The latent table. `vectors` are of the speeches that the space was made of, in the same order."""
    told = []
    for role, own in space.roles.items():
        places = [at for at, speech in enumerate(speeches) if speech.role == role]
        apart = own.distances(vectors[places])
        for number, size in enumerate(own.sizes):
            members = [at for at in np.argsort(apart[:, number], kind="stable") if own.labels[at] == number]
            texts = dict.fromkeys(speeches[places[at]].text for at in members)
            nearest = [shown(text) for text in list(texts)[:NEAREST]]
            told.append(Kind(role, number, size, _heard(space, role, number), nearest))
    return told


def latent_page(kinds: Iterable[Kind]) -> str:
    """Every kind of utterance."""
    rows = [(k.role, k.number, k.size, k.heard, " · ".join(k.nearest)) for k in kinds]
    return _page("Latent space", ("role", "kind", "utterances", "heard as", "nearest its centre"), rows)


def regrets(table: Mapping[Infoset, Entry]) -> list[Regret]:
    """By role, day and kind, over the information sets of discussions, each weighed by its visits."""
    sums: dict[tuple[str, int, int], NDArray[np.float64]] = defaultdict(lambda: np.zeros(4))
    for known, entry in table.items():
        if known.phase == DISCUSSION and entry.visits:
            for action, regret, share in zip(entry.actions, entry.mean_regrets(), entry.average(), strict=True):
                sums[known.role, known.day, action] += (1, *(entry.visits * np.array([1, regret, share])))
    return [
        Regret(*key, int(count), int(visits), regret / visits, share / visits)
        for key, (count, visits, regret, share) in sorted(sums.items())
    ]


def strategy_page(found: Iterable[Regret]) -> str:
    """What CFR thinks of each kind of utterance."""
    rows = [(*one[:5], f"{one.regret:+.2f}", f"{one.share:.3f}") for one in found]
    columns = ("role", "day", "kind", "information sets", "visits", "mean regret", "share of the average strategy")
    return _page("Regrets of utterances", columns, rows)


def pairs_page(pairs: Sequence[Pair], compared: int) -> str:
    """How many there are, and the first ones."""
    rows = [
        (
            pair.role,
            f"{pair.match[:8]}:{pair.move}",
            f"{pair.chosen.kind} ({pair.worth[0]:+.2f})",
            f"{pair.rejected.kind} ({pair.worth[1]:+.2f})",
            shown(pair.chosen.text),
            shown(pair.rejected.text),
        )
        for pair in pairs[:_PAIRS]
    ]
    columns = ("role", "match:move", "chosen kind", "rejected kind", "chosen", "rejected")
    return _page(f"{len(pairs)} pairs of {compared} prompts", columns, rows)


def shown(text: str) -> str:
    """An utterance as a span of code, cut, whatever is in it."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    quoted = harmless(json.dumps(cut, ensure_ascii=False)).replace("`", "'").replace("|", "¦")
    return f"`{quoted}`"


def _heard(space: LatentSpace, role: str, kind: int) -> str:
    row = space.echoes[role][kind].tolist()
    return " ".join(f"{LETTERS[at]}:{count}" for at, count in enumerate(row) if count)


def _page(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return f"# {title}\n\n" + "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
