from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.batch_output import read, takes
from pytest_haerae.run.given_responses import GivenResponses
from pytest_haerae.types import Response


def line(name: str, *texts: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - a field's value
    """A line of an output file."""
    choices = [
        {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"} for text in texts
    ]
    whole = {"object": "chat.completion", "model": "gpt-x", "choices": choices, **body}
    response = {"status_code": 200, "request_id": "r", "body": whole}
    return {"id": "batch_req_1", "custom_id": name, "response": response, "error": None}


def written(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "output.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), encoding="utf-8")
    return path


def given(folder: Path, *lines: dict[str, Any]) -> GivenResponses:
    return read(written(folder, *lines), {})


def test_it_is_told_from_a_table(tmp_path: Path) -> None:
    assert takes(written(tmp_path, line("a", "가")))
    assert not takes(written(tmp_path, {"custom_id": "a", "output": "가"}))


def test_answers_have_text_reasoning_and_tokens(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2}
    found = given(tmp_path, line("a", "가", usage=usage), line("b", "나", "다", usage=usage, model="gpt-y"))
    assert (found.model, found.chat) == ("gpt-x, gpt-y", True)
    first, second = found.items
    assert first.name == "a"
    assert first.responses == (Response("가", prompt_tokens=5, completion_tokens=2, finish_reason="stop"),)
    assert [each and (each.text, each.prompt_tokens) for each in second.responses] == [("나", 5), ("다", None)]


def test_plain_text_is_read_too(tmp_path: Path) -> None:
    found = given(tmp_path, line("a", choices=[{"text": " (B)", "finish_reason": "length"}]))
    assert not found.chat
    assert found.items[0].responses == (Response(" (B)", finish_reason="length"),)


def test_what_was_refused_is_an_error_and_what_was_left_over_no_answer(tmp_path: Path) -> None:
    refused = line("a") | {"response": {"status_code": 400, "body": {"error": {"message": "too long"}}}}
    expired = line("b") | {"response": None, "error": {"code": "batch_expired", "message": "late"}}
    broken = line("c", "가") | {"response": {"status_code": 200, "body": {"choices": [{"message": None}]}}}
    first, second, third = given(tmp_path, refused, expired, broken).items
    assert first.responses == (Response(error="Error code: 400 - too long"),)
    assert second.responses == (None,)
    assert third.responses[0] is not None
    assert "no message" in str(third.responses[0].error)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([line("a", "가"), line("a", "나")], "row 2: the custom_id 'a' stands in row 1, too; keep one"),
        ([line("a", "가"), line(" ", "나")], "row 2, field 'custom_id': is empty"),
        ([line("a", "가") | {"custom_id": 7}], "row 1, field 'custom_id': is '7', not a text"),
        ([line("a", choices=None, output=[])], "row 1, field 'response': has no choices"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, lines: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        given(tmp_path, *lines)
    assert str(raised.value).startswith("--responses ")
    assert words in str(raised.value)
