"""The suite for games in which agents speak: fifty hostile scripts may change what is read, and nothing else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.agents.injections import Injection, injections
from arena.agents.speaking import speaks
from arena.core.canonical import canonical
from arena.core.errors import ActionRefused
from arena.core.game import Game, State
from arena.core.legal import Choices, FreeText
from arena.core.speech import spoofs
from arena.core.values import OMNISCIENT, TEXT, Seat
from arena.testing.findings import Finding, all_kept, examine, require
from arena.testing.trial import GameTrial
from arena.testing.twin_speech import SpeechTwins, play_twins, swapped

_WORDED: Final = frozenset({"text", "json"})
"""Kinds of fields that can hold words."""
_ANSWERED_DECISIONS: Final = 12
"""Of one match at which every forged answer is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectionTrial:
    """A game with speech, the scripts, and how long each match of one script may get."""

    game: Game
    scripts: Sequence[Injection]
    seeds: Sequence[int]
    max_steps: int

    def twins(self) -> Iterator[tuple[Injection, SpeechTwins]]:
        """Every state of a pair of matches for each script and seed."""
        for script in self.scripts:
            for seed in self.seeds:
                for pair in play_twins(self.game, seed, script.says, max_steps=self.max_steps):
                    yield script, pair

    def hearings(self) -> Iterator[tuple[Injection, SpeechTwins]]:
        """Those of `twins` in which something was said that had not been said before, and the last of each match."""
        for script in self.scripts:
            for seed in self.seeds:
                said = 0
                for pair in play_twins(self.game, seed, script.says, max_steps=self.max_steps):
                    now = sum(map(len, pair.spoken.values()))
                    if now > said or not pair.hostile.to_move():
                        yield script, pair
                    said = now

    @property
    def withholds(self) -> bool:
        """Whether this game is played in a league that withholds some speeches."""
        return self.game.config.get("league") == "strict"


def agents_speak(trial: InjectionTrial) -> None:
    """Somewhere in a random match words of an agent's own are asked for, and hostile ones are taken as well."""
    spoken = sum(len(said) for _, pair in trial.twins() for said in pair.spoken.values())
    require(spoken, "no hostile speech was taken in any match")


def words_change_nothing_but_what_is_read(trial: InjectionTrial) -> None:
    """Whoever is asked, what is legal and how it ends are the same as when something harmless is said."""
    for script, pair in trial.twins():
        evil, plain = (_course(state) for state in pair.both)
        require(
            evil == plain, f"{script.name}: the match goes on as {evil!r:.200}, without the words as {plain!r:.200}"
        )


def _course(state: State) -> Any:
    movers = sorted(state.to_move())
    outcome = state.outcome()
    ends = None if outcome is None else [(seat.rank, seat.score, seat.role, seat.team) for seat in outcome]
    return [(seat, repr(_menu(state, seat))) for seat in movers], ends


def _menu(state: State, seat: Seat) -> Any:
    legal = state.legal(seat)
    return (list(legal.ids), legal.labels, legal.question) if isinstance(legal, Choices) else legal


def speeches_stay_quoted(trial: InjectionTrial) -> None:
    """Put harmless words in the place of hostile ones, and every view and event of everybody is the same."""
    if trial.withholds:
        return
    wanted = frozenset(spec.name for spec in trial.game.spec.fields if spec.kind in _WORDED)
    for script, pair in trial.hearings():
        for viewer in pair.viewers:
            evil, plain = (_seen(state, viewer, wanted) for state in pair.both)
            same = canonical(swapped(evil, pair.heard)) == canonical(plain)
            require(same, f"{script.name}: viewer {viewer} sees more than other words: {evil!r:.300}")


def _seen(state: State, viewer: Seat, wanted: frozenset[str]) -> Any:
    told = [[event.number, event.kind, event.sender, event.data] for event in state.events(viewer, 0)]
    return [dict(state.observe(viewer, wanted)), told]


def speeches_are_one_line_without_commands(trial: InjectionTrial) -> None:
    """No text and no event that a speech is part of holds a control, bidirectional or invisible character."""
    for script, pair in trial.hearings():
        for viewer in pair.viewers:
            text = str(pair.hostile.observe(viewer, frozenset({TEXT})).get(TEXT, ""))
            lines = (
                len(text.split("\n")),
                len(str(pair.harmless.observe(viewer, frozenset({TEXT})).get(TEXT, "")).split("\n")),
            )
            require(trial.withholds or lines[0] == lines[1], f"{script.name}: a speech adds lines to a text")
            require(text.splitlines() == text.split("\n") or not text, f"{script.name}: a text has odd line breaks")
            told = [event.data for event in pair.hostile.events(viewer, 0)]
            shown = [text, *(string for data in told for string in _strings(data))]
            odd = {char for string in shown for char in string if char != "\n" and _commands(char)}
            require(not odd, f"{script.name}: viewer {viewer} is shown {sorted(map(ascii, odd))}")


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for item in value.values():
                yield from _strings(item)
        case list() | tuple():
            for item in value:
                yield from _strings(item)


