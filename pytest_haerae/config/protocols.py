"""What ``--protocol`` supplies behind the options as typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_haerae.catalogue.datasets import open_dataset
from pytest_haerae.catalogue.protocol import JudgeSettings, Protocol
from pytest_haerae.catalogue.protocol_registry import find_protocol
from pytest_haerae.catalogue.registry import benchmark_of_repository, find_benchmark
from pytest_haerae.config.dataset_names import parse_datasets
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.config.profiles import with_judge
from pytest_haerae.data.local import SAMPLE
from pytest_haerae.data.paths import located
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.config.run_config import RunConfig

OF_THE_MODEL = ("model", "model_params", "reward_params", "responses", "protocol", "pass_if")
"""Options that no protocol settles: which model, how it is reached, and how its answers are shown."""
OF_THE_DATA = ("dataset", "dataset_revision", "subset")
"""Those that are compared by what they come to."""
_OF_THE_METHOD = ("prompt", "evaluator_params", "apply_chat_template", "reasoning", "num_few_shot", "few_shot_split")
"""Those that say nothing to another method than the protocol's."""


def with_protocol(values: dict[str, Any]) -> dict[str, Any]:
    """The options that are given, with those of the protocol behind them that decide on data, and on a judge.

    Raises:
        UsageError: There is no such protocol, or another benchmark is named beside it.
    """
    if "protocol" not in values:
        return values
    protocol = find_protocol(BY_NAME["protocol"].read(values))
    # What --demo stands for is behind a protocol, too: its method is no word of the user's.
    first = (*_SETTLED_FIRST, "method") if BY_NAME["demo"].read(values) else _SETTLED_FIRST
    settings = {name: value for name, value in settings_of(protocol).items() if name in first}
    if protocol.judge is not None and _judged_otherwise(protocol.judge, values):
        settings.pop("judge_params", None)
    if "dataset" in values:
        settings = _beside_data(protocol, values["dataset"], settings)
    if "revision" in BY_NAME["dataset_params"].read(values):
        settings.pop("dataset_revision", None)
    return settings | values | _beside_judge(protocol, values)


def _judged_otherwise(judge: JudgeSettings, values: Mapping[str, Any]) -> bool:
    """Whether another judge is named than the protocol's, whose parameters say nothing to it."""
    return "judge" in values and BY_NAME["judge"].read(values) != (judge.name,)


