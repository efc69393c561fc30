"""Training: runs that resume, the agents they freeze and have play, and the loops that come with arena."""

from arena.loops.meeting import Meeting, Member
from arena.loops.run import Run

__all__ = ["Meeting", "Member", "Run"]
