"""Which rows there are, that they are the same each time, and that nothing half written passes for an export."""

import dataclasses
import hashlib
import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from arena.core.errors import BadRequest, GameFault, GameUnavailable, LedgerFault
from arena.ledger import Ledger
from arena.ledger.stream import Wanted
from arena.match.seen import seen
from arena.training import Request, Splits, export, parts
from arena.training.encodings import Lines
from arena.training.files import Folder
from tests.match.fakes import SumGame
from tests.training.matches import REF, add_set, replay

ROOT = Path(__file__).parents[2]
NEWER = dataclasses.replace(REF, version="1.1.0")


def rows(folder):
    return parquet.read_table(folder).to_pylist()


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture
def small_parts(monkeypatch):
    """Files of four seats, so that a few matches make several."""
    monkeypatch.setattr(parts, "_PART_ROWS", 4)


def killed_after(matches):
    """A replay that dies, as a process does, at the match after so many."""
    left = iter(range(matches))

    def dying(result, views):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return replay(result, views)

    return dying


def test_void_matches_are_left_out_unless_asked_for(ledger, exported):
    add_set(ledger, "sound")
    add_set(ledger, "spoilt", void="the game failed")
    assert {row["set_id"] for row in rows(exported())} == {"sound"}
    with_void = rows(exported(out="all", wanted=Wanted(void=True)))
    assert {(row["set_id"], row["outcome"]) for row in with_void if row["void"]} == {("spoilt", "void")}


def test_filters_choose_matches_and_seats(ledger, exported):
    add_set(ledger, "s", matches=3)
    assert {row["agent"] for row in rows(exported(out="a", wanted=Wanted(agent="bob")))} == {"bob"}
    assert {row["ended_ms"] for row in rows(exported(out="b", wanted=Wanted(since_ms=1_002)))} == {1_002}
    assert {row["agent"] for row in rows(exported(out="c", result="win"))} == {"ann"}
    assert len(rows(exported(out="d", wanted=Wanted(game="fake/sum")))) == 6


def test_the_rating_before_a_match_knows_only_the_sets_before_it(ledger, exported):
    for number in range(3):
        add_set(ledger, f"s{number}")
    ann = [row["rating_before"] for row in rows(exported()) if row["agent"] == "ann"]
    assert ann[0] is None
    assert ann[1]["value"] < ann[2]["value"]
    after_two = rows(exported(out="high", min_rating=ann[2]["value"]))
    assert {row["set_id"] for row in after_two} == {"s2"}


def test_a_set_lies_whole_in_one_split(ledger, exported):
    for number in range(20):
        add_set(ledger, f"s{number}", matches=2)
    folder = exported(splits=Splits.parse("train=0.5,test=0.5"))
    sets = {
        split: {row["set_id"] for file in folder.glob(f"{split}-*") for row in rows(file)}
        for split in ("train", "test")
    }
    assert sets["train"]
    assert sets["test"]
    assert not sets["train"] & sets["test"]
    assert len(sets["train"] | sets["test"]) == 20


@pytest.mark.parametrize("text", ["2", "train=0.5", "a=0.5,a=0.5", "../x=1", "nan", "train=x", ""])
def test_a_split_that_is_none_is_refused(text):
    with pytest.raises(BadRequest, match="a split is"):
        Splits.parse(text)


def test_several_versions_of_the_rules_are_refused_unless_asked_for(ledger, exported, tmp_path):
    add_set(ledger, "old")
    add_set(ledger, "new", ref=NEWER)
    with pytest.raises(BadRequest, match=r"by version 1\.0\.0 of its rules and by version 1\.1\.0"):
        exported()
    assert not list(tmp_path.glob("out*"))
    mixed = rows(exported(mixed=True))
    assert [bool(row["messages"]) for row in mixed] == [True, True, False, False]


def test_rules_that_are_not_installed_are_named(ledger, exported):
    add_set(ledger, "new", ref=NEWER)
    with pytest.raises(GameUnavailable, match=r"version 1\.1\.0 of fake/sum, which is not installed"):
        exported()


def test_a_match_that_does_not_fit_its_rules_is_named(ledger, tmp_path):
    add_set(ledger, "s")

    def other_rules(result, views):
        return seen(SumGame(turns=2), result, views)

    with pytest.raises(GameFault, match=r"match s\.0 cannot be played again: .*the record does not fit"):
        export(ledger, Request(format="parquet"), tmp_path / "out", other_rules)


class BatchSizes(Lines):
    """Lines that remember how many rows were given to them at once."""

    def __init__(self):
        super().__init__("rows.jsonl")
        self.sizes = []

    def writer(self, stream):
        self._lines = super().writer(stream)
        return self

    def add(self, rows):
        self.sizes.append(len(rows))
        return self._lines.add(rows)

    def finish(self):
        self._lines.finish()


def test_the_rows_of_a_long_match_are_written_as_they_come(tmp_path):
    encoding = BatchSizes()
    with Folder(tmp_path / "out") as folder, parts.Part(folder, encoding, 0) as part:
        assert part.add("train", ({"number": number} for number in range(250))) == 250
        for number in range(250, 300):
            part.add("train", [{"number": number}])
        assert encoding.sizes == [100] * 3
        part.add("train", [{"number": 300}])
        (told,) = part.finish()
    assert told["rows"] == 301
    assert encoding.sizes == [100] * 3 + [1]


