from __future__ import annotations

import itertools
import sys
from importlib.util import find_spec

import pytest

from pytest_haerae.backends.api.litellm import LiteLLMBackend, _is_invented
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.errors import UsageError


def chained(*errors: Exception) -> Exception:
    """Each one raised from the next."""
    for error, origin in itertools.pairwise(errors):
        error.__cause__ = origin
    return errors[0]


@pytest.mark.parametrize(
    ("error", "invented"),
    [
        (chained(RuntimeError("wrapped"), Exception("an error object that came with 200")), True),
        (chained(RuntimeError("wrapped"), ValueError("between"), Exception("x")), True),
        (chained(RuntimeError("wrapped"), ConnectionError("reset")), False),
        (RuntimeError("alone"), False),
    ],
)
def test_a_refusal_made_of_an_answer_200_is_known_by_its_origin(error: Exception, invented: bool) -> None:
    assert _is_invented(error) is invented


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)
    with pytest.raises(UsageError, match=r"pip install 'pytest-haerae\[litellm\]'"):
        LiteLLMBackend(ApiParameters(model_name="m"))


@pytest.mark.parametrize(
    ("model", "problem"),
    [("gpt-4o-mini", None), ("openai/nobody-knows-it", "litellm knows no price of openai/nobody-knows-it")],
)
def test_a_price_is_known_where_it_is_in_litellms_table(model: str, problem: str | None) -> None:
    if find_spec("litellm") is None:  # not imported here: it would fetch prices
        pytest.skip("the extra litellm is not installed")
    assert LiteLLMBackend.price_problem(ApiParameters(model_name=model)) == problem
