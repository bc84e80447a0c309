"""The rows that the terminal and Markdown show of a report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pytest_haerae.gates.changes import Change
from pytest_haerae.gates.compatibility import MeasuredInfo
from pytest_haerae.report.schema import Info, ItemsInScope, Report
from pytest_haerae.report.show.further import further_lines
from pytest_haerae.report.show.judging import judging_lines
from pytest_haerae.report.show.probes import probe_lines
from pytest_haerae.report.show.protocol import protocol_lines
from pytest_haerae.scoring.registry import RANK
from pytest_haerae.statistics.repeats import advice
from pytest_haerae.statistics.scores import Score, counts_of

MICRO = "total (micro)"
_SHOWN_SUBSETS = 2
_NOT_ANSWERED = ("invalid", "cut", "errors", "skipped", "unjudged")
_LOOKED_AT = {"length": "cut at max_tokens", "content_filter": "stopped by a content filter"}
"""Finish reasons that say an output is not what the model would have answered."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One subset, one of several benchmarks, or the total.

    Attributes:
        name: The subset's or benchmark's name, or `MICRO`.
        score: Its entry in the report's metrics.
        change: Accuracy minus the baseline's on the paired items; None without a baseline or without pairs.
        detects: The smallest drop that the baseline gate finds on so many items; None where it finds none.
    """

    name: str
    score: Score
    change: float | None
    detects: float | None


def summary_rows(report: Report) -> list[SummaryRow]:
    """One row a subset, in the report's order, one a benchmark where there are several, and the total."""
    metrics, info = report["metrics"], report["info"]
    changes, drops = info.get("changes"), info.get("detectable_drops")

    def row(name: str, score: Score, change: Change | None, drop: float | None) -> SummaryRow:
        return SummaryRow(name, score, change["change"] if change and change["n"] else None, drop)

    def rows(
        scores: Mapping[str, Score], changed: Mapping[str, Change], found: Mapping[str, float | None]
    ) -> list[SummaryRow]:
        return [row(name, score, changed.get(name), found.get(name)) for name, score in scores.items()]

    subsets = rows(metrics["subsets"], changes["subsets"] if changes else {}, drops["subsets"] if drops else {})
    benchmarks = rows(
        metrics.get("benchmarks", {}),
        changes.get("benchmarks", {}) if changes else {},
        drops.get("benchmarks", {}) if drops else {},
    )
    return [
        *subsets,
        *benchmarks,
        row(MICRO, metrics, changes["total"] if changes else None, drops["total"] if drops else None),
    ]


def means(report: Report) -> list[tuple[str, float]]:
    """The means that count each part once: of subsets, and of benchmarks where there are several."""
    metrics = report["metrics"]
    found = (("subsets", metrics["macro_accuracy"]), ("benchmarks", metrics.get("macro_benchmarks")))
    return [(name, mean) for name, mean in found if mean is not None]


def asked_of(info: Info) -> Mapping[str, MeasuredInfo]:
    """How each benchmark was asked; of a run of one, how that was, without a name."""
    found: Mapping[str, MeasuredInfo] = info.get("benchmarks", {})
    return found or {"": info}


def model_title(info: Info) -> str:
    """Backend and model, behind what the run calls the model."""
    words = " ".join(filter(None, (info["backend"], info["model"])))
    called = info.get("model_name", "")
    return f"{called} ({words})" if called not in ("", words) else words


def methods_of(info: Info) -> str:
    """The method, or the methods of several benchmarks."""
    return " and ".join(dict.fromkeys(asked["method"] for asked in asked_of(info).values()))


def show_drop(drop: float | None) -> str:
    """A detectable drop with three decimals, rounded up: what is promised is kept."""
    return "-" if drop is None else f"{math.ceil(drop * 1000) / 1000:.3f}"


def unmeasured(score: Score) -> str:
    """Why a row has no accuracy."""
    if score["errors"]:
        return f"{score['errors']} errors"
    unjudged = score.get("unjudged", 0)
    return f"{unjudged} unjudged" if unjudged else f"{score['skipped']} skipped"


def explain_detects(info: Info) -> str:
    """What the column of detectable drops says."""
    drops = info.get("detectable_drops")
    assumed = drops["assumed_discordance"] if drops else None
    changing = "as many items change as did here" if assumed is None else f"{assumed:.0%} of the items change"
    return f"detects: the smallest drop that the baseline gate finds four times of five where {changing}"


