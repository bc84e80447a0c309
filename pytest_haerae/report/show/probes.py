"""What a report's probes found, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

from pytest_haerae.report.schema import Judging, Report
from pytest_haerae.report.show.layout import shown_p_value
from pytest_haerae.run.ways import LeftOut
from pytest_haerae.statistics.estimate import MetricEstimate
from pytest_haerae.statistics.option_orders import OrdersProbe, Position
from pytest_haerae.statistics.row_order import RowOrderProbe
from pytest_haerae.statistics.wordings import PromptScore, PromptsProbe

LEFT_OUT: Mapping[LeftOut, str] = {
    "no_options": "without options",
    "alike": "with options that are alike",
    "about_each_other": "whose options are about each other",
    "own_labels": "whose options carry labels of their own",
    "not_found": "whose options are not found in the question",
    "not_shown": "whose question does not show the order",
    "judged": "judged by a second model",
    "conversation": "of several questions",
}
"""Why items are left out, in words."""


class ProbeNotice(TypedDict):
    """A line: `label` names its words in the page's labels, and `values` fill them; `detail` is the English line."""

    label: str
    values: dict[str, str]


def probe_lines(report: Report) -> list[str]:
    """The lines of a report's probes; none where it has none."""
    return [notice["values"]["detail"] for notice in probe_notices(report)]


def probe_notices(report: Report) -> list[ProbeNotice]:
    """The lines of a report's probes, with what the page says them by in other languages."""
    probes, found = report["metrics"].get("probes", {}), list[ProbeNotice]()
    if "shuffle_options" in probes:
        found += _orders(probes["shuffle_options"])
    if "prompts" in probes:
        found += _prompts(probes["prompts"])
    if "row_order" in probes:
        found += _row_order(probes["row_order"])
    if found and (took := report["info"].get("probing")):
        found.append(_took(took))
    return found


def _took(took: Judging) -> ProbeNotice:
    responses, tokens, cost = took["responses"], took["tokens"], took["cost_usd"]
    line = f"the probes took {responses['computed']:,} responses computed, {responses['reused']:,} reused"
    if tokens["prompt"]:
        line += f", tokens: {tokens['prompt']} prompt, {tokens['completion']} completion"
    line += "" if cost is None else f", {cost:.4f} USD"
    values = {name: f"{count:,}" for name, count in responses.items()}
    values |= {"prompt": f"{tokens['prompt'] or 0:,}", "completion": f"{tokens['completion'] or 0:,}"}
    return _notice("took", line, **values)


def _notice(kind: str, detail: str, **values: str) -> ProbeNotice:
    return {"label": f"probe {kind}", "values": {"detail": detail, **values}}


def _orders(probe: OrdersProbe) -> Iterator[ProbeNotice]:
    k, n = probe["k"], f"{probe['n']:,}"
    accuracy, same = probe["accuracy"], probe["same_option"]
    if accuracy is None:
        yield _notice("no_orders", f"{k} orders of the options: no item was answered in several", k=f"{k}")
    else:
        own = f"{probe['own']:.4f}" if probe["own"] is not None else "-"
        words = f"{k} orders of the options: accuracy {_estimate(accuracy)} over all, {own} in the data's own"
        yield _notice("orders", f"{words} ({n} items)", k=f"{k}", accuracy=_estimate(accuracy), own=own, n=n)
    if same is not None:
        share, whole = _percent(same), f"{same['n']:,}"
        words = f"the same option is chosen in all orders of {share} of the items"
        yield _notice("same", f"{words} ({whole} answered in all)", share=share, n=whole)
    if probe["positions"] and probe["p_value"] is not None:
        yield _place(probe["positions"], probe["p_value"])
    yield from _rest(probe["errors"], probe["left_out"])


