"""Training: runs that resume, the agents they freeze and have play, and the loops that come with arena."""

from arena.loops.meeting import Meeting, Member, round_robin
from arena.loops.run import Run
from arena.rating.population import Metric

__all__ = ["Meeting", "Member", "Metric", "Run", "round_robin"]
