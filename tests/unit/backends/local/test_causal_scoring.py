"""Exactness on small random models: either way of scoring batches equals each option's full sequence."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.causal_scoring import CausalScorer
from pytest_haerae.backends.local.grouping import make_scorable
from pytest_haerae.backends.local.tree_scoring import TreeScorer, takes_trees
from pytest_haerae.backends.local.trie import build_trie
from pytest_haerae.backends.local.two_forwards import TwoForwardScorer
from tests.unit.backends.local.scored import (
    NO_TREES,
    TREES,
    VOCABULARY,
    by_full_sequences,
    random_model,
    scored,
    some_requests,
)

WAYS = [
    *(pytest.param(TreeScorer, config, id=f"one forward, {name}") for name, config in TREES.items()),
    *(
        pytest.param(TwoForwardScorer, config, id=f"two forwards, {name}")
        for name, config in (TREES | NO_TREES).items()
    ),
]


@pytest.mark.parametrize("attention", [None, "eager"])
@pytest.mark.parametrize("shared", [0, 5, 100])
@pytest.mark.parametrize(("way", "config"), WAYS)
def test_batches_equal_full_sequences(
    way: type[CausalScorer],
    config: Any,  # noqa: ANN401 - transformers' configuration
    shared: int,
    attention: str | None,
) -> None:
    model = random_model(config, attention)
    requests = some_requests(shared)
    found = scored(way(model, pad=0), requests)
    assert sorted(found) == list(range(12))
    for request in requests:
        assert found[request.index] == pytest.approx(by_full_sequences(model, request), abs=2e-5)


TOKENS = st.integers(0, VOCABULARY - 1)
CONTEXTS = st.lists(TOKENS, min_size=1, max_size=30).map(tuple)
TRIES = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=6).map(build_trie)


@lru_cache
def model_of(name: str) -> Any:  # noqa: ANN401 - transformers' classes
    return random_model(TREES[name])


@pytest.mark.parametrize("name", TREES)
@given(asked=st.lists(st.tuples(CONTEXTS, TRIES), min_size=1, max_size=4), prefix=st.lists(TOKENS, max_size=20))
def test_one_forward_equals_full_sequences_for_any_trie(name: str, asked: list[Any], prefix: list[int]) -> None:
    model = model_of(name)
    requests = [make_scorable(number, (*prefix, *context), trie) for number, (context, trie) in enumerate(asked)]
    found = dict(TreeScorer(model, pad=0).score(tuple(prefix), requests).sums())
    for request in requests:
        assert found[request.index] == pytest.approx(by_full_sequences(model, request), abs=2e-5)


@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("name", TREES)
def test_models_that_heed_a_mask_are_found(name: str, kind: torch.dtype) -> None:
    assert takes_trees(random_model(TREES[name]).to(kind), pad=0)


@pytest.mark.parametrize("name", NO_TREES)
def test_models_that_do_not_heed_a_mask_are_found(name: str) -> None:
    assert not takes_trees(random_model(NO_TREES[name]), pad=0)


def test_a_model_that_takes_a_mask_and_passes_it_over_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(TREES["llama"])
    forward = model.model.forward
    monkeypatch.setattr(
        model.model, "forward", lambda *args, **named: forward(*args, **{**named, "attention_mask": None})
    )
    assert not takes_trees(model, pad=0)


def test_a_prefix_is_computed_once_and_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(TREES["llama"])
    requests, widths = some_requests(100), []
    forward = model.forward

    def count(*args: Any, **named: Any) -> Any:  # noqa: ANN401
        widths.append(tuple(named["input_ids"].shape))
        return forward(*args, **named)

    scorer = TreeScorer(model, pad=0)
    monkeypatch.setattr(model, "forward", count)
    prefix = requests[0].context[:100]
    for start in range(0, 12, 4):
        scorer.score(prefix, requests[start : start + 4])
    assert [shape for shape in widths if shape == (1, 100)] == [(1, 100)]
    assert scorer._prefix_cache.get_seq_length() == 100
    scorer.forget()
    assert scorer._prefix_cache is None
