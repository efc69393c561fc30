"""Tokens of answers that came without any, by a tokenizer that is named.

They are not what was sampled: a model may have written the same text in other tokens. Rows say where theirs are from.
"""

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from arena.core.errors import BadRequest
from arena.training.chat import Message
from arena.training.trajectory import Trajectory


class Tokenizer:
    """A Hugging Face tokenizer with a chat template, from a folder; nothing is downloaded.

    Raises:
        BadRequest: there is none in the folder, it has no chat template, or transformers is not installed.
    """

    def __init__(self, folder: str) -> None:
        if find_spec("transformers") is None:
            raise BadRequest("--tokenizer needs transformers; install arena[hf]")
        if not Path(folder).is_dir():
            raise BadRequest(f"--tokenizer takes a folder with the files of a tokenizer, and {folder[:200]!r} is none")
        self._tokenizer = _loaded(folder)
        if not self._tokenizer.chat_template:
            raise BadRequest(f"the tokenizer in {folder[:200]!r} has no chat template; name one that has")
        control = sorted(filter(None, self._tokenizer.all_special_tokens), key=len, reverse=True)
        self._control = re.compile("|".join(map(re.escape, control)) or r"(?!)")

    def fill(self, one: Trajectory) -> None:
        """Give the seat's own answers that have no tokens those of their prompt and text; without logprobs."""
        for turn in one.turns:
            if turn.own and not turn.made.completion_token_ids:
                prompt, answer = one.messages[: turn.message], one.messages[turn.message or 0]
                made = replace(turn.made, prompt_token_ids=self._prompt(prompt), logprobs=())
                turn.made, turn.retokenised = replace(made, completion_token_ids=self._answer(answer)), True

    def _prompt(self, messages: Any) -> list[int]:
        told = [{"role": each["role"], "content": self._harmless(each["content"])} for each in messages]
        text = self._tokenizer.apply_chat_template(told, tokenize=False, add_generation_prompt=True)
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def _answer(self, message: Message) -> list[int]:
        """Its text, and the token that ends a turn, where the tokenizer names one."""
        ids = self._tokenizer.encode(self._harmless(message["content"]), add_special_tokens=False)
        end = self._tokenizer.eos_token_id
        return [*ids, *([] if end is None else [end])]

    def _harmless(self, text: str) -> str:
        """Words of agents are data: none of them becomes a control token."""
        return self._control.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)


def _loaded(folder: str) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # noqa: BLE001 - border: the files of a folder may be anything
        reason = str(error).strip().partition("\n")[0][:200]
        raise BadRequest(f"the tokenizer in {folder[:200]!r} cannot be loaded: {reason}") from None
