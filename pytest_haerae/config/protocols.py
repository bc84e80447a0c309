"""What ``--protocol`` supplies behind the options as typed, and what of it these contradict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_haerae.catalogue.datasets import open_dataset
from pytest_haerae.catalogue.protocol import Protocol
from pytest_haerae.catalogue.protocol_registry import find_protocol
from pytest_haerae.catalogue.registry import benchmark_of_repository, find_benchmark
from pytest_haerae.config.dataset_names import parse_datasets
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.config.profiles import with_judge
from pytest_haerae.data.local import SAMPLE
from pytest_haerae.data.paths import located
from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.metrics import OF_METRICS

if TYPE_CHECKING:
    from pytest_haerae.config.run_config import RunConfig

_OF_THE_MODEL = ("model", "model_params", "reward_params", "responses", "protocol", "pass_if")
"""Options that no protocol settles: which model, how it is reached, and how its answers are shown."""
_OF_THE_DATA = ("dataset", "dataset_revision", "subset")
"""Those that are compared by what they come to."""
_OF_THE_METHOD = ("prompt", "evaluator_params", "apply_chat_template", "reasoning", "num_few_shot", "few_shot_split")
"""Those that say nothing to another method than the protocol's."""
_TELLING = ("return_logits", "time_limit", *OF_METRICS)
"""Parameters of scorers that decide no accuracy."""


def with_protocol(values: dict[str, Any]) -> dict[str, Any]:
    """The options that are given, with those of the protocol behind them that decide on data, and on a judge.

    Raises:
        UsageError: There is no such protocol, or another benchmark is named beside it.
    """
    if "protocol" not in values:
        return values
    protocol = find_protocol(BY_NAME["protocol"].read(values))
    settings = {name: value for name, value in settings_of(protocol).items() if name in _SETTLED_FIRST}
    if "dataset" in values:
        settings = _beside_data(protocol, values["dataset"], settings)
    if "revision" in BY_NAME["dataset_params"].read(values):
        settings.pop("dataset_revision", None)
    return settings | values


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
    if not others and _is_same(name, protocol.dataset):
        return settings
    if not others and any(_is_same(name, other) for other in protocol.also):
        return {name: value for name, value in settings.items() if name != "dataset_revision"}
    if others or not is_local(name):
        raise UsageError(
            f"--protocol={protocol.name} is about {protocol.dataset}, and --dataset names {','.join(names)}: leave"
            " --dataset out, or name a folder or file with rows of it"
        )
    kept = {name: value for name, value in settings.items() if name not in _OF_THE_DATA}
    wanted = set(map(plainly, protocol.subsets))
    there = open_dataset(name, protocol.split).subsets() if wanted else ()
    # A folder may call them as another version does, or have all its rows in one file.
    found = tuple(subset for subset in there if plainly(subset) in wanted)
    return {**kept, "subset": found} if found else kept


def _is_same(name: str, other: str) -> bool:
    return _repository(name).casefold() == _repository(other).casefold()


def _repository(name: str) -> str:
    # A benchmark's name is its, whatever folder is here; a hub's id may be a path.
    benchmark = find_benchmark(name) or (None if located(name).exists() else benchmark_of_repository(name))
    return benchmark.repository or benchmark.name if benchmark else name


def plainly(name: str) -> str:
    """A name without what writers of it differ in: ``General Knowledge`` is ``general_knowledge``."""
    return re.sub(r"[\W_]+", "", name.casefold())


class Followed(NamedTuple):
    """A protocol, and the configuration of a run that follows it in everything."""

    protocol: Protocol
    standing: RunConfig


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
    return behind(values, standing), Followed(protocol, standing)


def with_deviations(config: RunConfig, followed: Followed | None) -> RunConfig:
    """The configuration with the protocol that it follows, and in what it does not."""
    if followed is None:
        return config
    found = find_deviations(config, followed.standing, followed.protocol)
    return config.model_copy(update={"recipe": followed.protocol, "deviations": found})


def behind(values: Mapping[str, Any], standing: RunConfig) -> dict[str, Any]:
    """The options with those of a protocol behind them.

    Args:
        values: Options that are given, by a profile too.
        standing: The configuration of a run that follows the protocol in everything.
    """
    found = dict(values)
    same_method = BY_NAME["method"].read({"method": standing.method, **values}) == standing.method
    for option in OPTIONS:
        name = option.name
        if option.influences != "answers" or name in (*_OF_THE_MODEL, *_OF_THE_DATA):
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


