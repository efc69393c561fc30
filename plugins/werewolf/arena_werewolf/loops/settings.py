"""Settings of the loop `lspo`."""

from dataclasses import replace
from typing import Final, cast

from arena.core.options import Option
from arena.core.values import Config, Json
from arena.loops.language.settings import PLAYING, RATED
from arena_werewolf.rewards import LSPO, Shaping
from arena_werewolf.roles import WEREWOLF

_RATED: Final[dict[str, Json]] = {"bots": "werewolf:detective,werewolf:random-table", "sets": 1, "deals": 10}

OPTIONS: Final = (
    Option(name="model", default="", help="the model directory that the lineage begins with"),
    Option(name="iterations", kind="int", default=3, low=1, high=100, help="checkpoints to train"),
    Option(name="matches", kind="int", default=40, low=1, high=100_000, help="deals of self-play an iteration"),
    Option(
        name="embedding",
        default="hidden",
        choices=("hidden", "words"),
        help="of utterances: the model's own hidden states, or TF-IDF",
    ),
    Option(name="wolf_kinds", kind="int", default=3, low=1, high=20, help="clusters of a werewolf's utterances"),
    Option(name="other_kinds", kind="int", default=2, low=1, high=20, help="clusters of any other role's"),
    Option(name="growth", kind="int", default=1, low=0, high=5, help="more clusters of each with every iteration"),
    Option(name="cfr", kind="int", default=2_000, low=1, high=10_000_000, help="iterations of MCCFR"),
    Option(
        name="largest", kind="int", default=1_000, low=1, help="nodes that one walk of MCCFR may have, or it is refused"
    ),
    Option(name="win", kind="float", default=LSPO.win, help="paid in the latent game for a win; a loss costs it"),
    Option(name="survive", kind="float", default=LSPO.survive, help="paid for a round survived"),
    Option(name="vote", kind="float", default=LSPO.vote, help="paid to the village for a right vote, else it costs"),
    Option(name="out", kind="float", default=LSPO.out, help="paid for being voted out"),
    Option(name="candidates", kind="int", default=4, low=2, high=64, help="utterances compared at one prompt"),
    Option(name="prompts", kind="int", default=256, low=1, high=1_000_000, help="of self-play, drawn to compare at"),
    Option(name="visits", kind="int", default=10, low=1, help="of MCCFR to an information set, or nothing is compared"),
    Option(
        name="prefer",
        default="regret",
        choices=("regret", "policy"),
        help="by what kinds of utterance are compared: mean regret, or share of the average strategy",
    ),
    Option(name="margin", kind="float", default=0.0, low=0, help="by which the chosen kind must be better"),
    Option(name="beta", kind="float", default=0.1, low=1e-6, high=100, help="of DPO"),
    Option(name="lr", kind="float", default=1e-6, low=1e-9, high=1, help="learning rate of DPO"),
    Option(name="batch", kind="int", default=8, low=2, high=4_096, help="pairs of one step of DPO"),
    Option(name="epochs", kind="int", default=1, low=1, high=1_000, help="times that each pair is learned"),
    *PLAYING,
    *(replace(option, default=_RATED[option.name]) for option in RATED),
)


def shaping(settings: Config) -> Shaping:
    """The rewards of the latent game."""
    win, survive, vote, out = (cast(float, settings[name]) for name in ("win", "survive", "vote", "out"))
    return Shaping(win=win, survive=survive, vote=vote, out=out)


def kinds(settings: Config, role: str, iteration: int) -> int:
    """How many clusters a role gets in an iteration, counted from 1."""
    first = cast(int, settings["wolf_kinds" if role == WEREWOLF.name else "other_kinds"])
    return first + cast(int, settings["growth"]) * (iteration - 1)
