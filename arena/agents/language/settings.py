"""What can be set for every language-model agent, whatever the engine: `--set key=value`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self, cast

from arena.agents.language.asking import Prices
from arena.agents.language.memory import Memory, MemoryKind
from arena.agents.language.model import Sampling
from arena.agents.language.prompts import Prompts
from arena.agents.language.quoting import neutral
from arena.core.options import Option
from arena.core.values import Config

OPTIONS: Final = (
    Option(name="temperature", kind="float", default=0.7, low=0, high=5, help="0 takes the likeliest token"),
    Option(name="top_p", kind="float", default=1.0, low=0.01, high=1, help="the share of likely tokens drawn from"),
    Option(name="max_tokens", kind="int", default=256, low=64, high=65_536, help="of one answer"),
    Option(name="think", kind="bool", default=False, help="think freely first, then answer, in two calls"),
    Option(name="think_tokens", kind="int", default=512, low=1, high=65_536, help="of the thought before an answer"),
    Option(
        name="memory",
        default="full",
        choices=("full", "window", "summary"),
        help="all turns, the last ones, or the last ones and the model's own summary of those before",
    ),
    Option(name="window", kind="int", default=8, low=0, high=10_000, help="turns kept by memory=window and summary"),
    Option(name="prompts", kind="file", default=None, help="a TOML file of templates that replace the usual ones"),
    Option(name="adapter", default="", help="a LoRA adapter of the engine, empty for none; with commas one a seat"),
    Option(name="pictures", kind="bool", default=False, help="show the game's pictures to a model that sees"),
    Option(name="prompt_price", kind="float", default=0.0, low=0, help="of a million prompt tokens, in your currency"),
    Option(name="completion_price", kind="float", default=0.0, low=0, help="of a million completion tokens"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options' values."""

    sampling: Sampling = Sampling()  # noqa: RUF009 - immutable
    think: bool = False
    think_tokens: int = 512
    memory: MemoryKind = "full"
    window: int = 8
    prompts: Prompts = Prompts.shipped()  # noqa: RUF009 - immutable, and read once
    adapter: str = ""
    pictures: bool = False
    prices: Prices = Prices()  # noqa: RUF009 - immutable

    @classmethod
    def of(cls, config: Config) -> Self:
        """The settings that resolved options stand for.

        Raises:
            BadOption: the file of prompts is none.
        """
        value = cast(Mapping[str, object], config)
        file = cast("Mapping[str, str] | None", value["prompts"])
        return cls(
            sampling=Sampling(
                temperature=cast(float, value["temperature"]),
                top_p=cast(float, value["top_p"]),
                max_tokens=cast(int, value["max_tokens"]),
            ),
            think=cast(bool, value["think"]),
            think_tokens=cast(int, value["think_tokens"]),
            memory=cast(MemoryKind, value["memory"]),
            window=cast(int, value["window"]),
            prompts=Prompts.read(file["text"]) if file else Prompts.shipped(),
            adapter=cast(str, value["adapter"]),
            pictures=cast(bool, value["pictures"]),
            prices=Prices(cast(float, value["prompt_price"]), cast(float, value["completion_price"])),
        )

    def memory_of(self, *, brief: str, game: str, seat: int, seats: int) -> Memory:
        """What a seat knows before its first decision: the rules."""
        return Memory(self.memory, self.window, self.prompts, _system(self.prompts, brief, game, seat, seats))

    def adapter_of(self, seat: int) -> str:
        """The adapter that plays this seat, so that a policy meets its past in one match."""
        names = self.adapter.split(",")
        return names[seat % len(names)].strip()


@lru_cache(maxsize=64)
def _system(prompts: Prompts, brief: str, game: str, seat: int, seats: int) -> str:
    """The same match after match."""
    return prompts.render("system", brief=neutral(brief), game=neutral(game), seat=seat, seats=seats)
