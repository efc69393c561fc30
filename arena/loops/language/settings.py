"""What `--set` can change of the loops of language models."""

from typing import Final

from arena.agents.language.conversation import TELLING
from arena.core.options import Option

TINY: Final = "tiny"

PLAYING: Final = (
    Option(name="temperature", kind="float", default=1.0, low=0.01, high=5, help="its agents draw tokens at"),
    *(option for option in TELLING if option.kind != "file"),
    Option(name="device", default="auto", help="auto takes a GPU where there is one; cpu, cuda, cuda:1"),
    Option(
        name="threads",
        kind="int",
        default=1,
        low=0,
        high=1_024,
        help="of a CPU, for each process; 0 for torch's own choice",
    ),
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

SFT: Final = (
    Option(name="model", default=TINY, help="a model directory, or tiny for a small new one that knows nothing"),
    Option(name="data", default="", help="a folder of `arena export --format trl-sft` to learn, in the ledger's place"),
    Option(name="agents", default="", help="whose answers it learns, by name, with commas; empty for everybody's"),
    Option(name="result", default="any", choices=("any", "win"), help="answers of any seat, or of seats that won"),
    Option(name="matches", kind="int", default=1_000, low=1, help="of the ledger, the first ones"),
    Option(name="epochs", kind="int", default=3, low=1, high=10_000, help="times that each answer is learned"),
    Option(name="layers", kind="int", default=2, low=1, high=64, help="of model=tiny"),
    Option(name="hidden", kind="int", default=64, low=16, high=4_096, help="width of model=tiny, a multiple of 8"),
    *FITTING,
    *PLAYING,
    *RATED,
)
