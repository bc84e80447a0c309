"""How much a model on a vLLM engine thinks: its template's switch, and the engine's own budget."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from pytest_haerae.backends.local.reasoning import MARKS, Thinking, thinking
from pytest_haerae.backends.local.vllm.engine import VllmParameters, import_vllm
from pytest_haerae.backends.reasoning import unavailable
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line


def thinking_of(parameters: VllmParameters) -> Thinking:
    """What the parameters' setting comes to; looked up before the engine starts, which takes a minute.

    Raises:
        UsageError: The model's chat template, or the engine, does not have it.
    """
    reasoning = parameters.reasoning
    if reasoning is None:
        return Thinking()
    told = thinking(reasoning, _template_of(parameters))
    if told.budget is not None and not _has_budgets():
        raise unavailable(reasoning, "this version of vllm takes no number of tokens")
    return told


def with_budget(parameters: VllmParameters, told: Thinking) -> VllmParameters:
    """The parameters of an engine that can close thoughts, where it is to do so.

    Args:
        parameters: The user's.
        told: What `thinking_of` made of them.
    """
    if told.budget is None:
        return parameters
    marks = {"reasoning_start_str": MARKS[told.closing], "reasoning_end_str": told.closing}
    return type(parameters).model_validate({"reasoning_config": marks, **dict(parameters)})


def _template_of(parameters: VllmParameters) -> str | None:
    from transformers import AutoTokenizer

    name, revision = parameters.tokenizer()
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(
            name, revision=revision, trust_remote_code=parameters.trust_remote_code
        )
    except Exception as error:
        line = error_line(error, longest=300)
        raise UsageError(f"vllm cannot load the tokenizer of {parameters.model_name_or_path}: {line}") from None
    template: str | None = tokenizer.chat_template
    return template


def _has_budgets() -> bool:
    import_vllm()
    from vllm import SamplingParams
    from vllm.engine.arg_utils import EngineArgs

    named = {field.name for field in dataclasses.fields(EngineArgs)}
    return "reasoning_config" in named and "thinking_token_budget" in inspect.signature(SamplingParams).parameters
