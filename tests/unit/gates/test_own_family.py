from __future__ import annotations

import pytest

from pytest_haerae.gates.own_family import family_of, warn_of_own_family


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("gpt-4o-mini", "gpt"),
        ("openai/gpt-4o", "gpt"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama"),
        ("LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct", "exaone"),
        ("Qwen2.5-7B", "qwen"),
        ("/models/kanana-nano", "kanana"),
        ("o3", None),
        ("model", None),
        ("random(seed=0)", "random"),
        ("", None),
        (None, None),
    ],
)
def test_a_name_tells_its_family(name: str | None, family: str | None) -> None:
    assert family_of(name) == family


def test_a_judge_of_the_same_family_is_warned_of() -> None:
    (line,) = warn_of_own_family("openai/gpt-4o-mini", "gpt-5")
    assert "gpt-5" in line
    assert "gpt-4o-mini" in line
    assert warn_of_own_family("gpt-4o", "claude-sonnet-4") == warn_of_own_family(None, None) == []


def test_two_functions_of_one_module_are_no_family() -> None:
    both = ("function", "function")
    assert warn_of_own_family("app:answer", "app:grade", both) == []
    assert warn_of_own_family("app:answer", "app:answer", both)
