from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.config.parsing import (
    parse_address,
    parse_boolean,
    parse_choice,
    parse_gpus,
    parse_integer,
    parse_level,
    parse_mapping,
    parse_method,
    parse_names,
    parse_path,
    parse_seconds,
    parse_share,
    parse_text,
    parse_thresholds,
    parse_typed_path,
)
from pytest_haerae.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"seed": 1, "name": "가"}', {"seed": 1, "name": "가"}),
        ("seed=1,name=demo,flag=true", {"seed": 1, "name": "demo", "flag": True}),
        ("", {}),
        (None, {}),
    ],
)
def test_parameters_are_read(text: str | None, expected: dict[str, object]) -> None:
    assert parse_mapping("--model-params", text) == expected


def test_parameters_are_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"seed": 7}', encoding="utf-8")
    assert parse_mapping("--model-params", f"@{tmp_path / 'p.json'}") == {"seed": 7}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"seed": }', "--model-params: malformed JSON at line 1 column 10"),
        ("[1]", "a JSON object is needed"),
        ("seed", "part 1 of 1 between commas is not key=value"),
        ("a=1,b,c=2", "part 2 of 3 between commas is not key=value"),
        ('{"a": 1, "a": 2}', "malformed JSON: 'a' stands in it twice"),
        ("a=1,b=2, a=3", "--model-params: 'a' stands in it twice; keep one"),
        ('{"a": {"b": [0, NaN]}}', "a.b[1] is no finite number"),
        ("temperature=1e999", "temperature is no finite number"),
        ("[" * 100_000, "nested too deeply"),
        ('{"seed": ' + "9" * 5000 + "}", "malformed JSON: Exceeds the limit"),
        ("@/no/such.json", "cannot be read"),
    ],
)
def test_mistakes_name_the_place(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_mapping("--model-params", text)


def test_numbers_are_bounded() -> None:
    assert parse_integer("--limit", "3", 1) == 3
    assert parse_share("--max-drop", "0.25") == 0.25
    for text in ("0", "-1", "x", "1.5"):
        with pytest.raises(UsageError, match="--limit"):
            parse_integer("--limit", text, 1)
    for text in ("x", "nan", "-0.1", "1.1"):
        with pytest.raises(UsageError, match="--max-drop"):
            parse_share("--max-drop", text)
    with pytest.raises(UsageError, match=r"for 80 percent write 0\.8"):
        parse_share("--min-accuracy", "80")
    with pytest.raises(UsageError, match=r"'80%' is not a number from 0 to 1; write 0\.8$"):
        parse_share("--min-accuracy", "80%")
    with pytest.raises(UsageError, match=r"'x%' is not a number from 0 to 1$"):
        parse_share("--min-accuracy", "x%")


def test_names_and_switches() -> None:
    assert parse_names("--subset", ["a,b", "b, c"]) == ("a", "b", "c")
    assert parse_boolean("--resume", "off") is False
    with pytest.raises(UsageError, match="--resume"):
        parse_boolean("--resume", "maybe")


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)


@given(st.dictionaries(st.text(), JSON))
def test_json_is_read_as_json_reads_it(value: dict[str, Any]) -> None:
    assert parse_mapping("--model-params", json.dumps(value)) == value
    copy = parse_mapping("--model-params", value)
    assert copy == value
    assert copy is not value, "what a caller passes is not changed by what is added to it"


def test_values_of_pairs_may_hold_equals_signs_and_spaces() -> None:
    assert parse_mapping("--x", " a = b=c , d = [1] ") == {"a": "b=c", "d": [1]}
    with pytest.raises(UsageError, match="part 1 of 1 between commas is not key=value"):
        parse_mapping("--x", "=1")


def test_b6_names_of_subsets_are_in_nfc() -> None:
    typed = normalize("NFD", "한국사")
    assert parse_names("--subset", f"{typed},한국사") == ("한국사",)
    assert parse_thresholds("--min-accuracy", [f"{typed}=0.5"]) == (("한국사", 0.5),)


def test_a_mistake_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text('{\n "seed": }', encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(f"--x file {path}: malformed JSON at line 2 column 10")):
        parse_mapping("--x", f"@{path}")
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match=re.escape(f"--x file {path}: cannot be read (")):
        parse_mapping("--x", f"@{path}")


@pytest.mark.parametrize("text", ["0", "0.0", "1", "0.5", 0, 1.0])
def test_both_ends_are_shares(text: Any) -> None:  # noqa: ANN401 - text or number
    assert parse_share("--x", text) == float(text)


@pytest.mark.parametrize(("text", "hint"), [("80", True), ("100", True), ("101", False), ("-80", False)])
def test_only_a_percentage_is_taken_for_one(text: str, hint: bool) -> None:
    with pytest.raises(UsageError) as caught:
        parse_share("--x", text)
    assert ("percent" in str(caught.value)) == hint


