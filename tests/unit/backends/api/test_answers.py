from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_haerae.backends.api.answers import checked, read_answer
from pytest_haerae.backends.api.retrying import MalformedAnswer


def test_an_answer_is_read_with_its_reason_and_counts() -> None:
    message = SimpleNamespace(content="정답: (B)", refusal=None)
    usage = SimpleNamespace(prompt_tokens=3, completion_tokens=2)
    answer = SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="length")], usage=usage)
    assert read_answer(answer, chat=True) == ("정답: (B)", "length", (3, 2))
    message.content, message.refusal = None, "할 수 없습니다."
    assert read_answer(answer, chat=True)[0] == "할 수 없습니다."
    counts = {"prompt_tokens": 3, "completion_tokens": 2}
    plain = {"choices": [{"message": {"content": "(B)"}, "text": "(C)", "finish_reason": "stop"}], "usage": counts}
    assert read_answer(plain, chat=True) == ("(B)", "stop", (3, 2))
    assert read_answer({**plain, "usage": None}, chat=False) == ("(C)", "stop", (None, None))


@pytest.mark.parametrize(
    "answer",
    [
        "text",
        None,
        [],
        {"choices": []},
        {"choices": [{"message": {"content": "(B)"}}], "error": "overloaded"},
        SimpleNamespace(choices=[]),
        SimpleNamespace(error={"message": "x"}),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(answer: object) -> None:
    with pytest.raises(MalformedAnswer):
        checked(answer)


def test_a_chat_answer_without_a_message_is_none() -> None:
    with pytest.raises(MalformedAnswer, match="no message"):
        read_answer({"choices": [{"text": "(B)"}]}, chat=True)
