"""What is particular to two forwards; that they are exact is in test_causal_scoring.py."""

from __future__ import annotations

from pytest_haerae.backends.local.batching import Load
from pytest_haerae.backends.local.grouping import make_scorable
from pytest_haerae.backends.local.trie import build_trie
from pytest_haerae.backends.local.two_forwards import TwoForwardScorer
from tests.unit.backends.local.scored import TREES, random_model

OPTIONS = build_trie([(1, 2, 3), (1, 4)])


def test_beyond_a_window_only_contexts_of_one_length_share_a_batch_behind_a_prefix() -> None:
    members = [make_scorable(number, (5,) * length, OPTIONS) for number, length in enumerate((20, 20, 19, 18))]
    windowed = TwoForwardScorer(random_model(TREES["sliding window"]), pad=0)
    assert list(windowed.next_batch((5,) * 4, members[:3])) == members[:2]
    assert list(windowed.next_batch((), members[:3])) == members[:3]
    assert list(TwoForwardScorer(random_model(TREES["llama"]), pad=0).next_batch((5,) * 4, members[:3])) == members[:3]


def test_a_row_takes_its_own_cache_and_one_for_each_rest() -> None:
    scorer = TwoForwardScorer(random_model(TREES["llama"]), pad=0)
    members = [make_scorable(0, (5,) * 9, OPTIONS), make_scorable(1, (5,) * 7, build_trie([(1,), (2,)]))]
    load = scorer.load((), members)(members[0])
    # The first token is fed with the context; behind it the second option ends, and one row of one token is left.
    assert load == Load(10, 2, 3)
