"""The models that ``--model`` names: several are evaluated in one session, and each has files of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_haerae.config.option import RawOptions, is_given
from pytest_haerae.config.parsing import parse_names
from pytest_haerae.errors import UsageError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a model may be called that is no backend, or one of several: it is a part of node ids and of files' names."""

RESPONSES = "responses"
"""What a report calls the backend of answers that were made elsewhere."""


@dataclass(frozen=True)
class NamedModel:
    """A model beside the one that is evaluated, by its name.

    Attributes:
        name: What the user calls it: its profile, or its backend.
        backend: The name of its backend.
        params: Its backend's parameters, not validated yet.
    """

    name: str
    backend: str
    params: dict[str, Any]


def parse_models(option: str, values: Any) -> tuple[str, ...]:  # noqa: ANN401 - text, or a list of them
    """Read comma-separated names of models from one text or several, in order, each once.

    Raises:
        UsageError: There is none among them, or one of several is no name of a file.
    """
    names = parse_names(option, values)
    if not names:
        raise UsageError(f"{option}: names no model; write NAME or NAME,NAME")
    for name in names if len(names) > 1 else ():
        if not NAME.fullmatch(name):
            raise UsageError(f"{option}: '{name}': of several models each has a name of letters, digits, '.', '_', '-'")
    return names


def model_names(raw: RawOptions) -> tuple[str, ...]:
    """The models that options name; empty where none is named.

    Raises:
        UsageError: As `parse_models`.
    """
    value = raw.get("model")
    return parse_models("--model", value) if is_given(value) else ()


def with_responses(values: dict[str, Any]) -> dict[str, Any]:
    """The options that are given; a file of answers that were made elsewhere stands for the model.

    Raises:
        UsageError: A model is named as well.
    """
    if "responses" not in values:
        return values
    if values.get("model", RESPONSES) != RESPONSES or "model_params" in values:
        place = f"--responses {values['responses']}"
        raise UsageError(f"{place}: it stands for the model, and none is asked; leave --model and its parameters out")
    return {**values, "model": RESPONSES}


def named_file(path: Path, model: str) -> Path:
    """A file of one of several models: ``r.json`` is ``r.small.json``."""
    return path.with_name(f"{path.stem}.{model}{path.suffix}") if model else path
