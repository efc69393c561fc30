"""What the installed plugins know of games, for the commands that show it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arena.local.insight import PluginInsight


def open_insight() -> "PluginInsight":
    """An insight that loads a plugin when one of its games is first asked about."""
    from arena.cli.recorded import RecordedGames
    from arena.local.insight import PluginInsight
    from arena.plugin.registry import Registry

    return PluginInsight(Registry(), RecordedGames().game_of)
