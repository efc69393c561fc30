"""Shots of a film become frames with a caption, a contact sheet, or a video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from arena.core.errors import BadRequest
from arena_drone_volleyball.film.film import Film
from arena_drone_volleyball.film.offscreen import renderer
from arena_drone_volleyball.film.stage import HEIGHT, WIDTH, camera, stage
from arena_drone_volleyball.rules.court import SIDES, Court

if TYPE_CHECKING:
    import mujoco
    from PIL.Image import Image

EVERY: Final = 2
"""Control steps between two frames of a video: 25 frames a second, at the speed of the match."""
_TAIL: Final = 40
"""Control steps of the ball's way that are drawn behind it."""
_TAIL_COLOUR: Final = np.array([1.0, 0.75, 0.2, 0.7], dtype=np.float32)

_WORDS: Final = dict(zip(SIDES, ("#ff7b6b", "#7fb0ff"), strict=True))
"""Words of a caption that have the colour of what they name, a little lighter."""


class Studio:
    """Renders shots of one film on a court."""

    def __init__(self, film: Film, court: Court, made: mujoco.Renderer) -> None:
        import mujoco
        from PIL import ImageFont

        self._film, self._renderer, self._mujoco = film, made, mujoco
        self._data = mujoco.MjData(made.model)
        self._camera = camera(court)
        self._font: Any = ImageFont.load_default(22)

    def frame(self, shot: int) -> Image:
        """One shot with its caption."""
        from PIL import Image, ImageDraw

        self._data.qpos[:] = self._film.shots[shot]
        self._mujoco.mj_kinematics(self._renderer.model, self._data)
        self._mujoco.mj_camlight(self._renderer.model, self._data)
        self._renderer.update_scene(self._data, self._camera)
        self._draw_tail(shot)
        image = Image.fromarray(self._renderer.render())
        pen = ImageDraw.Draw(image)
        pen.rectangle((0, 0, WIDTH, 40), fill="#181c22")
        at = 14.0
        for word in self._film.caption(shot).split(" "):
            pen.text((at, 7), word, fill=_WORDS.get(word, "white"), font=self._font)
            at += pen.textlength(f"{word} ", font=self._font)
        return image

    def _draw_tail(self, shot: int) -> None:
        scene, sphere = self._renderer.scene, self._mujoco.mjtGeom.mjGEOM_SPHERE
        begun = max(start for start, _ in self._film.rallies() if start <= shot)
        for past in range(max(begun, shot - _TAIL), shot, 2):
            size = np.full(3, 0.03)
            place = np.array(self._film.ball(past))
            self._mujoco.mjv_initGeom(scene.geoms[scene.ngeom], sphere, size, place, np.eye(3).ravel(), _TAIL_COLOUR)
            scene.ngeom += 1


@contextmanager
def studio(film: Film, court: Court) -> Iterator[Studio]:
    """A studio for this film.

    Raises:
        GameUnavailable: nothing here renders.
    """
    with renderer(stage(court, film.sides)) as made:
        yield Studio(film, court, made)


def sheet(frames: Sequence[Image]) -> Image:
    """Frames beside and below one another, each as large as three in a row allow; a single one as it is."""
    from PIL import Image

    if len(frames) == 1:
        return frames[0]
    across = ceil(sqrt(len(frames)))
    wide, high = WIDTH * 2 // 3, HEIGHT * 2 // 3
    made = Image.new("RGB", (across * wide, ceil(len(frames) / across) * high), "white")
    for number, frame in enumerate(frames):
        made.paste(frame.resize((wide - 4, high - 4)), (number % across * wide, number // across * high))
    return made


def record(studio: Studio, shots: Sequence[int], file: Path) -> None:
    """Write a video of these shots, H.264 at 25 frames a second.

    Raises:
        BadRequest: no container is written to a file of this name.
    """
    import av

    try:
        container = av.open(str(file), "w")
    except ValueError:
        raise BadRequest(f"no video is written into {file.name}; name a file such as match.mp4") from None
    with container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "23"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for shot in shots:
            pixels = np.asarray(studio.frame(shot))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
