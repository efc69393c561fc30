"""Reads a picture back into words, as a player sees it: by looking at the pixels."""

import io

import numpy as np

from arena.core.values import Media
from arena_who_is_the_spy.drawing import PALETTE, Pixels
from arena_who_is_the_spy.scenes import CELL, COLOURS, COLUMNS, ROWS

_COLOURS = tuple(PALETTE)


def look(picture: Media) -> list[tuple[str, str]]:
    """Colour and shape of each object, cell by cell."""
    pixels = _pixels(picture)
    cells = [
        pixels[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]
    return [seen for seen in map(_object, cells) if seen is not None]


def _pixels(picture: Media) -> Pixels:
    """The nearest colour of the palette for every pixel, so that any image of the picture will do."""
    from PIL import Image

    rgb = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB"), dtype=np.int64)
    palette = np.array(list(PALETTE.values()))
    nearest: Pixels = np.abs(rgb[:, :, None, :] - palette).sum(axis=3).argmin(axis=2).astype(np.uint8)
    return nearest


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
