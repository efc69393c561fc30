"""A Hugging Face model in memory, with its chat, its grammars, and the tokens that end a turn."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from arena.agents.language.chat import Chat
from arena.agents.language.decoding import Grammars, Row, allowed, as_json, generate
from arena.agents.language.model import Completion, Grammar, ModelFault, OneOf, Sampling
from arena.core.errors import BadRequest

_NEEDS: Final = ("torch", "transformers", "llguidance")


def require_model(folder: str) -> None:
    """Raises BadRequest where the extra is not installed, or the directory holds no model."""
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        raise BadRequest(f"transformers:DIR needs {' and '.join(missing)}; pip install 'arena[hf]'")
    if not (Path(folder) / "config.json").is_file():
        raise BadRequest(f"there is no model in {folder!r}; give a directory with a config.json and weights")


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Wish:
    """One completion of a prompt. `needed` says whether anybody still waits for it."""

    prompt: Sequence[int]
    grammar: Grammar
    sampling: Sampling
    seed: int | None = None
    needed: Callable[[], bool] = _always


class Loaded:
    """One model, for one thread at a time."""

    def __init__(self, folder: str, chat: Chat, model: Any) -> None:
        self.chat, self.model = chat, model
        self.context = int(getattr(model.config, "max_position_embeddings", 1 << 20))
        """Tokens that a prompt and its completion may have together."""
        self.ends = _ends(model.generation_config.eos_token_id, chat.tokenizer.eos_token_id)
        """The tokens that end a turn."""
        self._size = model.get_output_embeddings().out_features
        self._grammars = Grammars(chat.tokenizer, self._size, sorted(self.ends))
        self.pad = min(self.ends)
        self._name = Path(folder).name

    @classmethod
    def open(cls, folder: str, *, device: str = "auto", dtype: str = "auto") -> Self:
        """The model in a directory; nothing is downloaded. On a CPU its weights become float32 by default.

        Raises:
            ModelFault: it cannot be loaded.
        """
        import torch
        import transformers as hf
        from safetensors import SafetensorError

        hf.utils.logging.disable_progress_bar()
        chat = Chat.open(folder)
        device = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
        dtype = dtype if dtype != "auto" else "float32" if device == "cpu" else "auto"
        try:
            model = hf.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=True).to(device)
        except MemoryError as error:
            raise ModelFault(
                f"the model in {folder!r} needs more memory than this process may have; `arena join` has no limit"
            ) from error
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            first = str(error).strip().partition("\n")[0][:200]
            raise ModelFault(f"the model in {folder!r} cannot be loaded on {device}: {first}") from error
        loaded = cls(folder, chat, model.eval())
        model.generation_config = hf.GenerationConfig(
            do_sample=False, eos_token_id=sorted(loaded.ends), pad_token_id=loaded.pad
        )
        return loaded

    def complete(self, wishes: Sequence[Wish]) -> list[Completion | ModelFault]:
        """All of them in one batch; what no completion can be held to is told in its place. Blocks."""
        made: dict[int, Row] = {}
        faults: dict[int, ModelFault] = {}
        for at, wish in enumerate(wishes):
            try:
                made[at] = self.row(wish)
            except ModelFault as error:
                faults[at] = error
        if made:
            generate(self.model, [wishes[at].prompt for at in made], list(made.values()), self.pad)
        return [faults[at] if at in faults else self.completion(wish, made[at]) for at, wish in enumerate(wishes)]

    def barred(self, mask: str, ids: Sequence[int]) -> Any:
        """Which tokens a constraint barred where each of these was drawn: bool [ids, vocabulary]; None where it is ''.

        `mask` is that of a `Completion`, `ids` are its tokens.
        """
        import torch

        if (matcher := self._grammars.matcher_of(mask)) is None:
            return None
        rows = []
        for token in ids:
            rows.append(~allowed(matcher, self._size))
            if token not in self.ends:
                matcher.consume_token(token)
        return torch.stack(rows)

    def row(self, wish: Wish) -> Row:
        """A completion to be drawn.

        Raises:
            ModelFault: no completion can be held to its form.
        """
        wanted = wish.sampling.max_tokens
        if isinstance(wish.grammar, OneOf):
            wanted = max(len(text.encode()) for text in wish.grammar.texts) + 1  # a token holds a byte at least
        sampling = replace(wish.sampling, max_tokens=min(wanted, self.context - len(wish.prompt)))
        return Row(self._grammars.matcher(wish.grammar), sampling, wish.seed, self.ends, wish.needed)

    def completion(self, wish: Wish, row: Row) -> Completion:
        """What was drawn."""
        return Completion(
            text=self.chat.text(row.text_ids),
            cut=row.cut,
            prompt_tokens=len(wish.prompt),
            completion_tokens=len(row.ids),
            prompt_token_ids=wish.prompt,
            completion_token_ids=row.ids,
            logprobs=np.array(row.logprobs, dtype=np.float32),
            mask=as_json(wish.grammar),
            policy_version=self._name,
        )


def _ends(*given: int | Sequence[int] | None) -> frozenset[int]:
    """The tokens that end a turn: those of the model and that of its chat template."""
    lists = [[one] if isinstance(one, int) else one or [] for one in given]
    if not (ends := frozenset(itertools.chain.from_iterable(lists))):
        raise ModelFault("neither the model nor its tokenizer names a token that ends a turn; set eos_token there")
    return ends
