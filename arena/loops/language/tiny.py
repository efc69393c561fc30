"""A language model of random weights that knows nothing, small enough to be trained on a CPU within minutes."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

CHAT_TEMPLATE: Final = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
END: Final = "<|im_end|>"
SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", END)
VOCABULARY: Final = 2_048


def make_tiny_model(
    folder: Path,
    corpus: Iterable[str],
    *,
    layers: int = 2,
    hidden: int = 64,
    context: int = 8_192,
    seed: int = 1,
    weights: bool = True,
) -> Path:
    """A Qwen3 as `save_pretrained` leaves it, its tokenizer trained on a corpus.

    Without `weights` for engines that make their own.
    """
    from transformers import Qwen3Config

    end = make_tokenizer(folder, corpus)
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=hidden // 4,
        max_position_embeddings=context,
        eos_token_id=end,
        bos_token_id=None,
        pad_token_id=0,
        tie_word_embeddings=True,
        architectures=["Qwen3ForCausalLM"],
    )
    if weights:
        import torch
        from transformers import Qwen3ForCausalLM, utils

        utils.logging.disable_progress_bar()
        torch.manual_seed(seed)
        Qwen3ForCausalLM(config).save_pretrained(folder)
    config.save_pretrained(folder)
    return folder


def make_tokenizer(folder: Path, corpus: Iterable[str]) -> int:
    """A byte-level BPE tokenizer, trained here, with a ChatML template; gives the id of its end token."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=END, pad_token=SPECIAL[0], chat_template=CHAT_TEMPLATE
    )
    fast.save_pretrained(folder)
    return int(fast.convert_tokens_to_ids(END))
