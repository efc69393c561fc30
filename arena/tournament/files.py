"""Event files: TOML to `Event`, with one sentence for whatever is wrong in them."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from arena.core.errors import BadEvent
from arena.core.game import CLOCK
from arena.core.values import AgentName
from arena.rating import DEFAULT
from arena.tournament.contents import loads, with_contents, with_files
from arena.tournament.event import ClockLimits, Event, FaultRule, OpenRule, SetRules, StopRule
from arena.tournament.formats import FORMATS
from arena.tournament.schedule import MAX_SETS, Entrant, Format
from arena.tournament.table import Table, nearest, shown

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
MAX_ENTRANTS: Final = 1_000
_PLACES: Final = ("sides", "seats")


def load(path: Path) -> Event:
    """The event that a file declares.

    Raises:
        BadEvent: it cannot be read, or says what cannot be; the message names the file and the key.
    """
    return _of_file(path)[1]


def read(path: Path) -> str:
    """The text of a file that declares an event, with the content of the files that its options name at its end.

    Raises:
        BadEvent: as `load`.
    """
    return _of_file(path)[0]


def _of_file(path: Path) -> tuple[str, Event]:
    try:
        text = path.read_text(encoding="utf-8")
        whole = with_files(text, path.parent)
        return whole, parse(whole)
    except OSError as error:
        raise BadEvent(f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadEvent(f"{path.name} is not UTF-8") from error
    except BadEvent as error:
        raise BadEvent(f"{path.name}: {error}") from error


def parse(text: str) -> Event:
    """The event that the text of a file declares.

    Raises:
        BadEvent: it is not TOML, or says what cannot be.
    """
    top = Table("the file", loads(text))
    game = top.table("game")
    event = Event(
        name=top.text("name"),
        game=game.text("id"),
        options=with_contents(game.values("options"), top.values("files")),
        places="seats" if game.choice("places", _PLACES, "sides") == "seats" else "sides",
        entrants=tuple(map(_entrant, top.tables("entrants"))),
        format=_format(top.table("format")),
        sets=_sets(top.table("sets")),
        faults=_faults(top.table("faults")),
        stop=_stop(top.table("stop")),
        ratings=top.texts("ratings", (DEFAULT,)),
        same_owner=top.flag("same_owner"),
        open=_open(top.table("open")) if top.has("open") else None,
    )
    game.close()
    top.close()
    _check_whole(event)
    return event


def _entrant(table: Table) -> Entrant:
    name = table.text("name")
    spec = table.text("spec") if table.has("spec") else None
    remote = table.flag("remote")
    if not _NAME.fullmatch(name):
        raise BadEvent(
            f"{table.where}: name = {shown(name)} is not 1 to 64 letters, digits, dots, underscores and hyphens"
        )
    if remote == (spec is not None):
        raise BadEvent(f'{table.where}: {name} needs either spec = "AGENT" or remote = true, and not both')
    entrant = Entrant(
        name=AgentName(name),
        spec=spec,
        owner=table.text("owner", ""),
        version=table.text("version", ""),
        seeding=table.maybe_whole("seeding"),
        frozen=table.flag("frozen"),
        kind=table.text("kind", ""),
    )
    table.close()
    return entrant


def _format(table: Table) -> Format:
    found = FORMATS[table.choice("kind", tuple(FORMATS))].read(table)
    table.close()
    return found


def _sets(table: Table) -> SetRules:
    clock = table.table("clock")
    limits = {key: clock.maybe_number(key, low=0.0) for key in CLOCK}
    found = SetRules(
        per_pairing=table.whole("per_pairing", 1, high=1_000),
        deals=table.maybe_whole("deals", high=100_000),
        duplicate=table.maybe_flag("duplicate"),
        trusted=table.flag("trusted"),
        public_seeds=table.flag("public_seeds"),
        seed=table.maybe_whole("seed", low=0),
        clock=ClockLimits(**limits),
    )
    clock.close()
    table.close()
    return found


def _faults(table: Table) -> FaultRule:
    default = FaultRule()
    found = FaultRule(
        show_up_seconds=table.number("show_up_seconds", default.show_up_seconds, low=0.0),
        withdraw_after=table.whole("withdraw_after", default.withdraw_after),
    )
    table.close()
    return found


def _stop(table: Table) -> StopRule:
    found = StopRule(
        sets=table.maybe_whole("sets", high=MAX_SETS),
        seconds=table.maybe_number("seconds", low=0.0),
        width=table.maybe_number("width", low=0.0, high=1.0),
    )
    table.close()
    return found


def _open(table: Table) -> OpenRule:
    found = OpenRule(
        entrants=table.maybe_whole("entrants", low=2, high=MAX_ENTRANTS),
        seconds=table.maybe_number("seconds", low=0.0),
    )
    table.close()
    if (found.entrants, found.seconds) == (None, None):
        raise BadEvent("[open]: say how many entrants it takes, or for how many seconds they may come, or both")
    return found


def _check_whole(event: Event) -> None:
    """What only the whole file can tell."""
    if len(event.entrants) > MAX_ENTRANTS:
        raise BadEvent(f"there are {len(event.entrants)} entrants; at most {MAX_ENTRANTS} can be in one event")
    if event.open is not None:
        _check_room(event.open, len(event.entrants))
    elif len(event.entrants) < 2:
        raise BadEvent(f"there is {len(event.entrants) or 'no'} entrant; an event needs two or more [[entrants]]")
    _check_once("the name", [entrant.name for entrant in event.entrants])
    _check_once("the seeding", [str(entrant.seeding) for entrant in event.entrants if entrant.seeding])
    if not event.same_owner:
        _check_owners(event.entrants)
    _check_ratings(event.ratings)
    _check_seed(event)
    if event.format.endless and not event.stop.given:
        raise BadEvent(f"a {event.format.kind} goes on for ever; say in [stop] how many sets or seconds it lasts")


def _check_room(rule: OpenRule, named: int) -> None:
    if rule.entrants is not None and named >= rule.entrants:
        raise BadEvent(
            f"[open]: {named} entrants stand in the file already, so that entrants = {rule.entrants} leaves no place; "
            "ask for more, or leave [open] out"
        )


def _check_ratings(ratings: Sequence[str]) -> None:
    from arena.rating.rate import NAMES

    if not ratings:
        raise BadEvent("ratings: name one system or more, or leave the key out")
    for system in ratings:
        if system not in NAMES:
            raise BadEvent(f"ratings: {shown(system)} is unknown; {nearest(system, NAMES)}")


def _check_once(what: str, values: Sequence[str]) -> None:
    value, count = Counter(values).most_common(1)[0] if values else ("", 1)
    if count > 1:
        raise BadEvent(f"{what} {value} stands {count} times among the entrants; give each its own")


def _check_owners(entrants: Sequence[Entrant]) -> None:
    seen: dict[str, Entrant] = {}
    for entrant in entrants:
        owner = entrant.owner or entrant.name
        if (first := seen.get(owner)) is not None:
            raise BadEvent(
                f"{first.name} and {entrant.name} are both of owner {owner} and would meet in rated sets; "
                "enter one of them, or say same_owner = true"
            )
        seen[owner] = entrant


def _check_seed(event: Event) -> None:
    sets = event.sets
    if sets.public_seeds and sets.seed is None:
        raise BadEvent("[sets]: public_seeds = true needs a seed, as in seed = 1")
    if sets.seed is not None and not sets.public_seeds and event.remote:
        raise BadEvent(
            "[sets]: remote agents could foretell every deal from the seed; leave it out, or say public_seeds = true"
        )
