from __future__ import annotations

import pytest

from pytest_haerae.backends.api.adaptation import Adaptation

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
