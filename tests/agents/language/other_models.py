"""Beside the tiny model: a real shape without weights, for machines with a GPU, and LoRA adapters of random weights."""

from pathlib import Path

from tests.agents.language.tiny_model import make_tokenizer


def make_qwen3_4b(folder: Path) -> Path:
    """Qwen3-4B's shape and the tiny tokenizer, whose vocabulary it pads; weights are the engine's own dummies.

    The figures are those of https://huggingface.co/Qwen/Qwen3-4B/blob/main/config.json.
    """
    from transformers import Qwen3Config

    end = make_tokenizer(folder)
    Qwen3Config(
        vocab_size=151_936,
        hidden_size=2_560,
        intermediate_size=9_728,
        num_hidden_layers=36,
        num_attention_heads=32,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=40_960,
        rms_norm_eps=1e-6,
        eos_token_id=end,
        bos_token_id=None,
        tie_word_embeddings=True,
        architectures=["Qwen3ForCausalLM"],
        dtype="bfloat16",
    ).save_pretrained(folder)
    return folder


def make_adapter(folder: Path, model: Path, *, seed: int) -> Path:
    """An adapter of rank 8 for the attention of a model directory, strong enough to change what is said."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, Qwen3ForCausalLM

    bare = Qwen3ForCausalLM(AutoConfig.from_pretrained(model))
    adapted = get_peft_model(bare, LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, values in adapted.named_parameters():
            if "lora_" in name:
                values.normal_(std=0.3)
    adapted.save_pretrained(folder)
    return folder
