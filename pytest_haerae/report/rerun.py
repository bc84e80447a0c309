"""The command that asks again, from what the run was asked with."""

from __future__ import annotations

import json
from typing import Any

from pytest_haerae.config.run_config import DEFAULT_DATASET, RunConfig, default_prompt
from pytest_haerae.redact import MASK, redact, secrets_in

_DEFAULTS: dict[str, Any] = {
    "model_params": {},
    "evaluator_params": {},
    "dataset": DEFAULT_DATASET,
    "dataset_revision": None,
    "dataset_columns": {},
    "split": "test",
    "num_few_shot": 0,
    "few_shot_split": None,
    "few_shot_seed": 0,
    "apply_chat_template": None,
    "system_prompt": None,
}
"""Options that decide what a model is asked and how it is judged, beside those that are always named."""


def rerun_options(config: RunConfig) -> list[str]:
    """The command line's options that ask the same model the same questions, one argument an entry, unquoted.

    Scope (`--subset`, `--limit`), gates, and paths are left out: whoever asks again chooses items, not gates. Secrets
    are left out as well; they come from the environment.
    """
    secrets = secrets_in(config.model_params)
    options = [f"--model={config.model}", f"--method={config.method}"]
    for name, value in config.model_dump(include=set(_DEFAULTS)).items():
        if value == _DEFAULTS[name]:
            continue
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            options.append(flag if value else flag.replace("--", "--no-", 1))
        elif isinstance(value, dict):
            options.append(f"{flag}={json.dumps(_without_masks(redact(value, secrets)), ensure_ascii=False)}")
        else:
            options.append(f"{flag}={redact(value, secrets)}")
    if config.prompt != default_prompt(config.dataset, config.method):
        options.append(f"--prompt={config.prompt}")
    return options


def _without_masks(value: Any) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
    if isinstance(value, dict):
        return {name: _without_masks(item) for name, item in value.items() if item != MASK}
    return [_without_masks(item) for item in value] if isinstance(value, list) else value
