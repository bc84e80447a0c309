from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pytest_haerae.backends.api.openai import OpenAIBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.local.huggingface import HuggingFaceParameters
from pytest_haerae.backends.local.llamacpp import LlamaCppParameters
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.backends.protocol import BackendParameters
from pytest_haerae.backends.random import RandomBackend
from pytest_haerae.backends.reasoning import ReasoningParameters, with_reasoning
from pytest_haerae.errors import UsageError
from pytest_haerae.run.keys import identity_digest

CLASSES: list[tuple[type[ReasoningParameters], dict[str, Any]]] = [
    (ApiParameters, {"model_name": "m"}),
    (HuggingFaceParameters, {}),
    (LlamaCppParameters, {}),
    (VllmParameters, {}),
]


@pytest.mark.parametrize(("kind", "given"), CLASSES)
def test_a_number_of_tokens_has_to_leave_room_for_an_answer(
    kind: type[ReasoningParameters], given: dict[str, Any]
) -> None:
    assert kind.model_validate({**given, "max_tokens": 65, "reasoning": 64}).reasoning == 64
    with pytest.raises(ValidationError, match="reasoning of 64 tokens leaves no room for an answer in max_tokens=64"):
        kind.model_validate({**given, "max_tokens": 64, "reasoning": 64})
    for wrong in ("hihg", 0, -1, 1.5, True):
        with pytest.raises(ValidationError):
            kind.model_validate({**given, "reasoning": wrong})


class Plain(BackendParameters):
    seed: int = 0


class Thinking(Plain, ReasoningParameters):
    max_tokens: int = 128


def test_it_is_a_part_of_the_key_and_the_keys_without_it_are_those_from_before() -> None:
    plain = Plain().identity()
    assert "reasoning" not in Thinking().identity()
    assert Thinking().identity() == plain | {"max_tokens": 128}
    keys = {identity_digest(Thinking(reasoning=each).identity()) for each in (None, "off", "high", 64)}
    assert len(keys) == 4


def test_it_joins_the_parameters_of_a_backend_that_has_it() -> None:
    assert with_reasoning("openai", OpenAIBackend, {"model_name": "m"}, None) == {"model_name": "m"}
    given = with_reasoning("openai", OpenAIBackend, {"model_name": "m", "reasoning": "low"}, "high")
    assert given == {"model_name": "m", "reasoning": "high"}
    assert with_reasoning("random", RandomBackend, {}, None) == {}
    with pytest.raises(UsageError, match="--reasoning=high: backend 'random' has no reasoning that could be set"):
        with_reasoning("random", RandomBackend, {}, "high")
