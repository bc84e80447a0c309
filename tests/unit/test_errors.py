from __future__ import annotations

import pytest

from pytest_haerae import errors
from pytest_haerae.errors import BackendFailure, HaeraeError, WrongAnswer, in_words, raised, unknown
from pytest_haerae.redact import error_line


def test_an_unknown_name_is_worded_with_the_nearest_and_all_valid_ones() -> None:
    assert unknown("backend", "vlm", ["vllm", "openai"]) == (
        "unknown backend 'vlm': did you mean 'vllm'? Valid: openai, vllm"
    )


def test_where_nothing_is_near_or_valid_nothing_is_made_up() -> None:
    assert unknown("prompt", "zzz", ["letter"]) == "unknown prompt 'zzz'. Valid: letter"
    assert unknown("prompt", "zzz", []) == "unknown prompt 'zzz'. Valid: (none)"


def test_pytest_takes_a_wrong_answer_for_a_failed_assertion_and_a_backends_failure_for_none() -> None:
    assert issubclass(WrongAnswer, AssertionError)
    assert not issubclass(BackendFailure, AssertionError)


@pytest.mark.parametrize("name", ["UsageError", "StoreError", "UnmeasurableRun", "BackendFailure"])
def test_one_base_catches_what_this_package_raises_on_purpose(name: str) -> None:
    assert issubclass(vars(errors)[name], HaeraeError)


def test_what_was_raised_is_one_line_that_ends_with_the_innermost_place() -> None:
    def inner() -> None:
        raise KeyError("two\n lines")

    with pytest.raises(KeyError) as caught:
        inner()
    place = f"{__file__}:{inner.__code__.co_firstlineno + 1}"
    assert raised(caught.value) == rf"raised KeyError: 'two\n lines' ({place})"
    assert raised(ValueError("never\nraised")) == "raised ValueError: never raised"


@pytest.mark.parametrize("name", ["UsageError", "StoreError", "UnmeasurableRun", "BackendFailure", "WrongAnswer"])
def test_the_words_of_an_error_are_one_line_without_secrets_whatever_they_quote(name: str) -> None:
    error = vars(errors)[name]("file a\n::error::b\x1b[2J: api_key=s3cretvalue")
    assert str(error) == r"file a\n::error::b\x1b[2J: api_key=***"
    assert str(type(error)(str(error))) == str(error)


def test_d5_an_exception_whose_own_words_raise_is_told_all_the_same() -> None:
    """D5: a backend raised an exception whose `__str__` raised: INTERNALERROR."""

    class MuteError(Exception):
        def __str__(self) -> str:
            raise ValueError("no words")

    assert in_words(ValueError("words")) == "words"
    assert raised(MuteError()) == "raised MuteError: (its words cannot be had)"
    assert error_line(MuteError()) == "MuteError: (its words cannot be had)"
