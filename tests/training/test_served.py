"""Exports from a server: the very files of its ledger, as far as the reader may know, over kills and moves."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arena.cli.export import replayer
from arena.core.errors import BadRequest, LedgerFault
from arena.core.values import SetId
from arena.ledger import Scope
from arena.ledger.stream import Wanted
from arena.server.hall import Hall
from arena.training import Exported, Request, Served, Splits, export, export_from, parts
from tests.server.conftest import open_hall
from tests.server.feeding import landed, played
from tests.server.test_services import serving

pytest.importorskip("pyarrow")


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path) as opened:
        yield opened


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "_manifest.json"}


def left(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


def vouched(done: Exported) -> Mapping[str, Any]:
    """What a manifest says, but for where it is from."""
    return {name: told for name, told in done.manifest.items() if name not in {"ledger", "server", "digest"}}


async def from_server(address: str, out: Path, request: Request, token: str | None = None, **how: Any) -> Exported:
    return await asyncio.to_thread(lambda: export_from(Served(address, request, token=token), request, out, **how))


async def from_ledger(hall: Hall, out: Path, request: Request) -> Exported:
    return await asyncio.to_thread(lambda: export(hall.ledger, request, out, replayer()))


async def with_void(hall: Hall) -> None:
    """A match that nobody is charged with, and one by rules that are not installed."""
    plan, (first, second) = await played(hall, "ann", "bob", set_id="void")
    void = replace(second, void="the power failed", seats=(), provenance={})
    hall.ledger.append(plan, [replace(first, void="the power failed"), void]).result(30)
    plan, results = await played(hall, "ann", "bob", set_id="old")
    old = replace(plan.game, version="0.0.1")
    strange = [replace(result, plan=replace(result.plan, game=old)) for result in results]
    hall.ledger.append(replace(plan, game=old), strange).result(30)


async def test_the_files_of_a_server_are_those_of_its_ledger(tmp_path: Path, hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s0", "s1", "s2", "s3"], deals=2)
    await with_void(hall)
    host = hall.ledger.tokens.create("host", [Scope.ADMIN])
    requests = [
        Request(format="parquet", mixed=True, wanted=Wanted(void=True), splits=Splits.parse("0.5")),
        Request(format="trl-kto", mixed=True, min_rating=20.0, wanted=Wanted(game="openspiel/kuhn_poker")),
        Request(format="skyrl", mixed=True, result="win", wanted=Wanted(agent="bob")),
    ]
    async with serving(hall) as address:
        for number, request in enumerate(requests):
            here = await from_ledger(hall, tmp_path / f"ledger{number}", request)
            there = await from_server(address, tmp_path / f"server{number}", request, host)
            assert contents(there.folder) == contents(here.folder)
            assert vouched(there) == vouched(here)
            assert there.manifest["server"]["address"] == address
        own = Request(format="parquet", mixed=True, wanted=Wanted(agent="ann"))
        await from_ledger(hall, tmp_path / "own", own)
        anns = hall.ledger.tokens.create("ann", [Scope.WATCH])
        done = await from_server(address, tmp_path / "told", replace(own, wanted=Wanted()), anns)
        assert contents(done.folder) == contents(tmp_path / "own")
        with pytest.raises(BadRequest, match=r"by version \S+ of its rules and by version 0\.0\.1"):
            await from_server(address, tmp_path / "strict", Request(format="parquet"), host)
    assert not left(tmp_path, "strict*")


def of_another(partial: Path, copy: Path) -> None:
    """An unfinished export as if it were of another ledger: of another hash."""
    shutil.copytree(partial, copy)
    told = json.loads((copy / "progress.json").read_text())
    told["server"]["until"] = told["server"]["until"][:-8] + "00000000"
    (copy / "progress.json").write_text(json.dumps(told))


async def test_a_killed_export_goes_on_from_wherever_its_ledger_is_served(
    tmp_path: Path, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_PART_ROWS", 4)
    await landed(hall, "ann", "bob", sets=["s0", "s1", "s2"])
    request, out = Request(format="parquet"), tmp_path / "out"
    whole = await from_ledger(hall, tmp_path / "whole", request)

    def dying(matches: int, rows: int) -> None:
        raise KeyboardInterrupt

    host = hall.ledger.tokens.create("host", [Scope.ADMIN])
    async with serving(hall) as address:
        with pytest.raises(KeyboardInterrupt):
            await from_server(address, out, request, host, tell=dying)
        with pytest.raises(BadRequest, match="an unfinished export of something else"):
            await from_ledger(hall, out, request)
    await landed(hall, "ann", "bob", sets=["landed-meanwhile"])
    async with serving(hall) as moved:
        of_another(tmp_path / "out.partial", tmp_path / "other.partial")
        with pytest.raises(LedgerFault, match=r"cannot be gone on with from this server: .* not of this server's"):
            await from_server(moved, tmp_path / "other", request, host)
        done = await from_server(moved, out, request, host)
    assert contents(out) == contents(whole.folder)
    assert vouched(done) == vouched(whole)
    server = done.manifest["server"]
    assert (server["address"], server["ended_early"]) == (moved, False)


async def test_an_export_without_a_token_ends_before_what_is_still_played_and_says_where(
    tmp_path: Path, hall: Hall
) -> None:
    request = Request(format="parquet")
    async with serving(hall) as address:
        with pytest.raises(BadRequest, match="the server's ledger is empty"):
            await from_server(address, tmp_path / "none", request)
        await landed(hall, "ann", "bob", sets=["s0"])
        early = await from_ledger(hall, tmp_path / "early", request)
        await landed(hall, "ann", "bob", sets=["s1", "s2"])
        live = {SetId("s1")}
        hall.sets.is_live = lambda set_id: set_id in live  # type: ignore[method-assign]
        done = await from_server(address, tmp_path / "out", request)
    entry, digest = early.manifest["ledger"].values()
    told = done.manifest["server"]
    assert (told["from"], told["until"]) == ("beginning", f"{entry}.1.all.{digest}")
    assert told["ended_early"]
    assert done.manifest["counts"] == early.manifest["counts"]
    assert not left(tmp_path, "none*")


@pytest.mark.parametrize(
    ("form", "why"), [("minari", "is made of tensors"), ("trl-dpo", "compares what all seats did")], ids=str
)
def test_a_format_of_more_than_a_server_tells_is_refused_at_once(form: str, why: str) -> None:
    with pytest.raises(BadRequest, match=f"{form} {why}.*; export it where the ledger is"):
        Served("127.0.0.1:1", Request(format=form))
