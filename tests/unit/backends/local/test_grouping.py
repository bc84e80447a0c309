"""Which requests share a prefix that is worth computing once."""

from __future__ import annotations

import random

from pytest_haerae.backends.local.grouping import Scorable, make_groups, make_scorable
from pytest_haerae.backends.local.trie import Tokens, build_trie


def scorable(index: int, context: Tokens) -> Scorable:
    return make_scorable(index, context, build_trie([(1,), (2,)]))


def test_worked_examples_are_found_as_a_shared_prefix() -> None:
    examples = tuple(range(100, 200))
    (group,) = make_groups([scorable(number, (*examples, *range(number + 1))) for number in range(12)])
    assert group.prefix[:100] == examples
    assert [len(member.fed) for member in group.members] == sorted((len(m.fed) for m in group.members), reverse=True)


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
