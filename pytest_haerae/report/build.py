"""The whole report, put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.gates.completeness import Completeness, Selection
from pytest_haerae.gates.judge import Judgement
from pytest_haerae.redact import redact, secrets_in
from pytest_haerae.report.facts import RunFacts
from pytest_haerae.report.rerun import rerun_options
from pytest_haerae.report.samples import every_response, sum_tokens
from pytest_haerae.report.schema import SCHEMA_VERSION, Info, ItemsInScope, Judging, Report, SampleRow
from pytest_haerae.report.versions import versions_of
from pytest_haerae.run.calls import CallTotals, known_sum
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.types import Sample, Verdict


def make_report(
    config: RunConfig,
    facts: RunFacts,
    metrics: Metrics,
    samples: Sequence[Sample],
    *,
    rows: Sequence[SampleRow],
    judgement: Judgement,
    warnings: Sequence[str],
) -> Report:
    """Assemble the report, keys in the promised order; `rows` are the samples as `samples.make_row` shows them."""
    return {
        "schema_version": SCHEMA_VERSION,
        "metrics": metrics,
        "info": _info(config, facts, samples, judgement, warnings),
        "samples": rows,
    }


def _info(
    config: RunConfig, facts: RunFacts, samples: Sequence[Sample], judgement: Judgement, warnings: Sequence[str]
) -> Info:
    secrets = secrets_in(config.model_params)
    usage, verdicts = facts.usage, [verdict for sample in samples for verdict in sample.verdicts]
    info: Info = {
        "backend": config.model,
        "model": facts.model,
        "model_params": redact(config.model_params, secrets),
        "method": config.method,
        "evaluator_params": config.evaluator_params,
        "dataset": facts.dataset,
        "dataset_revision": facts.dataset_revision,
        "dataset_fingerprint": facts.dataset_fingerprint,
        "split": config.split,
        "subsets": sorted({sample.group for sample in samples}),
        "prompt": config.prompt,
        "prompt_fingerprint": facts.prompt_fingerprint,
        "num_few_shot": config.num_few_shot,
        "versions": versions_of(facts.libraries),
        "git_commit": facts.head.commit,
        "git_branch": facts.head.branch,
        "started": facts.started.isoformat(timespec="microseconds"),
        "elapsed_seconds": round(facts.elapsed_seconds, 3),
        "items_per_second": round(usage.computed / usage.seconds, 3) if usage.computed and usage.seconds else None,
        "tokens": sum_tokens(*(response for sample in samples for response in every_response(sample)), facts.calls),
        "cost_usd": known_sum([*_costs(samples), facts.calls.cost_usd]),
        "responses": {
            "computed": usage.computed + facts.calls.computed,
            "reused": usage.reused + facts.calls.reused,
        },
        "complete": facts.completeness.missing == 0,
        "gates": [gate.to_json() for gate in judgement.gates],
        "replicas": config.replicas,
        "method_detail": "; ".join(filter(None, [usage.method_detail, facts.constraint])) or None,
        "generation": usage.generation,
        "rules": _rules(verdicts),
        "rules_not_read": _rules(verdict for verdict in verdicts if verdict.outcome in ("invalid", "unjudged")),
        "finish_reasons": _finish_reasons(samples),
        "truncated": sum(response.truncated for sample in samples for response in every_response(sample)),
        "selection": _selection(config, facts.completeness),
        "subset_fingerprints": dict(facts.subset_fingerprints),
        "baseline": None if config.baseline is None else str(config.baseline),
        "changes": judgement.changes,
        "detectable_drops": judgement.detectable_drops(),
        "rerun_options": rerun_options(config, {sample.selected.data for sample in samples}),
        "warnings": list(warnings),
    }
    if facts.scorer_facts:
        info["scorer_facts"] = dict(facts.scorer_facts)
    _add_second_models(info, facts)
    if facts.calls.computed or facts.calls.reused:
        info["calls"] = _judging(facts.calls)
    if chosen := config.item_scope.to_json():
        info["scope"] = cast("ItemsInScope", chosen)
    if config.reasoning is not None:
        info["reasoning"] = config.reasoning
    if config.inconclusive == "fail":
        info["inconclusive"] = "fail"
    if config.called:
        info["model_name"] = config.called
    if facts.protocol is not None:
        info["protocol"] = facts.protocol
    if facts.benchmarks:
        info["benchmarks"] = dict(facts.benchmarks)
    return info


def _add_second_models(info: Info, facts: RunFacts) -> None:
    """Add which models graded or ranked the answers, what that took, and what probes took."""
    if facts.judges:
        info["judging"] = _judging(*facts.graded.values())
    if len(facts.judges) == 1:
        info["judge"] = facts.judges[0]
    elif facts.judges:
        info["judges"] = list(facts.judges)
        info["judging"]["judges"] = {name: _judging(each) for name, each in facts.graded.items()}
    if facts.reward_model is not None and facts.rewarded is not None:
        info["reward_model"], info["rewarding"] = facts.reward_model, _judging(facts.rewarded)
    if facts.probed is not None:
        info["probing"] = _judging(facts.probed)


def _selection(config: RunConfig, completeness: Completeness) -> Selection:
    selection: Selection = {"items": completeness.asked, "by_hand": completeness.by_hand}
    if config.limit is not None:
        selection["limit"] = config.limit
    return selection


def _judging(*graded: CallTotals) -> Judging:
    """What it took one model, or several, to grade the answers, or to rank them; or what probes, or calls, took."""
    return {
        "tokens": sum_tokens(*graded),
        "cost_usd": known_sum(each.cost_usd for each in graded),
        "responses": {
            "computed": sum(each.computed for each in graded),
            "reused": sum(each.reused for each in graded),
        },
    }


def _rules(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many answers each rule read, or found unreadable, the most frequent first."""
    return dict(Counter(verdict.rule for verdict in verdicts if verdict.rule).most_common())


def _finish_reasons(samples: Sequence[Sample]) -> dict[str, dict[str, int]]:
    """Why generations ended: for each subset how often for which reason, in the backend's words."""
    counts: dict[str, Counter[str]] = {}
    for sample in samples:
        for response in every_response(sample):
            if response.finish_reason:
                counts.setdefault(sample.group, Counter())[response.finish_reason] += 1
    return {subset: dict(sorted(reasons.items())) for subset, reasons in counts.items()}


def _costs(samples: Sequence[Sample]) -> Iterator[float | None]:
    return (response.cost_usd for sample in samples for response in every_response(sample))
