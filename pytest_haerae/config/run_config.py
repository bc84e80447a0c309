"""The one validated configuration that every door builds and the engine runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.config.options import BY_NAME, RawOptions
from pytest_haerae.config.parsing import (
    parse_boolean,
    parse_gpus,
    parse_integer,
    parse_mapping,
    parse_names,
    parse_share,
)
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import CAPABILITY, Method

DEFAULT_DATASET = "haerae_bench"
DEFAULT_PROMPT: dict[Method, str] = {"log_likelihood": "raw", "string_match": "answer_letter"}
EVALUATOR_PARAMS: dict[Method, dict[str, type]] = {
    "log_likelihood": {"return_logits": bool, "scorer": str},
    "string_match": {"scorer": str, "strict": bool},
}
"""The parameters that each method's scorers take, and their types."""
_DATASET_PARAMS = ("revision", "columns")
_Default = TypeVar("_Default", Path, None)
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
    replicas: int | None
    ray_address: str | None
    gpus_per_replica: float | None
    store: Path

    @property
    def return_logits(self) -> bool:
        """Whether every option's log-likelihood goes into the report."""
        return bool(self.evaluator_params.get("return_logits", True))

    @property
    def scorer(self) -> str:
        """The name of the scorer that judges the responses."""
        default = "strict" if self.evaluator_params.get("strict") else "default"
        return str(self.evaluator_params.get("scorer", default))


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
    values = {name: value for name, value in raw.items() if value not in (None, [], ())}
    values = {**_dataset_params(values.pop("dataset_params", None)), **values}
    if parse_boolean("--demo", values.get("demo", False)):
        values = {**_DEMO, **values}

    def read(name: str, parser: Callable[..., Any], default: Any, *arguments: Any) -> Any:  # noqa: ANN401 - as parsed
        return parser(BY_NAME[name].flags[0], values[name], *arguments) if name in values else default

    method = _method(str(values.get("method", "string_match")))
    dataset = str(values.get("dataset", DEFAULT_DATASET))
    return RunConfig(
        model=_model(values),
        model_params=_model_params(values),
        method=method,
        evaluator_params=_with_scorer(dataset, method, _evaluator_params(method, values.get("evaluator_params"))),
        dataset=dataset,
        dataset_revision=values.get("dataset_revision"),
        dataset_columns=read("dataset_columns", parse_mapping, {}),
        split=str(values.get("split", "test")),
        subset=parse_names(values.get("subset")),
        limit=read("limit", parse_integer, None, 1),
        num_few_shot=read("num_few_shot", parse_integer, 0, 0),
        few_shot_split=values.get("few_shot_split"),
        few_shot_seed=read("few_shot_seed", parse_integer, 0, 0),
        prompt=str(values.get("prompt", default_prompt(dataset, method))),
        apply_chat_template=read("apply_chat_template", parse_boolean, None),
        system_prompt=values.get("system_prompt"),
        output_file=_path(values, "output_file", rootdir / ".haerae" / "report.json"),
        report_html=_path(values, "report_html", None),
        report_md=_path(values, "report_md", None),
        baseline=Path(str(values["baseline"])).expanduser() if "baseline" in values else None,
        baseline_write=_path(values, "baseline_write", None),
        resume=read("resume", parse_boolean, True),
        reuse=read("reuse", parse_boolean, False),
        rerun=_rerun(values.get("rerun")),
        replicas=read(
            "replicas", parse_integer, 1 if "ray_address" in values or "gpus_per_replica" in values else None, 1
        ),
        ray_address=_address(values.get("ray_address")),
        gpus_per_replica=read("gpus_per_replica", parse_gpus, None),
        store=_path(values, "store", rootdir / ".haerae" / "responses.sqlite"),
        **dict(gate_settings(values)),
    )


def default_prompt(dataset: str, method: Method) -> str:
    """The prompt of a run that names none: that of its benchmark, or the method's."""
    benchmark = find_benchmark(dataset)
    return benchmark.prompts.get(method, DEFAULT_PROMPT[method]) if benchmark else DEFAULT_PROMPT[method]


