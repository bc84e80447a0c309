"""A report's samples as a data frame, and its answers with all that is told of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pytest_haerae.report.names import model_name
from pytest_haerae.report.schema import Report, SampleRow
from pytest_haerae.report.show.page_data import margin_of

if TYPE_CHECKING:
    import pandas

COLUMNS = (
    "id",
    "subset",
    "nodeid",
    "input",
    "options",
    "reference",
    "prediction",
    "outcome",
    "raw_output",
    "loglikelihoods",
    "error",
    "dataset",
    "key",
    "why",
    "reasoning",
    "finish_reason",
    "metadata",
)

_TOKENS = ("prompt", "completion", "reasoning", "cached")
_NESTED = ("metadata", "messages", "images", "turns", "panel")
"""What has parts of its own, whose names and kinds differ between rows."""
_AS_TOLD = (
    *("rule", "explanation", "score", "character_f", "hangul", "why_start", "truncated", "log_probability", "rank"),
    *("judgements", "order_scores", "messages", "images", "turns", "panel"),
)
ANSWER_COLUMNS = (*COLUMNS, "model", "repeat", "margin", *(f"{name}_tokens" for name in _TOKENS), *_AS_TOLD)
"""The columns of `answers_frame`: those of `samples_frame` first."""
_KINDS = {
    **{"repeat": "int64", "truncated": "boolean", "why_start": "Int64"},
    **{f"{name}_tokens": "Int64" for name in _TOKENS},
    **dict.fromkeys(("margin", "score", "character_f", "hangul", "log_probability", "rank"), "float64"),
}
TEXT_COLUMNS = tuple(name for name in ANSWER_COLUMNS if name not in _KINDS)
"""Those of texts and lists."""


def samples_frame(report: Report) -> pandas.DataFrame:
    r"""One row a sample, in item order, with the columns of the report's `samples`.

    Half of a surrogate pair, which a model's API can send and no table can hold, stands as ``\udXXX``.
    """
    import pandas

    # An earlier report does not say what else its rows had.
    samples = ({"metadata": None, **row} for row in report["samples"])
    rows = [{name: _tabular(value) for name, value in row.items() if name in COLUMNS} for row in samples]
    return pandas.DataFrame(rows, columns=list(COLUMNS))


def answers_frame(report: Report) -> pandas.DataFrame:
    """One row an answer, in item order: of an item with several answers as many rows, apart by `repeat` from 0.

    What has parts of its own (metadata, messages, images, turns, the judges of a panel) is JSON. `margin` is the
    log-likelihood of the right option minus that of the best other one, `model` what the run calls its model.
    """
    import pandas

    model = model_name(report["info"])
    rows = [_answer_row(row, answer, place, model) for row in report["samples"] for place, answer in _answers(row)]
    frame = pandas.DataFrame(rows, columns=list(ANSWER_COLUMNS))
    return frame.astype(_KINDS)


def _answers(row: SampleRow) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """What is told of each answer beside its item."""
    return enumerate(row.get("answers") or [{}])


def _answer_row(row: SampleRow, answer: Mapping[str, Any], place: int, model: str) -> dict[str, Any]:
    told: dict[str, Any] = {"metadata": None, **row, **answer}
    found = {name: _tabular(told[name]) for name in (*COLUMNS, *_AS_TOLD) if name in told}
    for name in _NESTED:
        if found.get(name) is not None:
            found[name] = json.dumps(found[name], ensure_ascii=False)
    tokens = told["tokens"]
    found |= {f"{name}_tokens": tokens.get(name) for name in _TOKENS}
    return {**found, "model": _tabular(model), "repeat": place, "margin": margin_of(row)}


def _tabular(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {_tabular(name): _tabular(part) for name, part in value.items()}
    return [_tabular(part) for part in value] if isinstance(value, list | tuple) else value
