"""The command that asks again, from what the run was asked with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.config.run_config import RunConfig, default_prompt
from pytest_haerae.redact import redact, secrets_in
from pytest_haerae.secret_forms import MASK

_NAMED_FIRST = ("model", "method")
"""What every command names, whatever their defaults."""


def rerun_options(config: RunConfig) -> list[str]:
    """The command line's options that ask the same model the same questions, one argument an entry, unquoted.

    Scope (`--subset`, `--limit`), gates, and paths are left out: whoever asks again chooses items, not gates. Secrets
    are left out as well; they come from the environment.
    """
    secrets = secrets_in(config.model_params)
    defaults = {"prompt": default_prompt(config.dataset, config.method)}
    options = [f"{BY_NAME[name].flag}={getattr(config, name)}" for name in _NAMED_FIRST]
    for option in OPTIONS:
        if option.influences != "answers" or option.name in _NAMED_FIRST:
            continue
        value = getattr(config, option.name)
        if value == defaults.get(option.name, option.default):
            continue
        if isinstance(value, bool):
            options.append(option.flag if value else option.flag.replace("--", "--no-", 1))
        elif isinstance(value, dict):
            options.append(f"{option.flag}={_shown(value, secrets)}")
        else:
            options.append(f"{option.flag}={redact(value, secrets)}")
    return options


def model_params_option(config: RunConfig) -> str:
    """The option of the model's parameters without its secrets, which a command would send as they are masked."""
    return f"{BY_NAME['model_params'].flag}={_shown(config.model_params, secrets_in(config.model_params))}"


def _shown(value: dict[str, Any], secrets: Iterable[str]) -> str:
    return json.dumps(_without_masks(redact(value, secrets)), ensure_ascii=False)


def _without_masks(value: Any) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
    if isinstance(value, dict):
        return {name: _without_masks(item) for name, item in value.items() if item != MASK}
    return [_without_masks(item) for item in value] if isinstance(value, list) else value
