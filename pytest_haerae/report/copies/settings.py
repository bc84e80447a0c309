"""Causes that the settings may be: what the two reports say of precision, prompt, parameters and engine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_haerae.redact import redact
from pytest_haerae.report.copies.side_by_side import Copies, quoted
from pytest_haerae.report.schema import Info

_NOT_OF_THE_BACKEND = frozenset({"pytest_haerae", "python", "pytest"})
_PRECISION = ("dtype", "quantization", "load_in_4bit", "load_in_8bit", "kv_cache_dtype", "torch_dtype")
"""Parameters that say in how many bits numbers are kept."""
_WEIGHTS = re.compile(
    r"""
    (?<![^\W_])(?:
        [it]?q\d(?:_[\dklmnsx]+)*       # model-Q4_K_M.gguf, model.q8_0.gguf, model-IQ4_NL, model-TQ1_0
        | bf16 | f(?:p|loat)?(?:8|16|32)  # model-bf16, model-FP8, model_f16
        | (?:nv|mx)?fp4 | nf4             # model-NVFP4, model-nf4
        | w\d+a\d+                        # model-W8A8
        | int[48] | [48]-?bit             # model-Int8, model-4bit
        | awq | gptq                      # model-AWQ
    )(?![^\W_])
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""How weights were quantized, as names of models and files say it."""


_NAMES_OF_MODELS = ("model_name_or_path", "model_name", "model", "api_base", "base_url")


def precision(copies: Copies) -> str | None:
    """Weights or numbers in other precision."""
    before, after = (precision_of(info) for info in (copies.before, copies.after))
    if before == after:
        return None
    return f"precision: A {_settings(before)}, B {_settings(after)}"


def model(copies: Copies) -> str | None:
    """Other weights, by name, of one backend: each calls a model in its own way."""
    before, after = (info["model"] for info in (copies.before, copies.after))
    if before == after or copies.before["backend"] != copies.after["backend"] or precision(copies):
        return None
    return f"A is {quoted(before)}, B is {quoted(after)}"


def measurement(copies: Copies) -> str | None:
    """Prompt, few-shot examples, scorer and the like."""
    return _told(copies.differing) if copies.differing else None


def parameters(copies: Copies) -> str | None:
    """Parameters of the backend, but for those that say where a model is and in which precision."""
    if copies.before["backend"] != copies.after["backend"]:
        return None
    before, after = (redact(info["model_params"]) for info in (copies.before, copies.after))
    names = [name for name in {**before, **after} if name not in (*_PRECISION, *_NAMES_OF_MODELS)]
    apart = {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
    return f"model parameters: {_told(apart)}" if apart else None


def generation(copies: Copies) -> str | None:
    """What the model brings along for generating, and how much it was to think."""
    pairs = {
        name: (copies.before.get(name) or None, copies.after.get(name) or None) for name in ("generation", "reasoning")
    }
    apart = {name: values for name, values in pairs.items() if values[0] != values[1]}
    return _told(apart) if apart else None


def engine(copies: Copies) -> str | None:
    """Another backend, its libraries' versions, or its way to the numbers."""
    before, after = copies.before, copies.after
    apart: dict[str, tuple[object, object]] = {}
    if before["backend"] != after["backend"]:
        apart["backend"] = before["backend"], after["backend"]
    else:
        old, new = (
            {name: version for name, version in info["versions"].items() if name not in _NOT_OF_THE_BACKEND}
            for info in (before, after)
        )
        apart |= {
            f"version of {name}": (old.get(name), new.get(name))
            for name in {**old, **new}
            if old.get(name) != new.get(name)
        }
    if (before.get("method_detail") or None) != (after.get("method_detail") or None):
        apart["way to the numbers"] = before.get("method_detail"), after.get("method_detail")
    return _told(apart) if apart else None


def precision_of(info: Info) -> dict[str, object]:
    """What a report says of the precision of weights and numbers: by its parameters, and by the model's name."""
    params: Mapping[str, Any] = redact(info["model_params"])
    found = {name: params[name] for name in _PRECISION if params.get(name) is not None}
    names = [info["model"] or "", *(str(params.get(name, "")) for name in _NAMES_OF_MODELS[:3])]
    weights = sorted({match[0].upper() for name in names for match in _WEIGHTS.finditer(name)})
    return {**found, **({"weights": ", ".join(weights)} if weights else {})}


def _told(apart: Mapping[str, tuple[object, object]]) -> str:
    return "; ".join(f"{name}: A {quoted(old)}, B {quoted(new)}" for name, (old, new) in apart.items())


def _settings(values: Mapping[str, object]) -> str:
    return ", ".join(_pairs(values)) or "says nothing"


def _pairs(values: Mapping[str, object]) -> Iterator[str]:
    return (f"{name}={value if isinstance(value, str) else quoted(value)}" for name, value in values.items())
