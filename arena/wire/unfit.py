"""The one way in which this package says, among its own modules, that a value cannot cross the wire."""


class Unfit(ValueError):
    """What is wrong with a value: "nests deeper than 32". The border that knows whose value it is names it."""
