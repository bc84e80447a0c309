"""Where a text is thought; the marks themselves are held in `scoring/reading/test_marks` and `test_patterns`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.thoughts import Thoughts, find_thoughts


@pytest.mark.parametrize(
    ("text", "thought", "answer", "unfinished"),
    [
        ("<think>생각</think>답", ["생각"], ["", "답"], False),
        ("생각</think>답", ["생각"], ["답"], False),
        ("앞<think>하나</think>둘<think>셋", ["하나", "셋"], ["앞", "둘"], True),
        ("<think></think>답", [""], ["", "답"], False),
        ("생각 없이 답", [], ["생각 없이 답"], False),
        ("I think 답", [], ["I think 답"], False),
        ("", [], [""], False),
    ],
)
def test_a_text_is_taken_apart(text: str, thought: list[str], answer: list[str], unfinished: bool) -> None:
    found = find_thoughts(text)
    assert [text[start:end] for start, end in found.thought] == thought
    assert [text[start:end] for start, end in found.answer] == answer
    assert found.unfinished is unfinished


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "가", "think ", "[THINK]", "[/THINK]"]), max_size=8).map("".join)
)
def test_places_are_in_the_text_and_none_is_both(text: str) -> None:
    found = find_thoughts(text)
    for places in (found.answer, found.thought):
        assert all(0 <= start <= end <= len(text) for start, end in places)
    both = [set(range(start, end)) & set(range(*place)) for start, end in found.answer for place in found.thought]
    assert not any(both)
    if not found.thought:
        assert found == Thoughts(((0, len(text)),), (), unfinished=False)
