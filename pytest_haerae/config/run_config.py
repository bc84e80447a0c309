"""The one validated configuration that every door builds and the engine runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.protocol import Protocol
from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.config.dataset_names import expand_all
from pytest_haerae.config.deviations import with_deviations
from pytest_haerae.config.gate_settings import NO_HANGUL, GateSettings, gate_settings
from pytest_haerae.config.item_scope import SCOPE_PARAMS, ItemScope, read_item_scope
from pytest_haerae.config.kept_run import NamedRun
from pytest_haerae.config.model_names import NamedModel, model_names, named_file, with_responses
from pytest_haerae.config.option import RawOptions, is_given
from pytest_haerae.config.options import BY_NAME, OPTIONS, JunitWrong
from pytest_haerae.config.parsing import parse_mapping
from pytest_haerae.config.profiles import read_profiles, with_judge, with_profile, with_reward
from pytest_haerae.config.protocols import follow, with_protocol
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.scoring.metrics import HANGUL, with_metric
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.scoring.ranking import RANKINGS, Ranking
from pytest_haerae.scoring.registry import CONSTRAIN, RANK, scorer_name
from pytest_haerae.types import Method, PassIf, Reasoning

DEFAULT_PROMPT: dict[Method, str] = {"log_likelihood": "raw", "string_match": "answer_letter"}
_DATASET_PARAMS = ("revision", "columns")
"""The parameters of a data set that stand for options of their own."""
_DEMO = {"model": "llamacpp", "dataset": "sample", "method": "log_likelihood"}

Made = TypeVar("Made")


class RunConfig(GateSettings):
    """Everything that decides a run. Built by `build_config`; see `options.OPTIONS` for each field's meaning.

    A run of several data sets has a configuration for each, as a run of that one alone would have it: they differ in
    `dataset` and in what their benchmarks bring along.

    Attributes:
        called: What the model is called in this run, by its profile or beside others; empty where its backend says it.
        item_scope: Which items of a subset are meant, as ``--dataset-params`` says it.
        panel: The judges, where ``--judge`` names several.
        recipe: The protocol that ``--protocol`` names.
        deviations: What options contradict of it, a line each.
        others: Those of the further data sets; the first one's has them.
    """

    model: str
    called: str
    model_params: dict[str, Any]
    method: Method
    evaluator_params: dict[str, Any]
    dataset: str
    dataset_revision: str | None
    dataset_columns: dict[str, Any]
    split: str
    subset: tuple[str, ...]
    limit: int | None
    repeats: int
    pass_if: PassIf
    by: tuple[str, ...]
    num_few_shot: int
    few_shot_split: str | None
    few_shot_seed: int
    prompt: str
    prompts: tuple[str, ...]
    shuffle_options: int | None
    probe_order: int | None
    apply_chat_template: bool | None
    system_prompt: str | None
    reasoning: Reasoning | None
    judge: tuple[str, ...]
    judge_params: dict[str, Any]
    judge_labels: Path | None
    reward_model: str | None
    reward_params: dict[str, Any]
    responses: Path | None
    protocol: str | None
    output_file: Path
    report_html: Path | None
    report_md: Path | None
    junit_wrong: JunitWrong | None
    baseline: Path | NamedRun | None
    baseline_write: Path | None
    history: bool
    resume: bool
    reuse: bool
    rerun: str | None
    answer_timeout: float
    max_cost: float | None
    dry_run: bool
    batch_api: bool
    yes: bool
    replicas: int | None
    ray_address: str | None
    gpus_per_replica: float | None
    store: Path
    rootdir: Path
    item_scope: ItemScope = ItemScope()
    panel: tuple[NamedModel, ...] = ()
    recipe: Protocol | None = None
    deviations: tuple[str, ...] = ()
    others: tuple[RunConfig, ...] = ()

    @property
    def parts(self) -> tuple[RunConfig, ...]:
        """The configurations of all data sets, in the order in which they were named."""
        return self, *self.others

    @property
    def model_name(self) -> str:
        """What ``--model`` names it."""
        return self.called or self.model

    @property
    def return_logits(self) -> bool:
        """Whether every option's log-likelihood goes into the report."""
        return bool(self.evaluator_params.get("return_logits", True))

    @property
    def constrained(self) -> bool:
        """Whether what is generated about an item with options is kept to one of its labels."""
        return CONSTRAIN in self.evaluator_params

    @property
    def ranking(self) -> Ranking | None:
        """What the answers to an item are ranked by; None where nothing ranks them."""
        return RANKINGS[self.evaluator_params[RANK]] if RANK in self.evaluator_params else None

    @property
    def scorer(self) -> str:
        """The name of the scorer that judges the responses."""
        return scorer_name(self.evaluator_params)


