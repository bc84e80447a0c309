from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.encoding import RequestEncoder, Scoreboard, cut_to_window
from pytest_haerae.backends.local.trie import Tokens
from pytest_haerae.types import Message, Request
from tests.unit.backends.local.tiny import byte_tokenizer

SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}
TOKENS = st.lists(st.integers(0, 9), min_size=1, max_size=8).map(tuple)


@given(TOKENS, st.lists(TOKENS, min_size=1, max_size=6), st.integers(9, 20))
def test_each_option_stands_once_behind_the_context_that_lm_evaluation_harness_keeps(
    context: Tokens, continuations: list[Tokens], window: int
) -> None:
    parts = cut_to_window(3, context, continuations, window)
    found = {
        position: part.context + part.trie.continuations[place]
        for part in parts
        for place, position in enumerate(part.positions)
    }
    assert found == {
        position: (context + continuation)[-window:] for position, continuation in enumerate(continuations)
    }
    assert len({part.context for part in parts}) == len(parts)


def test_an_option_without_room_for_a_context_is_refused() -> None:
    with pytest.raises(ValueError, match="an option of 4 tokens does not fit into the model's window of 4"):
        cut_to_window(0, (1, 2), [(1, 2, 3, 4)], 4)


def test_a_response_is_whole_when_its_last_part_is_there() -> None:
    parts = cut_to_window(0, (1, 2, 3, 4), [(5,), (5, 6, 7), (8,)], 5)
    board = Scoreboard("mine", parts, {0: 4})
    assert [part.positions for part in parts] == [(0, 2), (1,)]
    assert board.add(parts[1], (-2.0,)) is None
    response = board.add(parts[0], (-1.0, -3.0))
    assert response is not None
    assert (response.loglikelihoods, response.prompt_tokens, response.truncated) == ((-1.0, -2.0, -3.0), 2, True)


def test_a_problem_of_one_part_is_one_error_of_the_whole_request() -> None:
    parts = cut_to_window(0, (1, 2, 3, 4), [(5,), (5, 6, 7)], 5)
    board = Scoreboard("mine", parts, {0: 4})
    assert board.add(parts[0], "the log-probability of token 5 is nan") is None
    response = board.add(parts[1], (-1.0,))
    assert response is not None
    assert response.error == "mine: the log-probability of token 5 is nan"
    assert response.loglikelihoods is None


@pytest.mark.parametrize("at_once", [1, 40, 10**6])
def test_many_requests_are_encoded_as_each_by_itself(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("pytest_haerae.backends.local.encoding._CHARACTERS_AT_ONCE", at_once)
    encoder = RequestEncoder(byte_tokenizer(**SPECIAL))
    texts = ["가나다", "<s>라마", "", "바 ", "</s>", "<s>"]
    requests = [Request("loglikelihood", text, (" 가", "나")) for text in texts]
    alone = [encoder.cut(*encoder.wholes([request])) for request in requests]
    assert [encoder.cut(wholes) for wholes in encoder.wholes(requests)] == alone
    assert list(encoder.wholes([])) == []


TEMPLATES = {
    "texts": "{{ each.content }}",
    "texts and parts": "{{ each.content if each.content is string else each.content[0].text }}",
    "parts": "{% for part in each.content if part.type == 'text' %}{{ part.text }}{% endfor %}",
    "parts by their keys": "{{ each.content[0]['text'] }}",
}
"""What chat templates make of one message."""


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("kind", ["generate", "loglikelihood"])
def test_a_template_that_looks_for_parts_is_given_parts(name: str, kind: Literal["generate", "loglikelihood"]) -> None:
    tokenizer = byte_tokenizer(**SPECIAL)
    tokenizer.chat_template = f"{{% for each in messages %}}{TEMPLATES[name]}{{% endfor %}}"
    messages = (Message("user", "봄에 피는 꽃은?"), Message("assistant", "진달래"), Message("user", "빛깔은?"))
    rendered = RequestEncoder(tokenizer).render(Request(kind, "", ("가",), messages=messages))
    assert rendered == "봄에 피는 꽃은?진달래빛깔은?"
