from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.trie import build_trie
from pytest_haerae.backends.local.vllm.chains import Chain, cut_into_chains

OPTIONS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=7), min_size=1, max_size=8)


@given(OPTIONS, st.integers(1, 5), st.integers(1, 6))
def test_every_inner_node_is_read_once_with_all_its_children(
    options: list[list[int]], longest: int, most_children: int
) -> None:
    trie = build_trie(options)
    chains = cut_into_chains(trie, longest, most_children)
    assert [node for chain in chains for node in chain.nodes()] == list(trie.children)
    for chain in chains:
        asked = {token for node in chain.nodes() for token in trie.children[node]}
        assert len(chain.children) == len(asked) == len(set(chain.children) & asked)
        assert len(chain.path) < longest
        assert not chain.path or len(chain.children) <= most_children


@given(OPTIONS)
def test_a_chain_goes_on_to_the_last_inner_node(options: list[list[int]]) -> None:
    trie = build_trie(options)
    ends = [node for node in trie.children if not any((*node, token) in trie.children for token in trie.children[node])]
    assert [chain.nodes()[-1] for chain in cut_into_chains(trie, 99, 99)] == ends


def test_labels_and_texts() -> None:
    labels = build_trie([(1, 2, 9), (1, 3, 9), (1, 4, 9)])
    assert cut_into_chains(labels, 99, 99) == [
        Chain((), (1, 2), (1, 2, 3, 4, 9)),
        Chain((1, 3), (), (9,)),
        Chain((1, 4), (), (9,)),
    ]
    texts = build_trie([(1, 2, 3), (4,), (5, 6)])
    assert cut_into_chains(texts, 99, 99) == [Chain((), (1, 2), (1, 4, 5, 2, 3)), Chain((5,), (), (6,))]
    assert [chain.start for chain in cut_into_chains(texts, 1, 99)] == list(texts.children)
