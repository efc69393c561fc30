"""Scenes as PNG files. Pixels are counted in whole numbers here, so they are the same everywhere; Pillow packs them.

The packed bytes may change with the compression library, and nothing that is recorded depends on them. A file holds
nothing but its pixels: no time, no text, no name of a program.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.core.values import Media
from arena_who_is_the_spy.scenes import CELL, COLUMNS, RADII, ROWS, Thing

WIDTH, HEIGHT = COLUMNS * CELL, ROWS * CELL
PALETTE: Final[Mapping[str, tuple[int, int, int]]] = {
    "white": (255, 255, 255),
    "red": (220, 30, 40),
    "orange": (255, 140, 0),
    "yellow": (250, 220, 30),
    "green": (30, 150, 60),
    "blue": (30, 90, 220),
    "purple": (140, 50, 170),
    "brown": (120, 70, 30),
    "black": (20, 20, 20),
    "grey": (225, 225, 225),
}
"""The colours by name, RGB; an image's pixels are indices into it."""
_INDEX: Final = {name: n for n, name in enumerate(PALETTE)}
_KEPT: Final = 64
"""Pictures that are kept, since every decision shows its seat the same one again."""

Pixels: TypeAlias = NDArray[np.uint8]
_Mask: TypeAlias = NDArray[np.bool_]
_Axis: TypeAlias = NDArray[np.int64]

_MASKS: Final[Mapping[str, Callable[[_Axis, _Axis, int], _Mask]]] = {
    "circle": lambda x, y, r: x * x + y * y <= r * r,
    "square": lambda x, y, r: (10 * abs(x) <= 9 * r) & (10 * abs(y) <= 9 * r),
    "triangle": lambda x, y, r: (y <= r) & (2 * abs(x) <= y + r),
    "diamond": lambda x, y, r: abs(x) + abs(y) <= r,
    "cross": lambda x, y, r: ((3 * abs(x) <= r) & (abs(y) <= r)) | ((3 * abs(y) <= r) & (abs(x) <= r)),
    "ring": lambda x, y, r: (x * x + y * y <= r * r) & (9 * (x * x + y * y) >= 4 * r * r),
}
"""Whether a pixel x to the right of and y below an object's middle belongs to it, by shape; r is its radius."""


def rasterise(things: Sequence[Thing]) -> Pixels:
    """The scene as palette indices, (HEIGHT, WIDTH): white, with thin grey lines between cells."""
    pixels = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    pixels[CELL::CELL, :] = pixels[:, CELL::CELL] = _INDEX["grey"]
    for thing in things:
        _paint(pixels, thing)
    return pixels


def _paint(pixels: Pixels, thing: Thing) -> None:
    radius = RADII[thing.size]
    row, column = divmod(thing.cell, COLUMNS)
    top = row * CELL + CELL // 2 + thing.dy - radius
    left = column * CELL + CELL // 2 + thing.dx - radius
    axis = np.arange(-radius, radius + 1)
    mask = _MASKS[thing.shape](axis[None, :], axis[:, None], radius)
    pixels[top : top + 2 * radius + 1, left : left + 2 * radius + 1][mask] = _INDEX[thing.colour]


@lru_cache(_KEPT)
def picture(scenes: tuple[tuple[Thing, ...], ...]) -> Media:
    """The scenes one above the other, parted by a black line, as a PNG file."""
    rows = [rasterise(scenes[0])]
    for scene in scenes[1:]:
        rows += [np.full((4, WIDTH), _INDEX["black"], dtype=np.uint8), rasterise(scene)]
    return Media("image/png", encode(np.concatenate(rows)))


def encode(pixels: Pixels) -> bytes:
    """Palette indices as a PNG file without anything beside the image."""
    from PIL import Image

    image = Image.fromarray(pixels, mode="P")
    image.putpalette([channel for colour in PALETTE.values() for channel in colour])
    file = io.BytesIO()
    image.save(file, format="PNG", bits=4, compress_level=6)
    return file.getvalue()
