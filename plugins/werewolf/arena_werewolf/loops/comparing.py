"""Utterances compared where they were said: several of the current model at one prompt, each with its kind's worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from arena.core.errors import IllegalAction
from arena.loops.language.policy import Asked
from arena.loops.language.record import Played, decisions
from arena.loops.language.seating import playing
from arena_werewolf.loops.iteration import Iteration
from arena_werewolf.loops.mccfr import Entry
from arena_werewolf.loops.pairs import Pair, paired, scores
from arena_werewolf.loops.speeches import Speech, retold, speeches
from arena_werewolf.speech import canonical_speech


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of so many prompts. `unknown` are speeches in information sets that MCCFR never walked through."""

    pairs: Sequence[Pair]
    prompts: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where something was said: the prompt, and what its information set has learned."""

    speech: Speech
    asked: Asked
    entry: Entry


class _Ear:
    """Places texts in the latent space; each is embedded once."""

    def __init__(self, iteration: Iteration, texts: Iterable[str]) -> None:
        self._space = iteration.space
        unique = list(dict.fromkeys(texts))
        self._vectors = dict(zip(unique, iteration.embedding(unique), strict=True))

    def kind(self, role: str, text: str) -> int:
        """The cluster of the role's."""
        return self._space.place(role, self._vectors[text][None])[0]

    def place(self, role: str, text: str) -> tuple[int, str]:
        """The cluster of the role's, and what is heard."""
        return self.kind(role, text), self._space.letters(self._vectors[text][None])[0]


def compared(iteration: Iteration) -> Compared:
    """Draw prompts of the self-play, have the model say more at each, and pair the best with the worst.

    Raises:
        BadRequest: a prompt is longer than the model's context.
    """
    spots, unknown = _spots(iteration)
    rng = iteration.rng("prompts")
    spots = rng.sample(spots, min(iteration["prompts"], len(spots)))
    said = _said(iteration, spots)
    ear = _Ear(iteration, (text for texts in said for text in texts))
    pairs = []
    for spot, texts in zip(spots, said, strict=True):
        kinds = [(text, ear.kind(spot.speech.role, text)) for text in texts]
        worth = scores(spot.entry, iteration["prefer"])
        if pair := paired(spot.speech, spot.asked.prompt, kinds, worth, iteration["margin"]):
            pairs.append(pair)
    return Compared(pairs, len(spots), unknown)


def _spots(iteration: Iteration) -> tuple[list[_Spot], int]:
    table = iteration.table()
    ear = _Ear(iteration, (text for match in iteration.self_play() for text in _all_texts(match)))
    spots, unknown = [], 0
    for match in iteration.self_play():
        result = match.stored.result
        known = dict(retold(iteration.latent_game, result, ear.place))
        own = {speech.move: speech for speech in speeches(iteration.game, result)}
        for one in decisions(iteration.run, match, playing(iteration.run.settings), iteration.policy):
            if (speech := own.get(one.turn.move)) is None or len(one.turn.refused):
                continue
            entry = table.get(known[speech.move])
            if entry is None or not entry.visits:
                unknown += 1
                continue
            spots.append(_Spot(speech, iteration.policy.asked(one.scene), entry))
    return spots, unknown


def _said(iteration: Iteration, spots: Sequence[_Spot]) -> list[list[str]]:
    """At each spot what was played, and what else the model says there."""
    more = iteration["candidates"] - 1
    asked = [spot.asked for spot in spots for _ in range(more)]
    completions = iteration.policy.complete(
        asked, iteration.rng("candidates"), temperature=iteration["temperature"], max_tokens=iteration["max_tokens"]
    )
    texts = [
        _heard(iteration, one.form.read(iteration.policy.said(done.completion_token_ids, one.form)))
        for one, done in zip(asked, completions, strict=True)
    ]
    return [
        [spot.speech.text, *(text for text in texts[at * more : (at + 1) * more] if text is not None)]
        for at, spot in enumerate(spots)
    ]


def _heard(iteration: Iteration, answer: Any) -> str | None:
    """As the game would take it; None where it would refuse."""
    try:
        return canonical_speech(answer, iteration.game.rules.speech_chars)
    except IllegalAction:
        return None


def _all_texts(match: Played) -> Iterable[str]:
    """Every text that a move of the match is."""
    return (move.action for move in match.stored.result.moves if isinstance(move.action, str))
