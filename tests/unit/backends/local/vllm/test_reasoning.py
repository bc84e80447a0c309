from __future__ import annotations

import pytest

from pytest_haerae.backends.local.reasoning import Thinking
from pytest_haerae.backends.local.vllm import reasoning
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.backends.local.vllm.reasoning import thinking_of, with_budget
from pytest_haerae.errors import UsageError

TEMPLATE = "{% if enable_thinking %}<think>{% else %}<think></think>{% endif %}"


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasoning, "_template_of", lambda parameters: TEMPLATE)
    monkeypatch.setattr(reasoning, "_has_budgets", lambda: True)


def test_where_nothing_is_set_nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasoning, "_template_of", None)
    parameters = VllmParameters()
    assert thinking_of(parameters) == Thinking()
    assert with_budget(parameters, Thinking()) is parameters


def test_a_budget_is_the_engines_with_the_marks_of_the_template() -> None:
    parameters = VllmParameters(reasoning=8)
    told = thinking_of(parameters)
    assert told == Thinking({"enable_thinking": True}, 8, "</think>")
    arguments = with_budget(parameters, told).engine_arguments()
    assert arguments["reasoning_config"] == {"reasoning_start_str": "<think>", "reasoning_end_str": "</think>"}
    assert "reasoning" not in arguments
    assert "reasoning_config" not in parameters.identity()
    own = VllmParameters.model_validate({"reasoning": 8, "reasoning_config": {"reasoning_parser": "qwen3"}})
    assert with_budget(own, told).engine_arguments()["reasoning_config"] == {"reasoning_parser": "qwen3"}


def test_an_engine_without_budgets_takes_the_switch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reasoning, "_has_budgets", lambda: False)
    assert thinking_of(VllmParameters(reasoning="off")) == Thinking({"enable_thinking": False})
    with pytest.raises(UsageError, match="--reasoning=8: this version of vllm takes no number of tokens"):
        thinking_of(VllmParameters(reasoning=8))
