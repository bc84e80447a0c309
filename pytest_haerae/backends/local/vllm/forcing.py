"""Whether requests of an engine can be made to generate given tokens, so that one reads several nodes of a trie."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_haerae.backends.local.trie import Tokens

PATH = "haerae_path"
"""The name in `SamplingParams.extra_args` under which a request's path stands; `forced_path` reads it."""
_PROCESSOR = "pytest_haerae.backends.local.vllm.forced_path:ForcedPath"
_OTHERS = frozenset({"logits_processors", "speculative_config", "attention_config", "watermark_config"})
"""Arguments of which one that the user set samples in another way, or decides on the engine's model runner."""


def forcing(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Further arguments under which an engine can be made to follow a path; none where that is not to be had.

    Not where the user has processors of their own or speculates; not with an engine without request-level processors
    of logits, and not with its second model runner (the first choice where there is Triton), which takes others.

    Args:
        arguments: What the engine is started with, as far as the user or the backend set it.
    """
    if _OTHERS & arguments.keys():
        return {}
    try:
        return {"logits_processors": [_PROCESSOR]} if _takes() else {}
    except (ImportError, AttributeError):  # another version
        return {}


def _takes() -> bool:
    from vllm import envs
    from vllm.engine.arg_utils import EngineArgs
    from vllm.triton_utils import HAS_TRITON
    from vllm.v1.sample.logits_processor import AdapterLogitsProcessor

    chosen = envs.VLLM_USE_V2_MODEL_RUNNER
    second = HAS_TRITON if chosen is None else chosen
    known = {field.name for field in dataclasses.fields(EngineArgs)}
    return "logits_processors" in known and not second and hasattr(AdapterLogitsProcessor, "new_req_logits_processor")


def can_force(engine: Any) -> bool:  # noqa: ANN401 - the library is optional
    """Whether a `vllm.LLM` was started with what `forcing` gave."""
    processors: Sequence[Any] | None = engine.llm_engine.model_config.logits_processors
    return _PROCESSOR in (processors or ())


def follow(path: Tokens) -> dict[str, Any]:
    """Further settings of a request that is to generate these tokens and one of its own choice; none without tokens.

    The end of the text is a token like any other here.
    """
    return {"ignore_eos": True, "extra_args": {PATH: list(path)}} if path else {}
