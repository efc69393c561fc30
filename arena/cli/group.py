"""How the command line finds and lists its commands; the ones of plugins are loaded only when one is asked for."""

from collections import defaultdict
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from arena.cli.plugins import plugin_code


class CommandGroup(TyperGroup):
    """Built-in commands by section, and behind them those that plugins register."""

    # Typer keeps the types of contexts, formatters and commands in a private package: hence Any.

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name; plugins are loaded only when no built-in command has it."""
        return super().get_command(ctx, cmd_name) or _plugin_command(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands under the headings they were registered with."""
        sections: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        width = formatter.width - 6 - max(map(len, self.commands))
        for name, command in self.commands.items():
            panel = getattr(command, "rich_help_panel", None) or "Commands"
            sections[panel].append((name, command.get_short_help_str(width)))
        for panel, rows in sections.items():
            with formatter.section(panel):
                formatter.write_dl(rows)


def _plugin_command(name: str) -> Any:
    from arena.plugin.registry import Registry

    with plugin_code():
        command = Registry().commands().get(name)
    if command is None:
        return None
    if isinstance(command, typer.Typer):
        return get_command(command)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name)(command)  # type: ignore[type-var]  # a plugin's function, as its hook promises
    return get_command(app)
