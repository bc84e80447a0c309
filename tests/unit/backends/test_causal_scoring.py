"""Exactness on small random models: the batched way equals each option's full sequence."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, Gemma3TextConfig, GPT2Config, LlamaConfig, MistralConfig

from pytest_haerae.backends.causal_scoring import CausalScorer, Scorable, make_groups, make_scorable
from pytest_haerae.trie import Tokens, build_trie

SIZE = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4}
VOCABULARY = 50
CONFIGURATIONS: dict[str, Any] = {
    "llama": LlamaConfig(vocab_size=VOCABULARY, num_key_value_heads=2, **SIZE),
    "sliding window": MistralConfig(vocab_size=VOCABULARY, num_key_value_heads=2, sliding_window=8, **SIZE),
    "hybrid windows": Gemma3TextConfig(
        vocab_size=VOCABULARY, num_key_value_heads=2, head_dim=8, sliding_window=8, sliding_window_pattern=2, **SIZE
    ),
    "learned positions": GPT2Config(vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=256),
}


def scorer_of(name: str) -> CausalScorer:
    torch.manual_seed(0)
    return CausalScorer(AutoModelForCausalLM.from_config(CONFIGURATIONS[name]).eval(), pad=0)


def some_requests(shared: int) -> list[Scorable]:
    chance = random.Random(shared)  # noqa: S311 - test data

    def tokens(least: int, most: int) -> Tokens:
        return tuple(chance.randrange(VOCABULARY) for _ in range(chance.randint(least, most)))

    prefix = tokens(shared, shared)
    options: list[list[Tokens]] = [
        [(1, 2, 3), (1, 4, 3), (1, 5, 3)],
        [(1, 2), (1, 2, 3, 4)],
        [(7,), (7,), (8,)],
        [(1, 2, 3)],
        [(9, 9), (10, 11, 12, 13, 14), (9, 8, 7)],
    ]
    return [
        make_scorable(index, prefix + tokens(1, 40), build_trie(options[index % len(options)])) for index in range(12)
    ]


@pytest.mark.parametrize("shared", [0, 5, 100])
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_batches_equal_full_sequences(name: str, shared: int) -> None:
    scorer = scorer_of(name)
    requests = some_requests(shared)
    scored: dict[int, tuple[float, ...]] = {}
    for group in make_groups(requests):
        assert all(member.context[: len(group.prefix)] == group.prefix for member in group.members)
        members = list(group.members)
        while members:
            batch = scorer.next_batch(group.prefix, members, 5)
            scored |= dict(scorer.score(group.prefix, batch))
            members = members[len(batch) :]
    assert sorted(scored) == list(range(12))
    for request in requests:
        expected = [scorer.score_sequence(request.context, option) for option in request.trie.continuations]
        assert scored[request.index] == pytest.approx(expected, abs=2e-5)


def test_worked_examples_are_found_as_a_shared_prefix() -> None:
    (group,) = make_groups(some_requests(100))
    assert len(group.prefix) >= 100
    assert [len(member.fed) for member in group.members] == sorted((len(m.fed) for m in group.members), reverse=True)
