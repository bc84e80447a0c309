from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.api.answers import checked, count, number, price, read_answer, refuse_error, tokens_of
from pytest_haerae.backends.api.failures import ErrorAnswer, MalformedAnswer, WrongShape, is_permanent, may_pass
from pytest_haerae.types import Response


def answer(content: Any = "(B)", **message: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    said = {"role": "assistant", "content": content, **message}
    return {"choices": [{"message": said, "finish_reason": "stop"}]}


def test_an_answer_is_read_with_its_reason_and_counts() -> None:
    message = SimpleNamespace(content="정답: (B)", refusal=None)
    usage = SimpleNamespace(prompt_tokens=3, completion_tokens=2)
    client = SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="length")], usage=usage)
    expected = Response(text="정답: (B)", finish_reason="length", prompt_tokens=3, completion_tokens=2)
    assert read_answer(client, chat=True) == expected
    message.content, message.refusal = None, "할 수 없습니다."
    assert read_answer(client, chat=True).text == "할 수 없습니다."
    counts = {"prompt_tokens": 3, "completion_tokens": 2}
    plain = {"choices": [{"message": {"content": "(B)"}, "text": "(C)", "finish_reason": "stop"}], "usage": counts}
    assert read_answer(plain, chat=True) == Response(
        text="(B)", finish_reason="stop", prompt_tokens=3, completion_tokens=2
    )
    assert read_answer({**plain, "usage": None}, chat=False) == Response(text="(C)", finish_reason="stop")


@pytest.mark.parametrize(
    "found",
    [
        "text",
        None,
        [],
        {"choices": []},
        {"choices": {"0": "x"}},
        {"choices": ["x"]},
        {"choices": [{"message": {"content": "(B)"}}], "error": "overloaded"},
        SimpleNamespace(choices=[]),
        SimpleNamespace(error={"message": "x"}),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(found: object) -> None:
    with pytest.raises(MalformedAnswer):
        checked(found)


@pytest.mark.parametrize("found", [{"choices": [{"text": "(B)"}]}, {"choices": [{"message": "(B)"}]}])
def test_a_chat_answer_without_a_message_is_none(found: object) -> None:
    with pytest.raises(MalformedAnswer, match="no message"):
        read_answer(found, chat=True)


@pytest.mark.parametrize(
    "message",
    [
        {"reasoning_content": "생각"},
        {"reasoning": "생각"},
        {"thinking": "생각"},
        {"reasoning_details": [{"type": "reasoning.text", "text": "생각"}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "생각", "signature": "x"}]},
        {"reasoning_content": "", "reasoning": "생각"},
    ],
)
def test_d1_reasoning_is_kept_apart_and_a_model_that_only_thought_has_an_empty_text(message: dict[str, Any]) -> None:
    response = read_answer(answer(**message), chat=True)
    assert (response.text, response.reasoning) == ("(B)", "생각")
    found = answer(None, **message)
    found["choices"][0]["finish_reason"] = "length"
    response = read_answer(found, chat=True)
    assert (response.text, response.reasoning, response.finish_reason) == ("", "생각", "length")


@pytest.mark.parametrize("value", [5, True, {"a": 1}, [1], []])
def test_reasoning_that_is_no_text_is_left_out(value: object) -> None:
    assert read_answer(answer(reasoning_content=value), chat=True).reasoning is None


@pytest.mark.parametrize(
    ("content", "text", "reasoning"),
    [
        (
            [{"type": "thinking", "thinking": [{"type": "text", "text": "음"}]}, {"type": "text", "text": "(B)"}],
            "(B)",
            "음",
        ),
        ([{"type": "thinking", "thinking": "음"}, {"type": "text", "text": "(B)"}], "(B)", "음"),
        ([{"type": "text", "text": "정답: "}, {"type": "output_text", "text": "(B)"}], "정답: (B)", None),
        ([{"type": "reasoning", "summary": [{"text": "음"}]}, "(B)"], "(B)", "음"),
        ([{"type": "image_url", "image_url": {"url": "x"}}, {"type": "text", "text": "(B)"}], "(B)", None),
        ([{"type": "redacted_thinking", "data": "x"}, {"type": "refusal", "refusal": "못 합니다"}], "못 합니다", None),
        ({"type": "text", "text": "(B)"}, "(B)", None),
        ([], "", None),
    ],
)
def test_c7_a_content_in_chunks_is_its_texts_and_its_thinking(
    content: object, text: str, reasoning: str | None
) -> None:
    response = read_answer(answer(content), chat=True)
    assert (response.text, response.reasoning) == (text, reasoning)


@pytest.mark.parametrize("content", [5, 0, True, 1.5, {"a": 5}, {}, [5], [{"type": "text", "text": 7}]])
def test_d2_a_content_that_is_no_text_is_an_error(content: object) -> None:
    with pytest.raises(WrongShape):
        read_answer(answer(content), chat=True)


def test_a_content_nested_without_end_is_an_error() -> None:
    content: Any = "x"
    for _ in range(500):
        content = [{"type": "text", "text": content}]
    with pytest.raises(WrongShape, match="deeper"):
        read_answer(answer(content), chat=True)


@pytest.mark.parametrize("value", ["12", [12], {"a": 1}, float("nan"), float("inf"), -1, 1.5, True, None, 10**400])
def test_d2_a_count_that_is_none_is_not_taken(value: object) -> None:
    assert count(value) is None
    found = {**answer(), "usage": {"prompt_tokens": value, "completion_tokens": value}}
    assert tokens_of(found) == (None, None)


@pytest.mark.parametrize("usage", ["12", [1], 5, True, None, {"completion_tokens_details": 5}])
def test_d2_a_usage_that_is_none_is_not_taken(usage: object) -> None:
    assert tokens_of({**answer(), "usage": usage}) == (None, None)


def test_counts_may_be_floats_that_are_whole() -> None:
    assert (count(12.0), count(0), count(7)) == (12, 0, 7)


@pytest.mark.parametrize(("whole", "completion"), [(30, 20), (35, 25), (None, 20), ("35", 20)])
def test_reasoning_that_is_counted_beside_the_completion_is_counted(whole: object, completion: int) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": whole}
    found = {**answer(), "usage": {**usage, "completion_tokens_details": {"reasoning_tokens": 5}}}
    assert tokens_of(found) == (10, completion)
    assert read_answer(found, chat=True).reasoning_tokens == 5


@pytest.mark.parametrize("details", [None, {}, {"reasoning_tokens": None}, {"reasoning_tokens": "5"}, [5]])
def test_reasoning_tokens_that_are_not_counted_are_not_known(details: object) -> None:
    found = {**answer(), "usage": {"completion_tokens": 20, "completion_tokens_details": details}}
    assert read_answer(found, chat=True).reasoning_tokens is None


@pytest.mark.parametrize(
    ("usage", "cached"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 64}}, 64),
        ({"prompt_tokens_details": {"cached_tokens": 0}, "prompt_cache_hit_tokens": 9}, 0),
        ({"prompt_cache_hit_tokens": 9}, 9),
        ({"prompt_tokens_details": None}, None),
        ({"prompt_tokens_details": {"cached_tokens": "64"}}, None),
        (None, None),
    ],
)
def test_cached_tokens_are_known_where_a_server_counts_them(usage: object, cached: int | None) -> None:
    assert read_answer({**answer(), "usage": usage}, chat=True).cached_tokens == cached


