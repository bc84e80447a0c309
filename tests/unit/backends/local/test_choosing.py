from __future__ import annotations

from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.choosing import ChoicePaths, kept_to, paths_of
from pytest_haerae.backends.local.trie import Tokens
from tests.unit.backends.local.tiny import byte_tokenizer

END = 9
PATHS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple), min_size=1, unique=True)


def walks(paths: ChoicePaths, tokens: Tokens = ()) -> list[Tokens]:
    """All texts that can be written so, without the token that ends them."""
    if paths.is_whole(tokens):
        return [tokens]
    return [
        walk
        for token in paths.following(tokens)
        for walk in ([tokens] if token == END else walks(paths, (*tokens, token)))
    ]


@given(PATHS)
def test_what_can_be_written_is_each_choice_once_and_nothing_else(choices: list[Tokens]) -> None:
    paths = ChoicePaths({choice: str(choice) for choice in choices}, [END])
    assert sorted(walks(paths)) == sorted(choices)
    for length, tokens in ((n, each) for n in range(4) for each in product(range(4), repeat=n)):
        assert len(tokens) == length
        for written in (tokens, (*tokens, END, 1)):
            assert paths.choice(written) == (str(tokens) if tokens in choices else None)


def test_scores_of_other_tokens_are_out_of_reach_and_free_rows_stay() -> None:
    paths = ChoicePaths({(1,): "1", (1, 0): "10"}, [END])
    scores = torch.arange(30.0).reshape(3, 10)
    kept = kept_to([paths, None, paths], [[], [], [1]], scores)
    assert kept[1].tolist() == scores[1].tolist()
    assert [(row, token) for row, token in product((0, 2), range(10)) if kept[row, token] > -torch.inf] == [
        (0, 1),
        (2, 0),
        (2, END),
    ]
    assert kept[2, END] == scores[2, END]


def test_a_tokenizer_makes_the_paths() -> None:
    tokenizer = byte_tokenizer()
    paths = paths_of(["A", "가", "가나"], tokenizer, [END])
    for choice in ("A", "가", "가나"):
        tokens = tokenizer(choice)["input_ids"]
        assert paths.choice(tokens) == choice
        assert paths.is_whole(tokens) is (choice != "가")


class Spacing:
    """A tokenizer of characters that begins each text with a space, and has no more than a few letters."""

    def __call__(self, text: str, *, add_special_tokens: bool) -> dict[str, list[int]]:
        assert not add_special_tokens
        return {"input_ids": [0, *("\nAB".find(each) + 2 for each in text)]}


def test_no_space_is_written_before_a_choice() -> None:
    paths = paths_of(["A", "B"], Spacing(), [END])
    assert (paths.choice([3]), paths.choice([4])) == ("A", "B")


@pytest.mark.parametrize("choices", [["A", "C", "D"], ["가", "나"]])
def test_choices_that_the_tokenizer_does_not_tell_apart_are_refused(choices: list[str]) -> None:
    with pytest.raises(ValueError, match=r"the model's tokenizer does not tell choice .* from others"):
        paths_of(choices, Spacing(), [END])
