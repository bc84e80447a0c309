"""The page that shows why an item failed: one file that needs nothing else, made from a report."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.collector import without_collector
from pytest_haerae.gates.compatibility import MeasuredInfo
from pytest_haerae.report.files import write_text
from pytest_haerae.report.names import start_of
from pytest_haerae.report.schema import Info, Report, SampleRow
from pytest_haerae.report.show import page_data
from pytest_haerae.report.show.examinations import shown_sittings
from pytest_haerae.report.show.further import further_table, shown_interval, shown_value
from pytest_haerae.report.show.judging import judge_title
from pytest_haerae.report.show.page_notices import gate_notice, scope_notices, warning_notice
from pytest_haerae.report.show.page_scores import score_rows
from pytest_haerae.report.show.probes import probe_notices
from pytest_haerae.report.show.protocol import protocol_table
from pytest_haerae.report.show.rows import methods_of
from pytest_haerae.report.show.self_contained import as_it_is, asset, embed, environment, script_and_style
from pytest_haerae.statistics.pairing import Pairing, match_rows, pair_rows

SCRIPTS = (
    "text.js",
    "choices.js",
    "data.js",
    "charts.js",
    "items.js",
    "command.js",
    "metadata.js",
    "images.js",
    "judgements.js",
    "answers.js",
    "detail.js",
    "page.js",
)
"""The script's files, in the order in which they are joined: each uses only those before it when it is read."""

BLOCK_ITEMS = 250
"""Items whose texts are read together: opening one item reads one block."""

COMPRESSED_FROM = 2_000_000
"""Characters of texts from which blocks are compressed: smaller pages stay readable in an editor."""


@without_collector()
def make_page(report: Report, baseline: Report | None = None) -> str:
    """Make the page.

    Args:
        report: A report.
        baseline: An earlier one to compare with; items that it lacks, or has with other options or another reference,
            are shown without a comparison.
    """
    # Gone over many times, and rows of a run that has just ended are made each time.
    report = {**report, "samples": list(report["samples"])}
    samples, several = report["samples"], bool(report["info"].get("benchmarks"))
    before, pairing = _against(baseline, samples, several=several)
    labels = json.loads(asset("labels.json"))
    pages = environment(labels)
    pages.filters.update(percent=_percent, points=_points)
    blocks, encoding = _blocks(samples, before, prefixes := page_data.shared_prefixes(samples))
    core = {
        "labels": labels,
        "asked": _asked(report["info"], samples),
        "rerun_options": report["info"].get("rerun_options"),
        "prefixes": prefixes,
        "blocks": {"items": BLOCK_ITEMS, "count": len(blocks), "encoding": encoding},
        **page_data.columns(samples, before, several=several),
    }
    return pages.get_template("page.html.j2").render(
        **script_and_style(SCRIPTS, ("page.css",)),
        core=as_it_is(embed(core)),
        blocks=[as_it_is(block) for block in blocks],
        block_type="application/json" if encoding == "json" else "text/plain",
        scores=score_rows(report, pairing),
        **_header(report, baseline, pairing),
    )


def _against(
    baseline: Report | None, samples: Sequence[SampleRow], *, several: bool
) -> tuple[Sequence[SampleRow | None], Pairing]:
    """What the baseline has of each sample, and both reports' items, paired; nothing without a baseline."""
    if baseline is None:
        return [None] * len(samples), Pairing()
    earlier = baseline["samples"]
    return match_rows(earlier, samples), pair_rows(earlier, samples, several=several)


def _asked(info: Info, samples: Sequence[SampleRow]) -> list[dict[str, object]]:
    """How items were asked, by the number that the page's columns give their subset."""
    benchmarks: Mapping[str, MeasuredInfo] = info.get("benchmarks", {})
    datasets = {page_data.group_of(row, several=bool(benchmarks)): row["dataset"] for row in samples}
    every = [benchmarks.get(name, info) for name in datasets.values()]
    return [{"method": asked["method"], "num_few_shot": asked["num_few_shot"]} for asked in every]


def write_page(path: Path, report: Report, baseline: Report | None = None) -> None:
    """Make the page and write it; readers see the old file or the whole new one."""
    write_text(make_page(report, baseline) + "\n", path)


