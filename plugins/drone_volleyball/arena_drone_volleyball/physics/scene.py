"""The scene as MuJoCo is told it: drones, ball and floor from our own primitives. The net is a rule, not a body.

Contacts with the ball are soft ones whose stiffness and damping give restitution 0.8 (measured, see RULES.md 2.4); the
floor gives none back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from arena_drone_volleyball.physics.iris import DAMPING, GRAVITY, INERTIA, MASS, MOMENT_ARM, ROTORS, SPINS

if TYPE_CHECKING:
    import mujoco

BALL_MASS: Final = 0.005
"""kg."""
BALL_RADIUS: Final = 0.1
"""m."""
RACKET_RADIUS: Final = 0.2
"""m."""
RACKET_TOP: Final = 0.05
"""m: the racket's upper face above the drone's centre."""
REACH: Final = RACKET_TOP + BALL_RADIUS
"""m: from the drone's centre along its z axis to the ball's centre at a touch."""
RACKET_DEPTH: Final = 0.02
"""m."""
FRAME: Final = (0.18, 0.25, 0.03)
"""m: half of the sides of the box that stands for a drone's body."""
BOUNCE: Final = {0.001: (40_000.0, 29.0), 0.002: (10_000.0, 14.5)}
"""Stiffness in 1/s2 and damping in 1/s of contacts with the ball, by time step. Longer steps let it through the
racket."""

_FLOOR, _BALL, _DRONE = 1, 2, 4


@lru_cache(maxsize=8)
def scene(drones: int, step: float) -> mujoco.MjModel:
    """The compiled model for this many drones and time step in s; `BOUNCE` names the steps there are.

    The Iris's inertia breaks the triangle inequality, which MuJoCo refuses when it compiles: it is put in afterwards.
    """
    import mujoco

    mujoco.set_mju_user_warning(lambda warning: None)  # it would write a file; whoever steps a world looks for itself
    model = mujoco.MjModel.from_xml_string(mjcf(drones, step))
    for drone in range(drones):
        body = model.body(f"drone{drone}")
        model.body_inertia[body.id] = INERTIA
        first = model.jnt_dofadr[body.jntadr[0]]
        model.dof_damping[first : first + 3] = DAMPING * MASS
        model.dof_damping[first + 3 : first + 6] = DAMPING * INERTIA
    mujoco.mj_setConst(model, mujoco.MjData(model))
    return model


def mjcf(drones: int, step: float) -> str:
    """The model's source: the drones' free joints first, then three slides of the ball."""
    bodies = "".join(_drone(drone) for drone in range(drones))
    rotors = "".join(_rotors(drone) for drone in range(drones))
    stiffness, damping = BOUNCE[step]
    bounce = f'condim="1" solimp=".9999 .9999 .001" solref="{-stiffness:g} {-damping:g}"'
    slides = "".join(f'<joint type="slide" axis="{axis}"/>' for axis in ("1 0 0", "0 1 0", "0 0 1"))
    return f"""<mujoco model="drone volleyball"><option timestep="{step}" gravity="0 0 {-GRAVITY}" integrator="Euler">
<flag autoreset="disable"/></option>
<visual><global offwidth="1280" offheight="720"/></visual>
<default><default class="drone"><geom contype="{_DRONE}" conaffinity="{_DRONE}" {bounce}/></default></default>
<worldbody><light pos="0 0 12" dir="0 0 -1"/>
<geom name="floor" type="plane" size="20 20 .1" contype="{_FLOOR}" conaffinity="{_BALL | _DRONE}" condim="1"
 priority="1" rgba=".75 .8 .75 1"/>
{bodies}<body name="ball">{slides}<geom name="ball" type="sphere" size="{BALL_RADIUS}" mass="{BALL_MASS}"
 contype="{_BALL}" conaffinity="{_DRONE}" {bounce} rgba=".95 .6 .1 1"/></body></worldbody>
<actuator>{rotors}</actuator></mujoco>"""


def _drone(drone: int) -> str:
    colour = ".2 .4 .8 1" if drone % 2 else ".8 .3 .2 1"
    half = RACKET_DEPTH / 2.0
    frame = "{} {} {}".format(*FRAME)
    sites = "".join(
        f'<site name="rotor{drone}_{i}" pos="{x} {y} 0.02" size=".1 .005" type="cylinder" rgba=".2 .2 .2 .4"/>'
        for i, (x, y) in enumerate(ROTORS)
    )
    return f"""<body name="drone{drone}" childclass="drone"><freejoint/>
<inertial pos="0 0 0" mass="{MASS}" diaginertia=".05 .05 .0977"/>
<geom name="frame{drone}" type="box" size="{frame}" rgba="{colour}"/>
<geom name="racket{drone}" type="cylinder" pos="0 0 {RACKET_TOP - half}" size="{RACKET_RADIUS} {half}"
 rgba=".9 .9 .9 1"/>{sites}</body>"""


def _rotors(drone: int) -> str:
    arms = [float(spin) * MOMENT_ARM for spin in SPINS]
    return "".join(f'<general site="rotor{drone}_{i}" gear="0 0 1 0 0 {arm!r}"/>' for i, arm in enumerate(arms))
