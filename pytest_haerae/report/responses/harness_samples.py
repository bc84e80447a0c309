"""The samples that lm-evaluation-harness logs: ``samples_<task>_<time>.jsonl``, written with ``--log_samples``.

The layout is that of version 0.4.13 (`evaluator.evaluate` and `EvaluationTracker.save_results_samples`): a line for
each document and filter, with `doc`, the row as the task has it; `arguments`, by request and argument; `resps`, by
request and repeat, its numbers as texts; `target`; `filter`; `doc_id` and `doc_hash`. What a filter made of an answer
is left out: the answer itself is read here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.tables import read_placed_rows
from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.fields import list_in, log_likelihood, mapping_in, refuse, text_in
from pytest_haerae.report.responses.looks import first_object
from pytest_haerae.run.given_questions import GivenQuestion
from pytest_haerae.run.given_responses import OPTION, GivenItem, GivenResponses
from pytest_haerae.types import Response

_KEYS = frozenset({"doc", "arguments", "resps"})
_PREFIX = "samples_"


def takes(path: Path) -> bool:
    """Whether a file looks like one of these, or a folder has some."""
    return bool(_files(path)) if path.is_dir() else first_object(path).keys() >= _KEYS


def read(path: Path, columns: Mapping[str, Any]) -> GivenResponses:
    """Read the samples of a task, or of the tasks of a run: the folder that they were written into.

    Args:
        path: The file.
        columns: Of no log: it says by itself what is what.

    Raises:
        UsageError: A line is malformed, of a kind of task that is not read, or there twice with different answers.
    """
    files = _files(path) if path.is_dir() else [path]
    seen: dict[tuple[str, str], tuple[RowPlace, Any, str]] = {}
    items: list[GivenItem] = []
    try:
        for place, row in (placed for file in files for placed in read_placed_rows(file)):
            answers, name = list_in(row, "resps", place), str(row.get("filter"))
            key = (str(row.get("doc_id")), str(row.get("doc_hash")))
            if key in seen:
                earlier, said, by = seen[key]
                if by == name or said != answers:
                    there = earlier if earlier.source != place.source else f"row {earlier.number}"
                    raise UsageError(f"{place}: doc_id {key[0]} stands in {there}, too; keep one")
                continue  # another filter over the same answers
            seen[key] = place, answers, name
            items.append(_item(row, answers, place))
    except UsageError as error:
        raise UsageError(f"{OPTION} {error}") from None
    return GivenResponses(path, _model(files[0]), items)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}*.jsonl"))


def _item(row: Mapping[str, Any], answers: list[Any], place: RowPlace) -> GivenItem:
    requests = _requests(row, place)
    if len(requests) != len(answers):
        refuse(place, "resps", f"has the answers of {len(answers)} requests, and {len(requests)} were made")
    doc = mapping_in(row, "doc", place)
    name, where = str(row.get("doc_id")), f"row {place.number}"
    context, second = requests[0]
    texts = (context, *(value for value in doc.values() if isinstance(value, str)))
    target = str(row.get("target"))
    if not isinstance(second, str):
        if len(requests) > 1:
            refuse(place, "arguments", "has several texts to be generated for one question, which is not read")
        question = GivenQuestion(texts, None, (target,), doc)
        given = tuple(Response(text_in({"resps": each}, "resps", place)) for each in _repeats(answers[0], place))
        return GivenItem(name, given, where, shown=context, question=question)
    scored = _scored(requests, place)
    if len(scored) == 1:
        refuse(place, "arguments", "scores a text instead of options, which is not read")
    continuations = tuple(str(requests[number][1]) for number in scored)
    values = tuple(_log_likelihood(answers[number], place) for number in scored)
    # The target of a choice is the number of its option, or its text.
    index = int(target) if target.isdecimal() and int(target) < len(continuations) else None
    question = GivenQuestion(texts, continuations, (target if index is None else continuations[index],), doc)
    response = Response(loglikelihoods=values)
    return GivenItem(name, (response,), where, shown=context, question=question, continuations=continuations)


def _requests(row: Mapping[str, Any], place: RowPlace) -> list[tuple[str, str | None]]:
    """The context of each request, and its continuation; None where a text was generated."""
    found: list[tuple[str, str | None]] = []
    for name, given in mapping_in(row, "arguments", place).items():
        second = given.get("arg_1") if isinstance(given, dict) else None
        if not isinstance(given, dict) or not isinstance(given.get("arg_0"), str):
            refuse(place, "arguments", f"{name} has no text as arg_0")
        if not isinstance(second, str | dict):
            refuse(place, "arguments", f"{name} is of a task that neither generates nor chooses, which is not read")
        found.append((given["arg_0"], second if isinstance(second, str) else None))
    return found or refuse(place, "arguments", "is empty")


def _scored(requests: list[tuple[str, str | None]], place: RowPlace) -> list[int]:
    """The numbers of the requests that score an option after the question.

    Those of `acc_mutual_info` after nothing are left out.
    """
    context = requests[0][0]
    further = {before for before, _ in requests} - {context}
    if further and (further != {""} or 2 * sum(before == "" for before, _ in requests) != len(requests)):
        refuse(place, "arguments", "has options after several contexts, which is not read")
    return [number for number, (before, _) in enumerate(requests) if before == context]


def _repeats(given: Any, place: RowPlace) -> list[Any]:  # noqa: ANN401 - JSON
    return given if isinstance(given, list) and given else refuse(place, "resps", "has no answer")


def _log_likelihood(given: Any, place: RowPlace) -> float:  # noqa: ANN401 - JSON
    """The sum of a continuation's log-probabilities; whether it was the likeliest of all texts stands beside it."""
    first = _repeats(given, place)[0]
    return log_likelihood(first[0] if isinstance(first, list) and first else first, "resps", place)


def _model(path: Path) -> str:
    """What the model is called in the results that were written beside the samples; else the file's name."""
    _, _, time = path.stem.removeprefix(_PREFIX).rpartition("_")
    try:
        name = json.loads((path.parent / f"results_{time}.json").read_bytes())["model_name"]
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return path.name
    return name if isinstance(name, str) and name else path.name
