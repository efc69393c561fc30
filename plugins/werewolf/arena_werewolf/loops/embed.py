"""Utterances as vectors of length 1: what the language model itself makes of them, or which words they hold."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena.loops.language.policy import Policy, batches

Vectors: TypeAlias = NDArray[np.float32]
Embedding: TypeAlias = Callable[[Sequence[str]], Vectors]
"""Texts to vectors (texts, dimensions); the zero vector for a text that holds nothing."""

_BATCH: Final = 32
_LONGEST: Final = 512
"""Tokens of an utterance that are looked at."""


def words(corpus: Sequence[str]) -> Embedding:
    """TF-IDF of words and pairs of words, by scikit-learn; what the corpus lacks counts for nothing.

    Raises:
        BadRequest: scikit-learn is not installed, or the corpus holds no word.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError:
        raise BadRequest("embedding=words needs scikit-learn; pip install 'arena-werewolf[lspo]'") from None
    counts = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
    try:
        counts.fit(corpus)
    except ValueError:
        raise BadRequest("no utterance holds a word; play more matches, or take embedding=hidden") from None

    def embed(texts: Sequence[str]) -> Vectors:
        vectors: Vectors = counts.transform(texts).toarray().astype(np.float32)
        return vectors

    return embed


def hidden(corpus: Sequence[str], policy: Policy) -> Embedding:
    """The model's last hidden states, their mean over the tokens of a text.

    The corpus' mean is taken off: hidden states share a large part that says nothing of the text.
    """
    common = _mean_states(policy, corpus).mean(axis=0)

    def embed(texts: Sequence[str]) -> Vectors:
        apart = _mean_states(policy, texts) - common
        lengths = np.linalg.norm(apart, axis=1, keepdims=True)
        vectors: Vectors = np.divide(apart, lengths, out=np.zeros_like(apart), where=lengths > 0)
        return vectors

    return embed


def _mean_states(policy: Policy, texts: Sequence[str]) -> Vectors:
    import torch

    policy.model.eval()
    with torch.inference_mode():
        rows = [_batch_states(policy, batch) for batch in batches(texts, _BATCH)]
    return np.concatenate(rows) if rows else np.zeros((0, 1), dtype=np.float32)


def _batch_states(policy: Policy, texts: Sequence[str]) -> Vectors:
    """Padded on the right, which a causal model's states of the text before do not see."""
    import torch

    empty = policy.tokenizer.eos_token_id
    ids = [policy.tokenizer.encode(text, add_special_tokens=False)[:_LONGEST] or [empty] for text in texts]
    longest = max(map(len, ids))
    device = policy.model.device
    tokens = torch.tensor([row + [empty] * (longest - len(row)) for row in ids], device=device)
    there = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids], device=device)
    states: Any = policy.model.base_model(input_ids=tokens, attention_mask=there, use_cache=False).last_hidden_state
    weights = there.unsqueeze(2).float()
    means: Vectors = ((states.float() * weights).sum(dim=1) / weights.sum(dim=1)).cpu().numpy()
    return means
