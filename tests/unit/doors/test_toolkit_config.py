from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.doors.toolkit_config import from_toolkit, is_toolkit_config
from pytest_haerae.errors import UsageError

WHOLE: dict[str, Any] = {
    "dataset": {"name": "haerae_bench", "subset": ["csat_geo"], "split": "test", "params": {}},
    "model": {"name": "huggingface", "params": {"model_name_or_path": "gpt2"}},
    "judge": {"name": "openai_judge", "params": {"model_name": "j"}},
    "reward": None,
    "evaluation": {"method": "llm_judge", "params": {"template": "score_ko"}},
    "scaling": {"name": None, "params": {}},
    "language_penalize": True,
    "target_lang": "ko",
    "few_shot": {"num": 2, "split": "train"},
}


def test_its_sections_are_options_here() -> None:
    assert is_toolkit_config(WHOLE)
    assert from_toolkit(WHOLE, "f") == {
        "dataset": "haerae_bench",
        "subset": ["csat_geo"],
        "split": "test",
        "model": "huggingface",
        "model_params": {"model_name_or_path": "gpt2"},
        "judge": "openai",
        "judge_params": {"model_name": "j"},
        "method": "string_match",
        "num_few_shot": 2,
        "few_shot_split": "train",
        "evaluator_params": {
            "scorer": "judge",
            "template": "score_ko",
            "language_penalize": True,
            "target_lang": "ko",
        },
    }


@pytest.mark.parametrize("values", [{}, {"model": "random", "dataset": "sample"}, {"few_shot": 2}])
def test_options_by_their_names_are_no_such_file(values: dict[str, Any]) -> None:
    assert not is_toolkit_config(values)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("string_match", {"method": "string_match"}),
        ("log_likelihood", {"method": "log_likelihood"}),
        ("partial_match", {"method": "string_match", "evaluator_params": {"scorer": "partial_match"}}),
        ("math_match", {"method": "string_match", "evaluator_params": {"scorer": "math"}}),
    ],
)
def test_its_methods_are_methods_and_scorers(method: str, options: dict[str, Any]) -> None:
    assert from_toolkit({"evaluation": {"method": method}}, "f") == options


@pytest.mark.parametrize(
    ("scaling", "options"),
    [
        ({"name": "self_consistency", "params": {"n_paths": 8}}, {"repeats": 8}),
        (
            {"name": "best_of_n", "params": {"n": 4}},
            {"repeats": 4, "evaluator_params": {"rank": "log_probability_sum"}},
        ),
        ({"name": "self_consistency"}, {"repeats": 5}),
        ({}, {}),
    ],
)
def test_several_answers_are_repeats(scaling: dict[str, Any], options: dict[str, Any]) -> None:
    assert from_toolkit({"scaling": scaling}, "f") == options


@pytest.mark.parametrize("sections", [("reward", "scaling"), ("scaling", "reward")])
def test_a_reward_model_ranks_the_best_of_n(sections: tuple[str, ...]) -> None:
    values: dict[str, Any] = {
        "reward": {"name": "huggingface_reward", "params": {"model_name_or_path": "r"}},
        "scaling": {"name": "best_of_n", "params": {"n": 4}},
    }
    assert from_toolkit({name: values[name] for name in sections}, "f") == {
        "reward_model": "huggingface",
        "reward_params": {"model_name_or_path": "r"},
        "repeats": 4,
        "evaluator_params": {"rank": "reward"},
    }


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dataset": {"name": "x"}, "modle": {}}, "f: unknown section 'modle': did you mean 'model'"),
        ({"model": {"nmae": "x"}}, "f: model: unknown key 'nmae': did you mean 'name'"),
        ({"model": {}, "dataset": "sample"}, "f: dataset is a mapping of name, subset, split, params, not 'sample'"),
        ({"evaluation": {"method": "exact"}}, "f: evaluation: unknown method 'exact'"),
        ({"scaling": {"name": "beam_search"}}, "'beam_search' is not here: .*; a beam search is num_beams=N among"),
        ({"scaling": {"name": "tree"}}, r"'tree' is not here: .* \(rank=log_probability_sum, or rank=reward\)$"),
        ({"scaling": {"name": "best_of_n", "params": {"m": 1}}}, "f: scaling: params: unknown key 'm'"),
        ({"reward": {"path": "x"}}, "f: reward: unknown key 'path'"),
    ],
)
def test_what_is_unknown_or_not_here_is_named(values: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        from_toolkit(values, "f")
