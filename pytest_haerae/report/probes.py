"""Joins what a run's probes were answered to the items that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.run.probing import Asked, Probed
from pytest_haerae.run.ways import LeftOut, ProbeName
from pytest_haerae.statistics.option_orders import InOrder, OrdersProbe, probe_of_orders
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.statistics.probes import Probes
from pytest_haerae.statistics.row_order import RowOrderProbe, Shard, probe_of_row_order
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.statistics.wordings import PromptsProbe, probe_of_prompts
from pytest_haerae.types import Sample


def with_probes(metrics: Metrics, config: RunConfig, samples: Sequence[Sample], probed: Probed) -> Metrics:
    """A run's metrics with what its probes found; as they are where there are none.

    Args:
        metrics: The metrics.
        config: The run's configuration.
        samples: The items that count.
        probed: What the probes were answered.
    """
    found: Probes = {}
    if config.shuffle_options is not None:
        found["shuffle_options"] = _orders(config.shuffle_options, samples, probed)
    if config.prompts:
        found["prompts"] = _prompts((config.prompt, *config.prompts), samples, probed)
    if config.probe_order is not None:
        found["row_order"] = _row_order(config.probe_order, samples, probed)
    return {**metrics, "probes": found} if found else metrics


def _orders(k: int, samples: Sequence[Sample], probed: Probed) -> OrdersProbe:
    items: list[list[InOrder | None]] = []
    errors = 0
    for sample, asked in _asked("shuffle_options", samples, probed):
        options, labels, first = sample.item.options or (), sample.item.labels or (), sample.verdicts[0]
        chosen = labels.index(first.prediction) if first.prediction in labels else None
        right = first.outcome == "correct"
        answers: list[InOrder | None] = [
            InOrder(range(len(options)), right, chosen) if first.outcome in ANSWERED else None
        ]
        answers += [
            InOrder(each.way.order or (), each.outcome == "correct", each.chosen) if _is_answered(each) else None
            for each in asked
        ]
        errors += answers[1:].count(None)
        items.append(answers)
    return probe_of_orders(items, k, _left_out("shuffle_options", samples, probed), errors)


def _prompts(names: Sequence[str], samples: Sequence[Sample], probed: Probed) -> PromptsProbe:
    items: list[list[bool | None]] = []
    for sample, asked in _asked("prompts", samples, probed):
        first = sample.verdicts[0]
        own = first.outcome == "correct" if first.outcome in ANSWERED else None
        items.append([own, *(each.outcome == "correct" if _is_answered(each) else None for each in asked)])
    errors = [sum(each[place] is None for each in items) for place in range(len(names))]
    return probe_of_prompts(names, items, _left_out("prompts", samples, probed), errors)


def _row_order(k: int, samples: Sequence[Sample], probed: Probed) -> RowOrderProbe:
    shards: list[Shard] = []
    errors = 0
    for _, asked in _asked("row_order", samples, probed):
        own, *others = (each.value for each in asked)
        known = [value for value in others if value is not None]
        errors += (own is None) + len(others) - len(known)
        if own is not None and known:
            shards.append(Shard(len(asked[0].way.rows), own, known))
    return probe_of_row_order(shards, k, errors)


def _asked(name: ProbeName, samples: Sequence[Sample], probed: Probed) -> Iterator[tuple[Sample, list[Asked]]]:
    """The items that a probe asked about, each with what came of it."""
    for sample in samples:
        asked = [each for each in probed.found.get(sample.nodeid, ()) if each.way.probe == name]
        if asked:
            yield sample, asked


def _is_answered(asked: Asked) -> bool:
    return asked.outcome in ANSWERED


def _left_out(name: ProbeName, samples: Sequence[Sample], probed: Probed) -> dict[LeftOut, int]:
    """How many of the items a probe left out, by the reason."""
    reasons = probed.variants.left_out.get(name, {})
    return dict(sorted(Counter(reasons[sample.nodeid] for sample in samples if sample.nodeid in reasons).items()))
