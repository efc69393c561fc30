"""Shares with their intervals."""

import pytest

from arena.core.share import wilson


def test_wilsons_interval_is_the_published_one() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe, Statistics in Medicine 17, 1998
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
