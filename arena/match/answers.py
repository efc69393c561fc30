"""What agents in the worker give: actions, told from anything else, and exceptions, as the causes they stand for."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, cast

import numpy as np

from arena.core.agent import Reply, Resign, Unavailable
from arena.core.errors import ActionRefused, AgentFault, ArenaError
from arena.core.match import Cause, Move
from arena.core.values import Action
from arena.match.provenance import fit_provenance
from arena.match.seated import SeatedAgent
from arena.match.table import Table
from arena.match.unfit import Unfit
from arena.plugin.border import log_once

MAX_DEPTH: Final = 32
"""Mappings and lists within one another, in an action."""

Answer: TypeAlias = Action | Reply | Cause
"""What came of asking an agent: its answer, or why there is none."""


def why(error: BaseException) -> Cause:
    """The cause that an agent's exception stands for; other than Resign and Unavailable it has died."""
    if isinstance(error, Resign):
        return Cause.RESIGNED
    if isinstance(error, Unavailable):
        return Cause.UNAVAILABLE
    if isinstance(error, AgentFault) and isinstance(error.__cause__, ArenaError | None):
        log_once(f"{error}: charged to the agent as a disconnect")
    else:
        log_once(f"an agent raised {type(error).__name__}: charged to it as a disconnect", error)
    return Cause.DISCONNECT


def taken(given: Any) -> Answer:
    """What an agent gave as an answer; a cause is ours to find, so one that is given is a mere text."""
    if isinstance(given, BaseException):
        return why(given)
    return str(given) if isinstance(given, Cause) else cast(Answer, given)


def settle(table: Table, seated: SeatedAgent, answer: Answer) -> Move | None:
    """Put an in-worker agent's answer on the table. None when it was refused and may be asked again."""
    seat = seated.seat
    if type(answer) is Cause:
        if answer is Cause.DISCONNECT:
            seated.lost = answer
        return table.rule(seat, answer)
    sent: Any = answer
    try:
        if type(answer) is int:
            return table.submit(seat, answer)
        if not isinstance(answer, Reply):
            return table.submit(seat, plain_action(sent))
        sent = answer.action
        return table.submit(seat, plain_action(sent), fit_provenance(answer.provenance))
    except Unfit as error:
        table.refuse(seat, str(error), sent)
    except ActionRefused:
        pass
    return table.rule(seat, Cause.ILLEGAL) if table.refused_out(seat) else None


def plain_action(value: Any) -> Action:
    """`value` itself when it is an action by its types, so that games never meet anything else.

    Raises:
        Unfit: it is not.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return value
    try:
        fits = value is not None and not isinstance(value, float) and _is_json(value, MAX_DEPTH)
    except Exception:  # noqa: BLE001 - border: an agent's own kind of mapping may raise anything when looked at
        fits = False
    if not fits:
        raise Unfit(f"{type(value).__name__} is no action")
    return cast(Action, value)


def _is_json(value: Any, depth: int) -> bool:
    match value:
        case None | bool() | int() | float():
            return True
        case str():
            return value.isascii() or bool(value.encode())  # raises where a text is not valid Unicode
        case Mapping():
            return depth > 0 and all(isinstance(k, str) and _is_json(v, depth - 1) for k, v in value.items())
        case list() | tuple():
            return depth > 0 and all(_is_json(item, depth - 1) for item in value)
        case _:
            return False