@given(st.integers() | st.floats() | st.text())
def test_gpus_are_whole_or_a_part_of_one(value: Any) -> None:  # noqa: ANN401 - text or number
    try:
        number = float(str(value))
        possible = 0 <= number <= 1 or (number > 1 and number.is_integer())
    except (ValueError, OverflowError):
        possible = False
    if possible:
        assert parse_gpus("--x", value) == number
    else:
        with pytest.raises(UsageError, match="is not a whole number of GPUs"):
            parse_gpus("--x", value)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("0.5", ((None, 0.5),)),
        (0.5, ((None, 0.5),)),
        (["0.5", "history=0.25"], ((None, 0.5), ("history", 0.25))),
        (["a=b=1"], (("a=b", 1.0),)),
    ],
)
def test_thresholds_are_of_all_items_or_of_a_subset(values: object, expected: object) -> None:
    assert parse_thresholds("--min-accuracy", values) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [("=0.5", "names no subset"), ("history=80", "for 80 percent write 0.8"), ("history", "number")],
)
def test_a_threshold_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=f"--min-accuracy: .*{re.escape(message)}"):
        parse_thresholds("--min-accuracy", [text])


@pytest.mark.parametrize("word", ["1", "true", "Yes", " ON ", True])
def test_what_is_on(word: object) -> None:
    assert parse_boolean("--x", word) is True


@pytest.mark.parametrize("word", ["0", "False", "no", "off", False])
def test_what_is_off(word: object) -> None:
    assert parse_boolean("--x", word) is False


@pytest.mark.parametrize(
    ("parse", "value", "expected"),
    [
        (parse_text, 7, "7"),
        (parse_method, "log_likelihood", "log_likelihood"),
        (parse_address, "auto", "auto"),
        (lambda flag, text: parse_choice(flag, text, ("errors",)), "errors", "errors"),
        (parse_names, "a, b,,a", ("a", "b")),
        (parse_names, (), ()),
    ],
)
def test_words_are_read(parse: Callable[[str, Any], Any], value: object, expected: object) -> None:
    assert parse("--x", value) == expected


@pytest.mark.parametrize(
    ("parse", "value", "message"),
    [
        (parse_method, "log_likelyhood", "did you mean 'log_likelihood'"),
        (parse_address, " ", "--x: is empty"),
        (lambda flag, text: parse_choice(flag, text, ("errors",)), "error", "--x: unknown choice 'error'"),
    ],
)
def test_other_words_are_refused(parse: Callable[[str, Any], Any], value: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse("--x", value)


def test_a_path_is_made_absolute_and_a_typed_one_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert parse_path("--x", "a/b.json") == tmp_path / "a/b.json"
    assert parse_typed_path("--x", "a/b.json") == Path("a/b.json")
    assert parse_path("--x", "~/b") == parse_typed_path("--x", "~/b") == Path("/home/me/b")


KEY = "geheim-7f3a9c1e"


@pytest.mark.parametrize(
    "text",
    [
        f'{{"api_key": "{KEY}" "max_tokens": 1}}',
        f"{{'api_key': '{KEY}'}}",
        f'{{"api_key": "{KEY}"',
        f'["{KEY}"]',
        f'"{KEY}"',
        KEY,
        f"api_key={KEY},rest-of-{KEY}",
        f"{KEY},api_key=1",
        f"={KEY}",
        f"@{{{KEY}",
        f'{{"api_key": "{KEY}", "a": NaN}}',
        f'{{"api_key": "{KEY}", "api_key": "{KEY}"}}',
    ],
)
@pytest.mark.parametrize("option", ["--model-params", "HAERAE_MODEL_PARAMS"])
def test_what_cannot_be_parsed_is_not_printed(option: str, text: str) -> None:
    """F1: the message names the place and quotes nothing, for it may be a key."""
    with pytest.raises(UsageError) as caught:
        parse_mapping(option, text if not text.startswith("@") else f"@api_key={KEY}")
    assert KEY not in str(caught.value)
    assert str(caught.value).startswith(option)
    assert "\n" not in str(caught.value)


def test_what_is_read_as_a_secret_is_in_no_later_message() -> None:
    parse_mapping("--model-params", {"api_key": "later-on-7f3a"})
    assert str(UsageError("the server repeats later-on-7f3a")) == "the server repeats ***"


@pytest.mark.parametrize("text", ["reports/", "./"])
def test_a_path_that_is_written_as_a_folder_names_no_file(text: str) -> None:
    with pytest.raises(UsageError, match=r"names a folder; name a file$"):
        parse_path("--output-file", text)


@pytest.mark.parametrize(("text", "expected"), [("600", 600.0), (0, 0.0), ("1.5", 1.5), (30.0, 30.0)])
def test_seconds_are_read(text: object, expected: float) -> None:
    assert parse_seconds("--answer-timeout", text) == expected


@pytest.mark.parametrize("text", ["-1", "nan", "inf", "ten", "", "10s"])
def test_what_is_no_number_of_seconds_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=f"--answer-timeout: '{text}' is not a number of seconds, such as 600"):
        parse_seconds("--answer-timeout", text)


def test_a_level_at_which_the_gate_could_never_fail_is_refused() -> None:
    """A: with ``--significance=0`` a model that lost every item passed."""
    assert parse_level("--significance", "1") == 1
    with pytest.raises(UsageError, match=r"^--significance: at a level of 0 the gate could never fail"):
        parse_level("--significance", "0")
