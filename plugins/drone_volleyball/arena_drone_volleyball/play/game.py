"""The courts and tasks as games of the arena. Nothing here loads MuJoCo until a match begins."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Final, cast

from arena.core.errors import BadOption, GameUnavailable
from arena.core.game import ClockSpec, Entries, FieldSpec, Game, GameListing, GameSpec, State
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import TENSOR, TEXT, VIEW, Config, Seat
from arena_drone_volleyball.film.renderings import renderings
from arena_drone_volleyball.play.layout import Layout, court_layout, describe, drill_layout, size
from arena_drone_volleyball.play.levels import MAX_CHUNK, Level, Rates, Rotors, Skills
from arena_drone_volleyball.play.preset import Preset
from arena_drone_volleyball.rules.court import COURTS, NEAR, SEXTET, SIDES, TRIO, Court
from arena_drone_volleyball.rules.drills import DRILLS, Drill
from arena_drone_volleyball.rules.score import Score

VERSION: Final = "0.1.0"
_MEND: Final = "pip install 'mujoco>=4.0,<5'"

LEVEL: Final = Option(
    name="level",
    default="prt",
    choices=("prt", "ctbr", "skill", "hcsp"),
    help="what an action is: rotor thrusts, body rates and thrust, an order, or (3v3) a choice of HCSP",
)
CHUNK: Final = Option(
    name="chunk", kind="int", default=1, low=1, high=MAX_CHUNK, help="control steps an answer may cover at most"
)
STEP: Final = Option(
    name="dt", kind="float", default=0.001, choices=(0.001, 0.002), help="time step of the physics in seconds"
)
COMPAT: Final = Option(
    name="volleybots_compat", kind="bool", default=False, help="crashes and collisions end a rally without a winner"
)
POINTS: Final = Option(name="points", kind="int", default=5, low=1, high=25, help="points to win, by two")
RALLIES: Final = Option(
    name="rallies", kind="int", default=15, low=1, high=200, help="after so many whoever has more points wins"
)
_ORDERS: Final = ("skill", "hcsp")
"""Levels at which seats decide at events only."""
DRILL_OPTIONS: Final = (LEVEL, CHUNK, STEP)
OPTIONS: Final = (LEVEL, CHUNK, STEP, COMPAT, POINTS, RALLIES)


class CourtGame(Game):
    """A court with its options applied.

    Raises:
        GameUnavailable: MuJoCo is not installed.
        BadOption: chunks where there are none.
    """

    def __init__(self, court: Court, config: Config) -> None:
        require_mujoco(f"drone_volleyball/{court.name}")
        self.court, self.config = court, config
        self.levels = levels_of(config, court)
        self.actions = max(level.choices for level in self.levels)
        self.spec = _spec(court, config)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """The first rally, before its first control step."""
        from arena_drone_volleyball.play.contest import Contest

        score = Score(cast(int, self.config["points"]), cast(int, self.config["rallies"]))
        step, compat = cast(float, self.config["dt"]), bool(self.config["volleybots_compat"])
        return Contest(self.court, self.levels, seed, score, step=step, compat=compat)

    def teams(self, seed: Seed) -> list[int]:
        """The near side's seats come first."""
        return [self.court.side(seat) for seat in range(self.court.drones)]

    def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
        """None: what begins is seen by all."""
        return None


class DrillGame(Game):
    """A task with its options applied.

    Raises:
        GameUnavailable: MuJoCo is not installed.
        BadOption: chunks where there are none.
    """

    def __init__(self, drill: type[Drill], config: Config) -> None:
        require_mujoco(f"drone_volleyball/{drill.name}")
        self.drill, self.config = drill, config
        self.level = level_of(config, SEXTET)
        self.spec = _drill_spec(drill, config)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """The start, before the first control step."""
        from arena_drone_volleyball.play.exercise import Exercise

        return Exercise(self.drill(), self.level, seed, step=cast(float, self.config["dt"]))

    def teams(self, seed: Seed) -> list[int]:
        """One agent flies all drones."""
        return [NEAR] * len(self.drill.starts)


def listings() -> list[GameListing]:
    """The courts and tasks on offer."""
    courts = [
        _listing(court.name, court.drones, partial(CourtGame, court), OPTIONS, court) for court in COURTS.values()
    ]
    return courts + [
        _listing(drill.name, len(drill.starts), partial(DrillGame, drill), DRILL_OPTIONS, SEXTET) for drill in DRILLS
    ]


def _listing(
    name: str, seats: int, make: Callable[[Config], Game], options: tuple[Option, ...], court: Court
) -> GameListing:
    return GameListing(
        id=f"drone_volleyball/{name}",
        version=VERSION,
        min_seats=seats,
        max_seats=seats,
        make=make,
        options=options,
        renderings=renderings(court),
    )


def levels_of(config: Config, court: Court) -> Sequence[Level]:
    """The action level of each seat.

    Raises:
        BadOption: as `level_of`, and for HCSP's choices on another court.
    """
    if config["level"] == "hcsp" and court is TRIO:
        return [Preset(drone % court.team) for drone in range(court.drones)]
    return [level_of(config, court)] * court.drones


