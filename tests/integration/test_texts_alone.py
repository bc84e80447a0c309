"""Rows that have a text and nothing else: how likely a model finds them, per byte and per word."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers import valid_report, write_questions
from tests.integration.always import MODES, REPORT
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

TEXTS = [f"{number}번째 글이다. 하늘이 {'매우 ' * number}맑다." for number in range(12)]


@pytest.fixture(autouse=True)
def rows(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    write_questions(pytester.path, [{"text": text} for text in TEXTS])


@MODES
def test_texts_have_bits_per_byte_and_no_accuracy(evaluate: Evaluate, workers: Sequence[str]) -> None:
    result = evaluate("--method=log_likelihood", "--report-html=page.html", *workers)
    report = valid_report(REPORT)
    metrics, samples = report["metrics"], report["samples"]
    assert (metrics["accuracy"], metrics["n"], metrics["skipped"]) == (None, 0, 12)
    nats = -sum(sample["loglikelihoods"][0] for sample in samples)
    count = sum(len(text.encode()) for text in TEXTS)
    assert metrics["bits_per_byte"]["value"] == pytest.approx(nats / count / math.log(2))
    assert metrics["word_perplexity"]["n"] == 12
    assert metrics["subsets"]["questions"]["byte_perplexity"] == metrics["byte_perplexity"]
    assert [sample["options"] for sample in samples] == [[text] for text in TEXTS]
    assert {sample["input"] for sample in samples} == {""}
    result.stdout.fnmatch_lines([f"bits_per_byte {metrics['bits_per_byte']['value']:.4f} (*, n 12)"])
    assert "bits per byte" in Path("page.html").read_text(encoding="utf-8")
    assert result.ret == 0
    result.assert_outcomes(skipped=12)


def test_the_prompt_and_the_answers_store_do_not_matter(evaluate: Evaluate) -> None:
    evaluate("--method=log_likelihood", "--output-file=one.json")
    evaluate("--method=log_likelihood", "--prompt=kmmlu", "--system-prompt=x", "--reuse", "--output-file=other.json")
    one, other = (valid_report(Path(name)) for name in ("one.json", "other.json"))
    assert one["metrics"] == other["metrics"]
    assert other["info"]["responses"] == {"computed": 0, "reused": 12}


def test_a_method_that_generates_skips_them_with_the_way_out(evaluate: Evaluate) -> None:
    result = evaluate("-rs")
    assert valid_report(REPORT)["info"]["responses"]["computed"] == 0
    result.stdout.fnmatch_lines(["*a text alone asks nothing: add --method=log_likelihood*"])


def test_a_gate_on_their_accuracy_is_unmeasurable(evaluate: Evaluate) -> None:
    result = evaluate("--method=log_likelihood", "--min-accuracy=0.5")
    assert result.ret == 1
    assert [gate["verdict"] for gate in valid_report(REPORT)["info"]["gates"]] == ["unmeasurable"]


def test_the_column_is_named_where_it_is_called_otherwise(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    lines = (json.dumps({"body": text, "label": 1}, ensure_ascii=False) for text in TEXTS)
    (pytester.path / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    evaluate("--method=log_likelihood", "--dataset-columns=text=body")
    assert valid_report(REPORT)["metrics"]["bits_per_byte"]["n"] == 12
