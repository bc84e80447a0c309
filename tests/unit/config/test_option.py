from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.config.option import is_given, repeat, switch, value
from pytest_haerae.config.parsing import parse_integer, parse_names
from pytest_haerae.errors import UsageError


def test_an_option_has_all_its_spellings_once() -> None:
    option = value("few_shot", "K", "text", "answers", also=("--shots",))
    assert option.flag == "--few-shot"
    assert option.spellings() == (
        "--few-shot",
        "--shots",
        "--haerae-few-shot",
        "--haerae-shots",
        "--few_shot",
        "--haerae_few_shot",
        "--haerae_shots",
    )


def test_a_switch_is_negated_in_all_its_spellings() -> None:
    option = switch("re_use", "text", "running")
    assert option.negations() == ("--no-re-use", "--no-haerae-re-use", "--no-re_use", "--no-haerae_re_use")


@pytest.mark.parametrize("absent", [{}, {"limit": None}, {"limit": []}, {"limit": ()}, {"other": 1}])
def test_what_is_not_given_has_the_default(absent: dict[str, object]) -> None:
    assert value("limit", "N", "text", "scope", default=7).read(absent) == 7
    assert repeat("limit", "N", "text", "scope", parse=parse_names).read(absent) == ()


def test_what_is_given_is_parsed_and_its_mistake_has_its_flag() -> None:
    option = value("the_limit", "N", "text", "scope", parse=lambda flag, text: parse_integer(flag, text, 1), default=7)
    assert option.read({"the_limit": "3"}) == 3
    with pytest.raises(UsageError, match="--the-limit: 0 is too small"):
        option.read({"the_limit": 0})


def test_false_zero_and_an_empty_text_are_given() -> None:
    assert all(map(is_given, (False, 0, 0.0, "", {}, "no")))
    assert switch("resume", "text", "running", default=True).read({"resume": False}) is False


def test_only_a_default_path_lies_below_the_root_folder() -> None:
    option = value("store", "PATH", "text", "running", parse=lambda flag, text: Path(text), default=Path("a/b"))
    assert option.read({}, Path("/somewhere")) == Path("/somewhere/a/b")
    assert option.read({}) == Path("a/b")
    assert option.read({"store": "c"}, Path("/somewhere")) == Path("c")


@pytest.mark.parametrize(
    ("default", "shown", "expected"),
    [
        (0.05, "", "text (default: 0.05)"),
        (0, "", "text (default: 0)"),
        ("test", "", "text (default: test)"),
        (Path("a/b"), "", "text (default: a/b below the rootdir)"),
        (None, "pinned", "text (default: pinned)"),
        (None, "", "text"),
        ({}, "", "text"),
        (False, "", "text"),
    ],
)
def test_help_shows_the_default(default: object, shown: str, expected: str) -> None:
    assert value("x", "X", "text", "gates", default=default, shown=shown).help == expected
