"""Settings that the loops of language models have in common."""

from typing import Final, cast
from urllib.parse import quote

from arena.agents.language import settings as agent
from arena.core.options import Option, resolve
from arena.core.values import AgentName, Config
from arena.loops.meeting import Member
from arena.loops.run import Run

PLAYING: Final = (
    Option(name="temperature", kind="float", default=1.0, low=0.01, high=5, help="its agents draw tokens at"),
    Option(name="max_tokens", kind="int", default=256, low=64, high=65_536, help="of one answer"),
    Option(name="memory", default="full", choices=("full", "window"), help="all turns, or the last ones"),
    Option(name="window", kind="int", default=8, low=0, high=10_000, help="turns kept by memory=window"),
    Option(name="device", default="auto", help="auto takes a GPU where there is one; cpu, cuda, cuda:1"),
    Option(name="threads", kind="int", default=1, low=0, high=1_024, help="of a CPU, for each process that plays"),
)
"""How the model is seated: while it trains and by the agents that are frozen."""

FITTING: Final = (
    Option(name="lr", kind="float", default=1e-3, low=1e-9, high=1, help="learning rate, of AdamW"),
    Option(name="batch", kind="int", default=32, low=1, high=4_096, help="rows of one step"),
)

RATED: Final = (
    Option(name="bots", default="random", help="SPECs, with commas, that rated sets are played against; may be empty"),
    Option(name="sets", kind="int", default=2, low=0, high=10_000, help="rated sets of each pair"),
    Option(name="deals", kind="int", default=50, low=1, high=100_000, help="of a rated set, each from every seat"),
)

_SEATED: Final = ("temperature", "max_tokens", "memory", "window")


def playing(config: Config) -> agent.Settings:
    """How a seat's model is asked."""
    given = {name: config[name] for name in _SEATED}
    return agent.Settings.of(resolve(agent.OPTIONS, given))


def seated(run: Run, version: str) -> Member:
    """The agent that plays this run's checkpoint, by a SPEC that says how it is asked."""
    told = "&".join(f"{name}={quote(str(run.settings[name]))}" for name in (*_SEATED, "device", "threads"))
    return run.member(version, f"transformers:{run.checkpoint_path(version)}?{told}")


def bots(config: Config) -> list[Member]:
    """The bots that rated sets are played against, each by its own name."""
    names = cast(str, config["bots"]).split(",")
    return [Member(AgentName(name.strip()), name.strip()) for name in names if name.strip()]