def gate_settings(raw: RawOptions) -> GateSettings:
    """Make the gates' settings from options as typed; None, a missing name and an empty list mean "not given".

    Raises:
        UsageError: A value is malformed or out of range.
    """

    def share(name: str, default: float) -> float:
        value = raw.get(name)
        return default if value is None else parse_share(BY_NAME[name].flags[0], value)

    return GateSettings(
        min_accuracy=tuple(_minimum(text) for text in _texts(raw.get("min_accuracy"))),
        max_drop=share("max_drop", 0.0),
        significance=share("significance", 0.05),
        max_error_rate=share("max_error_rate", 0.0),
    )


def _dataset_params(value: Any) -> dict[str, Any]:  # noqa: ANN401 - text or mapping
    params = parse_mapping("--dataset-params", value)
    for name in params:
        if name not in _DATASET_PARAMS:
            raise UsageError(f"--dataset-params: {unknown('parameter', name, _DATASET_PARAMS)}")
    return {f"dataset_{name}": setting for name, setting in params.items()}


def _model(values: dict[str, Any]) -> str:
    if "model" in values:
        return str(values["model"])
    from pytest_haerae.backends.registry import backend_names

    names = ", ".join(backend_names())
    raise UsageError(f"these suites evaluate a model and none is named: add --model=NAME (one of {names}) or --demo")


def _method(name: str) -> Method:
    for method in CAPABILITY:
        if name == method:
            return method
    raise UsageError(unknown("method", name, CAPABILITY))


def _model_params(values: dict[str, Any]) -> dict[str, Any]:
    if "model_params" in values:
        return parse_mapping("--model-params", values["model_params"])
    return parse_mapping("HAERAE_MODEL_PARAMS", os.environ.get("HAERAE_MODEL_PARAMS"))


def _evaluator_params(method: Method, value: Any) -> dict[str, Any]:  # noqa: ANN401 - text or mapping
    params = parse_mapping("--evaluator-params", value)
    for name, setting in params.items():
        if name not in EVALUATOR_PARAMS[method]:
            raise UsageError(f"--evaluator-params: {unknown('parameter', name, EVALUATOR_PARAMS[method])}")
        if not isinstance(setting, EVALUATOR_PARAMS[method][name]):
            wanted = "true or false" if EVALUATOR_PARAMS[method][name] is bool else "a name"
            raise UsageError(f"--evaluator-params: {name} is {wanted}, not {setting!r}")
    if params.get("strict") and params.get("scorer", "strict") != "strict":
        raise UsageError(
            f"--evaluator-params: strict is a scorer of its own; leave out either it or {params['scorer']!r}"
        )
    return params


def _with_scorer(dataset: str, method: Method, params: dict[str, Any]) -> dict[str, Any]:
    """Name the benchmark's own scorer, where it has one: reports then say what judged, and baselines compare it."""
    benchmark = find_benchmark(dataset)
    scorer = benchmark.scorers.get(method) if benchmark else None
    return params if scorer is None or "scorer" in params or params.get("strict") else {"scorer": scorer, **params}


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - text, number or list of them
    return [str(entry) for entry in value] if isinstance(value, list | tuple) else [] if value is None else [str(value)]


def _minimum(text: str) -> MinimumAccuracy:
    subset, equals, number = text.rpartition("=")
    if equals and not subset:
        raise UsageError(f"--min-accuracy: '{text}' names no subset; write SUBSET=0.5 or 0.5")
    return MinimumAccuracy(subset=subset or None, threshold=parse_share("--min-accuracy", number))


def _rerun(value: Any) -> str | None:  # noqa: ANN401 - text or None
    if value is None or value == "errors":
        return None if value is None else "errors"
    raise UsageError(f"--rerun: {unknown('choice', str(value), ['errors'])}")


def _address(value: Any) -> str | None:  # noqa: ANN401 - text or None
    if value is not None and not str(value).strip():
        raise UsageError("--ray-address: is empty; name HOST:PORT or auto, or leave it out")
    return None if value is None else str(value)


def _path(values: dict[str, Any], name: str, default: _Default) -> Path | _Default:
    return Path(str(values[name])).expanduser().absolute() if name in values else default
