"""The one validated configuration that every door builds and the engine runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.config.option import RawOptions, is_given
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.config.parsing import parse_mapping
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.scoring.registry import scorer_name
from pytest_haerae.types import Method

DEFAULT_PROMPT: dict[Method, str] = {"log_likelihood": "raw", "string_match": "answer_letter"}
_DATASET_PARAMS = ("revision", "columns")
_DEMO = {"model": "llamacpp", "dataset": "sample", "method": "log_likelihood"}


class MinimumAccuracy(BaseModel):
    """A gate on the accuracy of one subset, or of all items where `subset` is None."""

    model_config = ConfigDict(frozen=True)

    subset: str | None
    threshold: float


class GateSettings(BaseModel):
    """What the gates judge by. Built by `gate_settings`, or as a part of a whole configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_accuracy: tuple[MinimumAccuracy, ...]
    max_drop: float
    significance: float
    max_error_rate: float


class RunConfig(GateSettings):
    """Everything that decides a run. Built by `build_config`; see `options.OPTIONS` for each field's meaning."""

    model: str
    model_params: dict[str, Any]
    method: Method
    evaluator_params: dict[str, Any]
    dataset: str
    dataset_revision: str | None
    dataset_columns: dict[str, Any]
    split: str
    subset: tuple[str, ...]
    limit: int | None
    num_few_shot: int
    few_shot_split: str | None
    few_shot_seed: int
    prompt: str
    apply_chat_template: bool | None
    system_prompt: str | None
    output_file: Path
    report_html: Path | None
    report_md: Path | None
    baseline: Path | None
    baseline_write: Path | None
    resume: bool
    reuse: bool
    rerun: str | None
    answer_timeout: float
    replicas: int | None
    ray_address: str | None
    gpus_per_replica: float | None
    store: Path
    rootdir: Path

    @property
    def return_logits(self) -> bool:
        """Whether every option's log-likelihood goes into the report."""
        return bool(self.evaluator_params.get("return_logits", True))

    @property
    def scorer(self) -> str:
        """The name of the scorer that judges the responses."""
        return scorer_name(self.evaluator_params)


def build_config(raw: RawOptions, rootdir: Path) -> RunConfig:
    """Make the configuration from options as typed.

    Args:
        raw: Option name to value; None, a missing name and an empty list mean "not given".
        rootdir: Folder below which ``.haerae/`` lies.

    Returns:
        The configuration; names of backends, data sets and prompts are checked where they are looked up.

    Raises:
        UsageError: A value is malformed or out of range, or no model was named.
    """
    values = with_shorthands(raw)
    if "model" not in values:
        raise _no_model()
    if "model_params" not in values and (text := os.environ.get(_MODEL_PARAMS)):
        values["model_params"] = parse_mapping(_MODEL_PARAMS, text)
    if "ray_address" in values or "gpus_per_replica" in values:
        values.setdefault("replicas", 1)
    fields = RunConfig.model_fields.keys() - GateSettings.model_fields.keys()
    read = {option.name: option.read(values, rootdir) for option in OPTIONS if option.name in fields}
    method, dataset = read["method"], read["dataset"]
    read["evaluator_params"] = _evaluator_params(dataset, method, read["evaluator_params"])
    read["prompt"] = read["prompt"] or default_prompt(dataset, method)
    return RunConfig(**read, rootdir=rootdir, **dict(gate_settings(values)))


_MODEL_PARAMS = "HAERAE_MODEL_PARAMS"
"""The variable of the environment that stands for ``--model-params``."""


def with_shorthands(raw: RawOptions) -> dict[str, Any]:
    """The options that are given, and those that ``--dataset-params`` and ``--demo`` stand for beside them.

    Raises:
        UsageError: One of these two is malformed.
    """
    values = {name: value for name, value in raw.items() if is_given(value)}
    params = BY_NAME["dataset_params"].read(values)
    for name in params:
        if name not in _DATASET_PARAMS:
            raise UsageError(f"--dataset-params: {unknown('parameter', name, _DATASET_PARAMS)}")
    values = {f"dataset_{name}": setting for name, setting in params.items()} | values
    return _DEMO | values if BY_NAME["demo"].read(values) else values


def _no_model() -> UsageError:
    from pytest_haerae.backends.registry import backend_names

    names = ", ".join(backend_names())
    return UsageError(f"these suites evaluate a model and none is named: add --model=NAME (one of {names}) or --demo")


def default_prompt(dataset: str, method: Method) -> str:
    """The prompt of a run that names none: that of its benchmark, or the method's."""
    benchmark = find_benchmark(dataset)
    return benchmark.prompts.get(method, DEFAULT_PROMPT[method]) if benchmark else DEFAULT_PROMPT[method]


def gate_settings(raw: RawOptions) -> GateSettings:
    """Make the gates' settings from options as typed; None, a missing name and an empty list mean "not given".

    Raises:
        UsageError: A value is malformed or out of range.
    """
    read = {name: BY_NAME[name].read(raw) for name in GateSettings.model_fields}
    minimums = tuple(MinimumAccuracy(subset=subset, threshold=x) for subset, x in read.pop("min_accuracy"))
    return GateSettings(min_accuracy=minimums, **read)


def _evaluator_params(dataset: str, method: Method, params: dict[str, Any]) -> dict[str, Any]:
    """The evaluator's parameters, validated; they name the benchmark's own scorer where it is the one that judges."""
    benchmark = find_benchmark(dataset)
    default = benchmark.scorers.get(method) if benchmark else None
    chosen = choose_scorer(method, params, default).scorer.name
    # Reports then say what judged, and baselines compare it.
    return params if chosen == scorer_name(params) else {"scorer": chosen, **params}
