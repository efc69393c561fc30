"""The formats an event may have, by the name its file gives."""

from typing import Final

from arena.tournament.formats.gauntlet import Gauntlet
from arena.tournament.formats.knockout import DoubleElimination, SingleElimination
from arena.tournament.formats.ladder import Ladder
from arena.tournament.formats.league import League
from arena.tournament.formats.round_robin import RoundRobin
from arena.tournament.formats.sprt_duel import SprtDuel
from arena.tournament.formats.swiss import Swiss
from arena.tournament.schedule import Format

FORMATS: Final[dict[str, type[Format]]] = {
    each.kind: each
    for each in (RoundRobin, Gauntlet, Swiss, SingleElimination, DoubleElimination, Ladder, SprtDuel, League)
}
