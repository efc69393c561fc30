"""protos/README.md says what the code does: its example bytes, its error table, its limits."""

import ast
import re
from pathlib import Path

import numpy as np

from arena.core.agent import MAX_PROVENANCE_BYTES
from arena.core.errors import ErrorCode
from arena.core.values import MAX_MEDIA_BYTES, MEDIA_TYPES
from arena.v1 import play_pb2 as pb
from arena.wire.actions import encode_action
from arena.wire.limits import (
    MAX_ACTION_BYTES,
    MAX_ENTRY_BYTES,
    MAX_GAME_ID,
    MAX_JSON_DEPTH,
    MAX_MEDIA,
    MAX_NAME,
    MAX_OPTIONS_BYTES,
    MAX_SERVER_BATCH_BYTES,
    MAX_WANTS,
    Limits,
)

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "protos/README.md").read_text(encoding="utf-8")

ACT = pb.ClientFrame(act=pb.Act(request_id=7, action=pb.Action(choice=4)))
ACK = pb.ClientFrame(ack=pb.Ack(seq=3))
EXAMPLES = {
    "Action{choice: 4}": encode_action(4),
    "Action{choice: -1}": encode_action(-1),
    'Action{text: "hi"}': encode_action("hi"),
    """Action{json: '{"vote":3}'}""": encode_action({"vote": 3}),
    "Action{tensor: {dtype: FLOAT32, shape: [2], data: 1.0, -2.0}}": encode_action(np.array([1, -2], np.float32)),
    'ClientBatch{[Hello{client: "x/1"}]}': pb.ClientBatch(
        frames=[pb.ClientFrame(hello=pb.Hello(client="x/1"))]
    ).SerializeToString(),
    "ClientBatch{[Act{request_id: 7, action: {choice: 4}}, Ack{seq: 3}]}": pb.ClientBatch(
        frames=[ACT, ACK]
    ).SerializeToString(),
}


def test_example_bytes_are_what_is_sent() -> None:
    told = dict(re.findall(r"^\| `((?:Action|ClientBatch)\{.*\})` \| `([0-9a-f]+)` \|$", README, re.MULTILINE))
    assert told == {name: data.hex() for name, data in EXAMPLES.items()}


def test_error_table_lists_every_code_with_its_number() -> None:
    told = {name: int(number) for name, number in re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", README, re.MULTILINE)}
    assert told == {code.name: code.value for code in ErrorCode if code}


def test_limits_are_the_defaults() -> None:
    told = dict(re.findall(r"^\| `(max_\w+|\w+_ms)` \| .* \| ([^|]+) \|$", README, re.MULTILINE))
    limits = Limits()
    assert told == {
        "max_frame_bytes": f"{limits.max_frame_bytes // 2**20} MiB",
        "max_batch": str(limits.max_batch),
        "max_unacked_frames": str(limits.max_unacked_frames),
        "resume_window_ms": f"{limits.resume_window:g} s",
        "heartbeat_ms": f"{limits.heartbeat:g} s",
        "max_seats": str(limits.max_seats),
    }
    for number in (
        f"`Action` has at most {MAX_ACTION_BYTES // 1024} KiB",
        f"`Provenance` {MAX_PROVENANCE_BYTES // 1024} KiB",
        f"`options_json` {MAX_OPTIONS_BYTES // 1024} KiB",
        f"`entry_json` {MAX_ENTRY_BYTES // 1024} KiB",
        f"`game` at most {MAX_GAME_ID:,} characters",
        f"{MAX_SERVER_BATCH_BYTES // 2**20} MiB",
        f"most {MAX_JSON_DEPTH} deep",
        f"at most {MAX_MEDIA_BYTES // 2**20} MiB, and a view holds at most {MAX_MEDIA} of them",
        " or ".join([", ".join(f"`{name}`" for name in [*MEDIA_TYPES][:-1]), f"`{[*MEDIA_TYPES][-1]}`"]),
    ):
        assert number in README
    assert MAX_NAME == MAX_WANTS == 64


def test_raw_client_imports_nothing_of_arena_but_generated_stubs() -> None:
    tree = ast.parse((ROOT / "tests/wire/raw_client.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {module for module in modules if module and module.startswith("arena")} == {"arena.v1"}
