"""Policies that lie in files, as training leaves them: the agent `openspiel:table?file=FILE` plays one."""

import json
from math import isclose, isfinite
from pathlib import Path
from typing import Any, Final

from arena.core.errors import BadRequest, GameUnavailable
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.information import Information
from arena_openspiel.policies import Policy, Table

_SUM_TOLERANCE: Final = 1e-6


def save(file: Path, table: Table) -> None:
    """Write a table as JSON: rows of [action, probability], by OpenSpiel's information state string."""
    file.write_text(json.dumps(table, indent=0), encoding="utf-8")


def load(file: Path) -> Table:
    """The table in a file.

    Raises:
        BadRequest: there is none, or it is spoilt.
    """
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return {key: _row(row) for key, row in rows.items()}
    except FileNotFoundError:
        raise BadRequest(f"there is no file {str(file)!r}; name a policy that `arena train` wrote") from None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        raise BadRequest(f"{str(file)!r} holds no policy, or a spoilt one; train it again") from None


def policy_in(file: Path) -> Policy:
    """The policy in a file, as the agents of this plugin play it.

    Raises:
        BadRequest: as `load`.
    """
    table = load(file)

    def check(game: OpenSpielGame, information: Information) -> None:
        for key, seen in information.found.items():
            if [action for action, _ in table.get(key, ())] != list(seen.actions):
                raise GameUnavailable(f"the policy in {str(file)!r} is not one of {game.spec.id} with these options")

    def tabulate(game: OpenSpielGame, information: Information) -> Table:
        return table

    return Policy(name="table", summary=f"the policy in {file}", check=check, tabulate=tabulate)


def _row(row: Any) -> list[tuple[int, float]]:
    made = [(action, float(chance)) for action, chance in row]
    chances = [chance for _, chance in made]
    if not all(type(action) is int for action, _ in made):
        raise ValueError("an action is a whole number")
    if not all(isfinite(chance) and chance >= 0 for chance in chances):
        raise ValueError("a chance is a number from 0 on")
    if not isclose(sum(chances), 1.0, abs_tol=_SUM_TOLERANCE):
        raise ValueError("the chances of a row sum to 1")
    return made
