"""The Markdown summary for a pull request or a CI job's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_haerae.escaping import markdown as escape
from pytest_haerae.report.schema import Info, Report, SampleRow
from pytest_haerae.report.show.breakdowns import MOST_SHOWN, ShownBreakdown, shown_breakdowns
from pytest_haerae.report.show.citations import citations
from pytest_haerae.report.show.examinations import ShownSitting, shown_sittings
from pytest_haerae.report.show.rows import (
    SummaryRow,
    asked_of,
    count_lines,
    explain_detects,
    means,
    methods_of,
    model_title,
    show_drop,
    summary_rows,
    throughput_line,
    unmeasured,
)
from pytest_haerae.types import NOT_RIGHT, grouped

_MARKS = {"passed": "✅", "failed": "❌", "inconclusive": "⚠️", "unmeasurable": "❌", "not evaluated": "➖"}
_EXAMINED = {"passed": "✅ passed", "failed": "❌ failed", "unmeasured": "➖ unmeasured"}
_SHOWN_WRONG = 20


def render_markdown(report: Report) -> str:
    """The summary of a report as GitHub-flavoured Markdown: verdicts, one row a subset, warnings, wrong items."""
    info = report["info"]
    parts = [f"## pytest-haerae: {escape(model_title(info))}", _setting(info)]
    if info["gates"]:
        rows = [
            (f"{_MARKS[gate['verdict']]} {gate['verdict']}", gate["name"], gate["detail"]) for gate in info["gates"]
        ]
        parts.append(table(("verdict", "gate", "why"), rows))
    parts.append(_subsets(report))
    parts += [part for shown in shown_breakdowns(report) for part in _breakdown(shown)]
    parts += [_sitting(sitting) for sitting in shown_sittings(report["metrics"])]
    parts += [f"> ⚠️ {escape(warning)}" for warning in info.get("warnings", ())]
    notes = [*count_lines(report), throughput_line(info), explain_detects(info)]
    parts.append("\n".join(f"- {escape(note)}" for note in notes))
    parts += _wrong(report["samples"], several="benchmarks" in info)
    entries, problems = citations(report)
    parts += [f"> ⚠️ {escape(problem)}" for problem in problems]
    if entries:
        parts.append(
            "\n\n".join(["<details><summary>to be cited</summary>", "```bibtex", *entries, "```", "</details>"])
        )
    return "\n\n".join(parts) + "\n"


def _setting(info: Info) -> str:
    data = info["dataset"] + (f" at {info['dataset_revision']}" if info["dataset_revision"] else "")
    how = {name: f"prompt {asked['prompt']}, {asked['num_few_shot']}-shot" for name, asked in asked_of(info).items()}
    different = len(set(how.values())) > 1
    told = "; ".join(f"{name}: {words}" for name, words in how.items()) if different else next(iter(how.values()))
    text = f"{methods_of(info)}, {data}, {told}"
    baseline = info.get("baseline")
    return escape(text + (f", against {baseline}" if baseline else ""))


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; columns whose heading ends in a colon are right-aligned."""
    lines = ["| " + " | ".join(name.removesuffix(":") for name in heading) + " |"]
    lines.append("|" + "|".join("---:" if name.endswith(":") else "---" for name in heading) + "|")
    lines += ["| " + " | ".join(escape(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _subsets(report: Report) -> str:
    rows = summary_rows(report)
    changes = any(row.change is not None for row in rows)
    heading = ["subset", "n:", "correct:", "accuracy:", "95% interval:", *(["change:"] if changes else []), "detects:"]
    lines = [_row(row, changes) for row in rows]
    for name, mean in means(report):
        lines.append([f"mean of {name} (macro)", "", "", f"{mean:.4f}", *[""] * (len(heading) - 4)])
    return table(heading, lines)


def _breakdown(shown: ShownBreakdown) -> list[str]:
    """The table of a metadata column, and the line that says what is not shown of it."""
    heading = [f"by {escape(shown.column)}", "n:", "correct:", "accuracy:", "95% interval:"]
    made = table(heading, [_row(row, False)[: len(heading)] for row in shown.rows])
    return [made, *map(escape, shown.rest())]


def _sitting(sitting: ShownSitting) -> str:
    """How many examinations are passed, and the table of them."""
    rows = [(_EXAMINED[each.verdict], each.name, each.average, each.why) for each in sitting.examinations[:MOST_SHOWN]]
    made = table(("verdict", "examination", "average:", "why"), rows)
    return "\n\n".join([f"Examinations: {escape(sitting.title())}", made, *map(escape, sitting.rest())])


def _row(row: SummaryRow, changes: bool) -> list[str]:
    score = row.score
    if score["accuracy"] is None:
        return [row.name, "0", "", unmeasured(score), *[""] * (3 if changes else 2)]
    low, high = score["ci95"] or (0.0, 1.0)
    change = [] if not changes else ["" if row.change is None else f"{row.change:+.4f}"]
    numbers = [str(score["n"]), str(score["correct"]), f"{score['accuracy']:.4f}", f"{low:.3f} to {high:.3f}"]
    return [row.name, *numbers, *change, show_drop(row.detects)]


def _wrong(samples: Sequence[SampleRow], *, several: bool) -> list[str]:
    heading = ("item", "outcome", "prediction", "reference")
    wrong = [
        (
            grouped(sample["dataset"] if several else "", sample["id"]),
            sample["outcome"],
            sample["prediction"] or "",
            sample["reference"],
        )
        for sample in samples
        if sample["outcome"] in NOT_RIGHT
    ]
    if not wrong:
        return []
    rows = wrong[:_SHOWN_WRONG]
    title = f"first {len(rows)} of {len(wrong)} items answered wrong"
    return [f"<details><summary>{title}</summary>", table(heading, rows), "</details>"]
