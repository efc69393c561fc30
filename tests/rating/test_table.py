"""A CSV file of results is read as it is meant, or refused in one sentence that names the line."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.errors import BadRequest
from arena.rating.table import LONGEST, read_matches

HEADER = "match,agent,team,rank,score,seat,role\n"

REFUSED = {
    "empty file": ("", "the file is empty; the first line names the columns match, agent, "),
    "header alone": (HEADER, "the file has no rows below its first line"),
    "no agent column": ("match,rank\nm,1\n", "line 1 names no column 'agent'"),
    "no match column": ("agent,rank\na,1\n", "line 1 names no column 'match'"),
    "neither rank nor score": ("match,agent\nm,a\n", "line 1 names neither a column 'rank' nor 'score'"),
    "column twice": ("match,agent,rank,rank\nm,a,1,1\n", "line 1 names the column 'rank' twice"),
    "another separator": ("match;agent;rank\nm;a;1\n", "line 1 names no column 'match'"),
    "short row": (f"{HEADER}m,a,,1,,0,\nm,b,,2\n", "line 3 has 4 fields, but the first line names 7 columns"),
    "long row": (f"{HEADER}m,a,,1,,0,,\n", "line 2 has 8 fields"),
    "no match": (f"{HEADER} ,a,,1,,0,\n", "line 2 has an empty match"),
    "no agent": (f"{HEADER}m,,,1,,0,\n", "line 2 has an empty agent"),
    "rank NaN": (f"{HEADER}m,a,,nan,,0,\n", "line 2: rank 'nan' is not a finite number"),
    "rank in words": (f"{HEADER}m,a,,first,,0,\n", "line 2: rank 'first' is not a finite number"),
    "broken rank": (f"{HEADER}m,a,,1.5,,0,\n", "line 2: rank '1.5' is not a whole number from 0"),
    "negative rank": (f"{HEADER}m,a,,-1,,0,\n", "line 2: rank '-1' is not a whole number from 0"),
    "score NaN": (f"{HEADER}m,a,,1,NaN,0,\n", "line 2: score 'NaN' is not a finite number"),
    "endless score": (f"{HEADER}m,a,,1,1e999,0,\n", "line 2: score '1e999' is not a finite number"),
    "no weight": ("match,agent,rank,weight\nm,a,1,0\n", "line 2: weight '0' is not above 0"),
    "more than all": ("match,agent,rank,weight\nm,a,1,1.01\n", "line 2: weight '1.01' is not above 0 and at most 1"),
    "huge weight": ("match,agent,rank,weight\nm,a,1,1e100\n", "line 2: weight '1e100' is not above 0 and at most 1"),
    "weight NaN": ("match,agent,rank,weights\nm,a,1,nan\n", "line 2: weight 'nan' is not a finite number"),
    "seat twice": (
        f"{HEADER}m,a,,1,,0,\nn,a,,1,,0,\nm,b,,2,,0,\n",
        "line 4: seat '0' of match 'm' is on line 2 already",
    ),
    "open quote": (f'{HEADER}m,a,,1,,0,\nm,"b,,2,,1,\n', "line 3 begins a row that is not proper CSV"),
    "stray quote": (f'{HEADER}m,"a"b,,1,,0,\n', "line 2 begins a row that is not proper CSV"),
    "not UTF-8": (HEADER.encode() + b"m,a,,1,,0,\nm,\xe9,,2,,1,\n", "line 3 is not UTF-8 text"),
    "UTF-16": (HEADER.encode("utf-16"), "line 1 is not UTF-8 text"),
    "endless line": (HEADER.encode() + b"m,a" * 4_000_000, f"line 2 is longer than {LONGEST} bytes"),
    "endless header": (b"x," * 5_000_000, f"line 1 is longer than {LONGEST} bytes"),
    "endless field": (HEADER + 'm,"' + "a\n" * 100_000, "line 2 begins a row that is not proper CSV"),
}


def read(content: str | bytes):
    return read_matches(BytesIO(content.encode() if isinstance(content, str) else content))


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_bad_file_is_refused_with_its_line(content: str | bytes, sentence: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read(content)
    assert str(refused.value).startswith(sentence)
    assert len(str(refused.value)) < 200


def test_rows_are_grouped_by_match_in_the_order_of_their_first_rows() -> None:
    matches = read(f"{HEADER}m2,a,,1,,0,\nm1,c,,1,,0,\nm2,b,,2,,1,\nm1,d,,2,,1,\n")
    assert [(match.name, [row.agent for row in match.rows]) for match in matches] == [
        ("m2", ["a", "b"]),
        ("m1", ["c", "d"]),
    ]


def test_a_row_holds_what_its_cells_say() -> None:
    (match,) = read('\ufeffScore, AGENT ,match,seat,date,weights\r\n-1.5,"Ann, jr.",m,white,today,0.5\r\n\r\n')
    (row,) = match.rows
    assert row == (2, "Ann, jr.", "", None, -1.5, "white", "", 0.5)


def test_whole_ranks_may_be_written_as_spreadsheets_write_them() -> None:
    (match,) = read("match,agent,rank\nm,a,1.0\nm,b,\n")
    assert [row.rank for row in match.rows] == [1, None]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        assert read(HEADER.encode() + content)
    except BadRequest as refused:
        assert str(refused)  # noqa: PT017 - either way is right, and nothing else is
