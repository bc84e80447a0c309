from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.api.log_probability import LogProbabilities
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request, Response

WANTED = Request("generate", "q", log_probability=True)
VALUES = st.floats(-50, 0)


def chat(*tokens: tuple[Any, Any], whole: bool = False) -> dict[str, Any]:
    """An answer with a chat's log-probabilities; with each token's bytes where it is `whole`."""
    entries = [
        {"token": token, "logprob": value, **({"bytes": list(token.encode())} if whole else {})}
        for token, value in tokens
    ]
    return {"choices": [{"logprobs": {"content": entries}}]}


def completion(*tokens: tuple[Any, Any]) -> dict[str, Any]:
    told = {"tokens": [token for token, _ in tokens], "token_logprobs": [value for _, value in tokens]}
    return {"choices": [{"logprobs": told}]}


def read(answer: object, text: str, **more: Any) -> tuple[float | None, int | None, str | None]:  # noqa: ANN401
    server = LogProbabilities("openai")
    server.read(WANTED, chat(("a", -1.0)), Response("a"))  # from here on it is one that tells
    found = server.read(WANTED, answer, Response(text, **more))
    return found.log_probability, found.log_probability_tokens, found.error


@pytest.mark.parametrize("made", [chat, completion])
@given(st.lists(st.tuples(st.text(min_size=1, max_size=3), VALUES), min_size=1))
def test_the_tokens_of_a_text_are_added_up(made: Any, tokens: list[tuple[str, float]]) -> None:  # noqa: ANN401
    text = "".join(token for token, _ in tokens)
    total, count, error = read(made(*tokens), text)
    assert (count, error) == (len(tokens), None)
    assert total == pytest.approx(math.fsum(value for _, value in tokens))


def test_what_ends_a_text_is_left_out_and_what_was_thought_before_it_is_not() -> None:
    assert read(chat(("정", -1.0), ("답", -2.0), ("<end>", -4.0)), "정답") == (-3.0, 2, None)
    assert read(chat(("<think>", -8.0), ("\n", -0.5), ("정답", -1.0), ("<end>", -4.0)), "정답") == (-9.5, 3, None)


def test_half_a_character_is_known_by_its_bytes() -> None:
    parts = ["글".encode()[:1], "글".encode()[1:]]
    entries = [{"token": "\ufffd", "bytes": list(part), "logprob": -1.5} for part in parts]
    answer = {"choices": [{"logprobs": {"content": entries}}]}
    assert read(answer, "글") == (-3.0, 2, None)
    # Of a server that does not tell them, the number of tokens says that none is missing.
    plain = chat(("\ufffd", -1.5), ("\ufffd", -1.5))
    assert read(plain, "글", completion_tokens=2, finish_reason="length") == (-3.0, 2, None)
    assert read(plain, "글", completion_tokens=3, finish_reason="stop") == (-3.0, 2, None)


UNTOLD = "openai: the server tells no log-probability for a part of what it generated (logprobs)"


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        (chat(("정", -1.0)), {}),
        (chat(("정", -1.0)), {"completion_tokens": 2, "finish_reason": "length"}),
        (chat(("정", -1.0)), {"completion_tokens": 3, "finish_reason": "stop"}),
        (chat(("정", -1.0), ("답", None)), {}),
        (chat(("정", -1.0), ("답", -9999.0)), {}),
        (chat(("정", -1.0), ("답", math.nan)), {}),
        (chat(("정", -1.0), ("답", 0.5)), {}),
        (chat(("정", -1.0), ("답", "-1")), {}),
        (chat(("정", -1.0), (None, -1.0)), {}),
    ],
)
def test_a_part_without_a_number_is_an_error_and_never_a_guess(answer: object, more: dict[str, Any]) -> None:
    assert read(answer, "정답", **more) == (None, None, UNTOLD)


@pytest.mark.parametrize(
    "nothing",
    [
        {"choices": [{}]},
        {"choices": [{"logprobs": None}]},
        {"choices": [{"logprobs": {"content": []}}]},
        {"choices": [{"logprobs": {"content": "no"}}]},
        {"choices": [{"logprobs": {"tokens": ["a"], "token_logprobs": []}}]},
        {"choices": [{"logprobs": {"tokens": ["a"], "token_logprobs": None}}]},
    ],
)
def test_a_server_that_tells_none_ends_the_run_and_one_that_forgets_costs_its_item(nothing: object) -> None:
    words = "the server tells no log-probabilities of what it generates"
    with pytest.raises(UsageError, match=f"^--model=litellm: {words}.*; leave --evaluator-params rank out"):
        LogProbabilities("litellm").read(WANTED, nothing, Response("a"))
    assert words in str(read(nothing, "a")[2])


def test_an_empty_text_has_no_tokens_and_what_is_not_wanted_is_not_read() -> None:
    assert read(chat(("<end>", -4.0)), "") == (0.0, 0, None)
    assert LogProbabilities("openai").read(WANTED, {}, Response("")).log_probability_tokens == 0
    free = Response("a")
    assert LogProbabilities("openai").read(Request("generate", "q"), chat(("a", -1.0)), free) is free
