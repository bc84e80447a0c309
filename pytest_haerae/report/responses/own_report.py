"""The answers of a report of this project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.report.read import read_report
from pytest_haerae.report.schema import Info, SampleRow
from pytest_haerae.run.given_responses import OPTION, GivenItem, GivenResponses
from pytest_haerae.types import Response


def takes(path: Path) -> bool:
    """Whether a file looks like a report."""
    return path.suffix.lower() == ".json"


def read(path: Path, columns: Mapping[str, Any]) -> GivenResponses:
    """Read a report.

    Args:
        path: The file.
        columns: Of no report: it says by itself what is what.

    Raises:
        UsageError: It is none, or has an item twice.
    """
    place = f"{OPTION} {path}"
    report = read_report(path, place)
    rows = report["samples"]
    seen: dict[tuple[str, ...], str] = {}
    for row in rows:
        # Of version 1 the ids may be those of two files; the text tells these apart.
        item = (row["dataset"], row["subset"], row["key"] or row["id"], "" if row["key"] else row["input"])
        if item in seen:
            raise UsageError(f"{place}: item {row['id']} stands there twice; keep one")
        seen[item] = row["id"]
    return GivenResponses(
        path,
        model_of(report["info"]),
        list(map(_item, rows)),
        chat=any(row.get("messages") for row in rows),
    )


def model_of(info: Info) -> str:
    """What a report calls its model, in a few words."""
    return info.get("model_name") or info["model"] or info["backend"]


def _item(row: SampleRow) -> GivenItem:
    options = row["options"]
    return GivenItem(
        name=row["id"],
        responses=tuple(_responses(row)),
        place=f"item {row['id']}",
        subset=row["subset"],
        dataset=row["dataset"],
        key=row["key"],
        content=(None if options is None else tuple(options), row["reference"]),
        shown=row["input"],
    )


def _responses(row: SampleRow) -> Iterator[Response | None]:
    """The answers of a row; of several to an item each is one of the row's `answers`."""
    if answers := row.get("answers"):
        yield from (_response(answer) for answer in answers)
    else:
        yield _response(row)


def _response(row: Mapping[str, Any]) -> Response | None:
    """An answer; None where none was asked for, an error where none came."""
    text, values, tokens = row["raw_output"], row.get("loglikelihoods"), row["tokens"]
    if text is None and values is None:
        return Response(error=row["error"]) if row["error"] else None
    return Response(
        text,
        None if values is None else tuple(values),
        prompt_tokens=tokens["prompt"],
        completion_tokens=tokens["completion"],
        finish_reason=row["finish_reason"],
        truncated=bool(row.get("truncated")),
        reasoning=row["reasoning"],
        reasoning_tokens=tokens.get("reasoning"),
        cached_tokens=tokens.get("cached"),
    )
