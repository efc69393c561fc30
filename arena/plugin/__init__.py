"""Loading games and agents that live outside the core, and keeping them apart from everything else."""

from arena.plugin.spec import hookimpl

__all__ = ["hookimpl"]
