"""Tokens of answers that came without any, by a tokenizer that is named.

They are not what was sampled: a model may have written the same text in other tokens. Rows say where theirs are from.
"""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from arena.agents.language.chat import Chat
from arena.agents.language.model import ModelFault
from arena.core.errors import BadRequest
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
        try:
            self._chat = Chat.open(str(Path(folder).absolute()))
        except ModelFault as fault:
            raise BadRequest(f"--tokenizer: {str(fault).partition(';')[0]}") from None

    def fill(self, one: Trajectory) -> None:
        """Give the seat's own answers that have no tokens those of their prompt and text; without logprobs."""
        for turn in one.turns:
            if turn.own and turn.asked is not None and not turn.made.completion_token_ids:
                prompt = self._chat.ids(one.conversation.scene(turn.asked).messages)
                made = replace(turn.made, prompt_token_ids=prompt, logprobs=())
                turn.made, turn.retokenised = replace(made, completion_token_ids=self._answer(one.answer(turn))), True

    def _answer(self, text: str) -> list[int]:
        """Its tokens, and the one that ends a turn, where the tokenizer names one."""
        end = self._chat.tokenizer.eos_token_id
        return [*self._chat.answer(text), *([] if end is None else [end])]
