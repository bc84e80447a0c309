from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses import fields
from pytest_haerae.types import Response


def test_what_is_right_is_given_as_it_is() -> None:
    record = {"text": "가", "list": [1], "object": {}, "texts": ["가"], "count": 3}
    assert fields.text_in(record, "text", "x") == "가"
    assert fields.list_in(record, "list", "x") == [1]
    assert fields.mapping_in(record, "object", "x") == {}
    assert fields.texts_in(record, "texts", "x") == ("가",)
    assert fields.texts_in(record, "absent", "x") is None
    assert [fields.count_in(record, name) for name in ("count", "text", "absent")] == [3, None, None]


@pytest.mark.parametrize(
    ("read", "value", "words"),
    [
        (fields.text_in, 7, "x, field 'f': is '7', not a text"),
        (fields.text_in, None, "x, field 'f': is null, not a text"),
        (fields.list_in, "가" * 100, f"x, field 'f': is '{'가' * 60}…', not a list"),
        (fields.mapping_in, [], "x, field 'f': is '[]', not an object"),
        (fields.texts_in, ["가", None], "x, field 'f': has null, not a text"),
    ],
)
def test_what_is_wrong_is_named(read: Callable[..., object], value: Any, words: str) -> None:  # noqa: ANN401 - JSON
    with pytest.raises(UsageError) as raised:
        read({"f": value}, "f", "x")
    assert str(raised.value) == words


@pytest.mark.parametrize("value", [True, None, "x", "inf", "-inf", "nan", 0.1, []])
def test_no_log_likelihood(value: Any) -> None:  # noqa: ANN401 - JSON
    with pytest.raises(UsageError, match="is impossible"):
        fields.log_likelihood(value, "f", "x")


@pytest.mark.parametrize(("value", "number"), [("-1.5", -1.5), (0, 0.0), (-2, -2.0)])
def test_a_log_likelihood_may_be_a_text(value: Any, number: float) -> None:  # noqa: ANN401 - JSON
    assert fields.log_likelihood(value, "f", "x") == number


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a": 1,\n"b"', "x: malformed JSON at line 2 column 4"),
        (b"[]", "x: is no JSON object"),
        (b'{"a": 1, "a": 2}', "x: "),
        (b"\xff", "x: not UTF-8 (byte 0)"),
    ],
)
def test_a_malformed_file_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(UsageError) as raised:
        fields.json_file(tmp_path / "a.json", "x")
    assert str(raised.value).startswith(words)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"x: cannot be read \(No such file"):
        fields.json_file(tmp_path / "a.json", "x")


def test_texts_are_composed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": "\u1100\u1161"}', encoding="utf-8")
    assert fields.json_file(tmp_path / "a.json", "x") == {"a": "가"}


def test_answers_in_their_order() -> None:
    assert fields.in_order({2: Response("c"), 0: Response("a")}) == (Response("a"), None, Response("c"))
    assert fields.in_order({}) == ()
