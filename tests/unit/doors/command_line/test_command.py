from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser
from io import BytesIO, TextIOWrapper

import pytest

from pytest_haerae.config.option import Option
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.doors.command_line.command import add_option, print_json, print_lines


def parser(*names: str) -> ArgumentParser:
    made = ArgumentParser(allow_abbrev=False)
    for name in names:
        add_option(made, name)
    return made


@pytest.mark.parametrize("name", [option.name for option in OPTIONS if option.kind == "value"])
def test_every_spelling_of_a_value_is_taken(name: str) -> None:
    for spelling in BY_NAME[name].spellings():
        assert vars(parser(name).parse_args([spelling, "x"])) == {name: "x"}
    assert vars(parser(name).parse_args([])) == {name: None}


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_help_shows_one_spelling_of_each_option(option: Option) -> None:
    shown = re.findall(r"--[\w-]+", parser(option.name).format_usage())
    assert shown == [option.flag, *([option.negations()[0]] if option.kind == "switch" else [])]


@pytest.mark.parametrize("name", [option.name for option in OPTIONS if option.kind == "repeat"])
def test_a_repeatable_option_collects(name: str) -> None:
    flag = BY_NAME[name].flag
    assert vars(parser(name).parse_args([flag, "a", flag, "b"])) == {name: ["a", "b"]}


@pytest.mark.parametrize("name", [option.name for option in OPTIONS if option.kind == "switch"])
def test_a_switch_is_on_off_or_not_given(name: str) -> None:
    for spelling, value in [
        *((each, True) for each in BY_NAME[name].spellings()),
        *((each, False) for each in BY_NAME[name].negations()),
    ]:
        assert vars(parser(name).parse_args([spelling])) == {name: value}
    assert vars(parser(name).parse_args([])) == {name: None}


def test_the_help_shows_one_spelling_of_each_option() -> None:
    """As `pytest --help` does; all others, such as `--haerae-model` and `--model_params`, hid what there is."""
    shown = parser(*BY_NAME).format_help()
    named = re.findall(r"(?<![\w-])--[\w-]+", shown.partition("options:")[0])
    switches = {f"--no-{option.flag.removeprefix('--')}" for option in OPTIONS if option.kind == "switch"}
    assert set(named) == {option.flag for option in OPTIONS} | switches
    assert not re.search(r"--(?:no-)?haerae|--\w+_", shown)
    assert all(f"\n  {option.flag}" in shown for option in OPTIONS)


def test_json_keeps_hangul_and_refuses_what_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"이름": [1, None]})
    assert capsys.readouterr().out == '{\n "이름": [\n  1,\n  null\n ]\n}\n'
    with pytest.raises(ValueError, match="JSON"):
        print_json(float("nan"))


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "euc-kr", "latin-1"])
def test_json_means_the_same_in_every_encoding_of_the_output(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    value = {"이름": ["a\ud83d", "😀 é", "\x1b"]}
    stream = TextIOWrapper(BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    print_json(value)
    stream.flush()
    assert json.loads(stream.buffer.getvalue().decode(encoding)) == value


def test_lines_for_people_are_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines("::error::a\x1b[2J\nb", 3)
    assert capsys.readouterr().out == "\\::error::a\\x1b[2J\\nb\n3\n"
