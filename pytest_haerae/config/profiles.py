"""Models by a name of the user's: profiles, the tables of ``[tool.pytest-haerae.models]`` in pyproject.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.config.model_names import NAME, NamedModel, model_names
from pytest_haerae.config.option import is_given
from pytest_haerae.config.options import BY_NAME
from pytest_haerae.errors import UsageError, unknown

FILE, TABLE = "pyproject.toml", "tool.pytest-haerae.models"
OF_A_PROFILE = (
    *("model", "model_params", "method", "evaluator_params", "prompt", "num_few_shot", "apply_chat_template"),
    *("system_prompt", "reasoning", "answer_timeout", "batch_api", "replicas", "ray_address", "gpus_per_replica"),
)
"""The options that a profile may set: how a model is reached and asked, not what about."""


def with_profile(values: Mapping[str, Any], profiles: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The options with those of the profile that ``--model`` names behind them; as they are where it names none.

    Args:
        values: Options as typed, one model among them.
        profiles: As `read_profiles` gives them.

    Returns:
        The options; `model` is the backend's name. Of `model_params` each parameter stands for itself: what is typed
        beside a profile takes the place of that one alone.

    Raises:
        UsageError: The profile has no backend, or an option that a profile cannot set.
    """
    (name,) = model_names(values)
    if name not in profiles:
        return {**values, "model": name}
    profile = dict(profiles[name])
    place = f"{FILE}, [{TABLE}.{name}]"
    for option in profile:
        if option not in OF_A_PROFILE:
            raise UsageError(f"{place}: {unknown('option', option, OF_A_PROFILE)}")
        try:
            BY_NAME[option].read(profile)
        except UsageError as error:
            raise UsageError(f"{place}: {error}") from None
    backend = profile.get("model")
    if not (isinstance(backend, str) and backend):
        raise UsageError(f'{place}: it names no backend: add model = "huggingface", for example')
    merged = {**profile, **values, "model": backend}
    if "model_params" in profile and "model_params" in values:
        both = (BY_NAME["model_params"].read(each) for each in (profile, values))
        merged["model_params"] = {name: value for each in both for name, value in each.items()}
    return merged


def with_reward(values: Mapping[str, Any], profiles: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The options that are given, with what ``--reward-model`` names looked up among the profiles.

    Raises:
        UsageError: As `with_profile`.
    """
    return _with_named(values, BY_NAME["reward_model"].read(values), ("reward_model", "reward_params"), profiles)


def with_judge(values: Mapping[str, Any], profiles: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The options that are given, with what ``--judge`` names looked up among the profiles.

    Of one judge that is a profile, backend and parameters take its place; several keep their names, and `panel` has
    what these stand for.

    Raises:
        UsageError: As `with_profile`; several judges are named beside parameters, which are one judge's.
    """
    names = BY_NAME["judge"].read(values)
    if len(names) > 1:
        if is_given(values.get("judge_params")):
            raise UsageError(
                f"--judge-params: they are one judge's, and --judge names {len(names)} ({', '.join(names)}): give each"
                f" its own in a profile, [{TABLE}.NAME] of {FILE}"
            )
        return {**values, "judge": names, "panel": tuple(_named(name, {}, profiles) for name in names)}
    return _with_named(values, next(iter(names), None), ("judge", "judge_params"), profiles)


def _with_named(
    values: Mapping[str, Any],
    name: str | None,
    options: tuple[str, str],
    profiles: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The options that are given, with the backend and the parameters of a profile where a second model is named so."""
    if name is None or name not in profiles:
        return dict(values)
    model, params = options
    found = _named(name, values.get(params, {}), profiles)
    return {**values, model: found.backend, params: found.params}


def _named(name: str, params: object, profiles: Mapping[str, Mapping[str, Any]]) -> NamedModel:
    found = with_profile({"model": name, "model_params": params}, profiles)
    return NamedModel(name=name, backend=found["model"], params=BY_NAME["model_params"].read(found))


def read_profiles(rootdir: Path) -> Mapping[str, Mapping[str, Any]]:
    """The profiles of the nearest pyproject.toml, by name; none where it has none.

    Args:
        rootdir: The folder in which, or above which, it is.

    Raises:
        UsageError: The file cannot be read or is no TOML, or a profile is no table or has a name that is none.
    """
    try:
        path = next((each / FILE for each in (rootdir, *rootdir.parents) if (each / FILE).is_file()), None)
    except OSError:  # a folder above that nobody may look into: what is not seen there is no profile
        path = None
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        # What somebody else's file has that says nothing of this project is none of its business.
        content: Any = tomllib.loads(text) if "pytest-haerae" in text else {}
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path}: malformed TOML: {error}") from None
    for key in TABLE.split("."):
        content = content.get(key, {}) if isinstance(content, dict) else content
    if not isinstance(content, dict):
        raise UsageError(f'{FILE}, [{TABLE}]: it has a table a model, such as small = {{model = "huggingface"}}')
    for name, profile in content.items():
        if not NAME.fullmatch(name):
            raise UsageError(f"{FILE}, [{TABLE}]: '{name}': a name has letters, digits, '.', '_' and '-'")
        if not isinstance(profile, dict):
            raise UsageError(f'{FILE}, [{TABLE}]: {name} is no table, such as {name} = {{model = "huggingface"}}')
    return content
