"""Reads a picture back into words, as a player sees it: by looking at the pixels."""

import io
from functools import lru_cache
from typing import Final

import numpy as np

from arena.core.values import Media
from arena_who_is_the_spy.drawing import PALETTE, Pixels
from arena_who_is_the_spy.scenes import CELL, COLOURS, COLUMNS, ROWS

_COLOURS: Final = tuple(PALETTE)
_KEPT: Final = 64
"""Pictures that are remembered: a seat is shown the same one at every decision."""


@lru_cache(_KEPT)
def look(picture: Media) -> tuple[tuple[str, str], ...]:
    """Colour and shape of each object, cell by cell."""
    pixels = _pixels(picture)
    cells = [
        pixels[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    return tuple(seen for seen in map(_object, cells) if seen is not None)


def _pixels(picture: Media) -> Pixels:
    """The nearest colour of the palette for every pixel, so that any image of the picture will do."""
    from PIL import Image

    rgb = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"), dtype=np.int64)
    codes, where = np.unique(rgb @ (1 << 16, 1 << 8, 1), return_inverse=True)
    shades = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1)
    nearest: Pixels = np.abs(shades[:, None] - np.array(list(PALETTE.values()))).sum(axis=2).argmin(axis=1)
    return nearest.astype(np.uint8)[where].reshape(rgb.shape[:2])


def _object(cell: Pixels) -> tuple[str, str] | None:
    counts = {colour: int((cell == _COLOURS.index(colour)).sum()) for colour in COLOURS}
    colour = max(counts, key=lambda name: counts[name])
    if not counts[colour]:
        return None
    mask = cell == _COLOURS.index(colour)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return colour, _shape(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _shape(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    """The shape that a silhouette has, cut to its bounding box: by its middle, its area and its upper corners."""
    height, width = mask.shape
    if not mask[height // 2, width // 2]:
        return "ring"
    filled = mask.mean()
    if filled > 0.95:
        return "square"
    if filled > 0.7:
        return "circle"
    if mask[-1].mean() > 0.9:
        return "triangle"
    return "cross" if mask[0].mean() > 0.2 else "diamond"
