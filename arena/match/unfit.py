"""The one way in which this package says, among its own modules, that what an agent gave cannot be taken."""


class Unfit(ValueError):
    """What is wrong with it, in one sentence; it counts as a refused answer."""
