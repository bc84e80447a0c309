"""The hub's `model-index`: the accuracies of a report as YAML for the head of a model's card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.errors import UsageError
from pytest_haerae.report.formats import register_format
from pytest_haerae.report.schema import Report

if TYPE_CHECKING:
    from huggingface_hub import EvalResult

_TASK = "text-generation"


@register_format(
    "model_index", suffix=".model-index.yaml", help="the hub's model-index: YAML for the head of a model's card"
)
def write_model_index(report: Report, path: Path) -> None:
    """Write the accuracy of each subset, and of each benchmark as a whole; subsets without items are left out."""
    import yaml
    from huggingface_hub.repocard_data import eval_results_to_model_index

    results = eval_results(report)
    if not results:
        raise UsageError(f"{path}: the report has no accuracy, which is what a model-index tells")
    index = {"model-index": eval_results_to_model_index(card_name(report), results)}
    path.write_text(yaml.safe_dump(index, allow_unicode=True, sort_keys=False), encoding="utf-8")


def card_name(report: Report) -> str:
    """What a card calls the model: its name without the owner's or the folder's."""
    info = report["info"]
    return Path(info["model"] or info["backend"]).name


def eval_results(report: Report) -> list[EvalResult]:
    """Accuracy and standard error of each benchmark and each subset, in the hub's words; of those that have items."""
    return [result for part in _parts(report) for result in part]


def _parts(report: Report) -> Iterator[Iterator[EvalResult]]:
    """The results of each benchmark."""
    info, metrics = report["info"], report["metrics"]
    several: Mapping[str, Any] = info.get("benchmarks") or {}
    # An accuracy of some of the items is none of the data set.
    scope = {"scope": info["scope"]} if "scope" in info else {}
    for name, told in (several or {info["dataset"]: info}).items():
        beginning = f"{name}/" if several else ""
        subsets = {
            subset.removeprefix(beginning): found
            for subset, found in metrics["subsets"].items()
            if subset.startswith(beginning)
        }
        whole = metrics["benchmarks"][name] if several else metrics
        yield _results(name, {**told, **scope}, [(None, whole), *(subsets.items() if len(subsets) > 1 else ())])


def _results(name: str, told: Mapping[str, Any], scores: Iterable[tuple[str | None, Any]]) -> Iterator[EvalResult]:
    from huggingface_hub import EvalResult

    benchmark = find_benchmark(name)
    settings = {key: told[key] for key in ("method", "prompt", "num_few_shot", "scope") if told.get(key) is not None}
    for subset, found in scores:
        values = {"accuracy": found["accuracy"], "stderr": found["stderr"]}
        for kind, value in values.items():
            if value is not None:
                yield EvalResult(
                    task_type=_TASK,
                    dataset_type=benchmark.repository if benchmark and benchmark.repository else name,
                    dataset_name=name,
                    dataset_config=subset,
                    dataset_split=told.get("split"),
                    dataset_revision=told.get("dataset_revision") or told.get("revision"),
                    metric_type=kind,
                    metric_name=f"{kind} of {found['n']:,} items",
                    metric_value=value,
                    metric_args=settings,
                )
