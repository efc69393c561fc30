"""Servers to be hurt."""

from tests.e2e.conftest import own_server

__all__ = ["own_server"]
