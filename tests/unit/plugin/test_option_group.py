from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.config.option import Option, repeat, switch, value
from pytest_haerae.config.options import BY_NAME, OPTIONS
from pytest_haerae.config.parsing import parse_names
from pytest_haerae.plugin import option_group
from pytest_haerae.plugin.option_group import (
    add_ini_options,
    add_options,
    free_spellings,
    header,
    hide_values,
    left_to_others,
    without_values,
)
from tests.unit.plugin.sessions import config


def made(*others: str, given: Any = None) -> pytest.Parser:  # noqa: ANN401 - a configuration
    """pytest's parser with this plugin's options, and before them others'."""
    parser = pytest.Parser(_ispytest=True)
    for name in others:
        parser.addoption(name, dest="others", help="of somebody else")
    add_ini_options(parser)
    add_options(given or config(Path("/somewhere")), parser)
    return parser


@pytest.fixture(scope="module")
def parser() -> pytest.Parser:
    return made()


def parsed(parser: pytest.Parser, option: Option, *args: str) -> object:
    return getattr(parser.parse(args), f"haerae_{option.name}")


@pytest.mark.parametrize("option", OPTIONS, ids=[option.name for option in OPTIONS])
def test_every_spelling_of_an_option_sets_its_value(parser: pytest.Parser, option: Option) -> None:
    assert parsed(parser, option) is None, "not given"
    for spelling in option.spellings():
        if option.kind == "switch":
            assert parsed(parser, option, spelling) is True
            continue
        expected: object = ["x", "y"] if option.kind == "repeat" else "y"
        assert parsed(parser, option, spelling, "x", f"{spelling}=y") == expected
    for spelling in option.negations() if option.kind == "switch" else ():
        assert parsed(parser, option, spelling) is False


def test_the_spellings_of_a_repeatable_option_are_one_list(parser: pytest.Parser) -> None:
    typed = [text for spelling in BY_NAME["subset"].spellings() for text in (spelling, spelling[2:])]
    assert parsed(parser, BY_NAME["subset"], *typed) == typed[1::2]


def test_every_option_has_its_twin_in_the_ini_file(parser: pytest.Parser) -> None:
    found = {name: (kind, default) for name, (_, kind, default) in parser._inidict.items()}
    lines = {option.name for option in OPTIONS if option.kind == "repeat"} - {"dataset", "judge", "model", "prompts"}
    assert found == {
        f"haerae_{option.name}": ("linelist" if option.name in lines else "string", None) for option in OPTIONS
    }
    for option in OPTIONS:
        text = parser._inidict[f"haerae_{option.name}"][0]
        assert text.startswith(f"as {option.flag}")
        assert len(text) < 70, "one line of the help"


def shown(parser: pytest.Parser) -> str:
    return parser.optparser.format_help()


def test_help_shows_one_spelling_of_every_option_with_its_text(
    parser: pytest.Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = shown(parser)
    group = text[text.index("haerae: evaluation of Korean language models:") :]
    flags = re.findall(r"^  (--[\w-]+)", group, re.MULTILINE)
    assert flags == [option.flag for option in OPTIONS]
    assert "--haerae" not in text
    assert not re.search(r"--\w+_", text)
    assert group.count("--no-") == sum(option.kind == "switch" for option in OPTIONS)
    for option in OPTIONS:
        assert re.sub(r"\s+", "", option.help) in re.sub(r"\s+", "", group)


def test_a_percent_sign_in_a_text_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    options = [value("x", "X", "at 50% of it", "gates"), switch("y", "by 5%", "gates")]
    monkeypatch.setattr(option_group, "OPTIONS", options)
    text = shown(made())
    assert ("at 50% of it" in text, "by 5%" in text) == (True, True)


LIMIT = value("the_limit", "N", "text", "scope", also=("--most",))
SWITCH = switch("re_use", "text", "running")


@pytest.mark.parametrize(
    ("option", "taken", "lost"),
    [
        (LIMIT, [], set()),
        (LIMIT, ["--limit", "-l", "--the-limits"], set()),
        (LIMIT, ["--the-limit"], {"--the-limit", "--the_limit"}),
        (LIMIT, ["--the_limit"], {"--the-limit", "--the_limit"}),
        (LIMIT, ["--most"], {"--most"}),
        (SWITCH, ["--re-use"], {"--re-use", "--re_use"}),
        (SWITCH, ["--no-re_use"], {"--re-use", "--re_use"}),
        (repeat("x", "X", "text", "scope", parse=parse_names), ["--x", "--no-x"], {"--x"}),
    ],
)
def test_a_name_that_is_taken_is_left_with_its_other_forms(option: Option, taken: list[str], lost: set[str]) -> None:
    free = free_spellings(option, {name.replace("_", "-") for name in taken})
    assert set(free) == set(option.spellings()) - lost
    assert [spelling for spelling in option.spellings() if spelling in free] == list(free), "in their order"


def test_what_another_plugin_has_is_left_to_it_and_the_prefix_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    given = config(Path("/somewhere"))
    parser = made("--model", "--no-resume", given=given)
    found = parser.parse(["--model", "theirs", "--haerae-model=ours", "--no-haerae-resume", "--model_params", "{}"])
    assert (found.others, found.haerae_model, found.haerae_resume) == ("theirs", ["ours"], False)
    assert found.haerae_model_params == "{}"
    assert {"--model", "--resume"} <= left_to_others(given)
    assert header(given) == (
        "haerae: another plugin has --model, --resume; for this one type --haerae-model, --haerae-resume"
    )
    text = shown(parser)
    assert ("  --haerae-model=NAME" in text, "  --haerae-resume, --no-haerae-resume" in text) == (True, True)


def test_where_no_name_is_taken_nothing_is_said() -> None:
    given = config(Path("/somewhere"))
    assert header(given) is None
    made(given=given)
    assert (header(given), left_to_others(given)) == (None, set())


def test_a_value_is_no_path_to_look_for_a_conftest_in() -> None:
    args = ["--model", "random", "tests", "--limit=3", "--no-resume", "-k", "a b", "--haerae_split", "dev", "--subset"]
    assert without_values(args) == ["tests", "--no-resume", "-k", "a b"]
    parser = pytest.Parser(_ispytest=True)
    for typed, paths in ((args, ["tests", "a b"]), (["x", "--seed", "3"], None)):
        known = SimpleNamespace(file_or_dir=None, confcutdir="kept")
        hide_values(SimpleNamespace(known_args_namespace=known), parser, typed)  # type: ignore[arg-type]
        assert (known.file_or_dir, known.confcutdir) == (paths, "kept")
