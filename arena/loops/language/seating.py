"""How the language model of a run is seated: while it trains, and as the agent of a checkpoint."""

from typing import Final, cast
from urllib.parse import quote

from arena.agents.language.conversation import TELLING, telling
from arena.agents.language.settings import OPTIONS, Settings
from arena.core.options import resolve
from arena.core.values import AgentName, Config, Json
from arena.loops.meeting import Member
from arena.loops.run import Run

_SEATED: Final = ("temperature", "max_tokens", "memory", "window")


def playing(config: Config) -> Settings:
    """How a seat's model is asked."""
    given = {name: config[name] for name in _SEATED}
    return Settings.of(resolve(OPTIONS, given))


def told(config: Config) -> Config:
    """How it is told what it sees: all options of `TELLING`."""
    return telling({option.name: config[option.name] for option in TELLING if option.name in _SEATED})


def seated(run: Run, version: str) -> Member:
    """The agent that plays this run's checkpoint, by a SPEC that says how it is asked."""
    told = "&".join(f"{name}={quote(str(run.settings[name]))}" for name in (*_SEATED, "device", "threads"))
    return run.member(version, f"transformers:{run.checkpoint_path(version)}?{told}")


def named(names: Json) -> list[str]:
    """Names with commas, as a setting has them."""
    return [name.strip() for name in cast(str, names).split(",") if name.strip()]


def bots(config: Config) -> list[Member]:
    """The bots that rated sets are played against, each by its own name."""
    return [Member(AgentName(name), name) for name in named(config["bots"])]
