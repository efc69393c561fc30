"""One iteration of `lspo`: its checkpoints, its settings, and the files that its stages leave to those after them."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, cast

from arena.core.canonical import canonical_text
from arena.core.errors import BadRequest
from arena.core.match import MatchResult
from arena.loops.language.lineage import opened
from arena.loops.language.policy import Policy
from arena.loops.language.record import Played, played
from arena.loops.language.seating import seated
from arena.loops.meeting import Member
from arena.loops.run import Run
from arena_werewolf.game import WerewolfGame
from arena_werewolf.loops.embed import Embedding, hidden, words
from arena_werewolf.loops.latent import LatentSpace
from arena_werewolf.loops.latent_game import Infoset, LatentGame
from arena_werewolf.loops.mccfr import Entry
from arena_werewolf.loops.settings import kinds, shaping
from arena_werewolf.loops.speeches import Speech

LATENT, STRATEGY, PAIRS = "latent", "strategy", "pairs"
"""Folders of an iteration, one a stage that leaves files."""


class Iteration:
    """The `number`-th from 1: it trains checkpoint `number` from the one before."""

    def __init__(self, run: Run, number: int) -> None:
        self.run, self.number = run, number

    def __getitem__(self, setting: str) -> Any:
        return self.run.settings[setting]

    @property
    def parent(self) -> Member:
        """The checkpoint that plays and is trained."""
        return seated(self.run, str(self.number - 1))

    @cached_property
    def policy(self) -> Policy:
        """That checkpoint's weights."""
        return opened(self.run, str(self.number - 1))

    @cached_property
    def game(self) -> WerewolfGame:
        """The game itself."""
        game = self.run.make_game()
        assert isinstance(game, WerewolfGame)
        return game

    @cached_property
    def latent_game(self) -> LatentGame:
        """The game over this iteration's latent space."""
        return LatentGame(self.game, self.space, shaping(self.run.settings))

    def rng(self, purpose: str) -> Random:
        """Luck for one purpose."""
        return Random(f"{self.run.seed}/{self.number}/{purpose}")

    def sizes(self) -> dict[str, int]:
        """How many kinds of utterance each role gets."""
        return {role.name: kinds(self.run.settings, role.name, self.number) for role in self.game.rules.kinds}

    def self_play(self) -> list[Played]:
        """The parent's matches with itself, in an order that does not depend on which landed first."""
        alone = [match for match in played(self.run, agent=self.parent.agent) if _is_self_play(match.stored.result)]
        return sorted(alone, key=lambda match: match.stored.result.plan.seed.hex())

    # ---- what stages leave

    def path(self, stage: str) -> Path:
        """Where a stage's files lie."""
        return self.run.folder / self._name(stage)

    def write(self, stage: str, files: Mapping[str, str]) -> None:
        """Leave files, all at once."""
        with self.run.writing(self._name(stage)) as draft:
            for name, text in files.items():
                (draft / name).write_text(text, encoding="utf-8")

    @cached_property
    def speeches(self) -> list[Speech]:
        """What the latent space was made of."""
        return [Speech.read(told) for told in self.rows(LATENT, "speeches.jsonl")]

    @cached_property
    def space(self) -> LatentSpace:
        """The latent space."""
        return LatentSpace.read(json.loads((self.path(LATENT) / "space.json").read_text(encoding="utf-8")))

    @cached_property
    def embedding(self) -> Embedding:
        """Fitted to the speeches."""
        return self.fitted([speech.text for speech in self.speeches])

    def fitted(self, corpus: list[str]) -> Embedding:
        """An embedding of the kind that the run's settings name."""
        return words(corpus) if self["embedding"] == "words" else hidden(corpus, self.policy)

    def table(self) -> dict[Infoset, Entry]:
        """The latent game's regrets and strategies."""
        return {Infoset.read(told["known"]): Entry(**told["entry"]) for told in self.rows(STRATEGY, "table.jsonl")}

    def rows(self, stage: str, name: str) -> list[Any]:
        """The JSON lines of a file."""
        with (self.path(stage) / name).open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def _name(self, stage: str) -> str:
        return f"iteration-{self.number}/{stage}"


def lines(rows: Iterable[Any]) -> str:
    """JSON lines."""
    return "".join(canonical_text(row) + "\n" for row in rows)


def require_model(settings: Mapping[str, Any]) -> str:
    """The directory that the lineage begins with.

    Raises:
        BadRequest: none is named.
    """
    if not (model := cast(str, settings["model"])):
        raise BadRequest("name the model that lspo begins with, as in --set model=DIR")
    return model


def _is_self_play(result: MatchResult) -> bool:
    return not result.void and len({party.agent for party in result.plan.parties}) == 1
