"""Who sees whom in one forward, against the definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.grouping import make_scorable
from pytest_haerae.backends.local.tree_layout import TreeLayout, lay_out
from pytest_haerae.backends.local.trie import OptionTrie, Tokens, build_trie

PAD = 99
CONTEXTS = st.lists(st.integers(0, 9), min_size=1, max_size=5).map(tuple)
TRIES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=4), min_size=1, max_size=5).map(build_trie)


def read_from(layout: TreeLayout, row: int, column: int) -> list[tuple[int, int]]:
    """Position and token of all that a token sees in its row, by position."""
    seen = [other for other in range(column + 1) if column < layout.ends[row][other]]
    return sorted((layout.positions[row][other], layout.tokens[row][other]) for other in seen)


@given(st.lists(st.tuples(CONTEXTS, TRIES), min_size=1, max_size=4), st.lists(st.integers(0, 9), max_size=4))
def test_each_node_sees_its_own_sequence_and_nothing_else(
    asked: list[tuple[Tokens, OptionTrie]], before: list[int]
) -> None:
    batch = [make_scorable(number, (*before, *context), trie) for number, (context, trie) in enumerate(asked)]
    layout = lay_out(batch, len(before), PAD)
    assert len(layout.tokens) == (1 if before else len(batch))
    assert len({len(row) for rows in (layout.tokens, layout.positions, layout.ends) for row in rows}) == 1
    for place, node, row, column in layout.nodes:
        sequence = [*batch[place].context, *list(batch[place].trie.children)[node]]
        assert read_from(layout, row, column) == list(enumerate(sequence))[len(before) :]
    assert [(place, node) for place, node, _, _ in layout.nodes] == [
        (place, node) for place, entry in enumerate(batch) for node in range(len(entry.trie.followers))
    ]


def test_padding_sees_itself_alone_and_is_seen_by_nothing() -> None:
    batch = [make_scorable(0, (1, 2, 3), build_trie([(4,)])), make_scorable(1, (1,), build_trie([(4, 5), (6, 5)]))]
    layout = lay_out(batch, 0, PAD)
    assert layout.tokens == [[1, 2, 3], [1, 4, 6]]
    batch = [make_scorable(0, (1, 2, 3), build_trie([(4,)])), make_scorable(1, (1,), build_trie([(4,)]))]
    layout = lay_out(batch, 0, PAD)
    assert layout.tokens == [[1, 2, 3], [1, PAD, PAD]]
    assert [read_from(layout, 1, column) for column in range(3)] == [[(0, 1)], [(0, PAD)], [(0, PAD)]]