def find_deviations(config: RunConfig, standing: RunConfig, protocol: Protocol) -> tuple[str, ...]:
    """What options contradict, a line each: the option, and what the protocol says.

    Args:
        config: The configuration.
        standing: That of a run that follows the protocol in everything.
        protocol: The protocol.
    """
    return (*_of_data(config, standing, protocol), *_of_options(config, standing, protocol))


def _of_data(config: RunConfig, standing: RunConfig, protocol: Protocol) -> Iterator[str]:
    local = not any(_is_same(config.dataset, other) for other in (protocol.dataset, *protocol.also))
    if local:
        yield f"data: the local {config.dataset}, whose rows nobody has compared with those of {standing.dataset}"
    elif config.dataset == standing.dataset and (revision := _revision(config)) != (pinned := _revision(standing)):
        yield _line("dataset_revision", revision, pinned)
    benchmark = find_benchmark(standing.dataset)
    stated = set(map(plainly, protocol.subsets or (benchmark.configurations if benchmark else ())))
    if config.subset and set(map(plainly, config.subset)) != stated:
        yield _line("subset", config.subset, standing.subset)
    if config.responses is not None:
        yield f"answers: made elsewhere ({config.responses.name}), so that nothing was asked here"


def _revision(config: RunConfig) -> str | None:
    benchmark = find_benchmark(config.dataset)
    return config.dataset_revision or (benchmark.revision if benchmark else None)


def _of_options(config: RunConfig, standing: RunConfig, protocol: Protocol) -> Iterator[str]:
    for option in OPTIONS:
        name = option.name
        if option.influences not in ("answers", "scope") or name in (*_OF_THE_MODEL, *_OF_THE_DATA, *protocol.free):
            continue
        found, said = getattr(config, name), getattr(standing, name)
        if isinstance(found, dict):
            yield from _of_mapping(name, found, said, only=said if name == "judge_params" else None)
        elif found != said and not (name == "few_shot_split" and not config.num_few_shot):
            yield _line(name, found, said)


def _of_mapping(
    name: str, found: Mapping[str, Any], said: Mapping[str, Any], only: Mapping[str, Any] | None
) -> Iterator[str]:
    for key in dict.fromkeys((*said, *found)) if only is None else only:
        if key not in _TELLING and found.get(key) != said.get(key):
            yield _line(f"{name} {key}", found.get(key), said.get(key))


def _line(name: str, found: object, said: object) -> str:
    option, _, key = name.partition(" ")
    flag = f"{BY_NAME[option].flag} {key}".rstrip()
    return f"{flag}: {_shown(found)}; the protocol has {_shown(said)}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "all"
    if value is None or isinstance(value, bool):
        return "none" if value is None else str(value).lower()
    return str(value)


def with_generation(config: RunConfig, fields: Mapping[str, Any], further: Callable[[], frozenset[str]]) -> RunConfig:
    """The configuration with the protocol's parameters of a generation behind the model's own.

    Args:
        config: The configuration.
        fields: The backend's parameters, by name.
        further: Gives the names that the backend takes beside them.
    """
    # Imported here: whoever scores options has no need of it.
    from pytest_haerae.backends.sampling import SAMPLING

    protocol = config.recipe
    if protocol is None or config.method == "log_likelihood" or config.responses is not None:
        return config if protocol is None or config.responses is None else config.model_copy(update={"reasoning": None})
    said, typed = protocol.generation, config.model_params
    taken = {name: value for name, value in said.items() if name in fields or name in further()}
    lines = [
        f"{name}: backend {config.model} has no such parameter; the protocol has {_shown(value)}"
        for name, value in said.items()
        if name not in taken and name not in protocol.free
    ]
    # Another seed is another draw of the same measurement.
    settled = {*SAMPLING - {"seed"}, "stop", "num_beams", *said} - set(protocol.free)
    for name in sorted(settled & typed.keys()):
        own = said.get(name, fields[name].default if name in fields else None)
        if _as_json(typed[name]) != _as_json(own):
            lines.append(_line(f"model_params {name}", typed[name], said.get(name)))
    update = {"model_params": {**taken, **typed}, "deviations": (*config.deviations, *lines)}
    return config.model_copy(update=update)


def _as_json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
