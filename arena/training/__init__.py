"""What trainers need of a ledger: trajectories, and files of them in the forms that training libraries read."""

from arena.training.feed import Feed
from arena.training.formats import FORMATS
from arena.training.request import Request
from arena.training.served import Served
from arena.training.splits import Splits
from arena.training.trajectory import Trajectory, Turn, trajectories
from arena.training.write import Exported, export, export_from

__all__ = [
    "FORMATS",
    "Exported",
    "Feed",
    "Request",
    "Served",
    "Splits",
    "Trajectory",
    "Turn",
    "export",
    "export_from",
    "trajectories",
]
