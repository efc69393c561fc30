"""The scene dressed for the camera: court, net and the colours of the sides. It is looked at, never flown in."""

from __future__ import annotations

from collections.abc import Sequence
from math import radians, tan
from typing import TYPE_CHECKING, Final

from arena_drone_volleyball.physics.scene import mjcf
from arena_drone_volleyball.rules.court import NET_HEIGHT, Court

if TYPE_CHECKING:
    import mujoco

WIDTH: Final = 960
HEIGHT: Final = 540
"""Pixels of a frame."""
COLOURS: Final = ((0.86, 0.22, 0.16, 1.0), (0.12, 0.38, 0.85, 1.0))
"""Of the near and the far side."""
_SKY: Final = ((0.80, 0.88, 0.95), (0.45, 0.60, 0.80))
_FIELD_OF_VIEW: Final = 40.0
"""Degrees, vertically."""
_AZIMUTH: Final = 80.0
_ELEVATION: Final = -18.0
"""Degrees: where the camera looks to, nearly across the court and down."""


def stage(court: Court, sides: Sequence[int]) -> mujoco.MjModel:
    """A model with the joints of `physics.scene.scene`, for drones of these sides on a marked court with a net."""
    import mujoco

    spec = mujoco.MjSpec.from_string(mjcf(len(sides), 0.001))
    spec.visual.global_.offwidth, spec.visual.global_.offheight = WIDTH, HEIGHT
    spec.visual.global_.fovy = _FIELD_OF_VIEW
    spec.visual.headlight.ambient, spec.visual.headlight.diffuse = [0.5] * 3, [0.25] * 3
    spec.lights[0].type = mujoco.mjtLightType.mjLIGHT_DIRECTIONAL
    spec.lights[0].diffuse, spec.lights[0].specular = [0.3] * 3, [0.0] * 3
    sky = {"rgb1": _SKY[0], "rgb2": _SKY[1], "width": 128, "height": 768}
    spec.add_texture(type=mujoco.mjtTexture.mjTEXTURE_SKYBOX, builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT, **sky)
    spec.geom("floor").rgba = [0.50, 0.60, 0.55, 1.0]
    spec.geom("floor").size = [80.0, 80.0, 0.1]
    for drone, side in enumerate(sides):
        spec.geom(f"frame{drone}").rgba = COLOURS[side]
        for rotor in range(4):
            spec.site(f"rotor{drone}_{rotor}").rgba = [*COLOURS[side][:3], 0.5]
    _mark(spec, court)
    _hang_net(spec, court)
    return spec.compile()


def camera(court: Court) -> mujoco.MjvCamera:
    """From beside the court: the near side is on the right, and all of the court is in the picture."""
    import mujoco

    made = mujoco.MjvCamera()
    made.lookat[:] = (0.0, 0.0, 1.6)
    half = 0.5 * court.length + 1.0
    made.distance = half / (tan(radians(_FIELD_OF_VIEW / 2.0)) * WIDTH / HEIGHT) + court.width / 2.0
    made.azimuth, made.elevation = _AZIMUTH, _ELEVATION
    return made


def _mark(spec: mujoco.MjSpec, court: Court) -> None:
    half, across = court.length / 2.0, court.width / 2.0
    _box(spec, (0.0, 0.0, 0.002), (half, across, 0.002), (0.90, 0.74, 0.52, 1.0))
    for x in (-half, 0.0, half):
        _box(spec, (x, 0.0, 0.006), (0.03, across, 0.002), (1.0, 1.0, 1.0, 1.0))
    for y in (-across, across):
        _box(spec, (0.0, y, 0.006), (half, 0.03, 0.002), (1.0, 1.0, 1.0, 1.0))


def _hang_net(spec: mujoco.MjSpec, court: Court) -> None:
    across = court.width / 2.0
    _box(spec, (0.0, 0.0, NET_HEIGHT / 2.0), (0.01, across, NET_HEIGHT / 2.0), (0.1, 0.1, 0.1, 0.25))
    _box(spec, (0.0, 0.0, NET_HEIGHT), (0.02, across, 0.04), (1.0, 1.0, 1.0, 1.0))
    for y in (-across, across):
        _box(spec, (0.0, y, NET_HEIGHT / 2.0), (0.04, 0.04, NET_HEIGHT / 2.0), (0.25, 0.25, 0.25, 1.0))


def _box(spec: mujoco.MjSpec, place: Sequence[float], size: Sequence[float], rgba: Sequence[float]) -> None:
    import mujoco

    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=place, size=size, rgba=rgba, contype=0, conaffinity=0)