def build_config(raw: RawOptions, rootdir: Path, *, beside: bool = False) -> RunConfig:
    """Make the configuration from options as typed.

    Args:
        raw: Option name to value; None, a missing name and an empty list mean "not given". It names one model.
        rootdir: Folder below which ``.haerae/`` lies.
        beside: Whether further models are evaluated in this session: its files have the model's name, then.

    Returns:
        The configuration; names of backends, data sets and prompts are checked where they are looked up.

    Raises:
        UsageError: A value is malformed or out of range, or no model was named.
    """
    values = with_shorthands(raw)
    if "model" not in values:
        raise _no_model()
    (name,) = model_names(values)
    profiles = read_profiles(rootdir)
    given = "responses" in values
    values = with_reward(with_judge(values if given else with_profile(values, profiles), profiles), profiles)
    called = name if beside or (name in profiles and not given) else ""
    if "model_params" not in values and not given and (text := os.environ.get(_MODEL_PARAMS)):
        values["model_params"] = parse_mapping(_MODEL_PARAMS, text)
    if "ray_address" in values or "gpus_per_replica" in values:
        values.setdefault("replicas", 1)
    values, followed = follow(values, profiles, partial(_config_of, rootdir=rootdir, called=called))
    names = dataset_names(values)
    first, *others = [told_of(each, names, partial(_config_of, each, values, rootdir, called)) for each in names]
    config = with_deviations(first.model_copy(update={"others": tuple(others)}) if others else first, followed)
    if config.min_hangul and all(part.method == "log_likelihood" for part in config.parts):
        raise UsageError(NO_HANGUL)
    return _with_files_named(config) if beside else config


def _with_files_named(config: RunConfig) -> RunConfig:
    """A configuration of one of several models: its reports, and the one that it is held to, have its name."""
    paths = {name: getattr(config, name) for name in _OF_ONE_MODEL}
    return config.model_copy(
        update={name: named_file(path, config.called) for name, path in paths.items() if isinstance(path, Path)}
    )


_OF_ONE_MODEL = ("output_file", "report_html", "report_md", "baseline", "baseline_write")


def dataset_names(raw: RawOptions) -> tuple[str, ...]:
    """The data sets that options name, or the default one.

    Raises:
        UsageError: There is no name among them.
    """
    return expand_all(BY_NAME["dataset"].read(raw))


def told_of(name: str, names: Collection[str], act: Callable[[], Made]) -> Made:
    """Do something for one data set; what is refused names it where there are several."""
    try:
        return act()
    except UsageError as error:
        raise error if len(names) == 1 else UsageError(f"dataset {name}: {error}") from None


