"""What `sft` learns: answers with the chats that asked for them, from the ledger or from an export's files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, cast

from arena.agents.language.model import Message
from arena.core.errors import BadRequest
from arena.loops.language.record import decisions, played, require
from arena.loops.language.seating import named, playing, told
from arena.loops.run import Run
from arena.training.read import Export
from arena.training.splits import Splits

FORMAT: Final = "trl-sft"
_TRAIN: Final = "train"
_SPLITS: Final = Splits({_TRAIN: 0.9, "test": 0.1})


class Lesson(NamedTuple):
    """An answer, and the chat that asks for it."""

    messages: Sequence[Message]
    answer: str


@dataclass(slots=True)
class Lessons:
    """What to learn, and what to test that on: of other sets."""

    train: list[Lesson] = field(default_factory=list)
    test: list[Lesson] = field(default_factory=list)

    def add(self, split: str, lesson: Lesson) -> None:
        """One more."""
        (self.train if split == _TRAIN else self.test).append(lesson)


def exported(run: Run) -> Export | None:
    """The export that the run's settings name; None where it learns from the ledger.

    Raises:
        BadRequest: it is not one to learn this game from, or settings choose from the ledger beside it.
    """
    folder = cast(str, run.settings["data"])
    if not folder:
        return None
    if run.settings["agents"] or run.settings["result"] != "any":
        raise BadRequest(
            "agents and result choose from the ledger; for data=FOLDER choose by --agent and --result of the export"
        )
    export = Export(Path(folder))
    export.require(FORMAT, run.game, told(run.settings))
    return export


def of_export(export: Export) -> Lessons:
    """All of its rows; those of its split `train`, or of the only one, to learn from.

    Raises:
        BadRequest: a file is not what the manifest says.
    """
    lessons, splits = Lessons(), export.splits()
    for split in splits:
        for row in export.rows(split):
            messages = [Message(one["role"], one["content"]) for one in row["prompt"]]
            lessons.add(split if len(splits) > 1 else _TRAIN, Lesson(messages, row["completion"][0]["content"]))
    return _some(lessons)


def of_ledger(run: Run, until: int) -> Lessons:
    """The answers that the run's settings choose, of matches up to the one of this number.

    Raises:
        BadRequest: there are none.
    """
    names, only_wins = named(run.settings["agents"]), run.settings["result"] == "win"
    lessons = Lessons()
    for match in islice(played(run, until=until), cast(int, run.settings["matches"])):
        split = _SPLITS.of(match.stored.result.plan.set_id)
        for one in decisions(match, playing(run.settings)):
            if names and one.trajectory.agent not in names:
                continue
            if not only_wins or one.trajectory.outcome == "win":
                lessons.add(split, Lesson(one.scene.messages, one.answer))
    lessons = _some(lessons)
    require(lessons.train, run, f"answers of {' or '.join(names)}" if names else "answers")
    return lessons


def _some(lessons: Lessons) -> Lessons:
    """The same; what is there, is learned from."""
    return lessons if lessons.train else Lessons(lessons.test)
