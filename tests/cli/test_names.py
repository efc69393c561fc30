"""What an agent is called when nobody says."""

import pytest

from arena.cli.join import name_of


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("random", "random"),
        ("werewolf:seer-claim", "werewolf-seer-claim"),
        ("agents/cautious.py:Cautious", "Cautious"),
        ("package.module:Class", "Class"),
        ("openai:qwen3-8b@http://127.0.0.1:8000/v1?temperature=0", "openai-qwen3-8b"),
        ("openai:Qwen/Qwen3-8B@https://host.example/v1", "openai-Qwen3-8B"),
        ("transformers:/models/qwen3-0.6b/", "transformers-qwen3-0.6b"),
        ("transformers:models/tiny?memory=window", "transformers-tiny"),
    ],
)
def test_an_agent_is_named_after_what_it_is_and_not_where(spec: str, name: str) -> None:
    assert name_of(spec) == name
