from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.backends.api.adaptation import Adaptation, Adaptations

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


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("`temperature` is deprecated for this model.", "temperature"),
        ("temperature is no longer supported", "temperature"),
        ("`temperature` must be strictly positive", "temperature"),
        ("'temperature' does not support 0.0 with this model. Only the default (1) value is supported.", "temperature"),
        ("{'detail': [{'loc': ['body', 'seed'], 'msg': 'Extra inputs are not permitted'}]}", "seed"),
        ("Unrecognized request argument supplied: seed", "seed"),
        ("openai does not support parameters: ['seed'], for model=x", "seed"),
        ("이 모델은 temperature를 지원하지 않습니다.", "temperature"),
        ("seed: 사용할 수 없는 값입니다", "seed"),
    ],
)
def test_d4_what_a_server_says_it_does_not_take_is_left_out(message: str, name: str) -> None:
    adaptation = Adaptation()
    assert adaptation.learn(BODY, refusal(message))
    assert adaptation.apply(BODY) == {key: value for key, value in BODY.items() if key != name}


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "`max_tokens` is deprecated for this model",
        "max_tokens is unsupported",
    ],
)
def test_d4_a_limit_of_tokens_goes_by_its_other_name(message: str) -> None:
    adaptation = Adaptation()
    assert adaptation.learn(BODY, refusal(message))
    assert adaptation.apply(BODY)["max_completion_tokens"] == 8
    assert not adaptation.learn(adaptation.apply(BODY), refusal("max_completion_tokens is unsupported"))


LISTED = {"model": "m", "logprobs": True, "top_logprobs": 20}


@pytest.mark.parametrize(
    ("message", "most"),
    [
        ("Error code: 400 - top_logprobs must be between 0 and 5", 5),
        ("Invalid value for 'top_logprobs': must be less than or equal to 5", 5),
        ("{'loc': ['body', 'top_logprobs'], 'msg': 'Input should be less than or equal to 8', 'ctx': {'le': 8}}", 8),
        ("top_logprobs exceeds the maximum of 5, got 20", 5),
        ("`top_logprobs` must be less than 20", 19),
        ("top_logprobs 20 is out of range", 10),
        ("top_logprobs는 5 이하여야 합니다", 5),
        ("top_logprobs must be at most 5 (request req_12a)", 5),
    ],
)
def test_d4_as_many_tokens_are_listed_as_the_server_takes(message: str, most: int) -> None:
    adaptation = Adaptation()
    assert adaptation.learn(LISTED, refusal(message))
    assert adaptation.apply(LISTED)["top_logprobs"] == most
    assert adaptation.describe() == f"the server refused parameters: top_logprobs was sent as {most}"


def test_a_server_that_takes_no_number_is_not_asked_without_end() -> None:
    adaptation = Adaptation()
    for _ in range(25):
        if not adaptation.learn(adaptation.apply(LISTED), refusal("top_logprobs is out of range")):
            break
    else:
        pytest.fail("it went on")


def test_a_refusal_that_names_another_field_changes_nothing() -> None:
    error = refusal("this question about temperature is not allowed")
    error.body = {"param": "messages"}  # type: ignore[attr-defined]
    adaptation = Adaptation()
    assert not adaptation.learn(BODY, error)
    error.body = {"error": {"param": "temperature"}}  # type: ignore[attr-defined]
    assert adaptation.learn(BODY, error)


def test_each_sampling_is_learnt_of_apart_and_told_together() -> None:
    adaptations = Adaptations()
    hot, seeded = BODY | {"temperature": 2.0}, BODY | {"seed": 2}
    assert adaptations.of(hot).learn(hot, refusal("temperature is out of range"))
    assert adaptations.of(seeded).learn(seeded, refusal("seed is not supported"))
    assert "temperature" not in adaptations.of(hot | {"messages": ["another"]}).apply(hot)
    assert adaptations.of(BODY).apply(BODY) == BODY
    assert adaptations.describe() == "the server refused parameters: temperature was left out, seed was left out"


def test_a_name_that_the_server_told_is_every_samplings_and_one_that_was_guessed_is_not() -> None:
    adaptations = Adaptations()
    long = BODY | {"max_tokens": 1_000_000}
    assert adaptations.of(long).learn(long, refusal("invalid value for max_tokens"))
    assert adaptations.of(long).apply(long)["max_completion_tokens"] == 1_000_000
    assert adaptations.of(BODY).apply(BODY) == BODY
    assert adaptations.of(long).learn(long, refusal("max_tokens is unsupported, use max_completion_tokens"))
    assert adaptations.of(BODY).apply(BODY)["max_completion_tokens"] == 8


@pytest.mark.parametrize(
    "told", [{"response_format": {}}, {"extra_body": {"structured_outputs": {}, "grammar": "root"}}], ids=str
)
def test_what_keeps_an_answer_to_choices_is_never_left_out(told: dict[str, Any]) -> None:
    """Nor is anything else in its place, where a server lists what it takes."""
    adaptation = Adaptation()
    body = {"max_tokens": 5, "seed": 1, "temperature": 0.0, **told}
    name = next(iter(told.get("extra_body", told)))
    words = f"{name} is not supported: max_tokens, seed and temperature are"
    assert not adaptation.learn(body, refusal(words))
    assert adaptation.apply(body) == body
    assert adaptation.learn(body, refusal("seed is not supported"))
    assert adaptation.apply(body) == {name: value for name, value in body.items() if name != "seed"}
