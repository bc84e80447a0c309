"""Runs of the history in rows that can be looked at as one: of one model, measured in one way, on the same items."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired

from typing_extensions import TypedDict

from pytest_haerae.gates.compatibility import Measured
from pytest_haerae.report.history.folder import KeptRun
from pytest_haerae.report.names import dataset_names, limit_of, model_name, protocol_of, scope_of, whole_subset_names
from pytest_haerae.report.schema import Info


@dataclass(frozen=True, slots=True)
class Series:
    """Runs that differ in nothing but the model's weights, the code and the day.

    Attributes:
        title: What they are of; of several that would have one title, with what tells this one from them.
        runs: The runs, the oldest first.
    """

    title: str
    runs: Sequence[KeptRun]


class PartEntry(TypedDict):
    """One benchmark of several, in JSON."""

    n: int
    accuracy: float | None
    ci95: list[float] | None


class RunEntry(TypedDict):
    """A run in JSON."""

    hash: str
    started: str
    git_commit: str | None
    git_branch: str | None
    model: str
    backend: str
    benchmarks: list[str]
    method: str
    prompt: str
    num_few_shot: int
    limit: int | None
    n: int
    accuracy: float | None
    ci95: list[float] | None
    gates: dict[str, str]
    cost_usd: float | None
    protocol: NotRequired[str]
    parts: NotRequired[dict[str, PartEntry]]


def run_entry(run: KeptRun) -> RunEntry:
    """A run as ``--json`` writes it."""
    info, metrics = run.info, run.metrics
    entry: RunEntry = {
        "hash": run.name,
        "started": info["started"],
        "git_commit": info["git_commit"],
        "git_branch": info.get("git_branch"),
        "model": model_name(info),
        "backend": info["backend"],
        "benchmarks": dataset_names(info),
        "method": info["method"],
        "prompt": info["prompt"],
        "num_few_shot": info["num_few_shot"],
        "limit": limit_of(info),
        "n": metrics["n"],
        "accuracy": metrics["accuracy"],
        "ci95": metrics["ci95"],
        "gates": {gate["name"]: gate["verdict"] for gate in info["gates"]},
        "cost_usd": info["cost_usd"],
    }
    if protocol := protocol_of(info):
        entry["protocol"] = protocol
    if parts := metrics.get("benchmarks"):
        entry["parts"] = {
            name: {"n": part["n"], "accuracy": part["accuracy"], "ci95": part["ci95"]} for name, part in parts.items()
        }
    return entry


def series_of(runs: Sequence[KeptRun]) -> list[Series]:
    """Put runs into series, that of the newest run first.

    Args:
        runs: The runs, the newest first.
    """
    found: dict[str, list[KeptRun]] = {}
    for run in runs:
        found.setdefault(_alike(run.info), []).append(run)
    titled: dict[str, list[Info]] = {}
    for group in found.values():
        titled.setdefault(_title(group[0].info), []).append(group[0].info)
    return [Series(_told_apart(group[0].info, titled), group[::-1]) for group in found.values()]


def _alike(info: Info) -> str:
    measured = Measured.of_report(info, dataset_names(info))
    told = [
        model_name(info),
        info["model_params"],
        _items_mark(info),
        measured.of,
        sorted(whole_subset_names(info)),
        limit_of(info),
        protocol_of(info),
        scope_of(info),
    ]
    return json.dumps(told, sort_keys=True, default=str)


def _title(info: Info) -> str:
    parts = [model_name(info), ", ".join(dataset_names(info)), protocol_of(info) or info["method"], info["prompt"]]
    parts += [f"{info['num_few_shot']}-shot"] if info["num_few_shot"] else []
    parts += [f"--limit={limit}"] if (limit := limit_of(info)) is not None else []
    parts += [f"{name}={value}" for name, value in scope_of(info).items()]
    return " · ".join(parts)


def _items_mark(info: Info) -> str:
    """A mark of the items that were asked: another one, once a question is mended."""
    text = json.dumps(info.get("subset_fingerprints") or {}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _told_apart(info: Info, titled: Mapping[str, Sequence[Info]]) -> str:
    """The title of a series, and where others have it too, the parameters and the items in which these differ."""
    title = _title(info)
    twins = titled[title]
    parts = [title]
    for name, value in info["model_params"].items():
        if any(name not in twin["model_params"] or twin["model_params"][name] != value for twin in twins):
            parts.append(f"{name}={value}")
    if len({_items_mark(twin) for twin in twins}) > 1:
        parts.append(f"items {_items_mark(info)}")
    return " · ".join(parts)
