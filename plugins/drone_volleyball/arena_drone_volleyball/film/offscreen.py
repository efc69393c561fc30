"""Pictures without a screen: MuJoCo renders through EGL or OSMesa, whichever is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from importlib import import_module, reload
from typing import TYPE_CHECKING, Final

from arena.core.errors import GameUnavailable
from arena_drone_volleyball.film.stage import HEIGHT, WIDTH

if TYPE_CHECKING:
    import mujoco

_LIBRARIES: Final = {"egl": "EGL", "osmesa": "OSMesa"}
_CHOICE: Final = "MUJOCO_GL"
"""MuJoCo's own variable: which of them it takes."""


def backend() -> str:
    """What renders here: as MUJOCO_GL says, else the first that is installed.

    Raises:
        GameUnavailable: there is none, with how to mend it.
    """
    chosen = os.environ.get(_CHOICE, "").strip().lower()
    here = [name for name, library in _LIBRARIES.items() if find_library(library)]
    if (chosen in _LIBRARIES and chosen not in here) or not (chosen or here):
        raise GameUnavailable(
            "rendering without a screen needs EGL or OSMesa, and "
            f"{f'{_LIBRARIES[chosen]} ({_CHOICE}={chosen})' if chosen else 'neither'} is installed; "
            "`apt-get install libegl1` or `apt-get install libosmesa6` mends it, and --svg needs neither"
        )
    return chosen or here[0]


@contextmanager
def renderer(model: mujoco.MjModel) -> Iterator[mujoco.Renderer]:
    """A renderer of whole frames; its scene throws no shadows, which cost more than all the rest in software.

    Raises:
        GameUnavailable: as `backend`, or what is installed does not work.
    """
    import mujoco

    chosen = backend()
    _take(chosen)
    try:
        made = mujoco.Renderer(model, HEIGHT, WIDTH)
    except (ImportError, AttributeError, RuntimeError, mujoco.FatalError) as error:
        other = "osmesa" if chosen == "egl" else "egl"
        raise GameUnavailable(
            f"rendering through {chosen} fails: {error}; set {_CHOICE}={other}, or take --svg"
        ) from None
    made.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
    made.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
    try:
        yield made
    finally:
        made.close()


def _take(chosen: str) -> None:
    """MuJoCo reads its variable when it is first imported, which a match that is played again has done before."""
    before = os.environ.get(_CHOICE)
    os.environ[_CHOICE] = chosen
    try:
        reload(import_module("mujoco.rendering.classic.gl_context"))
    finally:
        if before is None:
            del os.environ[_CHOICE]
        else:
            os.environ[_CHOICE] = before
