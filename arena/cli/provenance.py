"""What `arena replay --provenance` shows: how moves came about, for their agents' owners and for admins."""

import json
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from arena.cli.output import print_json
from arena.core.terminal import harmless

if TYPE_CHECKING:
    from pathlib import Path

    from arena.core.agent import Provenance, Refusal
    from arena.ledger import MadeMove
    from arena.v1.results_pb2 import MoveProvenance


def from_ledger(match: str, db: str, token: str | None) -> list[dict[str, Any]]:
    """Of all moves, since whoever opens the ledger can read it; with a token, what its owner may read."""
    from arena.ledger import Ledger, Scope

    with Ledger.open(db, create=False) as ledger:
        grant = ledger.tokens.authenticate(token) if token else None
        owner = None if grant is None or Scope.ADMIN in grant.scopes else grant.owner
        return [_from_made(made) for made in ledger.made_moves(match, owner)]


def from_server(match: str, server: str, token: str | None, tls_ca: "Path | None") -> list[dict[str, Any]]:
    """Of those moves that the token's owner may read."""
    from arena.client.remote import Remote

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        return [_from_message(message) for message in remote.provenance(match)]


def show(match: str, moves: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Print them; texts of agents are cut and escaped, except in JSON."""
    if as_json:
        print_json({"match": match, "moves": moves})
        return
    for line in map(_words, moves):
        print(line)
    if not moves:
        print("no move came with a provenance")


def quoted(text: str, limit: int = 200) -> str:
    """The first `limit` characters on one line between quotation marks, everything escaped that steers a terminal."""
    return harmless(json.dumps(text[:limit], ensure_ascii=False)) + ("..." if len(text) > limit else "")


def _from_made(made: "MadeMove") -> dict[str, Any]:
    how = made.provenance
    return _row(made.number, made.step, made.seat, how, how.logprobs, how.refused, how.raw)


def _from_message(message: "MoveProvenance") -> dict[str, Any]:
    import numpy as np

    logprobs = np.frombuffer(message.provenance.logprobs_f32, "<f4")
    return _row(message.move, message.step, message.seat, message.provenance, logprobs, message.refused, message.raw)


def _row(
    number: int,
    step: int,
    seat: int,
    how: "Provenance | Any",
    logprobs: Iterable[float],
    refused: "Iterable[Refusal | Any]",
    raw: str,
) -> dict[str, Any]:
    return {
        "move": number,
        "step": step,
        "seat": seat,
        "policy_version": how.policy_version,
        "prompt_token_ids": list(how.prompt_token_ids),
        "completion_token_ids": list(how.completion_token_ids),
        "logprobs": list(map(_finite, logprobs)),
        "reasoning": how.reasoning,
        "cost": _finite(how.cost),
        "think_seconds": _finite(how.think_seconds),
        "mask": how.mask,
        "prompt_tokens": how.prompt_tokens,
        "completion_tokens": how.completion_tokens,
        "refused": [{"reason": refusal.reason, "sent": refusal.sent} for refusal in refused],
        "raw": raw,
    }


def _finite(number: float) -> float | None:
    """JSON has no infinities; a logprob may be one."""
    return float(number) if math.isfinite(number) else None


def _words(row: dict[str, Any]) -> str:
    policy = f"policy {quoted(row['policy_version'])}, " if row["policy_version"] else ""
    tokens = f"{_tokens(row, 'prompt')} + {_tokens(row, 'completion')} tokens"
    spent = f"cost {row['cost']}, {row['think_seconds']} s"
    lines = [f"move {row['move']}, step {row['step']}, seat {row['seat']}: {policy}{tokens}, {spent}"]
    lines += [f"  refused {quoted(each['sent'])}: {quoted(each['reason'])}" for each in row["refused"]]
    lines += [f"  sent as {quoted(row['raw'], 2_000)}"] if row["raw"] else []
    lines += [f"  held to {quoted(row['mask'])}"] if row["mask"] else []
    lines += [f"  {quoted(row['reasoning'], 2_000)}"] if row["reasoning"] else []
    return "\n".join(lines)


def _tokens(row: dict[str, Any], kind: str) -> int:
    """As the engine counted, which may be of several completions; else of the one whose ids are known."""
    return int(row[f"{kind}_tokens"]) or len(row[f"{kind}_token_ids"])
