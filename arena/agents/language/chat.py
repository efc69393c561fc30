"""A model's own tokenizer and chat template: messages become token ids, and token ids a text."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

from arena.agents.language.model import Message, ModelFault

_CACHED: Final = 4_096
"""Parts of prompts whose tokens are kept."""
_TOKENIZER_FILES: Final = ("tokenizer.json", "tokenizer.model", "vocab.json", "tekken.json")


class Chat:
    """The tokenizer of one model. Not for two threads at once, as tokenizers are not."""

    def __init__(self, tokenizer: Any, *, thinking: bool = False) -> None:
        self._tokenizer = tokenizer
        self._thinking = thinking
        special = {str(token) for token in tokenizer.added_tokens_decoder.values()} | set(tokenizer.all_special_tokens)
        self._control = re.compile("|".join(map(re.escape, sorted(filter(None, special), key=len, reverse=True))))
        self._parts = re.compile(f"({self._control.pattern})")
        self._encoded = lru_cache(maxsize=_CACHED)(self._encode)
        self._by_parts = self._can_encode_by_parts()

    @classmethod
    def open(cls, model: str, *, thinking: bool = False) -> Self:
        """The chat of a model directory or a model that is cached here.

        Raises:
            ModelFault: there is none, or it is not made for chats.
        """
        folder = Path(model)
        if _is_path(model) and not folder.is_dir():
            raise ModelFault(f"there is no model directory {model}; give a directory that holds config.json")
        if folder.is_dir() and not any((folder / name).is_file() for name in _TOKENIZER_FILES):
            raise ModelFault(
                f"the model directory {model} has no tokenizer; put the model's tokenizer.json and "
                f"tokenizer_config.json there, or name another by --set tokenizer=DIR"
            )
        tokenizer = _loaded(model)
        if not tokenizer.chat_template:
            raise ModelFault(
                f"the tokenizer of {model} has no chat template; put its chat_template.jinja beside it, or take a "
                f"model that is made for instructions"
            )
        return cls(tokenizer, thinking=thinking)

    @property
    def tokenizer(self) -> Any:
        """The Hugging Face tokenizer itself."""
        return self._tokenizer

    def ids(self, messages: Sequence[Message]) -> list[int]:
        """The prompt that asks for the assistant's next turn.

        A control token spelled out in a message is parted by a space, so that no message can end its own turn.
        """
        turns = [{"role": message.role, "content": self._control.sub(_parted, message.text)} for message in messages]
        text = self._tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=True, enable_thinking=self._thinking
        )
        return self._joined(text) if self._by_parts else list(self._encode(text))

    def answer(self, text: str) -> list[int]:
        """A completion that says this text; control tokens spelled out in it are parted as well."""
        return list(self._encode(self._control.sub(_parted, text)))

    def text(self, ids: Sequence[int]) -> str:
        """What a completion says, without control tokens."""
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True)
        return text

    def _joined(self, text: str) -> list[int]:
        """Control tokens are borders that no other token crosses, so that rules and past turns are encoded once."""
        ids: list[int] = []
        for part in filter(None, self._parts.split(text)):
            ids += self._encoded(part)
        return ids

    def _encode(self, text: str) -> Sequence[int]:
        ids: Sequence[int] = self._tokenizer.encode(text, add_special_tokens=False)
        return ids

    def _can_encode_by_parts(self) -> bool:
        """Not where a tokenizer puts a space before a text, or takes one away beside a control token."""
        control = next(iter(self._tokenizer.all_special_tokens), "")
        sample = control.join(("", "ab c", "\n d ", " e\n", "f"))
        return bool(control) and self._joined(sample) == list(self._encode(sample))


def _loaded(model: str) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(model)
    except Exception as error:
        first = str(error).strip().partition("\n")[0]
        raise ModelFault(
            f"the tokenizer of {model} cannot be loaded ({first[:200]}); give a model directory, or download the model "
            f"before"
        ) from error


def _is_path(model: str) -> bool:
    """Whether a name means a directory: `owner/name` is one of a hub."""
    return model.startswith((".", "/", "~")) or model.count("/") > 1


def _parted(found: re.Match[str]) -> str:
    return f"{found[0][0]} {found[0][1:]}"
