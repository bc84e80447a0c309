from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_haerae.backends.api.answers import checked, read_answer
from pytest_haerae.backends.api.backend import Adaptation, ApiParameters
from pytest_haerae.backends.api.retrying import MalformedAnswer
from pytest_haerae.run.keys import identity_digest

BODY = {"model": "m", "max_tokens": 8, "temperature": 0.0, "seed": 1}


def refusal(message: str, status: int = 400) -> Exception:
    error = Exception(message)
    error.status_code = status  # type: ignore[attr-defined]
    return error


def test_a_refused_parameter_is_renamed_or_left_out() -> None:
    adaptation = Adaptation()
    assert adaptation.describe() is None
    assert adaptation.learn(BODY, refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."))
    assert adaptation.learn(BODY, refusal("temperature is not supported with this model"))
    assert adaptation.apply(BODY) == {"model": "m", "max_completion_tokens": 8, "seed": 1}
    assert adaptation.describe() == (
        "the server refused parameters: max_tokens was sent as max_completion_tokens, temperature was left out"
    )


@pytest.mark.parametrize(
    "error", [refusal("the model m does not exist", 404), refusal("temperature unsupported", 500), ValueError("seed")]
)
def test_other_refusals_change_nothing(error: Exception) -> None:
    adaptation = Adaptation()
    assert not adaptation.learn(BODY, error)
    assert adaptation.apply(BODY) == BODY


def test_the_key_of_a_response_does_not_know_the_secret_or_the_speed() -> None:
    one = ApiParameters(model_name="m", api_key="sk-one", max_concurrency=1, timeout=1)
    other = ApiParameters(model_name="m", api_key="sk-two", max_concurrency=9, extra_headers={"x-key": "secret"})
    assert identity_digest(one.identity()) == identity_digest(other.identity())
    assert "sk-" not in repr(one)
    for more in ({"api_base": "http://x"}, {"seed": 1}, {"temperature": 0.5}, {"endpoint": "completions"}):
        changed = ApiParameters.model_validate({"model_name": "m", **more})
        assert identity_digest(changed.identity()) != identity_digest(one.identity())


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
