"""What is known by simulation of how often spies win, and which bot beats which: kept in `base_rates.toml`.

The file is written by `python -m plugins.who_is_the_spy.tests.simulate`. Seeds are 0, 1, 2, ... as `--seed` names them.
"""

from functools import cache
from importlib.resources import files

from arena.core.figures import Figures


@cache
def figures() -> Figures:
    """Rates are those of the spies."""
    return Figures.read(files(__package__).joinpath("base_rates.toml").read_text(encoding="utf-8"))
