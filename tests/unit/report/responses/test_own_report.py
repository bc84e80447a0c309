from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.own_report import read, takes
from pytest_haerae.types import Response
from tests.unit.reports import report_of, samples_of, write


def test_a_report_ends_in_json() -> None:
    assert takes(Path("r.JSON"))
    assert not takes(Path("r.jsonl"))


def test_answers_errors_and_what_was_not_asked(tmp_path: Path) -> None:
    report = report_of(samples_of({"a": "ces"}))
    report["samples"][0] |= {
        "reasoning": "생각",
        "finish_reason": "stop",
        "tokens": {"prompt": 5, "completion": 3, "reasoning": 1, "cached": 2},
        "messages": [{"role": "user", "content": "?"}],
    }
    report["samples"][2]["raw_output"] = None
    write(tmp_path / "r.json", report)
    found = read(tmp_path / "r.json", {})
    assert found.chat
    assert [item.responses for item in found.items] == [
        (
            Response(
                "A",
                prompt_tokens=5,
                completion_tokens=3,
                finish_reason="stop",
                reasoning="생각",
                reasoning_tokens=1,
                cached_tokens=2,
            ),
        ),
        (Response(error="HTTP 503"),),
        (None,),
    ]
    first = found.items[0]
    assert (first.name, first.key, first.subset, first.dataset) == ("s0-0000", "k0", "a", "questions.jsonl")
    assert first.content == (tuple("가나다라마"), "A")


def test_an_item_twice_is_refused(tmp_path: Path) -> None:
    report = report_of(samples_of({"a": "cw"}))
    report["samples"] = [report["samples"][0]] * 2
    write(tmp_path / "r.json", report)
    with pytest.raises(UsageError, match="item s0-0000 stands there twice; keep one"):
        read(tmp_path / "r.json", {})