@pytest.mark.parametrize("value", ["0.1", float("nan"), float("inf"), -0.1, True, None, [1], 10**400])
def test_d2_a_price_that_is_none_is_not_taken(value: object) -> None:
    assert price(value) is None


def test_numbers_are_numbers() -> None:
    assert (price(2), number(-1.5), number(True), number("1"), number(10**400)) == (2.0, -1.5, None, None, None)


@pytest.mark.parametrize("reason", [{"a": 1}, 7, ["stop"], None, True])
def test_d2_a_finish_reason_that_is_no_word_is_none(reason: object) -> None:
    found = answer()
    found["choices"][0]["finish_reason"] = reason
    assert read_answer(found, chat=True).finish_reason is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "type", "a"]), inner),
    max_leaves=8,
)


@given(content=values, reasoning=values, usage=values, reason=values)
def test_whatever_a_server_sends_is_read_as_values_that_a_report_takes_or_is_an_error(
    content: object, reasoning: object, usage: object, reason: object
) -> None:
    found = {
        "choices": [{"message": {"content": content, "reasoning_content": reasoning}, "finish_reason": reason}],
        "usage": usage,
    }
    try:
        response = read_answer(checked(found), chat=True)
    except (MalformedAnswer, WrongShape):
        return
    assert isinstance(response.text, str)
    assert response.reasoning is None or isinstance(response.reasoning, str)
    assert response.finish_reason is None or isinstance(response.finish_reason, str)
    assert json.loads(json.dumps([response.prompt_tokens, response.completion_tokens], allow_nan=False))


@pytest.mark.parametrize(
    ("problem", "again", "permanent"),
    [
        ({"code": 502, "message": "upstream died"}, True, False),
        ({"code": 400, "message": "no"}, False, True),
        ({"code": "429", "message": "slow"}, True, False),
        ({"message": "x"}, True, False),
        ("broken", True, False),
        (None, True, False),
    ],
)
def test_a13_an_error_inside_a_choice_is_no_empty_answer(problem: object, again: bool, permanent: bool) -> None:
    found = answer("half an ans")
    found["choices"][0] |= {"finish_reason": "error", "error": problem}
    with pytest.raises(ErrorAnswer, match="the server broke off with an error") as caught:
        checked(found)
    assert (may_pass(caught.value), is_permanent(caught.value)) == (again, permanent)


def test_an_error_in_place_of_an_answer_names_its_code() -> None:
    with pytest.raises(ErrorAnswer, match=r"^the server answered 200 with an error: no money \(insufficient_quota\)$"):
        refuse_error({"error": {"message": "no money", "code": "insufficient_quota"}})
    refuse_error({"content": [{"text": "of another shape"}]})
