"""Exactness on small random models: the batched way equals each option's full sequence."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, Gemma3TextConfig, GPT2Config, LlamaConfig, MistralConfig

from pytest_haerae.backends.local.causal_scoring import CausalScorer, Scorable, make_groups, make_scorable
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


def test_worked_examples_are_found_as_a_shared_prefix() -> None:
    (group,) = make_groups(some_requests(100))
    assert len(group.prefix) >= 100
    assert [len(member.fed) for member in group.members] == sorted((len(m.fed) for m in group.members), reverse=True)


def scorable(index: int, context: Tokens) -> Scorable:
    return make_scorable(index, context, build_trie([(1,), (2,)]))


def test_a_request_with_other_examples_does_not_shorten_the_prefix_of_the_rest() -> None:
    examples = [tuple(range(start, start + 100)) for start in range(0, 500, 100)]
    usual = sum(examples, ())
    # The items that are examples themselves see others in their place.
    without_second = examples[0] + sum(examples[2:], ()) + tuple(range(900, 1000))
    requests = [scorable(number, (*usual, 2000 + number)) for number in range(20)]
    requests.append(scorable(20, (*without_second, 2020)))
    groups = make_groups(requests)
    assert sorted(len(group.members) for group in groups) == [1, 20]
    (large,) = (group for group in groups if len(group.members) == 20)
    assert large.prefix == usual


def test_grouping_loses_none_and_every_member_begins_with_its_prefix() -> None:
    chance = random.Random(5)  # noqa: S311 - test data
    heads = [tuple(chance.randrange(3) for _ in range(80)) for _ in range(3)]
    requests = []
    for index in range(200):
        head = chance.choice(heads)[: chance.choice([0, 70, 80])]
        requests.append(scorable(index, head + tuple(chance.randrange(3) for _ in range(chance.randint(1, 40)))))
    groups = make_groups(requests)
    assert sorted(member.index for group in groups for member in group.members) == list(range(200))
    for group in groups:
        assert all(member.fed[: len(group.prefix)] == group.prefix for member in group.members)
        assert all(len(member.context) > len(group.prefix) for member in group.members)


def test_nested_prefixes_do_not_exhaust_the_stack() -> None:
    groups = make_groups([scorable(length, (7,) * length) for length in range(65, 3000)])
    assert sum(len(group.members) for group in groups) == 2935
