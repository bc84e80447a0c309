"""The history as lines of a terminal: a run a line, or two where it is narrow; and each series as a row of bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pytest_haerae.report.history.folder import KeptRun
from pytest_haerae.report.history.series import Series
from pytest_haerae.report.names import dataset_names, model_name, protocol_of
from pytest_haerae.report.schema import Info
from pytest_haerae.report.show.layout import cut, display_width, pad, wrap

_WIDE = 120
_BARS = "▁▂▃▄▅▆▇█"
_NONE = "-"
_FAILING = ("failed", "unmeasurable")


def run_lines(runs: Sequence[KeptRun], width: int) -> list[str]:
    """The table of runs.

    Args:
        runs: The runs, in the order in which they are shown.
        width: Columns of the terminal.
    """
    return list(_table(runs, width) if width >= _WIDE else _narrow(runs, width))


def bar_lines(series: Sequence[Series], width: int) -> list[str]:
    """Each series: what it is of, and the accuracies of its runs from the oldest to the newest.

    The bars stand between the lowest and the highest end of an interval, so that chance alone is no cliff.
    """
    return [line for each in series for line in _bars(each, width)]


def date_of(info: Info) -> str:
    """Date and minute of a run, as it was written: in UTC."""
    return info["started"][:16].replace("T", " ")


def interval_of(run: KeptRun, between: str = " to ") -> str:
    """The interval of the accuracy, with what stands between its ends."""
    bounds = run.metrics["ci95"]
    return f"{bounds[0]:.3f}{between}{bounds[1]:.3f}" if bounds else _NONE


def accuracy_of(run: KeptRun) -> str:
    """The accuracy."""
    value = run.metrics["accuracy"]
    return _NONE if value is None else f"{value:.4f}"


def commit_of(info: Info) -> str:
    """Branch and commit."""
    return " ".join(filter(None, (info.get("git_branch"), (info["git_commit"] or "")[:7]))) or _NONE


def verdict_of(info: Info) -> str:
    """What the gates came to: the verdict of all, or of the worst with its name."""
    gates = info["gates"]
    for verdict in (*_FAILING, "inconclusive", "not evaluated"):
        names = [gate["name"] for gate in gates if gate["verdict"] == verdict]
        if names:
            return f"{verdict}: {', '.join(names)}"
    return "passed" if gates else _NONE


def method_of(info: Info) -> str:
    """The protocol, or method and prompt."""
    return protocol_of(info) or f"{info['method']} {info['prompt']}"


def _cells(run: KeptRun) -> tuple[str, ...]:
    info = run.info
    return (
        run.short,
        date_of(info),
        commit_of(info),
        model_name(info),
        ", ".join(dataset_names(info)),
        method_of(info),
        str(run.metrics["n"]),
        accuracy_of(run),
        interval_of(run),
        verdict_of(info),
    )


_HEADING = ("run", "date (UTC)", "commit", "model", "benchmark", "method", "n", "accuracy", "95% interval", "gates")
_RIGHT = (6, 7)
"""The columns of numbers."""
_GIVES = (9, 5, 4, 3, 2)
"""The columns of names, which are cut where they take too much: the first one first."""
_FEWEST = 10


def _table(runs: Sequence[KeptRun], width: int) -> Iterator[str]:
    rows = [_HEADING, *map(_cells, runs)]
    widths = [max(display_width(row[place]) for row in rows) for place in range(len(_HEADING))]
    for place in _GIVES:
        beyond = sum(widths) + 2 * (len(widths) - 1) - width
        if beyond > 0:
            widths[place] = max(min(_FEWEST, widths[place]), widths[place] - beyond)
    for row in rows:
        cells = (
            f"{text:>{widths[place]}}" if place in _RIGHT else pad(text, widths[place])
            for place, text in enumerate(row)
        )
        yield "  ".join(cells).rstrip()


def _narrow(runs: Sequence[KeptRun], width: int) -> Iterator[str]:
    for run in runs:
        name, date, commit, model, benchmarks, method, n, accuracy, interval, verdict = _cells(run)
        yield from _wrapped(f"{name}  {date}  {accuracy}  {interval}  n {n}", width, "")
        yield from _wrapped(f"{model} · {benchmarks} · {method} · {commit} · {verdict}", width)


def _bars(series: Series, width: int) -> Iterator[str]:
    yield cut(series.title, width)
    measured = [run for run in series.runs if run.metrics["accuracy"] is not None]
    shown = measured[-max(1, width - 2) :]
    values = [run.metrics["accuracy"] or 0.0 for run in shown]
    bounds = [bound for run in shown for bound in run.metrics["ci95"] or ()]
    low, high = min([*values, *bounds], default=0.0), max([*values, *bounds], default=0.0)
    last = len(_BARS) - 1
    yield "  " + "".join(
        _BARS[round((value - low) / (high - low) * last) if high > low else last // 2] for value in values
    )
    if shown:
        first, newest = shown[0], shown[-1]
        many = f"{len(series.runs)} runs" if len(series.runs) > 1 else "1 run"
        text = f"{accuracy_of(first)} ({date_of(first.info)})"
        text += f" to {accuracy_of(newest)} ({date_of(newest.info)})" if len(shown) > 1 else ""
        yield from _wrapped(f"{text}, {many}, bars from {low:.3f} to {high:.3f}", width)


def _wrapped(text: str, width: int, indent: str = "  ") -> list[str]:
    """A text in indented lines; a word that is wider than one is cut."""
    inside = width - len(indent)
    return [indent + cut(part, inside) for part in wrap(text, inside)]
