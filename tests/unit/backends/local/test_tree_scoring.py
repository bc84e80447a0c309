"""One forward for contexts and tries, and which models are given it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from unittest.mock import patch

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_haerae.backends.local.grouping import make_scorable
from pytest_haerae.backends.local.tree_scoring import TreeScorer, takes_trees
from pytest_haerae.backends.local.trie import build_trie
from tests.unit.backends.local.scored import (
    NO_TREES,
    TREES,
    VOCABULARY,
    by_full_sequences,
    random_model,
    some_requests,
)

TOKENS = st.integers(0, VOCABULARY - 1)
CONTEXTS = st.lists(TOKENS, min_size=1, max_size=30).map(tuple)
TRIES = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=6).map(build_trie)


@lru_cache
def model_of(name: str) -> Any:  # noqa: ANN401 - transformers' classes
    return random_model(TREES[name])


@pytest.mark.parametrize("name", TREES)
@settings(max_examples=30)
@given(
    asked=st.lists(st.tuples(CONTEXTS, TRIES), min_size=1, max_size=4),
    prefix=st.lists(TOKENS, max_size=30),
    piece=st.sampled_from([3, 8, 512]),
)
def test_one_forward_equals_full_sequences_for_any_trie(
    name: str, asked: list[Any], prefix: list[int], piece: int
) -> None:
    model = model_of(name)
    requests = [make_scorable(number, (*prefix, *context), trie) for number, (context, trie) in enumerate(asked)]
    with patch("pytest_haerae.backends.local.tree_scoring._CPU_ROW", piece):
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


@pytest.mark.parametrize(
    ("name", "kept"), [("llama", [100] * 3), ("sliding window", [7] * 3), ("hybrid windows", [7, 100, 7])]
)
def test_of_a_prefix_is_kept_what_a_layers_window_reaches(name: str, kept: list[int]) -> None:
    scorer, requests = TreeScorer(random_model(TREES[name]), pad=0), some_requests(100)
    for start in (0, 2):
        scorer.score(requests[0].context[:100], requests[start : start + 2])
        assert [layer.keys.shape[-2] for layer in scorer._prefix_cache.layers] == kept


def test_a_row_behind_a_prefix_holds_no_more_than_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_haerae.backends.local.tree_scoring._CPU_ROW", 50)
    scorer = TreeScorer(random_model(TREES["llama"]), pad=0)
    trie = build_trie([(1, 2), (3, 2)])
    members = [make_scorable(number, (5,) * length, trie) for number, length in enumerate((27, 25, 25, 25, 25))]
    # Behind four tokens the longest takes 23 and its trie three: one more of its kind has no room.
    assert list(scorer.next_batch((5,) * 4, members)) == members[:1]
    assert list(scorer.next_batch((5,) * 4, members[1:])) == members[1:3]
    assert list(scorer.next_batch((5,) * 4, members[:1])) == members[:1]
    assert list(scorer.next_batch((), members)) == members


def test_a_forward_that_fails_leaves_no_half_filled_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(TREES["llama"])
    requests = some_requests(100)[:3]
    prefix, scorer = requests[0].context[:100], TreeScorer(model, pad=0)
    expected = dict(scorer.score(prefix, requests).sums())
    last = model.model.layers[-1]

    def fail(module: Any, inputs: Any) -> None:  # noqa: ANN401 - a hook of torch's
        raise torch.OutOfMemoryError("CUDA out of memory")

    hook = last.register_forward_pre_hook(fail)
    with pytest.raises(torch.OutOfMemoryError):
        scorer.score(prefix, requests)
    hook.remove()
    assert dict(scorer.score(prefix, requests).sums()) == expected


def test_a_batch_takes_logits_at_its_nodes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(TREES["llama"])
    requests = some_requests(0)
    rows: list[int] = []
    head = model.get_output_embeddings()
    head.register_forward_hook(lambda module, inputs, output: rows.append(output.numel() // VOCABULARY))
    TreeScorer(model, pad=0).score((), requests)
    assert rows == [sum(len(request.trie.followers) for request in requests)]
