"""Utterances compared where they were said: several of the current model at one prompt, each with its kind's worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from arena.core.errors import IllegalAction
from arena.loops.language.policy import Asked
from arena.loops.language.record import Played, decisions
from arena.loops.language.seating import playing
from arena_werewolf.loops.iteration import Iteration
from arena_werewolf.loops.mccfr import Entry
from arena_werewolf.loops.pairs import Pair, Said, paired, worth_of
from arena_werewolf.loops.speeches import Speech, retold, speeches
from arena_werewolf.speech import canonical_speech


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs of so many prompts. `unknown` are speeches where MCCFR walked through too seldom."""

    pairs: Sequence[Pair]
    prompts: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where something was said: the prompt, the tokens that were played, and what its information set has learned."""

    speech: Speech
    asked: Asked
    played: Sequence[int]
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
    ear = _Ear(iteration, (text for heard in said for text, _ in heard))
    pairs = []
    for spot, heard in zip(spots, said, strict=True):
        kinds = [Said(text, ids, ear.kind(spot.speech.role, text)) for text, ids in heard]
        worth = worth_of(spot.entry, iteration["prefer"])
        if kinds and (pair := paired(spot.speech, spot.asked.prompt, kinds, worth, iteration["margin"])):
            pairs.append(pair)
    return Compared(pairs, len(spots), unknown)


def _spots(iteration: Iteration) -> tuple[list[_Spot], int]:
    table = iteration.table()
    matches = iteration.self_play()
    ear = _Ear(iteration, (text for match in matches for text in _all_texts(match)))
    spots, unknown = [], 0
    for match in matches:
        result = match.stored.result
        known = dict(retold(iteration.latent_game, result, ear.place))
        own = {speech.move: speech for speech in speeches(iteration.game, result)}
        for one in decisions(match, playing(iteration.run.settings), iteration.policy):
            if (speech := own.get(one.turn.move)) is None or len(one.turn.refused):
                continue
            entry = table.get(known[speech.move])
            if entry is None or entry.visits < iteration["visits"]:
                unknown += 1
                continue
            spots.append(_Spot(speech, iteration.policy.asked(one.scene), one.turn.made.completion_token_ids, entry))
    return spots, unknown


def _said(iteration: Iteration, spots: Sequence[_Spot]) -> list[list[tuple[str, Sequence[int]]]]:
    """At each spot what was played, and what else the model says there: as it is heard, and as it was sampled."""
    more = iteration["candidates"] - 1
    asked = [spot.asked for spot in spots for _ in range(more)]
    drawn = iteration.policy.complete(
        asked, iteration.rng("candidates"), temperature=iteration["temperature"], max_tokens=iteration["max_tokens"]
    )
    sampled = [
        [spot.played, *(one.completion_token_ids for one in drawn[at * more : (at + 1) * more])]
        for at, spot in enumerate(spots)
    ]
    return [
        [(text, ids) for ids in there if (text := _heard(iteration, spot.asked, ids)) is not None]
        for spot, there in zip(spots, sampled, strict=True)
    ]


def _heard(iteration: Iteration, asked: Asked, ids: Sequence[int]) -> str | None:
    """A completion as the game would take it; None where it would refuse, or not hear all of it."""
    answer = iteration.policy.said(ids, asked.form)
    if not ids or answer != asked.form.read(answer):
        return None
    try:
        return canonical_speech(answer, iteration.game.rules.speech_chars)
    except IllegalAction:
        return None


def _all_texts(match: Played) -> Iterable[str]:
    """Every text that a move of the match is."""
    return (move.action for move in match.stored.result.moves if isinstance(move.action, str))