def test_nothing_to_export_is_said_and_leaves_nothing(ledger, exported, tmp_path):
    with pytest.raises(BadRequest, match="the ledger is empty"):
        exported()
    add_set(ledger, "s")
    with pytest.raises(BadRequest, match="nothing to export: none of the 2 seats that fit makes a row of trl-dpo"):
        exported("trl-dpo")
    assert not list(tmp_path.glob("out*"))


def test_an_export_never_writes_over_another(ledger, exported):
    add_set(ledger, "s")
    before = contents(exported())
    with pytest.raises(BadRequest, match="there already"):
        exported()
    assert contents(exported(out="again")) == before


def test_the_manifest_vouches_for_the_files(ledger, exported, small_parts):
    for number in range(5):
        add_set(ledger, f"s{number}")
    folder = exported()
    manifest = json.loads((folder / "_manifest.json").read_text())
    assert manifest["counts"] == {"matches": 5, "trajectories": 10, "rows": 10}
    assert [part["rows"] for part in manifest["parts"]] == [4, 4, 2]
    for part in manifest["parts"]:
        assert hashlib.sha256((folder / part["file"]).read_bytes()).hexdigest() == part["sha256"]
    assert manifest["ledger"]["entry"] == 4
    (rules,) = manifest["rulesets"].values()
    assert (rules["version"], rules["matches"]) == ("1.0.0", 5)


@pytest.mark.parametrize("matches", [0, 1, 3, 4])
def test_a_killed_export_goes_on_to_the_very_same_bytes(ledger, exported, tmp_path, small_parts, matches):
    for number in range(5):
        add_set(ledger, f"s{number}", matches=1)
    splits = Splits.parse("0.5")
    whole = contents(exported(out="whole", splits=splits))
    with pytest.raises(KeyboardInterrupt):
        export(ledger, Request(format="parquet", splits=splits), tmp_path / "out", killed_after(matches))
    assert not (tmp_path / "out").exists()
    add_set(ledger, "landed-meanwhile")
    assert contents(exported(splits=splits)) == whole
    assert not (tmp_path / "out.partial").exists()


def test_a_part_that_was_half_written_is_written_again(ledger, exported, tmp_path, small_parts):
    for number in range(5):
        add_set(ledger, f"s{number}")
    with pytest.raises(KeyboardInterrupt):
        export(ledger, Request(format="parquet"), tmp_path / "out", killed_after(3))
    (tmp_path / "out.partial" / "train-00001.parquet.writing").write_bytes(b"half")
    (tmp_path / "out.partial" / "train-00001.parquet").write_bytes(b"not yet counted")
    assert len(rows(exported())) == 10
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_an_unfinished_export_goes_on_only_as_it_was_begun(ledger, exported, tmp_path, small_parts):
    add_set(ledger, "s")
    for number in range(3):
        add_set(ledger, f"more{number}")
    with pytest.raises(KeyboardInterrupt):
        export(ledger, Request(format="parquet"), tmp_path / "out", killed_after(3))
    with pytest.raises(BadRequest, match="an unfinished export of something else"):
        exported("trl-sft")
    with Ledger.open(f"sqlite:///{tmp_path}/other.db") as other:
        add_set(other, "t")
        with pytest.raises(LedgerFault, match="begun with another ledger"):
            export(other, Request(format="parquet"), tmp_path / "out", replay)


def test_what_never_wrote_a_file_is_in_nobodys_way(ledger, exported, tmp_path):
    add_set(ledger, "s")
    with pytest.raises(KeyboardInterrupt):
        export(ledger, Request(format="parquet"), tmp_path / "out", killed_after(0))
    assert len(rows(exported("trl-sft"))) == 4


def test_two_processes_do_not_write_the_same_folder(ledger, exported, tmp_path):
    add_set(ledger, "s")
    with Folder(tmp_path / "out"), pytest.raises(BadRequest, match="another process is writing"):
        exported()
    assert len(rows(exported())) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from arena.ledger import Ledger
from arena.training import Request, export, parts
from arena.training.files import Folder
from tests.match.fakes import SumGame
from tests.training.matches import replay
parts._PART_ROWS = 4
left = iter(range(int(sys.argv[2])))
def dying(result, views):
    if next(left, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return replay(result, views)
folder = Path(sys.argv[1])
with Ledger.open(f"sqlite:///{folder}/arena.db") as ledger:
    export(ledger, Request(format="parquet"), folder / "out", dying)
"""


def test_a_process_that_is_killed_leaves_nothing_under_the_final_name_and_loses_nothing(
    ledger, exported, tmp_path, small_parts
):
    for number in range(5):
        add_set(ledger, f"s{number}")
    whole = contents(exported(out="whole"))
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    for matches in (3, 1):  # killed again as it goes on
        done = subprocess.run([*command, str(matches)], cwd=ROOT, check=False, timeout=60)
        assert done.returncode == -signal.SIGKILL
        assert not (tmp_path / "out").exists()
    assert contents(exported()) == whole


def test_a_full_disk_is_one_sentence_and_the_export_goes_on_later(ledger, exported, tmp_path, small_parts):
    for number in range(5):
        add_set(ledger, f"s{number}")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    limited = killed_after(2)

    def full_after_two(result, views):
        try:
            return limited(result, views)
        except KeyboardInterrupt:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
            return replay(result, views)

    try:
        with pytest.raises(BadRequest, match=r"cannot write to .*: File too large; nothing is lost"):
            export(ledger, Request(format="parquet"), tmp_path / "out", full_after_two)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob("out.partial/*.writing"))
    assert len(rows(exported())) == 10
