"""One VGC format with its options applied."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from arena.core.errors import ArenaError, BadEntry, BadOption, GameFault
from arena.core.game import ClockSpec, Entries, Game, GameSpec, State
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import Action, Config, Json, Seat
from arena_pokemon_vgc.choices import ACTIONS
from arena_pokemon_vgc.engine.node import require_node
from arena_pokemon_vgc.engine.sharing import acquire, release
from arena_pokemon_vgc.engine.simulator import Simulator
from arena_pokemon_vgc.formats import VERSION, Format
from arena_pokemon_vgc.state import SEATS, VgcState
from arena_pokemon_vgc.teams.parsing import parse_team
from arena_pokemon_vgc.teams.pool import given, shipped
from arena_pokemon_vgc.teams.sets import packed
from arena_pokemon_vgc.teams.validation import TeamCheck
from arena_pokemon_vgc.views.fields import FIELDS, Views

_TIMERS: Final = {
    "official": ClockSpec(decision=0.0, bank=420.0, cap=45.0, first_cap=90.0, match=1200.0),
    "showdown": ClockSpec(decision=0.0, bank=420.0, cap=55.0, first_cap=90.0, match=1200.0),
    "long": ClockSpec(decision=300.0, bank=600.0, match=4 * 3600.0),
}
"""By option: VGC's own seven minutes for a player, 45 seconds a turn and 90 at the preview; Showdown's with 55 a turn;
and one for models that think long."""
_STEP_SECONDS: Final = 120.0
"""A step after which the simulator has died is played again from its beginning."""
_DEALS: Final = 5
"""Of a rated set: teams differ, and a single match says little of who played better."""


def options(format_: Format) -> tuple[Option, ...]:
    """The options of a format."""
    return (
        Option(
            name="sheets",
            default="open" if format_.open_sheets else "closed",
            choices=("open", "closed"),
            help="whether species, moves, items and abilities of both teams are known from the start",
        ),
        Option(name="best_of", kind="int", default=1, choices=(1, 3), help="matches of a series with the same teams"),
        Option(
            name="timer",
            default="official",
            choices=tuple(_TIMERS),
            help="VGC's: 45 s a turn, 90 for the first, 7 min in all; Showdown's: 55 s a turn; or 5 min a turn",
        ),
        Option(
            name="teams",
            kind="file",
            default=None,
            help="a file or folder of teams, from which seats that bring none draw theirs",
        ),
    )


class VgcGame(Game):
    """A format. Nothing of the simulator is loaded before the first team is judged or the first match begins."""

    def __init__(self, format_: Format, config: Config) -> None:
        """Raises GameUnavailable when the simulator is missing, BadOption when a team of `teams` is not legal."""
        self._node = require_node(f"pokemon_vgc/{format_.id}")
        self.config = config
        self.format = format_
        self.actions = ACTIONS
        self.best_of = int(str(config["best_of"]))
        self.rules = format_.rules(open_sheets=config["sheets"] == "open")
        self.spec = _spec(format_, self.best_of, _TIMERS[str(config["timer"])])
        self.views = Views(self)
        self._held: Simulator | None = None
        self._check: TeamCheck | None = None
        try:
            texts = given(config["teams"])
            self.pool = [self._pooled(number, text) for number, text in enumerate(texts, 1)] or shipped(format_.id)
        except ArenaError:
            self.close()
            raise

    @property
    def simulator(self) -> Simulator:
        """The simulator of this process."""
        self._held = self._held or acquire(self._node)
        return self._held

    @property
    def check(self) -> TeamCheck:
        """Judges teams of this format."""
        self._check = self._check or TeamCheck(self.simulator, self.rules)
        return self._check

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """The team preview; seats without an entry draw a team from the pool."""
        teams = [self.check.legal(self._team(seed, seat, entries.get(seat))) for seat in SEATS]
        return VgcState(self, seed, (teams[0], teams[1]))

    def check_entry(self, entry: Json) -> Json:
        """The packed form of a legal team; None draws one.

        Raises:
            BadEntry: it is no text, or not legal, in the validator's words.
        """
        if entry is None:
            return None
        if not isinstance(entry, str):
            raise BadEntry("an entry is a team as text, in Showdown's export or packed form")
        return self.check.legal(entry)

    def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
        """The same match, but a foe has its points elsewhere, which the preview tells nobody."""
        teams = [self.check.legal(self._team(seed, seat, None)) for seat in SEATS]
        foe = list(parse_team(teams[1 - viewer]))
        foe[0] = replace(foe[0], evs={"hp": 8 if foe[0].evs.get("hp") != 8 else 4})
        teams[1 - viewer] = self.check.verdict(packed(foe)).team
        return VgcState(self, seed, (teams[0], teams[1]))

    def step_many(
        self, states: Sequence[State], actions: Sequence[Mapping[Seat, Action]]
    ) -> Sequence[ArenaError | None]:
        """Step all in one exchange with the simulator."""
        ours = [state for state in states if isinstance(state, VgcState)]
        jobs = [(state.engine, state.composed(chosen)) for state, chosen in zip(ours, actions, strict=True)]
        return [_taken(state, answer) for state, answer in zip(ours, self.simulator.step(jobs), strict=True)]

    def close(self) -> None:
        """Let go of the simulator."""
        if self._held is not None:
            self._held = self._check = None
            release()

    def _team(self, seed: Seed, seat: Seat, entry: Json) -> str:
        return seed.stream("team", seat).choice(self.pool) if entry is None else str(entry)

    def _pooled(self, number: int, text: str) -> str:
        try:
            return self.check.legal(text)
        except BadEntry as error:
            raise BadOption(f"option teams: team {number}: {error}") from error


def _taken(state: VgcState, answer: object) -> ArenaError | None:
    if isinstance(answer, GameFault):
        return answer
    try:
        state.take(answer)  # type: ignore[arg-type]  # an Answer, as `Simulator.step` says
    except ArenaError as error:
        return error
    return None


def _spec(format_: Format, best_of: int, timer: ClockSpec) -> GameSpec:
    series = (
        f" A series is won by who first wins {best_of // 2 + 1} matches with the same teams." if best_of > 1 else ""
    )
    return GameSpec(
        id=f"pokemon_vgc/{format_.id}",
        version=VERSION,
        seats=2,
        summary=f"{format_.name}: official doubles on the Pokemon Showdown simulator",
        brief=(
            f"A doubles match of Pokemon by the rules of {format_.name}, on the Pokemon Showdown simulator. Each side "
            "brings six Pokemon, sees the other's at team preview, picks four and leads with two. Each turn both sides "
            "choose at once for both slots; who has no Pokemon left loses." + series + " Each request lists the ids of "
            "the joint choices with their names; answer with one id."
        ),
        fields=FIELDS,
        dynamics="mixed",
        clock=replace(timer, bank=timer.bank * best_of, match=timer.match * best_of),
        forfeit="plays default",
        step_seconds=_STEP_SECONDS,
        set_deals=_DEALS,
    )