def count_lines(report: Report) -> list[str]:
    """What is not in the accuracy, or how it came about: invalid answers, errors, cut outputs, shared passages."""
    metrics, info = report["metrics"], report["info"]
    counts = [f"{count} {name}" for name, count in counts_of(metrics).items() if name in _NOT_ANSWERED and count]
    if truncated := info.get("truncated"):
        counts.append(f"{truncated} contexts cut from the left")
    counts += _endings(info.get("finish_reasons") or {})
    lines = [f"items in scope: {'; '.join(words)}"] if (words := scope_words(info)) else []
    lines += ["not in the numbers or to be looked at: " + ", ".join(counts)] if counts else []
    clustered, plain = metrics.get("stderr_clustered"), metrics["stderr"]
    if clustered is not None and plain is not None:
        lines.append(
            f"items share passages ({metrics['n']} items, {metrics.get('clusters')} clusters): the standard error is"
            f" {clustered:.4f}, not {plain:.4f}"
        )
    lines += [*_repeats_lines(metrics, str(info["evaluator_params"].get(RANK))), *further_lines(metrics)]
    if detail := info.get("method_detail"):
        lines.append(f"{'log-likelihoods' if info['method'] == 'log_likelihood' else 'how it was asked'}: {detail}")
    return lines + _reading_lines(report) + judging_lines(report) + probe_lines(report) + protocol_lines(report)


def scope_words(info: Info) -> list[str]:
    """Which items of the subsets were asked, where these were chosen by their columns or drawn: a phrase for each."""
    scope: ItemsInScope = info.get("scope", {})
    words = [f"{column} is {' or '.join(values)}" for column, values in scope.get("where", {}).items()]
    if sample := scope.get("sample"):
        by = f" by {scope['by']}" if "by" in scope else ""
        words.append(f"at most {sample} items of each subset, drawn{by} (seed {scope.get('seed', 0)})")
    return words


def _repeats_lines(score: Score, rank: str) -> list[str]:
    """What several answers an item come to: one of 1, 2, 4 and so on, the most frequent, all, the best; what varies."""
    if not (repeats := score.get("repeats")):
        return []
    k = repeats["k"]
    shown = sorted({*(2**power for power in range(k.bit_length())), k})
    shares = [f"pass@{j} {repeats['pass_at'][str(j)]:.3f}" for j in shown]
    shares += [f"majority@{k} {repeats['majority_at']:.3f}", f"all@{k} {repeats['all_at']:.3f}"]
    lines = [f"{k} answers an item: {', '.join(shares)}"]
    if best := repeats.get("best_of_k"):
        low, high = best["ci95"]
        lines.append(f"the best-ranked of {k} answers (rank={rank}): {best['mean']:.3f} ({low:.3f}-{high:.3f}) right")
    if parts := repeats.get("best_at"):
        low, high = parts[str(k)]["ci95"]
        scores = ", ".join(f"best@{j} {parts[str(j)]['mean']:.3f}" for j in shown)
        items = f"{parts[str(k)]['n']} item{'' if parts[str(k)]['n'] == 1 else 's'}"
        lines.append(f"scores of {items} between right and wrong: {scores} ({low:.3f}-{high:.3f})")
    return [*lines, advice(repeats)]


def _reading_lines(report: Report) -> list[str]:
    """Which rules read the answers, as shares of all answers, and how near free text came to its references."""
    info = report["info"]
    every, unread = Counter(info.get("rules", {})), Counter(info.get("rules_not_read", {}))
    lines = []
    for words, found in (("answers read by", every - unread), ("not read", unread)):
        if found:
            shares = ", ".join(f"{rule} {count / every.total():.1%}" for rule, count in found.most_common())
            lines.append(f"{words}: {shares}")
    if (likeness := report["metrics"].get("character_f")) is not None:
        lines.append(f"free text: character F-score {likeness:.4f} (mean)")
    return lines


def _endings(reasons: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Outputs that did not end by themselves, with the subsets they are from."""
    told = []
    for reason, words in _LOOKED_AT.items():
        found = {subset: counts[reason] for subset, counts in reasons.items() if counts.get(reason)}
        if found:
            most = sorted(found, key=lambda subset: -found[subset])[:_SHOWN_SUBSETS]
            where = ", ".join(f"{found[subset]} of {subset}" for subset in most) + ", …" * (len(found) > len(most))
            told.append(f"{sum(found.values())} outputs {words} ({where})")
    return told


def throughput_line(info: Info) -> str:
    """Responses, rate, tokens and cost."""
    responses, tokens = info["responses"], info["tokens"]
    computed = responses["computed"]
    line = f"{computed} response{'' if computed == 1 else 's'} computed, {responses['reused']} reused"
    if info["items_per_second"]:
        line += f", {info['items_per_second']:.1f} items/s"
    if tokens["prompt"]:
        cached = f" ({tokens['cached']} of them cached)" if tokens.get("cached") else ""
        line += f", tokens: {tokens['prompt']} prompt{cached}, {tokens['completion']} completion"
        if "reasoning" in tokens:
            line += f" ({tokens['reasoning']} of them reasoning)"
    if info["cost_usd"] is not None:
        line += f", {info['cost_usd']:.4f} USD"
    return line
