"""The tiny model in the form that llama.cpp reads."""

import json
from pathlib import Path

from tests.agents.language.tiny_model import CHAT_TEMPLATE, SPECIAL


def write_gguf(folder: Path) -> Path:
    """The model directory `folder` as one GGUF file inside it: architecture `qwen3`, float32."""
    import gguf
    import torch
    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text())
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, config["num_hidden_layers"])
    file = folder / "model.gguf"
    writer = gguf.GGUFWriter(file, "qwen3")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    _add_tokenizer(writer, folder, config["vocab_size"])
    for name, tensor in load_file(folder / "model.safetensors").items():
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight",)), tensor.to(torch.float32).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _add_tokenizer(writer: "gguf.GGUFWriter", folder: Path, size: int) -> None:  # noqa: F821 - imported when used
    import gguf

    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    by_id = {number: token for token, number in model["vocab"].items()}
    kinds = gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([by_id.get(n, f"[unused{n}]") for n in range(size)])
    writer.add_token_types(
        [
            kinds.CONTROL if by_id.get(n) in SPECIAL else kinds.NORMAL if n in by_id else kinds.UNUSED
            for n in range(size)
        ]
    )
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]])
    writer.add_eos_token_id(SPECIAL.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)
