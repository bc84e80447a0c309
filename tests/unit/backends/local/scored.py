"""Small random models of several kinds, and requests to score on them."""

from __future__ import annotations

import random
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    BloomConfig,
    CohereConfig,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
)

from pytest_haerae.backends.local.causal_scoring import CausalScorer, score_sequence
from pytest_haerae.backends.local.grouping import Scorable, make_groups, make_scorable
from pytest_haerae.backends.local.trie import Sums, Tokens, build_trie

VOCABULARY = 50
SIZE: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "vocab_size": VOCABULARY,
}
GROUPED = {**SIZE, "num_key_value_heads": 2}
TREES: dict[str, Any] = {
    "llama": LlamaConfig(**GROUPED),
    "sliding window": MistralConfig(sliding_window=8, **GROUPED),
    "window of some layers": Qwen2Config(use_sliding_window=True, sliding_window=8, max_window_layers=1, **GROUPED),
    "hybrid windows": Gemma3TextConfig(head_dim=8, sliding_window=8, sliding_window_pattern=2, **GROUPED),
    "capped logits": Gemma2Config(head_dim=8, sliding_window=8, final_logit_softcapping=0.5, **GROUPED),
    "scaled logits": CohereConfig(logit_scale=0.3, **GROUPED),
    "learned positions": GPT2Config(vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=256),
}
"""Models that take a mask of a tree."""
NO_TREES: dict[str, Any] = {
    "biases of distance": BloomConfig(vocab_size=VOCABULARY, hidden_size=32, n_layer=2, n_head=4),
}
"""Models whose attention makes more of a mask than who sees whom."""
OPTIONS: list[list[Tokens]] = [
    [(1, 2, 3), (1, 4, 3), (1, 5, 3)],
    [(1, 2), (1, 2, 3, 4)],
    [(7,), (7,), (8,)],
    [(1, 2, 3)],
    [(9, 9), (10, 11, 12, 13, 14), (9, 8, 7)],
]


def random_model(config: Any, attention: str | None = None) -> Any:  # noqa: ANN401 - transformers' classes
    """A model with weights large enough that each token matters."""
    # More threads gain nothing on matrices this small, and wait for each other.
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, attn_implementation=attention).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    return model


def some_requests(shared: int) -> list[Scorable]:
    """Twelve requests whose contexts begin with the same `shared` tokens."""
    chance = random.Random(shared)  # noqa: S311 - test data

    def tokens(least: int, most: int) -> Tokens:
        return tuple(chance.randrange(VOCABULARY) for _ in range(chance.randint(least, most)))

    prefix = tokens(shared, shared)
    return [
        make_scorable(index, prefix + tokens(1, 40), build_trie(OPTIONS[index % len(OPTIONS)])) for index in range(12)
    ]


def scored(scorer: CausalScorer, requests: list[Scorable], rows: int = 5) -> dict[int, Sums]:
    """The sums of each request by its index, in batches of so many rows."""
    found: dict[int, Sums] = {}
    for group in make_groups(requests):
        assert all(member.context[: len(group.prefix)] == group.prefix for member in group.members)
        members = list(group.members)
        while members:
            batch = scorer.next_batch(group.prefix, members[:rows])
            found |= dict(scorer.score(group.prefix, batch).sums())
            members = members[len(batch) :]
    return found


def by_full_sequences(model: Any, request: Scorable) -> list[float]:  # noqa: ANN401 - transformers' model
    """What each option's sum is by definition."""
    return [score_sequence(model, request.context, option) for option in request.trie.continuations]
