"""Gates and warnings as the page says them: the report's English sentence, and what a Korean one is made of."""

from __future__ import annotations

from typing import TypedDict

from pytest_haerae.gates.baseline import UNGATED_FALL
from pytest_haerae.gates.changes import Change
from pytest_haerae.gates.gate import GateEntry
from pytest_haerae.report.schema import Info, ItemsInScope
from pytest_haerae.report.show.rows import scope_words


class Notice(TypedDict):
    """A sentence: `label` names it in the page's labels, whose English says `detail`, and `values` fill it."""

    label: str
    values: dict[str, str]


def gate_notice(gate: GateEntry, info: Info) -> Notice:
    """Why a gate's verdict is what it is."""
    numbers = {
        "detail": gate["detail"],
        "value": _number(gate["value"]),
        "threshold": _number(gate["threshold"]),
        "drop": _points(gate["value"]),
        "allowed": _points(gate["threshold"]),
        "p": "–" if gate["p_value"] is None else f"{gate['p_value']:.2g}",
    }
    return {"label": _gate_label(gate, info), "values": numbers | _paired(gate, info)}


def _gate_label(gate: GateEntry, info: Info) -> str:
    if gate["verdict"] in ("not evaluated", "unmeasurable"):
        return f"gate_why {gate['verdict']}"
    if change := _change(gate, info):
        if "drop_at_most" not in change:
            return "gate_why baseline"
        return "gate_why inconclusive" if change.get("items_to_tell") else "gate_why never"
    kind, _, _ = gate["name"].partition(" ")
    return _MINIMUMS.get(kind, "as_it_is")


_MINIMUMS = {"min-accuracy": "gate_why minimum", "min-hangul": "gate_why hangul"}


def _change(gate: GateEntry, info: Info) -> Change | None:
    """What changed of the items that a baseline gate is about."""
    changes, (kind, _, name) = info.get("changes"), gate["name"].partition(" ")
    if kind != "baseline" or not changes:
        return None
    if not name:
        return changes["total"]
    return changes.get("benchmarks", {}).get(name) or changes["subsets"].get(name)


def _paired(gate: GateEntry, info: Info) -> dict[str, str]:
    if not (change := _change(gate, info)):
        return {}
    found = {name: str(count) for name, count in change.items() if name in ("n", "lost", "gained")}
    return found | {"at_most": _points(change.get("drop_at_most")), "enough": f"{change.get('items_to_tell') or 0:,}"}


def warning_notice(line: str) -> Notice:
    """A warning; those that a run makes are said in both languages, any other as it is."""
    words, _, where = line.partition(": ")
    kind = next((kind for kind, start in _WARNINGS.items() if words.startswith(start)), None)
    label = "as_it_is" if kind is None else f"warning {kind}"
    return {"label": label, "values": {"detail": line, "where": where}}


_WARNINGS = {
    "chance": "accuracy below chance",
    "invalid": "no answer could be read",
    "length": "output cut at the token limit",
    "letter": "one letter predicted",
    "lost": "the data no longer have items of the baseline",
    "fell": UNGATED_FALL,
}
"""How the lines of `gates.warnings` and `gates.coverage` begin; a test holds these against them."""


def scope_notices(info: Info) -> list[Notice]:
    """Which items of the subsets the numbers are about, where not all: how they were chosen, and how drawn."""
    scope: ItemsInScope = info.get("scope", {})
    notices: list[Notice] = []
    for phrase, (column, values) in zip(scope_words(info), scope.get("where", {}).items(), strict=False):
        chosen = {"detail": f"items in scope: {phrase}", "column": column, "chosen": ", ".join(values)}
        notices.append({"label": "scope where", "values": chosen})
    if "sample" in scope:
        label = "scope sample by" if "by" in scope else "scope sample"
        drawn = {name: str(scope.get(name, "0")) for name in ("sample", "by", "seed")}
        notices.append({"label": label, "values": {"detail": f"items in scope: {scope_words(info)[-1]}", **drawn}})
    return notices


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _points(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
