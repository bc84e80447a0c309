"""Exactness on small random models: the batched way equals each option's full sequence."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, Gemma3TextConfig, GPT2Config, LlamaConfig, MistralConfig

from pytest_haerae.backends.local.causal_scoring import CausalScorer, NodeReader
from pytest_haerae.backends.local.grouping import Scorable, make_groups, make_scorable
from pytest_haerae.backends.local.trie import Sums, Tokens, build_trie

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
    scored: dict[int, Sums] = {}
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


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_nodes_are_read_in_one_transfer_and_each_once(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("pytest_haerae.backends.local.causal_scoring._ROWS_AT_ONCE", at_once)
    requests = some_requests(0)[:3]
    logits = torch.randn((3, 4, VOCABULARY)).to(torch.bfloat16)
    reader, places = NodeReader(requests), []
    for place, request in enumerate(requests):
        for number, node in enumerate(request.trie.children):
            places += [(place, node, place, number % 4), (place, node, 2 - place, 3)]
    reader.read(logits, places[:5])
    reader.read(logits, places)
    transfers: list[int] = []
    monkeypatch.setattr(torch.Tensor, "tolist", counted(torch.Tensor.tolist, transfers))
    tables = reader.tables()
    assert len(transfers) == 1
    exact = logits.float().log_softmax(dim=-1)
    for place, request in enumerate(requests):
        assert tables[place].keys() == request.trie.children.keys()
        for number, (node, children) in enumerate(request.trie.children.items()):
            wanted = {token: float(exact[place, number % 4, token]) for token in children}
            assert tables[place][node] == pytest.approx(wanted, abs=1e-6)


def counted(method: Any, calls: list[int]) -> Any:  # noqa: ANN401 - a method of torch's
    def count(*arguments: Any) -> Any:  # noqa: ANN401
        calls.append(1)
        return method(*arguments)

    return count
