"""The frames an agent's answers become. What an agent does wrong costs its own seat one decision, never the session."""

import logging
from typing import Final

from arena.client.seats import Request
from arena.core.agent import Reply, Resign, Unavailable
from arena.core.errors import ArenaError
from arena.core.values import Action
from arena.v1 import play_pb2 as pb
from arena.wire.actions import fill_action
from arena.wire.limits import MAX_ERROR_TEXT
from arena.wire.provenance import fill_provenance

AGENT_ERRORS: Final = (Exception, SystemExit)
"""What an agent's code may raise without harm to other seats."""

log = logging.getLogger(__name__)


def act_frame(request_id: int, answer: Action | Reply) -> bytes:
    """An answer as an encoded ClientFrame.

    Raises:
        MalformedAction: it cannot be sent.
    """
    frame = pb.ClientFrame()
    act = frame.act
    act.request_id = request_id
    if isinstance(answer, Reply):
        fill_action(act.action, answer.action)
        fill_provenance(act.provenance, answer.provenance)
    else:
        fill_action(act.action, answer)
    return frame.SerializeToString()


def failure_frame(request: Request, error: BaseException) -> bytes:
    """What is sent for an agent that raised instead of answering."""
    match error:
        case Resign():
            return pb.ClientFrame(resign=pb.Resign(seat_ref=request.seat.ref)).SerializeToString()
        case Unavailable():
            return unavailable_frame(request.id, str(error) or "the agent cannot answer now")
        case ArenaError():
            log.error("seat %s of %s: %s", request.seat.info.seat, request.seat.info.match_id, error)
            return unavailable_frame(request.id, str(error))
        case _:
            log.error(
                "the agent in seat %s of %s failed", request.seat.info.seat, request.seat.info.match_id, exc_info=error
            )
            return unavailable_frame(request.id, "the agent failed")


def unavailable_frame(request_id: int, reason: str) -> bytes:
    """An encoded Unavailable; the reason is cut to one line and to the limit of texts."""
    text = " ".join(reason.split())[:MAX_ERROR_TEXT].encode(errors="replace").decode()
    return pb.ClientFrame(unavailable=pb.Unavailable(request_id=request_id, reason=text)).SerializeToString()