def level_of(config: Config, court: Court) -> Level:
    """The action level that the options name.

    Raises:
        BadOption: a chunk at a level that has none.
    """
    chunk = cast(int, config["chunk"])
    if config["level"] == "hcsp":
        raise BadOption("option level: the choices of HCSP are for drone_volleyball/3v3 alone; take skill")
    if config["level"] == "skill":
        if chunk > 1:
            raise BadOption(
                "option chunk: orders of level skill hold until the next event; chunks are for prt and ctbr"
            )
        return Skills(court.length, court.width)
    return Rates(chunk) if config["level"] == "ctbr" else Rotors(chunk)


def require_mujoco(game: str) -> None:
    """Raise GameUnavailable where MuJoCo is missing; it is looked for, not loaded."""
    if find_spec("mujoco") is None:
        raise GameUnavailable(f"{game} needs MuJoCo, which is not installed; `{_MEND}` mends it")


def _spec(court: Court, config: Config) -> GameSpec:
    layout = court_layout(court)
    orders = config["level"] in _ORDERS
    steps = court.steps * cast(int, config["rallies"])
    return GameSpec(
        id=f"drone_volleyball/{court.name}",
        version=VERSION,
        seats=court.drones,
        summary=f"Drone volleyball {court.name} on MuJoCo, to {config['points']} points",
        brief=brief(court, config),
        fields=_fields(layout),
        teams=SIDES if court.team > 1 else (),
        dynamics="simultaneous" if orders or config["chunk"] == 1 else "mixed",
        clock=ClockSpec(decision=10.0 if orders else 2.0, bank=60.0, match=14_400.0),
        forfeit="plays default",
        max_refusals=3 if orders else 1,
        max_decisions=(steps + 1) * court.drones,
    )


def _drill_spec(drill: type[Drill], config: Config) -> GameSpec:
    layout, seats = drill_layout(drill), len(drill.starts)
    orders = config["level"] in _ORDERS
    return GameSpec(
        id=f"drone_volleyball/{drill.name}",
        version=VERSION,
        seats=seats,
        summary=f"Drone volleyball: {drill.about}",
        brief=f"{drill.about[0].upper()}{drill.about[1:]}. It ends after {drill.steps} steps of 20 ms, or when a "
        f"drone is below 0.4 m. {_acts(config)}. Who does not answer repeats the last action.",
        fields=_fields(layout),
        teams=(SIDES[NEAR],) if seats > 1 else (),
        dynamics="simultaneous" if orders or config["chunk"] == 1 else "mixed",
        scored=True,
        score_low=0.0,
        score_high=drill.best,
        clock=ClockSpec(decision=10.0 if orders else 2.0, bank=60.0, match=14_400.0),
        forfeit="plays default",
        max_refusals=3 if orders else 1,
        max_decisions=(drill.steps + 1) * seats,
        set_deals=5,
    )


def brief(court: Court, config: Config) -> str:
    """The rules in words."""
    hits = "the two drones hit in turn" if court.team == 1 else "each drone of a side hits at most once in a possession"
    return (
        f"Quadrotors with a racket on top play volleyball {court.team} against {court.team} on a court of "
        f"{court.length:g} x {court.width:g} m with a net of 2.43 m. A rally begins with the ball {court.toss:g} m "
        f"above the server; {hits}. A side loses the rally when it hits out of turn or not with the racket, flies "
        f"across the net or below 0.3 m, lets teammates come within 0.8 m, sends the ball into the net or out, or "
        f"lets it fall below 0.2 m in its own half. Serve alternates. {config['points']} points win, by two; after "
        f"{config['rallies']} rallies whoever has more. {_acts(config)}. Who does not answer repeats the last action."
    )


_ORDER_BRIEF: Final = (
    "After each hit and each crossing of the net give one order to your drone, which its autopilot carries out until "
    'the next one: {"skill": "hover"} stays; {"skill": "goto", "target": [x, y, z]} flies there; serve, receive, pass, '
    'set and attack, as in {"skill": "pass", "target": [-2, 0, 1.9], "flight": 1.3}, wait under the ball, hit it so '
    "that it is at the target after `flight` seconds, and hover then. Give a hitting order only when you may hit, "
    "or will once the ball has crossed, and are nearest to where it comes down; else wait in your place, about 1.6 m "
    "high so as to rise to the next ball, 1.5 m away from where it comes down. A target with x < 0 sends the ball over "
    "the net. A flight of t seconds rises about 1.2 t^2 m above the straight way: 1.1 to 1.6 s clear the net from a "
    "serve, receive, pass or set; an attack of 0.8 to 1.1 s needs a ball that comes down from above 4 m. Targets are "
    "in your own frame: x > 0 is your half"
)


def _acts(config: Config) -> str:
    """How to act, in words."""
    return {
        "prt": "Every 20 ms answer with 4 numbers from -1 to 1, the thrust of each rotor",
        "ctbr": "Every 20 ms answer with 4 numbers from -1 to 1: body rates in 144 deg/s, and collective thrust",
        "skill": _ORDER_BRIEF,
        "hcsp": "After each hit and each crossing of the net choose one of the orders on offer",
    }[str(config["level"])]


def _fields(layout: Layout) -> tuple[FieldSpec, ...]:
    told = f"own frame, SI units: {describe(layout)}"
    return (
        FieldSpec(name=TENSOR, kind="tensor", help=told, shape=(size(layout),), dtype="float32"),
        FieldSpec(name=VIEW, kind="json", help="score, ball and drones; seats see them in their own frame"),
        FieldSpec(name=TEXT, kind="text", help="the same in words"),
    )