def _commands(char: str) -> bool:
    return not char.isprintable() and (ord(char) < 0xA0 or ord(char) in _INVISIBLE)


_INVISIBLE: Final = frozenset(
    {0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070)}
    | set(range(0xE0000, 0xE0080))
)


def forged_answers_are_refused(trial: InjectionTrial) -> None:
    """Answers that claim offers, quantities, seats or numbers that are none are refused, and change nothing."""
    course = GameTrial(game=trial.game, seeds=tuple(trial.seeds), max_steps=trial.max_steps)
    tries = [(script.name, answer) for script in trial.scripts for answer in script.answers]
    for (state, seat), _ in zip(course.decisions(), range(_ANSWERED_DECISIONS), strict=False):
        before = course.snapshot(state)
        for name, answer in tries:
            if not _fits(state, seat, answer):
                require(_refused(state, seat, answer), f"{name}: check accepts {answer!r:.80} of seat {seat}")
        require(course.snapshot(state) == before, "a forged answer that was refused changed a view")


def _fits(state: State, seat: Seat, answer: Any) -> bool:
    """Whether this answer is an honest one here."""
    legal = state.legal(seat)
    if isinstance(legal, Choices):
        return type(answer) is int and answer in legal.ids
    return isinstance(legal, FreeText) and isinstance(answer, str)


def _refused(state: State, seat: Seat, answer: Any) -> bool:
    try:
        state.check(seat, answer)
    except ActionRefused:
        return True
    return False


def spoofs_are_counted(trial: InjectionTrial) -> None:
    """Where there are leagues, each speaker's metric `spoofs` is the number of its forged speeches."""
    if "league" not in trial.game.config:
        return
    for script, pair in trial.hearings():
        for state, hostile in zip(pair.both, (True, False), strict=True):
            outcome = state.outcome()
            for seat, said in pair.spoken.items() if outcome is not None else ():
                forged = sum(bool(spoofs(text)) for text in said) if hostile else 0
                assert outcome is not None
                counted = outcome[seat].metrics.get("spoofs", 0.0)
                require(counted == forged, f"{script.name}: seat {seat} forged {forged} speeches, counted {counted:g}")


def spoofs_are_withheld_in_the_strict_league(trial: InjectionTrial) -> None:
    """In the strict league nobody but the all-knowing sees a forged speech; in the open one everybody may."""
    if not trial.withholds:
        return
    for script, pair in trial.hearings():
        for viewer in [viewer for viewer in pair.viewers if viewer != OMNISCIENT]:
            shown = canonical(_seen(pair.hostile, viewer, frozenset({TEXT, "view"}))).decode()
            for seat, said in pair.spoken.items():
                leaked = [text for text in said if viewer != seat and spoofs(text) and _quoted(text) in shown]
                require(not leaked, f"{script.name}: viewer {viewer} is shown a withheld speech of seat {seat}")


def _quoted(text: str) -> str:
    return canonical(text).decode()[1:-1]


INJECTION_PROMISES: tuple[Callable[[InjectionTrial], None], ...] = (
    agents_speak,
    words_change_nothing_but_what_is_read,
    speeches_stay_quoted,
    speeches_are_one_line_without_commands,
    forged_answers_are_refused,
    spoofs_are_counted,
    spoofs_are_withheld_in_the_strict_league,
)
"""Every promise; name and docstring are what a report shows."""


def examine_injections(
    game: Game,
    *,
    scripts: Sequence[Injection] | None = None,
    seeds: Sequence[int] = (1,),
    max_steps: int = 40,
) -> list[Finding]:
    """One finding a promise, kept or broken, from a pair of matches for each script and seed."""
    trial = InjectionTrial(game=game, scripts=scripts or injections(), seeds=tuple(seeds), max_steps=max_steps)
    return examine(trial, INJECTION_PROMISES)


def check_injections(game: Game, **settings: Any) -> list[Finding]:
    """The findings of `examine_injections` when every promise is kept.

    Raises:
        ConformanceError: a promise is broken; it is an AssertionError that lists each.
    """
    return all_kept(game.spec.id, examine_injections(game, **settings))


def has_speech(game: Game, *, seeds: Sequence[int] = (1, 2, 3), max_steps: int = 100) -> bool:
    """Whether random matches of this game come to a decision that words can be part of."""
    trial = GameTrial(game=game, seeds=tuple(seeds), max_steps=max_steps)
    return any(speaks(state.legal(seat)) for state, seat in trial.decisions())
