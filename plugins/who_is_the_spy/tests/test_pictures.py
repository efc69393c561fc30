"""Pictures: their pixels are counted, their files hold nothing else, and they can be read back."""

import hashlib
import io
import struct
from itertools import product
from random import Random

import numpy as np
import pytest
from PIL import Image

from arena_who_is_the_spy.bots.eye import look
from arena_who_is_the_spy.drawing import HEIGHT, PALETTE, WIDTH, picture, rasterise
from arena_who_is_the_spy.scenes import CELL, COLOURS, RADII, SHAPES, Scene, Thing, draw_scene, replaced
from plugins.who_is_the_spy.tests.driver import started

AREAS = {
    "circle": np.pi, "square": 4 * 0.81, "triangle": 2.0, "diamond": 2.0, "cross": 20 / 9, "ring": np.pi * 5 / 9
}  # fmt: skip
"""Of a shape of radius 1, from its formula."""


@pytest.mark.parametrize(("shape", "size"), [*product(SHAPES, RADII)])
def test_a_shape_covers_as_many_pixels_as_its_formula_says(shape: str, size: str) -> None:
    """RULES.md 2.3"""
    pixels = rasterise([Thing(5, shape, "red", size, 0, 0)])
    assert (pixels == [*PALETTE].index("red")).sum() == pytest.approx(AREAS[shape] * RADII[size] ** 2, rel=0.06)


def test_the_pixels_of_a_scene_are_the_same_everywhere() -> None:
    """RULES.md 2.3: indices into the palette, before any library packs them."""
    pixels = rasterise(draw_scene(Random(7), 12))
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    assert (pixels.shape, digest[:16]) == ((HEIGHT, WIDTH), "39dbdcf501d179af")


def test_no_object_covers_another_or_leaves_its_picture() -> None:
    """RULES.md 2.3: the farthest any can lie still leaves it whole."""
    for cell, dx, dy in product(range(12), (-14, 14), (-14, 14)):
        whole = rasterise([Thing(cell, "square", "red", "large", dx, dy)]) == 1
        row, column = divmod(cell, 4)
        inside = whole[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        assert inside.sum() == whole.sum() == 83 * 83


def test_the_file_holds_the_pixels_and_nothing_else() -> None:
    """RULES.md 2.3"""
    things = draw_scene(Random(3), 8)
    data = picture((things,)).data
    image = Image.open(io.BytesIO(data))
    assert (image.size, image.info) == ((WIDTH, HEIGHT), {})
    colours = np.array(list(PALETTE.values()), dtype=np.uint8)
    assert (np.asarray(image.convert("RGB")) == colours[rasterise(things)]).all()
    assert {kind for kind, _ in chunks(data)} == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def chunks(data: bytes) -> list[tuple[bytes, int]]:
    """Kind and length of each chunk of a PNG file."""
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found.append((data[at + 4 : at + 8], length))
        at += 12 + length
    return found


def test_files_of_civilians_and_spies_differ_in_their_pixels_alone() -> None:
    """RULES.md 2.3, 6: the same kinds of chunks, header and palette; neither is always the larger one."""
    larger = 0
    for number in range(60):
        deal = started("picture", number=number).deal
        assert isinstance(deal.civilian, Scene)
        assert isinstance(deal.spy, Scene)
        one, other = picture((deal.civilian.things,)).data, picture((deal.spy.things,)).data
        head = chunks(one)[:2]
        assert head == chunks(other)[:2]
        end = one.index(b"IDAT") - 4
        assert one[:end] == other[:end]
        larger += len(one) > len(other)
    assert 15 < larger < 45


def test_a_reader_of_pixels_sees_every_object_of_100_full_scenes() -> None:
    """RULES.md 2.3"""
    for number in range(100):
        things = draw_scene(Random(number), 12)
        assert look(picture((things,))) == tuple((thing.colour, thing.shape) for thing in things)


def test_replaced_objects_change_both_properties_and_look_like_no_other() -> None:
    """RULES.md 2.3"""
    for number in range(200):
        rng = Random(number)
        before = draw_scene(rng, 6)
        after = replaced(before, rng, 2)
        changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        assert len(changed) == 2
        for a, b in changed:
            assert (a.cell, a.size, a.dx, a.dy) == (b.cell, b.size, b.dx, b.dy)
            assert a.shape != b.shape
            assert a.colour != b.colour
        looks = [(t.shape, t.colour) for t in (*before, *(b for _, b in changed))]
        assert len({*looks}) == len(looks)
        assert {t.colour for t in after} <= {*COLOURS}


def test_nothing_is_drawn_unless_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES.md 2.3"""
    monkeypatch.setattr("arena_who_is_the_spy.drawing.picture", lambda scenes: pytest.fail("a picture was drawn"))
    state = started("picture")
    assert {*state.observe(state.deal.order[0], frozenset({"text", "view", "card"}))} == {"text", "view", "card"}
