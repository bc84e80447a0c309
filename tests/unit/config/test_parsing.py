from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_haerae.config.parsing import parse_boolean, parse_integer, parse_mapping, parse_names, parse_share
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
        ("seed", "'seed' is not key=value"),
        ("@/no/such.json", "can not be read"),
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


def test_names_and_switches() -> None:
    assert parse_names("--subset", ["a,b", "b, c"]) == ("a", "b", "c")
    assert parse_boolean("--resume", "off") is False
    with pytest.raises(UsageError, match="--resume"):
        parse_boolean("--resume", "maybe")
