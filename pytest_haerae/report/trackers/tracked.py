"""What trackers are told of a run: parameters, metrics and tags, by names that all of them permit."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pytest_haerae.redact import redact, secrets_in
from pytest_haerae.report.names import dataset_names, limit_of, model_name, protocol_of
from pytest_haerae.report.schema import Info, Report

_FORBIDDEN = re.compile(r"[^\w.\- /]")
"""What no name has: MLflow's rule, without the colon, which a path on Windows cannot have."""
_LONGEST_NAME, _LONGEST_VALUE = 200, 5000
_TOLD = (
    *("backend", "model", "model_name", "method", "dataset", "dataset_revision", "split", "prompt", "num_few_shot"),
    *("reasoning", "replicas", "dataset_fingerprint", "prompt_fingerprint"),
)
"""What of `info` is a parameter as it is."""
_OF_BENCHMARK = ("method", "prompt", "num_few_shot", "revision", "scorer", "split")


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run, as trackers are told of it.

    Attributes:
        name: What it is called: its model and its data sets.
        params: What decided it, each as a text.
        metrics: Its numbers.
        tags: What else is known of it: commit, branch, verdicts of its gates, versions.
        started: When it began.
        ended: When it ended.
        report: The file of its report.
    """

    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    started: datetime
    ended: datetime
    report: Path

    @property
    def config(self) -> dict[str, str]:
        """Parameters and tags together, for a tracker that has one place for both."""
        return {**self.params, **{f"tag.{name}": value for name, value in self.tags.items()}}


def tracked_run(report: Report, path: Path) -> TrackedRun:
    """What trackers are told of a report.

    Args:
        report: The report.
        path: Its file.
    """
    info = report["info"]
    started = datetime.fromisoformat(info["started"])
    return TrackedRun(
        name=" ".join((model_name(info), *dataset_names(info))),
        params=_named({name: _text(value) for name, value in _params(info) if value is not None}),
        metrics=_named(dict(_metrics(report))),
        tags=_named({name: _text(value) for name, value in _tags(info, path) if value}),
        started=started,
        ended=started + timedelta(seconds=info["elapsed_seconds"]),
        report=path,
    )


def clean(name: str) -> str:
    """A name that every tracker takes: what they forbid is an underscore, and so is a step of a path that leads up."""
    text = _FORBIDDEN.sub("_", name)
    steps = [step.strip(" ") if step.strip(" ") not in ("", ".", "..") else "_" for step in text.split("/")]
    return "/".join(steps)[:_LONGEST_NAME].rstrip("/ ")


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by names that are permitted; two that have become one name are told apart."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        cleaned, number = clean(name), 1
        while (unique := cleaned if number == 1 else f"{cleaned}_{number}") in found:
            number += 1
        found[unique] = value
    return found


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "")
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _params(info: Info) -> Iterator[tuple[str, Any]]:
    told: Mapping[str, Any] = info
    for name in _TOLD:
        yield name, told.get(name)
    yield "limit", limit_of(info)
    yield "protocol", protocol_of(info) or None
    # Masked where the report was written; masked again, as anybody may have written it.
    for group in ("model_params", "evaluator_params"):
        params: dict[str, Any] = redact(told[group], secrets_in(told[group]))
        yield from ((f"{group}.{name}", value) for name, value in params.items())
    for benchmark, part in (told.get("benchmarks") or {}).items():
        yield from ((f"benchmarks/{benchmark}/{name}", part.get(name)) for name in _OF_BENCHMARK)


def _metrics(report: Report) -> Iterator[tuple[str, float]]:
    info, metrics = report["info"], report["metrics"]
    yield from _numbers("", metrics)
    for kind, parts in (("benchmarks", metrics.get("benchmarks", {})), ("subsets", metrics["subsets"])):
        for name, part in parts.items():
            yield from _numbers(f"{kind}/{name}/", part)
    told = {
        "cost_usd": info["cost_usd"],
        "elapsed_seconds": info["elapsed_seconds"],
        "items_per_second": info["items_per_second"],
    }
    yield from ((name, float(value)) for name, value in told.items() if value is not None)
    for name, tokens in info["tokens"].items():
        if isinstance(tokens, int):
            yield f"tokens/{name}", float(tokens)


def _numbers(prefix: str, score: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers of some items: what is a number, the interval's ends, and what several answers come to."""
    for name, value in score.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{prefix}{name}", float(value)
        elif name == "ci95" and value:
            yield f"{prefix}ci95_low", float(value[0])
            yield f"{prefix}ci95_high", float(value[1])
        elif name == "repeats" and isinstance(value, dict):
            yield from _numbers(f"{prefix}repeats/", value)
        elif prefix.endswith("repeats/") and isinstance(value, dict):
            yield from _numbers(f"{prefix}{name}/", value)


def _tags(info: Info, path: Path) -> Iterator[tuple[str, Any]]:
    yield "git_commit", info["git_commit"]
    yield "git_branch", info.get("git_branch")
    yield "report_sha256", hashlib.sha256(path.read_bytes()).hexdigest()
    yield from ((f"gate.{gate['name']}", gate["verdict"]) for gate in info["gates"])
    yield from ((f"version.{name}", version) for name, version in info["versions"].items())
