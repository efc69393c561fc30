"""What `--set` can change of `selfplay-pg`."""

from typing import Final

from arena.core.options import Option

OPTIONS: Final = (
    Option(name="updates", kind="int", default=400, low=1, high=10**6, help="steps of the gradient"),
    Option(name="matches", kind="int", default=256, low=1, high=10**5, help="matches of self-play for each"),
    Option(name="rate", kind="float", default=0.01, low=0.0, high=1.0, help="learning rate of Adam"),
    Option(name="clip", kind="float", default=1.0, low=1e-6, help="the gradient's norm is cut to this"),
    Option(name="entropy", kind="float", default=0.3, low=0.0, help="weight of the entropy at first; 0 at the end"),
    Option(name="rae", kind="bool", default=True, help="role-conditioned baselines; without, returns as they are"),
    Option(name="decay", kind="float", default=0.95, low=0.0, high=1.0, help="of the baselines"),
    Option(name="gamma", kind="float", default=1.0, low=0.0, high=1.0, help="discount of a turn"),
    Option(name="hidden", kind="int", default=64, low=1, high=4096, help="width of a hidden layer"),
    Option(name="layers", kind="int", default=2, low=0, high=16, help="hidden layers"),
    Option(name="snapshots", kind="int", default=50, low=1, high=1000, help="policies in the average"),
    Option(name="checkpoints", kind="int", default=4, low=1, high=1000, help="frozen on the way, the last included"),
    Option(name="sets", kind="int", default=2, low=0, high=10**4, help="rated sets of each pair of checkpoints"),
)
