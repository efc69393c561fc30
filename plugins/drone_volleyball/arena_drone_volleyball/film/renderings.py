"""What `arena replay --svg`, `--png` and `--video` do with a match of one court. Libraries load when they are used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from arena.core.errors import BadRequest, GameUnavailable
from arena.core.game import State
from arena.core.rendering import Rendering
from arena_drone_volleyball.rules.court import Court

if TYPE_CHECKING:
    from arena_drone_volleyball.film.film import Film


def renderings(court: Court) -> Mapping[str, Rendering]:
    """By kind, as a listing takes them."""
    return {"svg": partial(_svg, court), "png": partial(_png, court), "video": partial(_video, court)}


def _svg(court: Court, states: Iterable[State], at: str, file: Path) -> None:
    from arena_drone_volleyball.film.film import Film
    from arena_drone_volleyball.film.plot import svg

    if at:
        raise BadRequest("--svg draws the whole match; leave --at out, or take --png")
    file.write_text(svg(court, Film(states)), encoding="utf-8")


def _png(court: Court, states: Iterable[State], at: str, file: Path) -> None:
    _require("PIL")
    from arena_drone_volleyball.film.film import Film
    from arena_drone_volleyball.film.offscreen import backend
    from arena_drone_volleyball.film.studio import sheet, studio
    from arena_drone_volleyball.film.when import highlights, shots_at

    backend()
    film = Film(states)
    shots = shots_at(film, at) if at else highlights(film)
    with studio(film, court) as made:
        picture = sheet([made.frame(shot) for shot in shots])
    picture.save(file, "png")


def _video(court: Court, states: Iterable[State], at: str, file: Path) -> None:
    _require("PIL")
    _require("av")
    from arena_drone_volleyball.film.film import Film
    from arena_drone_volleyball.film.offscreen import backend
    from arena_drone_volleyball.film.studio import EVERY, record, studio
    from arena_drone_volleyball.film.when import shots_at

    backend()
    film = Film(states)
    shots = _stretch(film, shots_at(film, at) if at else [0])
    with studio(film, court) as made:
        record(made, shots[::EVERY], file)


def _stretch(film: Film, ends: Sequence[int]) -> range:
    first, last = ends if len(ends) == 2 else (ends[0], len(film.shots) - 1)
    if len(ends) > 2 or first >= last:
        raise BadRequest("--video goes from one moment to a later one, such as --at serve:2,rally:2")
    return range(first, last + 1)


def _require(library: str) -> None:
    if find_spec(library) is None:
        raise GameUnavailable(
            "pictures and videos need Pillow and PyAV, which are not installed; "
            "`pip install 'arena-drone-volleyball[video]'` mends it, and --svg needs neither"
        )