def _place(positions: Sequence[Position], p_value: float) -> ProbeNotice:
    """The place that is chosen most out of proportion, in words."""
    shown = max(positions, key=lambda each: abs(each["chosen"]["value"] - each["even"]))
    label, share, even, p = (
        f"({shown['label']})",
        _percent(shown["chosen"]),
        f"{100 * shown['even']:.1f}%",
        shown_p_value(p_value),
    )
    words = f"{label} is chosen in {share} of the orders where {even} is even"
    return _notice("place", f"{words}; that the place decides nothing: p {p}", label=label, share=share, even=even, p=p)


def _prompts(probe: PromptsProbe) -> Iterator[ProbeNotice]:
    for place, score in enumerate(probe["prompts"]):
        yield _prompt(score, own=not place)
    if spread := probe["spread"]:
        apart, deviation, n = f"{100 * spread['range']:.1f}", f"{100 * spread['deviation']:.1f}", f"{spread['n']:,}"
        words = f"by prompt {apart} points apart, standard deviation {deviation} ({n} items answered by all)"
        yield _notice("prompts_spread", words, range=apart, deviation=deviation, n=n)
    yield from _rest(sum(score["errors"] for score in probe["prompts"][1:]), probe["left_out"])


def _prompt(score: PromptScore, *, own: bool) -> ProbeNotice:
    """The accuracy by a prompt, and how far that is from the run's own."""
    name, accuracy, found = score["prompt"], score["accuracy"], score.get("difference")
    if accuracy is None:
        return _notice("no_prompt", f"prompt {name}: nothing was answered", name=name)
    told, n = _estimate(accuracy), f"{accuracy['n']:,}"
    line = f"prompt {name}{' (of the run)' if own else ''}: accuracy {told} ({n} items)"
    if not found:
        return _notice("own_prompt" if own else "prompt_alone", line, name=name, accuracy=told, n=n)
    low, high = (f"{100 * bound:+.1f}" for bound in found["ci95"])
    value, p = f"{100 * found['value']:+.1f}", shown_p_value(found["p_value"])
    line += f", {value} points [{low}, {high}] to the run's, p {p}"
    return _notice("prompt", line, name=name, accuracy=told, n=n, value=value, low=low, high=high, p=p)


def _row_order(probe: RowOrderProbe) -> Iterator[ProbeNotice]:
    difference, p_value = probe["difference"], probe["p_value"]
    shards, rows, k = f"{probe['shards']:,}", f"{probe['rows']:,}", f"{probe['k']}"
    if difference is None or p_value is None:
        yield _notice("no_row_order", f"order of the rows: no text of several rows was scored in {k} others", k=k)
    else:
        value, p = f"{difference:+.2f}", shown_p_value(p_value)
        interval = " [{:+.2f}, {:+.2f}]".format(*probe["ci95"]) if probe["ci95"] else ""
        t = "" if probe["t_p_value"] is None else f", by Student's test {shown_p_value(probe['t_p_value'])}"
        yield _notice(
            "row_order",
            f"the data's own order of the rows: log-likelihood {value}{interval} to {k} others, in {shards} texts of"
            f" {rows} rows; that the model does not know it, if the rows are in no order of their own: p {p}{t}",
            value=f"{value}{interval}",
            k=k,
            shards=shards,
            rows=rows,
            p=p,
        )
    yield from _rest(probe["errors"], {})


def _rest(errors: int, left_out: Mapping[LeftOut, int]) -> Iterator[ProbeNotice]:
    if errors:
        yield _notice("errors", f"{errors:,} of the probe's questions ended in an error", n=f"{errors:,}")
    for reason, count in left_out.items():
        items = f"{count:,} item{'' if count == 1 else 's'}"
        line = f"left out of the probe: {items} {LEFT_OUT[reason]}"
        yield _notice(f"left_out {reason}", line, n=f"{count:,}")


def _estimate(estimate: MetricEstimate) -> str:
    low, high = estimate["ci95"]
    return f"{estimate['value']:.4f} [{low:.3f}, {high:.3f}]"


def _percent(estimate: MetricEstimate) -> str:
    low, high = estimate["ci95"]
    return f"{100 * estimate['value']:.1f}% [{100 * low:.1f}, {100 * high:.1f}]"
