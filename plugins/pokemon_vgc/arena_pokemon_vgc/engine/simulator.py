"""Matches of the simulator: opened, stepped together, and rebuilt from their input when their process is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from arena.core.errors import GameFault
from arena.core.values import Json
from arena_pokemon_vgc.engine.process import PATIENCE, NodeProcess

RECYCLED_AFTER: Final = 10_000
"""Matches that one process begins. A fresh one is slow for a few hundred of them, until its code is compiled, and an
old one does not grow: it held 215 MB after 250 matches and after 1,500."""

Choice: TypeAlias = tuple[int, str]
"""A side, 0 or 1, and its choice in the simulator's words, which our own code composed."""


class Answer(msgspec.Struct, frozen=True):
    """What is new in a match. A request of None means that this side owes nothing.

    `lines` are those of the simulator's log, split lines included: both sides' secrets, for `channel` alone.
    `standing` tells by side and slot who is on the field and has not fainted; `winner` is a side, or -1.
    """

    requests: tuple[dict[str, Any] | None, dict[str, Any] | None]
    errors: tuple[str, str]
    lines: list[str]
    ended: bool
    winner: int
    turn: int
    standing: tuple[list[bool], list[bool]]
    left: tuple[int, int]


class _Opened(msgspec.Struct, frozen=True):
    ok: Answer | None = None
    error: str = ""


_decode: Final = msgspec.json.Decoder(_Opened).decode
_encode: Final = msgspec.json.Encoder().encode


