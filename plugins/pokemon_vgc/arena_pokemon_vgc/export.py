"""From what `arena replay --json` shows of a match to files that Showdown's own tools open."""

import html
import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from arena.core.errors import BadRequest
from arena_pokemon_vgc.feed import INPUT, LOG

Form = Literal["log", "html", "input"]

_VIEWER: Final = "https://play.pokemonshowdown.com/js/replay-embed.js"
_PAGE: Final = """<!DOCTYPE html>
<meta charset="utf-8">
<title>{title}</title>
<div class="wrapper replay-wrapper" style="max-width:1180px;margin:0 auto">
<div class="battle"></div><div class="battle-log"></div><div class="replay-controls"></div>
<script type="text/plain" class="battle-log-data">{log}</script>
</div>
<script src="{viewer}"></script>
"""


def exported(replay: str, form: Form) -> str:
    """The log in Showdown's protocol, a page that plays it in the public viewer, or the simulator's input log.

    Raises:
        BadRequest: `replay` is not what `arena replay MATCH --json` prints, or lacks what is asked for.
    """
    lines = [
        line
        for event in _events(replay)
        if event["kind"] == (INPUT if form == "input" else LOG)
        for line in event["data"]["lines"]
    ]
    if not lines:
        raise BadRequest("there is no such log in it; an input log is shown by `arena replay MATCH --all --json`")
    if form != "html":
        return "\n".join(lines)
    log = "\n".join(lines).replace("</", "<\\/")
    return _PAGE.format(title=html.escape("Pokemon VGC"), log=log, viewer=_VIEWER)


def _events(replay: str) -> "list[Mapping[str, Any]]":
    try:
        return [event for frame in json.loads(replay)["frames"] for event in frame["events"]]
    except (ValueError, KeyError, TypeError):
        raise BadRequest("give what `arena replay MATCH --json` prints") from None