def _config_of(dataset: str, values: Mapping[str, Any], rootdir: Path, called: str) -> RunConfig:
    """One data set's configuration: what its benchmark brings along stands behind what is given."""
    benchmark = find_benchmark(dataset)
    values = {**brought_along(dataset), **values}
    fields = RunConfig.model_fields.keys() - GateSettings.model_fields.keys()
    read = {option.name: option.read(values, rootdir) for option in OPTIONS if option.name in fields}
    read |= {"dataset": dataset, "model": values["model"], "called": called, "panel": values.get("panel", ())}
    method = read["method"]
    if read["repeats"] > 1 and method == "log_likelihood":
        raise UsageError(
            f"--repeats={read['repeats']}: log_likelihood has one answer an item; leave it out, or take"
            " --method=string_match"
        )
    read["evaluator_params"] = _evaluator_params(benchmark, method, read["evaluator_params"])
    read["item_scope"] = read_item_scope(BY_NAME["dataset_params"].read(values))
    read["prompt"], read["prompts"] = _prompts(read["prompt"], read["prompts"], default_prompt(dataset, method))
    gates = gate_settings(values)
    if gates.min_hangul and method == "string_match":
        # Whoever gates what is told asks for it.
        read["evaluator_params"] = with_metric(read["evaluator_params"], HANGUL)
    return RunConfig(**read, rootdir=rootdir, **dict(gates))


def _prompts(named: str | None, several: tuple[str, ...], default: str) -> tuple[str, tuple[str, ...]]:
    """The run's own prompt, and those that it is compared with: of several the first is the run's where none is."""
    own = named or (several[0] if several else default)
    others = tuple(name for name in several if name != own)
    if several and not others:
        raise UsageError(
            f"--prompts={','.join(several)}: there is no other prompt to compare it with; name two or more"
        )
    return own, others


def brought_along(dataset: str) -> dict[str, Any]:
    """The settings that a benchmark brings along, by the options that set them otherwise."""
    benchmark = find_benchmark(dataset)
    if benchmark is None:
        return {}
    own = {name: getattr(benchmark, name) for name in ("method", "num_few_shot", "few_shot_split")}
    return {name: setting for name, setting in own.items() if setting is not None}


_MODEL_PARAMS = "HAERAE_MODEL_PARAMS"
"""The variable of the environment that stands for ``--model-params``."""


def with_shorthands(raw: RawOptions) -> dict[str, Any]:
    """The options that are given, and those that ``--dataset-params`` and ``--demo`` stand for beside them.

    Raises:
        UsageError: One of these two is malformed, or a model is named beside ``--responses``, which stands for one.
    """
    values = with_protocol({name: value for name, value in raw.items() if is_given(value)})
    params = BY_NAME["dataset_params"].read(values)
    for name in params:
        if name not in (*_DATASET_PARAMS, *SCOPE_PARAMS):
            raise UsageError(f"--dataset-params: {unknown('parameter', name, (*_DATASET_PARAMS, *SCOPE_PARAMS))}")
    values = {f"dataset_{name}": params[name] for name in _DATASET_PARAMS if name in params} | values
    return with_responses(_DEMO | values if BY_NAME["demo"].read(values) else values)


def _no_model() -> UsageError:
    from pytest_haerae.backends.registry import backend_names

    names = ", ".join(backend_names())
    return UsageError(f"these suites evaluate a model and none is named: add --model=NAME (one of {names}) or --demo")


def default_prompt(dataset: str, method: Method) -> str:
    """The prompt of a run that names none: that of its benchmark, or the method's."""
    benchmark = find_benchmark(dataset)
    return benchmark.prompts.get(method, DEFAULT_PROMPT[method]) if benchmark else DEFAULT_PROMPT[method]


def _evaluator_params(benchmark: Benchmark | None, method: Method, params: dict[str, Any]) -> dict[str, Any]:
    """The evaluator's parameters, validated; they name the benchmark's own scorer where it is the one that judges."""
    default = benchmark.scorers.get(method) if benchmark else None
    if benchmark is not None and not params.get("strict") and params.get("scorer", default) == default:
        params = {**benchmark.scorer_params.get(method, {}), **params}
    chosen = choose_scorer(method, params, default).scorer.name
    # Reports then say what judged, and baselines compare it.
    return params if chosen == scorer_name(params) else {"scorer": chosen, **params}