def _beside_judge(protocol: Protocol, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the protocol's judge with those that are typed: each stands for itself."""
    judge = protocol.judge
    if judge is None or "judge_params" not in values or _judged_otherwise(judge, values):
        return {}
    return {"judge_params": {**judge.params, **BY_NAME["judge_params"].read(values)}}


_OPTIONS_OF_THEIR_OWN = ("revision", "columns")
"""The parameters of a data set that stand for options."""
_SETTLED_FIRST = ("dataset", "dataset_revision", "split", "subset", "judge", "judge_params")


def settings_of(protocol: Protocol) -> dict[str, Any]:
    """What a protocol says, as the options take it; without what it leaves to the benchmark."""
    said = {
        "dataset": (protocol.dataset,),
        "dataset_revision": protocol.revision,
        "split": protocol.split,
        "subset": protocol.subsets,
        "method": protocol.method,
        "prompt": protocol.prompt,
        "num_few_shot": protocol.num_few_shot,
        "few_shot_split": protocol.few_shot_split,
        "few_shot_seed": protocol.few_shot_seed,
        "evaluator_params": dict(protocol.evaluator_params),
        "apply_chat_template": protocol.apply_chat_template,
        "system_prompt": protocol.system_prompt,
        "repeats": protocol.repeats,
        "reasoning": protocol.reasoning,
    }
    if protocol.judge is not None:
        said |= {"judge": (protocol.judge.name,), "judge_params": protocol.judge.params}
        template = {"template": protocol.judge.template} if protocol.judge.template else {}
        said["evaluator_params"] = {"scorer": "judge", **template, **protocol.evaluator_params}
    return {name: value for name, value in said.items() if value is not None and value not in ((), {})}


def is_local(name: str) -> bool:
    """Whether a data set lies on this machine: rows of a benchmark may, and nobody has looked whether they are its."""
    return name == SAMPLE or (find_benchmark(name) is None and located(name).exists())


def _beside_data(protocol: Protocol, typed: object, settings: dict[str, Any]) -> dict[str, Any]:
    """What a protocol says of data where the user names some.

    Raises:
        UsageError: They are another benchmark's.
    """
    names = parse_datasets(BY_NAME["dataset"].flag, typed)
    (name, *others) = names
    if not others and name == protocol.dataset:
        return settings
    if not others and any(is_same(name, other) for other in (protocol.dataset, *protocol.also)):
        pinned = is_same(name, protocol.dataset)
        kept = {key: value for key, value in settings.items() if pinned or key != "dataset_revision"}
        benchmark = None if find_benchmark(name) else benchmark_of_repository(name)
        if pinned and benchmark and benchmark.revision:
            kept.setdefault("dataset_revision", benchmark.revision)
        return {**kept, **({"subset": subsets} if (subsets := _called_there(protocol.subsets, name)) else {})}
    if others or not is_local(name):
        raise UsageError(
            f"--protocol={protocol.name} is about {protocol.dataset}, and --dataset names {','.join(names)}: leave"
            " --dataset out, or name a folder or file with rows of it"
        )
    kept = {name: value for name, value in settings.items() if name not in OF_THE_DATA}
    wanted = set(map(plainly, protocol.subsets))
    there = open_dataset(name, protocol.split).subsets() if wanted else ()
    # A folder may call them as another version does, or have all its rows in one file.
    found = tuple(subset for subset in there if plainly(subset) in wanted)
    return {**kept, "subset": found} if found else kept


def _called_there(subsets: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Subsets as a data set calls them: a benchmark may call them otherwise than its repository does."""
    if benchmark := find_benchmark(name):
        known = [*benchmark.configurations]
    else:
        benchmark = benchmark_of_repository(name)
        known = [each for each in benchmark.configurations.values() if each] if benchmark else []
    wanted = set(map(plainly, subsets))
    return tuple(dict.fromkeys(each for each in known if plainly(each) in wanted)) or subsets


def is_same(name: str, other: str) -> bool:
    """Whether two names are of one data set: a benchmark's, and that of its repository."""
    return _repository(name).casefold() == _repository(other).casefold()


def _repository(name: str) -> str:
    # A benchmark's name is its, whatever folder is here; a hub's id may be a path.
    benchmark = find_benchmark(name) or (None if located(name).exists() else benchmark_of_repository(name))
    return benchmark.repository or benchmark.name if benchmark else name


def plainly(name: str) -> str:
    """A name without what writers of it differ in: ``General Knowledge`` is ``general_knowledge``."""
    return re.sub(r"[\W_]+", "", name.casefold())


class Followed(NamedTuple):
    """What a run follows.

    Attributes:
        protocol: The protocol.
        standing: The configuration of a run that follows it in everything.
        chosen: What ``--dataset-params`` says of which items are asked.
    """

    protocol: Protocol
    standing: RunConfig
    chosen: Mapping[str, Any]


def follow(
    values: dict[str, Any],
    profiles: Mapping[str, Mapping[str, Any]],
    make: Callable[[str, Mapping[str, Any]], RunConfig],
) -> tuple[dict[str, Any], Followed | None]:
    """The options with those of the protocol that they name behind them.

    Args:
        values: Options that are given, by a profile too.
        profiles: As `profiles.read_profiles` gives them: the protocol's judge may be one.
        make: Makes a data set's configuration of options.

    Returns:
        The options, and what they follow; None where they name no protocol.

    Raises:
        UsageError: A setting of the protocol is not usable.
    """
    if "protocol" not in values:
        return values, None
    protocol = find_protocol(BY_NAME["protocol"].read(values))
    said = with_judge({"model": values["model"], **settings_of(protocol)}, profiles)
    try:
        standing = make(protocol.dataset, said)
    except UsageError as error:
        raise UsageError(f"--protocol={protocol.name}: {error}") from None
    params = BY_NAME["dataset_params"].read(values)
    chosen = {name: value for name, value in params.items() if name not in _OPTIONS_OF_THEIR_OWN}
    return behind(values, standing), Followed(protocol, standing, chosen)


def behind(values: Mapping[str, Any], standing: RunConfig) -> dict[str, Any]:
    """The options with those of a protocol behind them.

    Args:
        values: Options that are given, by a profile too.
        standing: The configuration of a run that follows the protocol in everything.
    """
    found = dict(values)
    params = BY_NAME["model_params"].read(values)
    if "reasoning" in params and "reasoning" not in found:  # the same said otherwise
        found["reasoning"] = params["reasoning"]
    same_method = BY_NAME["method"].read({"method": standing.method, **values}) == standing.method
    for option in OPTIONS:
        name = option.name
        if option.influences != "answers" or name in (*OF_THE_MODEL, *OF_THE_DATA):
            continue
        if name == "judge_params" and "judge" in values:  # they are of the judge that is named beside them
            continue
        said = getattr(standing, name)
        if name in found or said in (None, (), {}) or (name in _OF_THE_METHOD and not same_method):
            continue
        found[name] = said
    if same_method and "evaluator_params" in values:
        typed = BY_NAME["evaluator_params"].read(values)
        if typed.get("scorer", standing.scorer) == standing.scorer:
            found["evaluator_params"] = {**standing.evaluator_params, **typed}
    return found
