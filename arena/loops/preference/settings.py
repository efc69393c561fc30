"""What `--set` can change of `dpo-family`."""

from typing import Final

from arena.core.options import Option
from arena.loops.language.settings import PLAYING, RATED

PAIRED: Final = ("dpo", "ipo", "sppo")
"""On pairs of the model's own answers, judged by playing on."""
AGAINST_DATA: Final = ("spin", "t-spin", "space")
"""On answers of the data against the model's own."""
KTO: Final = "kto"
METHODS: Final = (*PAIRED, KTO, *AGAINST_DATA)

TUNING: Final = (
    Option(name="beta", kind="float", default=0.1, low=1e-6, high=100, help="weight of the last iterate; of IPO, tau"),
    Option(name="lr", kind="float", default=5e-4, low=1e-9, high=1, help="learning rate, of AdamW"),
    Option(name="batch", kind="int", default=16, low=2, high=4_096, help="rows of one step"),
    Option(name="epochs", kind="int", default=1, low=1, high=1_000, help="times that each row is learned in a round"),
    Option(name="mu", kind="float", default=1.0, low=1e-3, high=1e3, help="SPACE: weight of synthetic answers"),
    Option(name="alpha", kind="float", default=1.0, low=1e-3, high=1e3, help="T-SPIN: weight of the entropy"),
    Option(name="history", kind="float", default=0.1, low=0, high=100, help="T-SPIN: weight of the first iterate's"),
)
"""How preferences are learned; other loops that do may offer the same."""

OPTIONS: Final = (
    Option(name="model", default="", help="the model directory it begins with, such as a checkpoint of sft"),
    Option(name="method", default="dpo", choices=METHODS, help="what is learned from, and by which loss"),
    Option(name="rounds", kind="int", default=2, low=1, high=1_000, help="each makes a checkpoint"),
    Option(name="matches", kind="int", default=100, low=1, high=100_000, help="of self-play a round"),
    Option(name="decisions", kind="int", default=64, low=1, high=100_000, help="that are played on otherwise, a round"),
    Option(name="candidates", kind="int", default=4, low=2, high=64, help="answers drawn at each of them"),
    Option(name="rollouts", kind="int", default=8, low=1, high=1_000, help="times that each answer is played on"),
    Option(name="margin", kind="float", default=0.0, low=0, help="of score, by which the better answer must be better"),
    Option(name="data", default="", help="spin, t-spin, space: whose answers are the data, by name, with commas"),
    Option(name="answers", kind="int", default=500, low=1, help="spin, t-spin, space: of the data, a round"),
    *TUNING,
    *PLAYING,
    *RATED,
)
