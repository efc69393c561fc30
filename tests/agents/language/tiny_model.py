"""Model directories that the tests build themselves: a real Qwen3 of random weights, a tokenizer trained on this project.

Usage: python -m tests.agents.language.tiny_model FOLDER [--shape qwen3-4b] [--weights]
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[3]
_SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_VOCABULARY: Final = 2048

TEMPLATE: Final = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""ChatML, as Qwen's own without tools and thinking."""

_COMMON: Final[dict[str, Any]] = {
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "attention_bias": False,
    "attention_dropout": 0.0,
    "hidden_act": "silu",
    "initializer_range": 0.02,
    "rms_norm_eps": 1e-06,
    "rope_theta": 1_000_000,
    "tie_word_embeddings": True,
    "use_cache": True,
}
SHAPES: Final[dict[str, dict[str, Any]]] = {
    "tiny": {
        "hidden_size": 256,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "intermediate_size": 512,
        "max_position_embeddings": 8192,
        "vocab_size": _VOCABULARY,
        "torch_dtype": "float32",
    },
    # https://huggingface.co/Qwen/Qwen3-4B/blob/main/config.json
    "qwen3-4b": {
        "hidden_size": 2560,
        "num_hidden_layers": 36,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "intermediate_size": 9728,
        "max_position_embeddings": 40960,
        "vocab_size": 151_936,
        "torch_dtype": "bfloat16",
    },
}


def build(folder: Path, *, shape: str = "tiny", weights: bool = False) -> Path:
    """A model directory in `folder`; without `weights` it is one for vLLM's `load_format=dummy`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(folder)
    config = {**_COMMON, **SHAPES[shape], "eos_token_id": tokenizer.eos_token_id, "bos_token_id": None}
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    if weights:
        _model(folder).save_pretrained(folder)
    return folder


def build_adapter(folder: Path, model: Path, *, seed: int) -> Path:
    """A LoRA adapter of random weights in `folder`, for the model directory `model`."""
    import torch
    from peft import LoraConfig, get_peft_model

    adapted = get_peft_model(_model(model), LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, values in adapted.named_parameters():
            if "lora_" in name:
                values.normal_(std=0.3)
    adapted.save_pretrained(folder)
    return folder


def _model(folder: Path) -> Any:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))


def _tokenizer(folder: Path) -> Any:
    """A byte-level BPE, so that it holds every text, trained on the words of this project."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=list(_SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bare.train_from_iterator(_corpus(), trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bare,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>"],
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    return tokenizer


def _corpus() -> Iterator[str]:
    for path in sorted([ROOT / "README.md", *ROOT.glob("plugins/*/RULES.md")]):
        yield path.read_text(encoding="utf-8")


def main() -> None:
    """Build one and print where it is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="tiny")
    parser.add_argument("--weights", action="store_true")
    asked = parser.parse_args()
    print(build(asked.folder, shape=asked.shape, weights=asked.weights))


if __name__ == "__main__":
    main()
