"""How a match ended for each seat, as a client reads it from `arena.v1.SeatOutcome`."""

from arena.core.game import SeatOutcome
from arena.core.match import Cause
from arena.v1 import play_pb2 as pb
from arena.wire.frames import read_cause


def read_outcome(message: pb.SeatOutcome) -> tuple[SeatOutcome, Cause]:
    """One seat's outcome, and why its match ended so."""
    outcome = SeatOutcome(message.rank, message.score, message.role, message.team, dict(message.metrics))
    return outcome, read_cause(message.cause)
