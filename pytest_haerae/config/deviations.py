"""What options contradict of the protocol that they name, a line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pytest_haerae.catalogue.protocol import Protocol
from pytest_haerae.catalogue.registry import benchmark_of_repository, find_benchmark
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.config.protocols import OF_THE_DATA, OF_THE_MODEL, Followed, is_same, plainly
from pytest_haerae.scoring.metrics import OF_METRICS

if TYPE_CHECKING:
    from pytest_haerae.config.run_config import RunConfig

_TELLING = ("return_logits", "time_limit", *OF_METRICS)
"""Parameters of scorers that decide no accuracy."""


def with_deviations(config: RunConfig, followed: Followed | None) -> RunConfig:
    """The configuration with the protocol that it follows, and in what it does not."""
    if followed is None:
        return config
    found = find_deviations(config, followed.standing, followed.protocol)
    items = [f"items: chosen by --dataset-params {name}: {value}" for name, value in followed.chosen.items()]
    return config.model_copy(update={"recipe": followed.protocol, "deviations": (*found, *items)})


def find_deviations(config: RunConfig, standing: RunConfig, protocol: Protocol) -> tuple[str, ...]:
    """What options contradict, a line each: the option, and what the protocol says.

    Args:
        config: The configuration.
        standing: That of a run that follows the protocol in everything.
        protocol: The protocol.
    """
    return (*_of_data(config, standing, protocol), *_of_options(config, standing, protocol))


def _of_data(config: RunConfig, standing: RunConfig, protocol: Protocol) -> Iterator[str]:
    local = not any(is_same(config.dataset, other) for other in (protocol.dataset, *protocol.also))
    if local:
        yield f"data: the local {config.dataset}, whose rows nobody has compared with those of {standing.dataset}"
    elif not is_same(config.dataset, standing.dataset):
        if config.dataset_revision is not None:
            yield _line("dataset_revision", config.dataset_revision, None)
    elif (revision := _revision(config)) != (pinned := _revision(standing)):
        yield _line("dataset_revision", revision, pinned)
    benchmark = find_benchmark(standing.dataset)
    stated = set(map(plainly, protocol.subsets or (benchmark.configurations if benchmark else ())))
    if config.subset and set(map(plainly, config.subset)) != stated:
        yield _line("subset", config.subset, standing.subset)
    if config.responses is not None:
        yield f"answers: made elsewhere ({config.responses.name}), so that nothing was asked here"


def _revision(config: RunConfig) -> str | None:
    benchmark = find_benchmark(config.dataset) or benchmark_of_repository(config.dataset)
    return config.dataset_revision or (benchmark.revision if benchmark else None)


def _of_options(config: RunConfig, standing: RunConfig, protocol: Protocol) -> Iterator[str]:
    for option in OPTIONS:
        name = option.name
        if option.influences not in ("answers", "scope") or name in (*OF_THE_MODEL, *OF_THE_DATA, *protocol.free):
            continue
        found, said = getattr(config, name), getattr(standing, name)
        if name == "judge_params":
            yield from _of_judge(found, said)
        elif isinstance(found, dict):
            yield from _of_mapping(name, found, said)
        elif found != said and not (name == "few_shot_split" and not config.num_few_shot):
            yield _line(name, found, said)


def _of_judge(found: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """Which model grades, and how it draws; how it is reached decides nothing."""
    drawn = {key: value for key, value in found.items() if key in said or _draws_otherwise(key, value)}
    yield from _of_mapping("judge_params", drawn, said)


def _draws_otherwise(key: str, value: object) -> bool:
    """Whether a parameter that a protocol does not say decides what its judge answers."""
    # Imported here: few runs have a judge.
    from pytest_haerae.backends.sampling import SampledParameters

    field = SampledParameters.model_fields.get(key)
    return key in {*_settled(), "reasoning"} and _as_json(value) != _as_json(field.default if field else None)


def _settled() -> frozenset[str]:
    """The parameters that decide what is drawn: another seed is another draw of the same measurement."""
    # Imported here: whoever scores options has no need of it.
    from pytest_haerae.backends.sampling import SAMPLING

    return (SAMPLING - {"seed"}) | {"stop", "num_beams", "extra_body"}


def _of_mapping(name: str, found: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*said, *found)):
        if key not in _TELLING and found.get(key) != said.get(key):
            yield _line(f"{name} {key}", found.get(key), said.get(key))


def _line(name: str, found: object, said: object) -> str:
    option, _, key = name.partition(" ")
    flag = f"{BY_NAME[option].flag} {key}".rstrip()
    return f"{flag}: {_shown(found)}; the protocol has {_shown(said)}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):  # a body's fields may hold what is nobody's business
        return ",".join(map(str, value)) or "none"
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
    for name in sorted({*_settled(), *said}.difference(protocol.free) & typed.keys()):
        own = said.get(name, fields[name].get_default(call_default_factory=True) if name in fields else None)
        if _as_json(typed[name]) != _as_json(own):
            lines.append(_line(f"model_params {name}", typed[name], said.get(name)))
    update = {"model_params": {**taken, **typed}, "deviations": (*config.deviations, *lines)}
    return config.model_copy(update=update)


def _as_json(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
