from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard, ModelCardData
from huggingface_hub.repocard_data import EvalResult, model_index_to_eval_results

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.errors import UsageError
from pytest_haerae.report.formats import find_format
from pytest_haerae.report.schema import Report
from tests.unit.report.exchange.test_model_index import told
from tests.unit.reports import HOSTILE, benchmarks_of, report_of, samples_of, write

CARD = """---
# of the author, to be kept
license: apache-2.0
language: [ko, en]   # two

model-index:  # others measured this
- name: my-model
  results:
  - task: {type: text-generation}
    dataset: {type: other, name: Other}
    metrics:
    - {type: accuracy, value: 0.25}

# and this is about the tags
tags:
- 한국어
---
# My model

Words. ---

| a | table |
"""


def export(report: Report, path: Path) -> str:
    find_format("model_card").write(report, path)
    return path.read_bytes().decode("utf-8")


def results_of(text: str) -> list[EvalResult]:
    """What the hub's own reader finds."""
    index = yaml.safe_load(text.split("---\n")[1])["model-index"]
    _, results = model_index_to_eval_results(index)
    card = ModelCard(text)
    assert isinstance(card.data, ModelCardData)
    assert card.data.eval_results == results
    return results


def test_a_new_card_has_the_reports_numbers(tmp_path: Path) -> None:
    report = report_of(samples_of({"a": "ccw", "나|다": "cwwww", "c": "e"}))
    text = export(report, tmp_path / "README.md")
    metrics, dataset = report["metrics"], report["info"]["dataset"]
    scores = {None: metrics, "a": metrics["subsets"]["a"], "나|다": metrics["subsets"]["나|다"]}
    assert told(results_of(text)) == {
        (dataset, subset, kind): found[kind] for subset, found in scores.items() for kind in ("accuracy", "stderr")
    }
    assert "| a | 3 | 0.6667 | 0.208 to 0.939 |" in text
    assert r"| 나\|다 | 5 | 0.2000 |" in text
    assert f"| **all items** | {metrics['n']} | {metrics['accuracy']:.4f} |" in text
    assert "| c |" not in text


def test_all_else_of_a_card_stays(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(CARD, encoding="utf-8")
    text = export(report_of(samples_of({"a": "ccw"})), path)
    before, after = CARD.partition("model-index:")[0], CARD[CARD.index("\n# and this is about the tags") :]
    assert text.startswith(before)
    assert after.rstrip() in text
    results = results_of(text)
    assert [(each.dataset_name, each.metric_type) for each in results] == [
        ("Other", "accuracy"),
        ("questions.jsonl", "accuracy"),
        ("questions.jsonl", "stderr"),
    ]
    card: Any = ModelCard(text)
    assert (card.data.license, card.data.tags, card.data.model_name) == ("apache-2.0", ["한국어"], "my-model")


@pytest.mark.parametrize(
    "beginning", ["", CARD, CARD.replace("\n", "\r\n"), "# Only words\n", "---\nlicense: mit\n---\n"]
)
def test_twice_is_as_once_and_a_later_run_takes_the_place(tmp_path: Path, beginning: str) -> None:
    path = tmp_path / "README.md"
    if beginning:
        path.write_bytes(beginning.encode())
    first = export(report_of(samples_of({"a": "ccw"})), path)
    assert export(report_of(samples_of({"a": "ccw"})), path) == first
    text = export(report_of(samples_of({"a": "cww"})), path)
    assert text.count("pytest-haerae") == first.count("pytest-haerae")
    assert "0.6667" not in text
    own = [each for each in results_of(text.replace("\r\n", "\n")) if each.dataset_name != "Other"]
    assert own[0].metric_value == 1 / 3
    assert ("\r\n" in text) == ("\r\n" in beginning)
    assert "\n" not in text.replace("\r\n", "") or "\r\n" not in beginning


def test_other_settings_stand_beside(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    export(report_of(samples_of({"a": "ccw"})), path)
    text = export(report_of(benchmarks_of({"kmmlu": {"a": "cw"}, "kobest": {"a": "c"}})), path)
    assert text.count(": begin -->") == 2
    assert {each.dataset_name for each in results_of(text)} == {"questions.jsonl", "kmmlu", "kobest"}
    assert "| **kmmlu** | 2 | 0.5000 |" in text


def test_words_after_the_table_stay(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    text = export(report_of(samples_of({"a": "ccw"})), path)
    path.write_text(text + "\nMore words.\n", encoding="utf-8")
    assert export(report_of(samples_of({"a": "cww"})), path).endswith("\nMore words.\n")


@pytest.mark.parametrize(
    ("card", "why"),
    [
        ("---\n- a\n---\n", "its head is no mapping"),
        ("---\na: [\n---\n", "its head is no YAML"),
        ("---\n{license: mit, model-index: []}\n---\n", "write it as lines"),
        ("---\nmodel-index: 3\n---\n", "its model-index is no list of models"),
        ("---\nmodel-index:\n- name: x\n  results:\n  - {}\n---\n", "cannot be added to"),
        ("---\nmodel-index:\n- name: x\n  results: [3]\n---\n", "cannot be added to"),
        ("---\nlicense: mit\n...\n---\n", "cannot be added to .*expected '<document start>'"),
        ("---\nx: &x {model-index: []}\n<<: *x\n---\n", "its model-index is merged into it"),
        ("\xff", "cannot be added to"),
    ],
)
def test_a_card_that_cannot_be_read_stays_as_it_is(tmp_path: Path, card: str, why: str) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(card.encode("latin-1"))
    with pytest.raises(UsageError, match=why) as caught:
        export(report_of(samples_of({"a": "ccw"})), path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == card.encode("latin-1")


def test_a_mark_without_its_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    text = export(report_of(samples_of({"a": "ccw"})), path)
    path.write_text(text[: text.index("<!-- pytest-haerae", text.index("begin"))], encoding="utf-8")
    with pytest.raises(UsageError, match="without its end"):
        export(report_of(samples_of({"a": "ccw"})), path)


def test_a_report_without_an_accuracy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the report has no accuracy"):
        export(report_of(samples_of({"a": "ee"})), tmp_path / "README.md")
    assert not (tmp_path / "README.md").exists()


def test_nothing_in_a_name_is_markup(tmp_path: Path) -> None:
    report: Any = report_of(samples_of({HOSTILE: "ccw", "b": "c"}))
    report["info"]["prompt"] = HOSTILE
    text = export(report, tmp_path / "README.md")
    body = text.split("---\n", 2)[2]
    assert "<script>" not in body.replace(r"\<script\>", "")
    assert results_of(text.encode("utf-8", "backslashreplace").decode()) is not None


def test_the_command_adds_to_a_card(tmp_path: Path) -> None:
    report = write(tmp_path / "report.json", report_of(samples_of({"a": "ccw"})))
    card = tmp_path / "README.md"
    card.write_text(CARD, encoding="utf-8")
    assert main(["export", str(report), "--format=model_card", "--output", str(card)]) == 0
    assert "# My model" in card.read_text(encoding="utf-8")
    assert main(["export", str(report), "--format=model_card"]) == 0
    assert (tmp_path / "report.README.md").exists()
