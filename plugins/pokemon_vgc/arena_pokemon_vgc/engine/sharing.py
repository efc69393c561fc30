"""The one simulator of this process: begun with the first game that needs it, ended with the last that lets go."""

from pathlib import Path

from arena_pokemon_vgc.engine.simulator import Simulator


class _Shared:
    simulator: Simulator | None = None
    holders = 0


def acquire(node: Path) -> Simulator:
    """The simulator; each call wants a `release`."""
    _Shared.simulator = _Shared.simulator or Simulator(node)
    _Shared.holders += 1
    return _Shared.simulator


def release() -> None:
    """One holder less; the last one ends the simulator's processes."""
    _Shared.holders -= 1
    if not _Shared.holders and _Shared.simulator is not None:
        _Shared.simulator.close()
        _Shared.simulator = None