@dataclass(slots=True, eq=False)
class EngineMatch:
    """One match: what it was begun with, every choice since, and every line of its log: all that rebuilds it."""

    number: int
    format: str
    seed: str
    teams: tuple[str, str]
    choices: list[Sequence[Choice]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    process: NodeProcess | None = None

    def input_log(self) -> list[str]:
        """The match as the simulator's own text stream takes it: who begins with what, then every choice."""
        start = _encode({"formatid": self.format, "seed": self.seed}).decode()
        seats = [_encode({"name": f"Seat {n}", "team": team}).decode() for n, team in enumerate(self.teams)]
        choices = [f">p{side + 1} {text}" for step in self.choices for side, text in step]
        return [f">start {start}", *(f">player p{n} {seat}" for n, seat in enumerate(seats, 1)), *choices]


class Simulator:
    """Node processes of this process: one takes new matches, older ones live until their last match is closed."""

    def __init__(self, node: Path, *, recycled_after: int = RECYCLED_AFTER, patience: float = PATIENCE) -> None:
        self._node = node
        self._recycled_after = recycled_after
        self._patience = patience
        self._numbers = count(1)
        self._current: NodeProcess | None = None
        self._retired: list[NodeProcess] = []

    def open(self, format_: str, seed: str, teams: tuple[str, str]) -> tuple[EngineMatch, Answer]:
        """Begin a match of packed teams; `seed` is one of the simulator's own.

        Raises:
            GameFault: the simulator failed twice.
        """
        match = EngineMatch(next(self._numbers), format_, seed, teams)
        answer = self._open(match)
        match.lines += answer.lines
        return match, answer

    def step(self, jobs: Sequence[tuple[EngineMatch, Sequence[Choice]]]) -> list[Answer | GameFault]:
        """Make choices in many matches at once: an answer each, or why there is none.

        A match whose process died or hung is rebuilt from its input and goes on; the second failure is its fault.
        """
        answers: dict[int, Answer | GameFault] = {}
        groups: dict[int, list[int]] = {}
        for index, (match, _) in enumerate(jobs):
            if match.process is not None and match.process.alive:
                groups.setdefault(id(match.process), []).append(index)
        for group in groups.values():
            process = jobs[group[0]][0].process
            assert process is not None
            lines = process.exchange([_step(*jobs[index]) for index in group])
            answers.update({index: _taken(line) for index, line in zip(group, lines, strict=False)})
        for index, job in enumerate(jobs):
            if index not in answers:
                answers[index] = self._again(*job)
            _note(*job, answers[index])
        return [answers[index] for index in range(len(jobs))]

    def ask(self, command: Mapping[str, Json]) -> Any:
        """The answer to a command that belongs to no match: validate, dex or damage.

        Raises:
            GameFault: the simulator failed twice.
        """
        lines = self._process().exchange([_line(command)]) or self._process().exchange([_line(command)])
        return _plain(lines)

    def release(self, match: EngineMatch) -> None:
        """Forget a match."""
        process, match.process = match.process, None
        if process is None or not process.alive:
            return
        process.exchange([_line({"do": "close", "match": match.number})])
        process.live -= 1
        if process in self._retired and not process.live:
            self._retired.remove(process)
            process.close()

    def close(self) -> None:
        """End all processes."""
        for process in [*self._retired, *([self._current] if self._current else [])]:
            process.close()
        self._retired.clear()
        self._current = None

    @property
    def processes(self) -> list[NodeProcess]:
        """Those that are alive, the one that takes new matches last."""
        return [p for p in (*self._retired, self._current) if p is not None and p.alive]

    def _again(self, match: EngineMatch, choices: Sequence[Choice]) -> Answer | GameFault:
        try:
            self._rebuild(match)
        except GameFault as fault:
            return fault
        assert match.process is not None
        lines = match.process.exchange([_step(match, choices)])
        return (
            _taken(lines[0]) if lines else GameFault("the Showdown simulator died or hung twice in the same position")
        )

    def _rebuild(self, match: EngineMatch) -> None:
        answer = self._open(match)
        if answer.lines != match.lines:
            raise GameFault("the Showdown simulator did not come back to the same position")

    def _open(self, match: EngineMatch) -> Answer:
        command = _line(
            {
                "do": "open",
                "match": match.number,
                "format": match.format,
                "seed": match.seed,
                "teams": match.teams,
                "choices": match.choices,
            }
        )
        process = self._process()
        lines = process.exchange([command])
        if not lines:
            process = self._process()
            lines = process.exchange([command])
        if not lines:
            raise GameFault("the Showdown simulator died or hung twice while it began a match")
        answer = _taken(lines[0])
        if isinstance(answer, GameFault):
            raise answer
        match.process = process
        process.opened += 1
        process.live += 1
        return answer

    def _process(self) -> NodeProcess:
        """The one that takes new matches, a fresh one when there is none or it has begun enough."""
        current = self._current
        if current is not None and current.alive and current.opened < self._recycled_after:
            return current
        if current is not None and current.alive:
            if current.live:
                self._retired.append(current)
            else:
                current.close()
        self._retired = [process for process in self._retired if process.alive]
        self._current = NodeProcess(self._node, self._patience)
        return self._current


def _line(command: Mapping[str, Any]) -> bytes:
    return _encode(command) + b"\n"


def _step(match: EngineMatch, choices: Sequence[Choice]) -> bytes:
    return _line({"do": "step", "match": match.number, "choices": choices})


def _taken(line: bytes) -> Answer | GameFault:
    opened = _decode(line)
    return opened.ok if opened.ok is not None else _failed(opened.error)


def _failed(error: str) -> GameFault:
    first = error.strip().partition("\n")[0]
    return GameFault(f"the Showdown simulator raised {first[:200] or 'an error without a message'}")


def _plain(lines: Sequence[bytes]) -> Any:
    if not lines:
        raise GameFault("the Showdown simulator died or hung twice")
    answer = msgspec.json.decode(lines[0])
    if "error" in answer:
        raise _failed(answer["error"])
    return answer["ok"]


def _note(match: EngineMatch, choices: Sequence[Choice], answer: Answer | GameFault) -> None:
    if isinstance(answer, Answer):
        match.choices.append(choices)
        match.lines += answer.lines
