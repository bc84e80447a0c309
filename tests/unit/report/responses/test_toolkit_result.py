from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.toolkit_result import read, takes
from pytest_haerae.run.given_questions import GivenQuestion
from pytest_haerae.types import Response
from tests.unit.reports import report_of, samples_of
from tests.unit.reports import write as write_report

SAMPLE = {
    "input": "### 질문: \n무엇?\n\n### 선택지: \n(A) 가\n(B) 나\n\n:",
    "reference": "(B)",
    "options": ["(A)", "(B)", "(C)", "(D)", "(E)"],
    "_subset_name": "csat_geo",
    "prediction": "(B)",
    "evaluation": {"is_correct": True},
}


def written(folder: Path, samples: Any, **info: Any) -> Path:  # noqa: ANN401 - also what it should not be
    path = folder / "results.json"
    info = {"model_backend_name": "huggingface", "dataset_name": "haerae_bench", **info}
    content = {"metrics": {"accuracy": 1.0}, "samples": samples, "info": info}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def test_it_is_told_from_a_report(tmp_path: Path) -> None:
    assert takes(written(tmp_path, [SAMPLE]))
    write_report(tmp_path / "r.json", report_of(samples_of({"a": "c"})))
    assert not takes(tmp_path / "r.json")


def test_a_sample_has_its_question_and_what_was_answered(tmp_path: Path) -> None:
    found = read(written(tmp_path, [SAMPLE, SAMPLE | {"prediction": None, "options": None}]), {})
    first, second = found.items
    assert found.model == "huggingface"
    assert first.responses == (Response("(B)"),)
    assert (first.place, first.subset, first.shown) == ("sample 1", "csat_geo", SAMPLE["input"])
    assert first.question == GivenQuestion((str(SAMPLE["input"]),), tuple(SAMPLE["options"]), ("(B)",))
    assert (second.responses, second.continuations) == ((None,), None)


def test_scored_options_have_their_numbers(tmp_path: Path) -> None:
    (item,) = read(written(tmp_path, [SAMPLE | {"logits": {"option_log_probs": [-1, -2, -3, -4, -5.5]}}]), {}).items
    assert item.responses == (Response("(B)", (-1.0, -2.0, -3.0, -4.0, -5.5)),)
    assert item.continuations == tuple(SAMPLE["options"])


@pytest.mark.parametrize(
    "text",
    [
        "Error: [LiteLLMBackend] All 3 attempts failed. Last error: timeout",
        "vLLM Error: No output sequence generated",
        "Error: No options scored",
    ],
)
def test_a_failed_call_is_an_error_and_no_answer(tmp_path: Path, text: str) -> None:
    (item,) = read(written(tmp_path, [SAMPLE | {"prediction": text}]), {}).items
    assert item.responses == (Response(error=text),)


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        ("x", "field 'samples': is 'x', not a list"),
        ([SAMPLE, "x"], "sample 2: is no JSON object"),
        ([SAMPLE | {"input": None}], "sample 1, field 'input': is null, not a text"),
        ([SAMPLE | {"reference": 1}], "sample 1, field 'reference': is '1', not a text"),
        ([SAMPLE | {"options": [1]}], "sample 1, field 'options': has '1', not a text"),
        ([SAMPLE | {"logits": {"option_log_probs": [-1]}}], "sample 1, field 'logits': has not one number for each"),
        ([SAMPLE | {"logits": {"option_log_probs": [1] * 5}}], "sample 1, field 'option_log_probs': '1' is impossible"),
        (
            [SAMPLE | {"logits": {"option_log_probs": [float("nan")] * 5}}],
            "sample 1, field 'option_log_probs': 'nan' is impossible",
        ),
    ],
)
def test_a_malformed_sample_is_named(tmp_path: Path, samples: Any, words: str) -> None:  # noqa: ANN401 - as above
    with pytest.raises(UsageError) as raised:
        read(written(tmp_path, samples), {})
    assert str(raised.value).startswith("--responses ")
    assert words in str(raised.value)


def test_a_run_that_failed_is_refused_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the run failed there \(Pipeline failed: no GPU\), and nothing was answered"):
        read(written(tmp_path, [], error="Pipeline failed: no GPU"), {})
