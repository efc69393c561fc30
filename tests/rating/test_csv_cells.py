"""Names in CSV files: no spreadsheet computes one, and all come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.rating.csv_cells import disarmed, restored

STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@given(st.text(alphabet=f"{STARTS}' ab"))
def test_a_disarmed_name_starts_no_formula_and_is_restored(text: str) -> None:
    cell = disarmed(text)
    assert cell.lstrip(" ")[:1] not in set(STARTS)
    assert restored(cell) == text


@pytest.mark.parametrize("text", ["", "ann", "a=b", "'quoted'", "1.5"])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert disarmed(text) == text == restored(text)
