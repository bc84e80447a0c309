from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.inspect_log import read, takes
from pytest_haerae.types import Response

HEADER = {"version": 2, "status": "success", "eval": {"model": "mockllm/model", "task": "quiz"}}


def sample(name: str | int = 1, epoch: int = 1, content: Any = "(B)", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    message = {"role": "assistant", "content": content}
    return {
        "id": name,
        "epoch": epoch,
        "input": "무엇?",
        "choices": ["가", "나"],
        "target": "B",
        "messages": [
            {"role": "system", "content": "한 글자로."},
            {"role": "user", "content": "무엇? A) 가 B) 나"},
            message,
        ],
        "output": {"model": "m", "choices": [{"message": message, "stop_reason": "stop"}]},
        **changes,
    }


def log(path: Path, *samples: Any, header: dict[str, Any] = HEADER) -> Path:  # noqa: ANN401 - also what is no sample
    """A log, of the kind that its name says."""
    if path.suffix == ".json":
        path.write_text(json.dumps({**header, "samples": samples}, ensure_ascii=False), encoding="utf-8")
        return path
    with ZipFile(path, "w", ZIP_DEFLATED) as file:
        file.writestr("_journal/start.json", json.dumps({**header, "status": "started"}))
        for number, each in enumerate(samples):
            file.writestr(f"samples/{number}_epoch_1.json", json.dumps(each, ensure_ascii=False))
        file.writestr("summaries.json", "[]")
        file.writestr("header.json", json.dumps(header))
    return path


@pytest.mark.parametrize("name", ["log.eval", "log.json"])
def test_both_kinds_are_the_same(tmp_path: Path, name: str) -> None:
    path = log(tmp_path / name, sample(), sample("q2", 2, "(A)"), sample("q2", 1, "(C)"))
    assert takes(path)
    found = read(path, {})
    assert (found.model, found.chat) == ("mockllm/model", True)
    first, second = found.items
    assert (first.name, first.responses) == ("1", (Response("(B)", finish_reason="stop"),))
    assert [each and each.text for each in second.responses] == ["(C)", "(A)"]
    assert first.shown == "[system]\n한 글자로.\n\n[user]\n무엇? A) 가 B) 나"
    assert first.question is not None
    assert (first.question.options, first.question.references) == (("가", "나"), ("B",))
    assert first.question.texts[0] == "무엇?"
    assert first.question.texts[1].startswith("### 질문: \n무엇?")


def test_a_log_that_was_broken_off_has_its_samples(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "log.eval", "w") as file:
        file.writestr("_journal/start.json", json.dumps(HEADER))
        file.writestr("samples/1_epoch_1.json", json.dumps(sample()))
    assert len(read(tmp_path / "log.eval", {}).items) == 1


def test_parts_of_messages_and_attachments(tmp_path: Path) -> None:
    content = [
        {"type": "reasoning", "reasoning": "생각"},
        {"type": "reasoning", "reasoning": "x", "redacted": True, "summary": "요약"},
        {"type": "text", "text": "attachment://abc"},
        {"type": "text", "text": "끝"},
        {"type": "image", "image": "x"},
    ]
    said = [{"role": "user", "content": [{"type": "text", "text": "무엇?"}]}]
    path = log(
        tmp_path / "log.json", sample(content=content, attachments={"abc": "긴 글"}, input=said, target=["A", "B"])
    )
    (item,) = read(path, {}).items
    assert item.responses == (Response("긴 글\n끝", reasoning="생각\n요약", finish_reason="stop"),)
    assert item.question is not None
    assert (item.question.texts[0], item.question.references) == ("무엇?", ("A", "B"))


def test_tokens_errors_and_what_has_no_answer(tmp_path: Path) -> None:
    counted = sample(1)
    usage = {
        "input_tokens": 9,
        "output_tokens": 4,
        "reasoning_tokens": 2,
        "input_tokens_cache_read": 3,
        "total_tokens": 13,
    }
    counted["output"]["usage"] = usage
    path = log(
        tmp_path / "log.json",
        counted,
        sample(2, error={"message": "timeout", "traceback": "…"}),
        sample(3, output={"model": "m", "choices": [], "error": "refused"}),
        sample(4, output={"model": "m", "choices": []}),
        sample(5, invalidation={"author": "x"}),
    )
    answers = [item.responses[0] for item in read(path, {}).items]
    assert answers[0] == Response(
        "(B)", finish_reason="stop", prompt_tokens=9, completion_tokens=4, reasoning_tokens=2, cached_tokens=3
    )
    assert answers[1:] == [Response(error="timeout"), Response(error="refused"), None, None]


@pytest.mark.parametrize("name", ["log.eval", "log.json"])
@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ([sample(), sample()], "sample '1' of epoch 1 stands there twice; keep one"),
        ([sample(epoch=0)], "field 'epoch': is 0, not a number from 1"),
        ([sample(None)], "field 'id': is None, not a text or a number"),  # type: ignore[arg-type]
        ([sample(output=None)], "field 'output': is null, not an object"),
        ([sample(input=None)], "field 'input': is null, not a list"),
        ([sample(choices=[1])], "field 'choices': has '1', not a text"),
        (["x"], "no JSON object"),
    ],
)
def test_a_malformed_sample_is_named(tmp_path: Path, name: str, samples: list[Any], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(log(tmp_path / name, *samples), {})
    assert str(raised.value).startswith(f"--responses {tmp_path / name}, sample")
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (HEADER | {"version": 3}, "a log of format 3; those up to 2 are read"),
        (HEADER | {"version": None}, "a log of format None"),
        (HEADER | {"eval": {}}, "field 'model': is null"),
        (HEADER | {"eval": 1}, "field 'eval': is '1', not an object"),
    ],
)
def test_a_malformed_header_is_named(tmp_path: Path, header: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(log(tmp_path / "log.json", sample(), header=header), {})


def test_another_zip_file_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "log.eval", "w") as file:
        file.writestr("a.txt", "x")
    with pytest.raises(UsageError, match=r"has no header\.json, so it is no log of inspect"):
        read(tmp_path / "log.eval", {})
    (tmp_path / "log.eval").write_bytes(b"x")
    with pytest.raises(UsageError, match="no readable zip file"):
        read(tmp_path / "log.eval", {})