def _blocks(
    samples: Sequence[SampleRow], before: Sequence[SampleRow | None], prefixes: Sequence[str]
) -> tuple[list[str], str]:
    """The items' texts in blocks, as JSON or, where they are many, as base64 of its gzip."""
    rows = [page_data.texts(row, then, prefixes) for row, then in zip(samples, before, strict=True)]
    blocks = [embed(rows[start : start + BLOCK_ITEMS]) for start in range(0, len(rows), BLOCK_ITEMS)]
    if sum(map(len, blocks)) < COMPRESSED_FROM:
        return blocks, "json"
    # The time stamp is left out, so that the same report gives the same page.
    return [base64.b64encode(gzip.compress(block.encode(), 6, mtime=0)).decode() for block in blocks], "gzip"


def _header(report: Report, baseline: Report | None, pairing: Pairing) -> dict[str, Any]:
    info = report["info"]
    facts = _entries(info, [name for name in _FACTS if not (info.get("benchmarks") and name in _OF_BENCHMARKS)])
    facts["started"] = start_of(info)
    return {
        "info": info,
        "metrics": report["metrics"],
        "shown_value": shown_value,
        "shown_interval": shown_interval,
        "further": further_table(report["metrics"]),
        "sittings": shown_sittings(report["metrics"]),
        "breakdowns": report["metrics"].get("by", {}),
        "methods": methods_of(info),
        "protocol": protocol_table(report),
        "measured_subsets": sum(entry["accuracy"] is not None for entry in report["metrics"]["subsets"].values()),
        "gates": [(gate, gate_notice(gate, info)) for gate in info["gates"]],
        "judge": judge_title(info),
        "probes": probe_notices(report),
        "apart": [(outcome, key) for outcome, key in _COUNTED_APART if report["metrics"].get(key)],
        "scope": scope_notices(info),
        "warnings": [warning_notice(line) for line in info.get("warnings", ())],
        "title": info.get("model_name") or info["model"] or info["backend"],
        "facts": [(name, _shown(value)) for name, value in facts.items() if value not in (None, {}, [])],
        "baseline": _baseline_header(info, baseline["info"], pairing) if baseline else None,
        "cut_outputs": sum(reasons.get("length", 0) for reasons in info.get("finish_reasons", {}).values()),
        "has_logits": any(row["loglikelihoods"] for row in report["samples"]),
    }


def _baseline_header(info: Info, other: Info, pairing: Pairing) -> dict[str, Any]:
    now, then = _entries(info, _COMPARED), _entries(other, _COMPARED)
    return {
        "title": other["model"] or other["backend"],
        "started": start_of(other),
        "compared": pairing.total.n,
        "differences": [(name, _shown(then[name]), _shown(now[name])) for name in _COMPARED if then[name] != now[name]],
    }


def _entries(info: Info, names: Sequence[str]) -> dict[str, object]:
    """Some entries of `info`, in the order of their names; None for one that it lacks."""
    known: Mapping[str, object] = {**info}
    return {name: known.get(name) for name in names}


_FACTS = (
    "model_name",
    "backend",
    "model_params",
    "method",
    "method_detail",
    "reasoning",
    "generation",
    "evaluator_params",
    "scorer_facts",
    "judge",
    "judges",
    "judging",
    "reward_model",
    "rewarding",
    "dataset",
    "dataset_revision",
    "dataset_fingerprint",
    "split",
    "prompt",
    "prompt_fingerprint",
    "num_few_shot",
    "benchmarks",
    "started",
    "elapsed_seconds",
    "items_per_second",
    "tokens",
    "cost_usd",
    "responses",
    "finish_reasons",
    "versions",
    "git_commit",
)
"""Entries of the report's `info` that the header shows, in this order."""
_COUNTED_APART = (
    ("invalid", "invalid"),
    ("cut", "cut"),
    ("unjudged", "unjudged"),
    ("error", "errors"),
    ("skipped", "skipped"),
)
"""Outcomes that the table of scores has a column for where there are any, and their names in a score."""
_OF_BENCHMARKS = (*MeasuredInfo.__annotations__, "dataset_revision")
"""Those that `benchmarks` says of each of several: they stand for the first alone."""

_COMPARED = (
    "backend",
    "model",
    "model_params",
    "method",
    "evaluator_params",
    "scorer_facts",
    "judge",
    "dataset_fingerprint",
    "split",
    "prompt",
    "prompt_fingerprint",
    "num_few_shot",
    "reasoning",
)
"""Entries of `info` whose difference from the baseline's the header shows."""


def _shown(value: object) -> str:
    """A setting on one line: the parts of an object one after the other, texts without quotation marks."""
    if value is None or value == {}:
        return "–"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_shown(part)}" for name, part in value.items())
    if isinstance(value, bool):
        return json.dumps(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _points(difference: float) -> str:
    """A difference of shares in percentage points, with a real minus sign."""
    return f"{100 * difference:+.1f}".replace("-", "\N{MINUS SIGN}")
