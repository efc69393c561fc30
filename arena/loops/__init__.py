"""Training: runs that resume, the agents they freeze and have play, and the loops that come with arena.

A loop is a function of one `arena.loops.run.Run`; `arena.loops.meeting` has the agents and sets that it asks for.
"""
