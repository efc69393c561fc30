"""What a worker answers to questions: which games there are, what they and agents are, how a recorded match went."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any, ClassVar

from arena.core.match import GameRef, Situation
from arena.core.seams import Codec
from arena.core.values import TEXT
from arena.match import messages as m
from arena.match.agents import AgentShelf
from arena.match.hosted import call_limits
from arena.match.packing import unpack_plan, unpack_result
from arena.match.seen import seen
from arena.match.shelf import LOADING_MS, GameShelf
from arena.plugin.blackbox import GAME, BlackBox
from arena.plugin.border import game_fault


class Replies:
    """Answers from the games and agents of one worker."""

    KINDS: ClassVar = (m.Describe, m.DescribeAgent, m.ListGames, m.Recall)

    def __init__(self, shelf: GameShelf, agents: AgentShelf, codec: Codec | None, box: BlackBox) -> None:
        self._shelf = shelf
        self._agents = agents
        self._codec = codec
        self._box = box
        self._answers: Mapping[type[m.Question], Callable[[int, Any], Any]] = {
            m.Describe: self._describe,
            m.DescribeAgent: self._describe_agent,
            m.ListGames: self._list_games,
            m.Recall: self._recall,
        }

    def reply(self, task: int, question: m.Question) -> m.Described:
        """The answer, or why there is none; `task` is the question's number in the black box."""
        self._box.begin(task, LOADING_MS, LOADING_MS)
        try:
            return m.Described(question.request, self._answers[type(question)](task, question))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
            fault = game_fault(_game(question), error)
            return m.Described(question.request, None, fault.code, str(fault))

    def _describe(self, _: int, asked: m.Describe) -> list[Any]:
        return self._shelf.describe(asked.game, asked.options, asked.entry)

    def _describe_agent(self, _: int, asked: m.DescribeAgent) -> Any:
        ref, *_rest = self._shelf.describe(asked.game, asked.options)
        return self._agents.entry(asked.spec, GameRef(**ref))

    def _list_games(self, _: int, asked: m.ListGames) -> list[Any]:
        return [asdict(offer) for offer in self._shelf.offers()]

    def _recall(self, task: int, asked: m.Recall) -> list[Any]:
        plan = unpack_plan(asked.plan)
        game = self._shelf.game(plan.game)
        self._box.begin(task, *call_limits(game, plan))
        found = seen(game, unpack_result(plan, asked.result), on_position=partial(self._box.enter, GAME))
        told = [[self._prompt(faced), faced.reward] for faced in found.situations]
        return [found.spec.brief, found.parties, told]

    def _prompt(self, faced: Situation) -> bytes:
        if faced.legal is None:
            return b""
        assert self._codec is not None
        return self._codec.encode_prompt(0, {TEXT: faced.text}, (), faced.legal, labels=True, from_start=True)


def _game(question: m.Question) -> str:
    match question:
        case m.ListGames():
            return ""
        case m.Recall(plan=plan):
            return unpack_plan(plan).game.id
        case _:
            return question.game
