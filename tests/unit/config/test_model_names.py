from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.config.model_names import NAME, model_names, named_file, parse_models
from pytest_haerae.errors import UsageError

NAMES = st.from_regex(NAME, fullmatch=True)


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_models_are_named_in_one_text_or_in_several_each_once(names: list[str]) -> None:
    once = tuple(dict.fromkeys(names))
    assert parse_models("--model", names) == parse_models("--model", ",".join(names)) == once
    assert model_names({"model": ", ".join(names)}) == once


def test_none_is_named() -> None:
    assert model_names({}) == model_names({"model": None}) == model_names({"model": []}) == ()
    for text in ("", ",", " , "):
        with pytest.raises(UsageError, match="--model: names no model"):
            model_names({"model": text})


@pytest.mark.parametrize("name", ["../up", "a/b", "작은", "a b", "-x", ".x"])
def test_one_of_several_is_a_part_of_a_files_name(name: str) -> None:
    assert parse_models("--model", name) == (name,), "one alone may be called as it likes"
    with pytest.raises(UsageError, match="of several models"):
        parse_models("--model", ["random", name])


def test_a_file_of_one_of_several_has_its_name() -> None:
    assert named_file(Path("a/r.json"), "small") == Path("a/r.small.json")
    assert named_file(Path("a/r"), "small") == Path("a/r.small")
    assert named_file(Path("a/r.json"), "") == Path("a/r.json")
