from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard, ModelCardData
from huggingface_hub.repocard_data import EvalResult, model_index_to_eval_results

from pytest_haerae.errors import UsageError
from pytest_haerae.report.exchange.model_index import write_model_index
from pytest_haerae.report.schema import Report
from tests.unit.reports import benchmarks_of, report_of, samples_of


def read_back(path: Path, report: Report) -> tuple[str, list[EvalResult]]:
    write_model_index(report, path)
    return model_index_to_eval_results(yaml.safe_load(path.read_text(encoding="utf-8"))["model-index"])


def told(results: list[EvalResult]) -> dict[tuple[str, str | None, str], Any]:
    return {(each.dataset_name, each.dataset_config, each.metric_type): each.metric_value for each in results}


def test_the_hub_reads_the_same_numbers(tmp_path: Path) -> None:
    report = report_of(samples_of({"a": "ccw", "나": "cwwww", "c": "e"}))
    name, results = read_back(tmp_path / "r.yaml", report)
    metrics, dataset = report["metrics"], report["info"]["dataset"]
    assert name == Path(str(report["info"]["model"])).name
    scores = {None: metrics, "a": metrics["subsets"]["a"], "나": metrics["subsets"]["나"]}
    assert told(results) == {
        (dataset, subset, kind): found[kind] for subset, found in scores.items() for kind in ("accuracy", "stderr")
    }
    assert results[0].metric_args == {"method": "string_match", "prompt": report["info"]["prompt"], "num_few_shot": 0}


def test_what_a_part_of_the_items_gave_says_so(tmp_path: Path) -> None:
    report = report_of(benchmarks_of({"haerae_bench": {"a": "cw"}, "sample": {"a": "cccw"}}))
    report["info"]["scope"] = {"where": {"kind": ["법"]}}
    _, results = read_back(tmp_path / "r.yaml", report)
    assert all(each.metric_args is not None for each in results)
    assert [each.metric_args["scope"] for each in results if each.metric_args] == [{"where": {"kind": ["법"]}}] * 4


def test_it_is_the_head_of_a_card(tmp_path: Path) -> None:
    write_model_index(report_of(samples_of({"a": "ccw"})), tmp_path / "r.yaml")
    card = ModelCard(f"---\n{(tmp_path / 'r.yaml').read_text(encoding='utf-8')}---\n# A model\n")
    assert isinstance(card.data, ModelCardData)
    assert card.data.eval_results is not None
    assert [each.metric_type for each in card.data.eval_results] == ["accuracy", "stderr"]
    assert card.data.eval_results[0].dataset_config is None


def test_each_of_several_benchmarks_is_its_own(tmp_path: Path) -> None:
    report = report_of(benchmarks_of({"haerae_bench": {"a": "cw", "b": "ccw"}, "sample": {"a": "cccw"}}))
    _, results = read_back(tmp_path / "r.yaml", report)
    metrics = report["metrics"]
    accuracies = {key: value for key, value in told(results).items() if key[2] == "accuracy"}
    assert accuracies == {
        ("haerae_bench", None, "accuracy"): metrics["benchmarks"]["haerae_bench"]["accuracy"],
        ("haerae_bench", "a", "accuracy"): metrics["subsets"]["haerae_bench/a"]["accuracy"],
        ("haerae_bench", "b", "accuracy"): metrics["subsets"]["haerae_bench/b"]["accuracy"],
        ("sample", None, "accuracy"): metrics["benchmarks"]["sample"]["accuracy"],
    }
    assert results[0].dataset_type == "HAERAE-HUB/HAE_RAE_BENCH_1.1"


def test_a_report_without_an_accuracy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the report has no accuracy"):
        write_model_index(report_of(samples_of({"a": "ee"})), tmp_path / "r.yaml")
