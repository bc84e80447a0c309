"""The configuration files of HAE-RAE's evaluation toolkit, in the words of this project's options.

Its layout (``evaluator_config.yaml`` of its README and examples): sections `dataset`, `model`, `judge`, `reward`,
`evaluation`, `scaling` and `few_shot`, each a mapping, and `language_penalize` and `target_lang` beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pytest_haerae.errors import UsageError, unknown

_SECTIONS = ("dataset", "model", "evaluation")
"""What only such a file has as mappings."""
_METHODS: Mapping[str, tuple[str, str | None]] = {
    "string_match": ("string_match", None),
    "log_likelihood": ("log_likelihood", None),
    "partial_match": ("string_match", "partial_match"),
    "math_match": ("string_match", "math"),
    "llm_judge": ("string_match", "judge"),
}
"""Its evaluation methods: the method, and the scorer where that is not the method's own."""
_ROLES = ("_judge", "_reward")
"""What the names of its backends end in where these grade or rank, such as ``openai_judge``."""

Options = dict[str, Any]


def is_toolkit_config(values: Mapping[str, Any]) -> bool:
    """Whether a file's content is laid out in its sections."""
    return any(isinstance(values.get(name), Mapping) for name in _SECTIONS)


def from_toolkit(values: Mapping[str, Any], place: str) -> Options:
    """The options that its sections stand for.

    Args:
        values: The file's content.
        place: What messages begin with.

    Raises:
        UsageError: A section or a key is unknown (the nearest is named), or has no counterpart here.
    """
    options: Options = {}
    scorer: Options = {}
    for name, section in values.items():
        if name not in _READERS:
            raise UsageError(f"{place}: {unknown('section', name, _READERS)}")
        if section is not None:
            _READERS[name](_Section(f"{place}: {name}", section), options, scorer)
    if "reward_model" in options and "rank" in scorer:
        scorer["rank"] = "reward"
    if scorer:
        options["evaluator_params"] = scorer
    return options


class _Section:
    """One section, of which each key is read once.

    Args:
        place: What messages begin with.
        content: What it holds.
    """

    def __init__(self, place: str, content: Any) -> None:  # noqa: ANN401 - YAML
        self.place = place
        self.content = content

    def read(self, *keys: str) -> Options:
        """Its entries that are there; no others may be.

        Raises:
            UsageError: It is no mapping, or has another key.
        """
        if not isinstance(self.content, Mapping):
            raise UsageError(f"{self.place} is a mapping of {', '.join(keys)}, not {self.content!r}")
        for key in self.content:
            if key not in keys:
                raise UsageError(f"{self.place}: {unknown('key', str(key), keys)}")
        return {str(key): value for key, value in self.content.items() if value not in (None, {})}


def _renamed(found: Options, names: Mapping[str, str]) -> Options:
    return {names[key]: value for key, value in found.items() if key in names}


def _dataset(section: _Section, options: Options, scorer: Options) -> None:
    found = section.read("name", "subset", "split", "params")
    options |= _renamed(found, {"name": "dataset", "subset": "subset", "split": "split", "params": "dataset_params"})


def _model(section: _Section, options: Options, scorer: Options) -> None:
    options |= _renamed(section.read("name", "params"), {"name": "model", "params": "model_params"})


def _second(option: str, params: str) -> Callable[[_Section, Options, Options], None]:
    def read(section: _Section, options: Options, scorer: Options) -> None:
        found = section.read("name", "params")
        if "name" in found:
            for role in _ROLES:
                found["name"] = str(found["name"]).removesuffix(role)
        options.update(_renamed(found, {"name": option, "params": params}))

    return read


def _evaluation(section: _Section, options: Options, scorer: Options) -> None:
    found = section.read("method", "params")
    method = str(found.get("method", "string_match"))
    if method not in _METHODS:
        raise UsageError(f"{section.place}: {unknown('method', method, _METHODS)}")
    options["method"], name = _METHODS[method]
    if name is not None:
        scorer["scorer"] = name
    scorer |= _Section(f"{section.place}: params", found.get("params", {})).read(*found.get("params", {}))


def _scaling(section: _Section, options: Options, scorer: Options) -> None:
    found = section.read("name", "params")
    name, params = found.get("name"), _Section(f"{section.place}: params", found.get("params", {}))
    if name == "self_consistency":
        options["repeats"] = params.read("n_paths").get("n_paths", 5)
    elif name == "best_of_n":
        options["repeats"] = params.read("n").get("n", 5)
        scorer["rank"] = "log_probability_sum"
    elif name is not None:
        ways = "self_consistency (majority@K here) and best_of_n (rank=log_probability_sum, or rank=reward)"
        beams = "; a beam search is num_beams=N among the model's params" if name == "beam_search" else ""
        raise UsageError(f"{section.place}: '{name}' is not here: of its scaling methods there are {ways}{beams}")


def _few_shot(section: _Section, options: Options, scorer: Options) -> None:
    found = section.read("num", "split")
    options |= _renamed(found, {"num": "num_few_shot", "split": "few_shot_split"})


def _beside(name: str) -> Callable[[_Section, Options, Options], None]:
    def read(section: _Section, options: Options, scorer: Options) -> None:
        scorer[name] = section.content

    return read


_READERS: Mapping[str, Callable[[_Section, Options, Options], None]] = {
    "dataset": _dataset,
    "model": _model,
    "judge": _second("judge", "judge_params"),
    "reward": _second("reward_model", "reward_params"),
    "evaluation": _evaluation,
    "scaling": _scaling,
    "few_shot": _few_shot,
    "language_penalize": _beside("language_penalize"),
    "target_lang": _beside("target_lang"),
}
