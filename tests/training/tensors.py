"""Sums that are seen as tensors."""

import numpy as np

from arena.core.game import FieldSpec
from tests.match.fakes import Sum, SumGame


class Sums(Sum):
    """With a tensor: every own sum, and the turn."""

    def observe(self, viewer, want):
        views = super().observe(viewer, want & {"text"})
        return views | ({"tensor": np.array([*self.sums, self.turns], np.float32)} if "tensor" in want else {})


class TensorGame(SumGame):
    """Sums that are seen as tensors, and pay as they go or, without `pays`, at the end alone."""

    actions = 10

    def __init__(self, *, pays=True, **spec):
        field = FieldSpec(name="tensor", kind="tensor", help="sums and turn", shape=(3,), dtype="float32")
        super().__init__(fields=(field,), **spec)
        self.pays = pays

    def new_state(self, seed, entries):
        state = Sums(self, seed, entries)
        if not self.pays:
            state.rewards = dict
        return state
