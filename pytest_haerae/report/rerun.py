"""The command that asks again, from what the run was asked with."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pytest_haerae.config.option import Option
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.config.run_config import RunConfig, brought_along, default_prompt
from pytest_haerae.redact import redact, secrets_in
from pytest_haerae.secret_forms import MASK
from pytest_haerae.types import DataKey

Setting = TypeVar("Setting")

_NAMED_FIRST = ("model", "method")
"""What every command names, whatever their defaults."""


def rerun_options(config: RunConfig, asked: Collection[DataKey]) -> list[str]:
    """The command line's options that ask the same model the same questions, one argument an entry, unquoted.

    Scope (`--subset`, `--limit`), gates, and paths are left out: whoever asks again chooses items, not gates. Secrets
    are left out as well; they come from the environment.

    Args:
        config: The configuration.
        asked: The data sets of the run's items. Where all of them are marked by suites no option names one: it would
            be refused, as no suite asks it.
    """
    params = (config.model_params, config.judge_params, config.reward_params)
    secrets = {secret for each in params for secret in secrets_in(each)}
    marked = bool(asked) and not any(DataKey(part.dataset) in asked for part in config.parts)
    options: list[str] = []
    for option in sorted(OPTIONS, key=lambda option: option.name not in _NAMED_FIRST):
        if option.name == "model" and config.responses is not None:
            continue  # the file of answers stands for it
        if option.name == "dataset" and marked:
            continue
        for value in _typed(config, option) if option.influences == "answers" else ():
            if isinstance(value, bool):
                options.append(option.flag if value else option.flag.replace("--", "--no-", 1))
            elif isinstance(value, dict):
                options.append(f"{option.flag}={_shown(value, secrets)}")
            else:
                options.append(f"{option.flag}={redact(str(value) if isinstance(value, Path) else value, secrets)}")
    return options


def _typed(config: RunConfig, option: Option) -> Sequence[Any]:
    """The values to type for an option: none where the same stands without them.

    What not all data sets share is what their benchmarks bring along.
    """
    values = [getattr(part, option.name) for part in config.parts]
    if option.name == "dataset":
        return [] if tuple(values) == option.default else values
    value = shared_entries(values) if isinstance(values[0], dict) else shared(values)
    standing = [_standing(part, option) for part in config.parts]
    named = option.name in _NAMED_FIRST or any(value != each for each in standing)
    if isinstance(value, tuple):
        value = ",".join(value)
    return [value] if named and value is not None else []


def shared(settings: Iterable[Setting]) -> Setting | None:
    """The setting that several have in common; None where they differ."""
    first, *others = settings
    return first if all(other == first for other in others) else None


def shared_entries(mappings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The entries that several mappings have in common."""
    first, *others = mappings
    return {
        name: value for name, value in first.items() if all(name in other and other[name] == value for other in others)
    }


def _standing(config: RunConfig, option: Option) -> Any:  # noqa: ANN401 - a setting
    """What stands where an option is not given."""
    if option.name == "prompt":
        return default_prompt(config.dataset, config.method)
    return brought_along(config.dataset).get(option.name, option.default)


def model_params_option(config: RunConfig) -> str:
    """The option of the model's parameters without its secrets, which a command would send as they are masked."""
    return f"{BY_NAME['model_params'].flag}={_shown(config.model_params, secrets_in(config.model_params))}"


def _shown(value: dict[str, Any], secrets: Iterable[str]) -> str:
    return json.dumps(_without_masks(redact(value, secrets)), ensure_ascii=False)


def _without_masks(value: Any) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
    if isinstance(value, dict):
        return {name: _without_masks(item) for name, item in value.items() if item != MASK}
    return [_without_masks(item) for item in value] if isinstance(value, list) else value
