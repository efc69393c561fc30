"""The columns of each form, as Arrow schemas. pyarrow loads when the first one is asked for."""

from typing import Any, TypeAlias

Schema: TypeAlias = Any
"""A `pyarrow.Schema`."""


def _pa() -> Any:
    import pyarrow

    return pyarrow


def _fields(**columns: Any) -> list[Any]:
    return [_pa().field(name, kind) for name, kind in columns.items()]


def _messages() -> Any:
    pa = _pa()
    return pa.list_(pa.struct(_fields(role=pa.string(), content=pa.string())))


def _turn() -> Any:
    pa = _pa()
    return pa.struct(
        _fields(
            move=pa.int32(),
            step=pa.int32(),
            message=pa.int32(),
            legal=pa.string(),
            action=pa.string(),
            valid=pa.bool_(),
            cause=pa.string(),
            reward=pa.float64(),
            refused=pa.list_(pa.struct(_fields(sent=pa.string(), reason=pa.string()))),
            policy_version=pa.string(),
            prompt_token_ids=pa.list_(pa.uint32()),
            completion_token_ids=pa.list_(pa.uint32()),
            logprobs=pa.list_(pa.float32()),
            mask=pa.string(),
            reasoning=pa.string(),
        )
    )


def whole() -> Schema:
    """Of the master form."""
    pa = _pa()
    text = pa.string()
    columns = {
        "match_id": text,
        "set_id": text,
        "ordinal": pa.int32(),
        "game": text,
        "game_version": text,
        "ruleset": text,
        "seed": text,
        "origin": pa.struct(_fields(match_id=text, step=pa.int32())),
        "started_ms": pa.int64(),
        "ended_ms": pa.int64(),
        "void": text,
        "seat": pa.int32(),
        "role": text,
        "team": text,
        "agent": text,
        "checkpoint": text,
        "parent": pa.struct(_fields(agent=text, checkpoint=text)),
        "opponents": pa.list_(pa.struct(_fields(seat=pa.int32(), agent=text, checkpoint=text, team=text))),
        "messages": _messages(),
        "turns": pa.list_(_turn()),
        "rewards": pa.list_(pa.struct(_fields(channel=text, sum=pa.float64()))),
    }
    columns |= {
        "return": pa.float64(),
        "score": pa.float64(),
        "outcome": text,
        "rank": pa.int32(),
        "cause": text,
        "rating_before": pa.struct(_fields(value=pa.float64(), uncertainty=pa.float64())),
    }
    return pa.schema(_fields(**columns))


def _about() -> dict[str, Any]:
    pa = _pa()
    text = pa.string()
    about = {
        "match_id": text,
        "game": text,
        "seed": text,
        "seat": pa.int32(),
        "role": text,
        "agent": text,
        "checkpoint": text,
    }
    return about | {"move": pa.int32(), "outcome": text, "return": pa.float64()}


def _asked() -> dict[str, Any]:
    text = _pa().string()
    return _about() | {"legal": text, "split": text, "index": text}


def sft() -> Schema:
    """Prompt and completion."""
    return _pa().schema(_fields(prompt=_messages(), completion=_messages(), **_about()))


def kto() -> Schema:
    """Prompt, completion and label."""
    return _pa().schema(_fields(prompt=_messages(), completion=_messages(), label=_pa().bool_(), **_about()))


def grpo() -> Schema:
    """Prompt alone."""
    return _pa().schema(_fields(prompt=_messages(), legal=_pa().string(), **_about()))


def dpo() -> Schema:
    """Prompt, chosen and rejected."""
    text = _pa().string()
    other = {"pair": text, "rejected_match_id": text, "rejected_agent": text, "rejected_checkpoint": text}
    other |= {"rejected_return": _pa().float64()}
    return _pa().schema(_fields(prompt=_messages(), chosen=_messages(), rejected=_messages(), **_about(), **other))


def verl() -> Schema:
    """What verl's RLHFDataset reads."""
    pa = _pa()
    text = pa.string()
    ids = pa.list_(pa.uint32())
    extra = _asked() | {"response": text, "tokens": text, "prompt_token_ids": ids, "response_token_ids": ids}
    extra |= {"response_logprobs": pa.list_(pa.float32())}
    return pa.schema(
        _fields(
            data_source=text,
            prompt=_messages(),
            ability=text,
            reward_model=pa.struct(_fields(style=text, ground_truth=text)),
            extra_info=pa.struct(_fields(**extra)),
        )
    )


def skyrl() -> Schema:
    """What SkyRL's PromptDataset reads."""
    pa = _pa()
    text = pa.string()
    return pa.schema(
        _fields(
            data_source=text,
            prompt=_messages(),
            reward_spec=pa.struct(_fields(method=text, ground_truth=text)),
            extra_info=pa.struct(_fields(**_asked())),
        )
    )
