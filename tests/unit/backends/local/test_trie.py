from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.trie import Tokens, build_trie, encode_pair, split_trailing_space

OPTIONS = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6), min_size=1, max_size=6)


def logprob(prefix: Tokens, token: int) -> float:
    """A made-up language model: log-softmax over six tokens, by the prefix."""
    weights = [((hash((prefix, other)) % 1000) + 1) / 1000 for other in range(6)]
    return math.log(weights[token] / sum(weights))


@given(OPTIONS)
def test_sums_over_the_trie_equal_sums_over_full_sequences(options: list[list[int]]) -> None:
    trie = build_trie(options)
    tables = {node: {token: logprob(node, token) for token in children} for node, children in trie.children.items()}
    expected = [
        math.fsum(logprob(tuple(option[:depth]), token) for depth, token in enumerate(option)) for option in options
    ]
    assert list(trie.loglikelihoods(tables)) == pytest.approx(expected, abs=1e-12)
    assert trie.loglikelihoods(list(tables.values())) == trie.loglikelihoods(tables)


@given(OPTIONS)
def test_each_prefix_is_asked_once_parents_first(options: list[list[int]]) -> None:
    nodes = list(build_trie(options).children)
    assert set(nodes) == {tuple(option[:depth]) for option in options for depth in range(len(option))}
    assert all(node == () or node[:-1] in nodes[: nodes.index(node)] for node in nodes)


@given(OPTIONS)
def test_what_is_below_a_node_follows_it(options: list[list[int]]) -> None:
    trie = build_trie(options)
    paths = list(trie.children)
    for node, path in enumerate(paths):
        below = [number for number, other in enumerate(paths) if other[: len(path)] == path]
        assert below == list(range(node, node + len(below)))
    for option, way in zip(trie.continuations, trie.ways, strict=True):
        assert [paths[node] for node in way] == [option[:depth] for depth in range(len(option))]


@pytest.mark.parametrize("value", [None, math.nan, -math.inf, 0.5])
def test_a_value_that_is_none_is_refused(value: float | None) -> None:
    table = {} if value is None else {1: value}
    with pytest.raises(ValueError, match="token 1"):
        build_trie([[1]]).loglikelihoods({(): table})


def test_an_option_without_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match="no tokens"):
        build_trie([[1], []])


def test_the_cut_is_by_the_contexts_length() -> None:
    assert encode_pair((1, 2, 3), (1, 2, 4, 5)) == (5,)


@given(st.text("가 \n\t:", max_size=12))
def test_trailing_spaces_move_and_nothing_is_lost(context: str) -> None:
    kept, moved = split_trailing_space(context)
    assert kept + moved == context
    assert (kept == kept.rstrip() and not moved.strip()) if context.strip() else (kept, moved) == (context, "")
