"""The gate on the share of Hangul in what was generated: at least so much, of all items, a benchmark, or a subset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_haerae.config.gate_settings import NO_HANGUL, Minimum
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.compatibility import EarlierInfo
from pytest_haerae.gates.gate import Gate
from pytest_haerae.gates.minimum import score_of_group
from pytest_haerae.run.plan import Plan
from pytest_haerae.scoring.metrics import HANGUL, metric_names
from pytest_haerae.statistics.pairing import Outline
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.types import Selected


def check_hangul_gates(plan: Plan, about: Sequence[Selected]) -> None:
    """Refuse a gate on items none of which is answered in words.

    Args:
        plan: What is measured and how.
        about: All that the run is about.

    Raises:
        UsageError: With the way out.
    """
    for minimum in plan.config.min_hangul:
        name = minimum.subset
        entries = [entry for entry in about if name in (None, entry.group, entry.benchmark)]
        if entries and all(plan.part_of(entry.data).config.method == "log_likelihood" for entry in entries):
            raise UsageError(f"{name}: {NO_HANGUL}" if name else NO_HANGUL)


def check_told(info: EarlierInfo, metrics: Metrics, samples: Iterable[Outline], place: str) -> None:
    """Refuse a report whose run did not count the Hangul of its answers.

    Args:
        info: Its `info`.
        metrics: Its `metrics`, as they stand there.
        samples: Its samples.
        place: What the user named it by.

    Raises:
        UsageError: With the way out.
    """
    if any(sample.hangul is not None for sample in samples):
        return
    asked = (metric_names(each["evaluator_params"]) for each in (info, *info.get("benchmarks", {}).values()))
    if "hangul" in metrics or not any(HANGUL in names for names in asked):
        raise UsageError(
            f"--min-hangul: {place} says of no answer how much of it is Hangul; its answers are measured, and none is"
            f" asked again, by: pytest-haerae rejudge {place} --min-hangul=X"
        )


def judge_hangul(minimum: Minimum, metrics: Metrics) -> Gate:
    """The verdict of one ``--min-hangul`` on a report's metrics.

    It compares the mean share of the answers that have letters, whatever its interval, as ``--min-accuracy`` compares
    the accuracy.
    """
    subset, threshold = minimum.subset, minimum.threshold
    name = f"min-hangul {subset}" if subset else "min-hangul"
    score = score_of_group(metrics, subset)
    if score is None or not score["n"]:
        return Gate(name, "unmeasurable", None, threshold, None, "no item was measured")
    if (share := score.get("hangul")) is None:
        detail = f"none of the {score['n']:,} items has letters whose share of Hangul could be told"
        return Gate(name, "unmeasurable", None, threshold, None, detail)
    held = share["value"] >= threshold
    detail = (
        f"share of Hangul {share['value']:.4f} is {'at least' if held else 'below'} {threshold:g}"
        f" ({share['n']:,} of {score['n']:,} items have letters)"
    )
    return Gate(name, "passed" if held else "failed", share["value"], threshold, None, detail)
