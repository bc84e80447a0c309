"""What people say of answers that a judge graded, from a file: labels, and where they come from."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_haerae.data.cells import cell_text, is_missing, nfc
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.tables import READERS, read_placed_rows
from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import cell, shown
from pytest_haerae.run.plan import Plan
from pytest_haerae.statistics.corrected import check_judge
from pytest_haerae.statistics.judged import Labelled
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.types import DataKey, Sample

RANDOM = "random"
"""What the column `sampled` begins with where the labelled items are a random sample of the judged ones."""
_DRAWN = re.compile(rf"{RANDOM}: (\d+) of \d+")
"""How many rows were drawn, as that column says it."""
COLUMNS = ("dataset", "subset", "id", "key", "sampled", "question", "reference", "answer", "label")
"""The columns of a file that is handed to people, who fill in the last one."""

_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "correct", "right", "o", "예", "네", "맞음", "정답"), 1.0),
    **dict.fromkeys(("0", "false", "no", "incorrect", "wrong", "x", "아니오", "아니요", "틀림", "오답"), 0.0),
}


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody says of one answer.

    Attributes:
        dataset: The item's data set, as a report calls it; None where the file does not say.
        subset: Its subset, likewise.
        name: What the item is known by: its key, or its id.
        value: 0 to 1.
        answer: The answer that was looked at; None where the file does not say.
    """

    dataset: str | None
    subset: str | None
    name: str
    value: float
    answer: str | None


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one file.

    Attributes:
        own: Those of items of the run.
        elsewhere: Those of other answers, each with the verdict that the same judge gave.
        random: Whether the items of `own` are a random sample of the judged ones, as the file says.
        unlabelled: Rows of such a sample that nobody has labelled, or that are not in the file any more.
    """

    own: Sequence[Label]
    elsewhere: Sequence[Labelled]
    random: bool
    unlabelled: int = 0


UNCHECKED = (
    "how often the judge is right was not looked at: label 20 graded answers or more, drawn at random (pytest-haerae"
    " label REPORT), and add --judge-labels FILE"
)
"""What a report warns of whose judge nobody checked."""


def labels_of(plan: Plan) -> Labels | None:
    """The labels that a run's configuration names; None where it names none.

    Raises:
        UsageError: The run has no judge, or several answers an item, or the file cannot be used.
    """
    path = plan.config.judge_labels
    if path is None:
        return None
    if not plan.seconds:
        raise UsageError(f"--judge-labels {path}: no judge grades the answers: add --judge and its scorer")
    if plan.config.repeats > 1:
        raise UsageError(f"--judge-labels {path}: a label is of one answer, and --repeats asks for several an item")
    scale = plan.first.scorer.facts().get("scale")
    return read_labels(path, scale and (scale[0], scale[1]))


def read_labels(path: Path, scale: tuple[float, float] | None = None) -> Labels:
    """Read a file of labels (.csv .tsv .jsonl .json .parquet).

    A row has a `label`, and `id` or `key` of an item of the run (with `subset` and `dataset`, where these alone are not
    enough), or `judge`, the verdict of the same judge on another answer. Rows without a label are passed over: somebody
    has still to fill them in. Labels are right or wrong, in words or as 1 and 0, shares between, or of the judge's own
    scale.

    Args:
        path: The file.
        scale: The lowest and the highest score of the judge's scale; None where it has none.

    Raises:
        UsageError: The file cannot be read, has no labels, or a row is malformed; names file, row and column.
    """
    option = f"--judge-labels {path}"
    if path.suffix.lower() not in READERS:
        raise UsageError(f"{option}: not one of the file kinds {', '.join(READERS)}")
    try:
        every = list(read_placed_rows(path))
    except UsageError as error:
        raise UsageError(f"--judge-labels: {error}") from None
    rows = [(place, row) for place, row in every if not is_missing(row.get("label"))]
    if not rows:
        raise UsageError(f"{option}: no row has a label: fill in the column label")
    elsewhere = [(place, row) for place, row in rows if not is_missing(row.get("judge"))]
    if elsewhere and len(elsewhere) < len(rows):
        raise UsageError(f"{option}: some rows have the column judge and some have not: write two files")
    if elsewhere:
        pairs = [
            Labelled(_share(place, row, "judge", scale), _share(place, row, "label", scale)) for place, row in rows
        ]
        return Labels((), pairs, random=False)
    samples = Counter(str(row.get("sampled") or "").strip().lower() for _, row in every)
    labels = _once(option, [_label(place, row, scale) for place, row in rows])
    unlabelled = len(every) - len(rows) + _deleted(samples)
    return Labels(labels, (), random=all(said.startswith(RANDOM) for said in samples), unlabelled=unlabelled)


def _deleted(samples: Mapping[str, int]) -> int:
    """How many rows that were drawn are gone: whoever keeps the clear ones has no random sample."""
    drawn = {said: _DRAWN.match(said) for said in samples}
    return sum(max(0, int(found[1]) - samples[said]) for said, found in drawn.items() if found)


def _label(place: RowPlace, row: Mapping[str, Any], scale: tuple[float, float] | None) -> Label:
    name = next(
        (cell_text(row[column], column, place) for column in ("key", "id") if not is_missing(row.get(column))), ""
    )
    if not name:
        raise UsageError(f"{place}: has neither id nor key of an item, nor a judge's verdict")
    dataset, subset, answer = (
        None if is_missing(row.get(column)) else str(row[column]) for column in ("dataset", "subset", "answer")
    )
    return Label(dataset, subset, name, _share(place, row, "label", scale), answer)


def _once(option: str, labels: Sequence[Label]) -> Sequence[Label]:
    seen: dict[tuple[str | None, str | None, str], Label] = {}
    for label in labels:
        if (other := seen.setdefault((label.dataset, label.subset, label.name), label)) is not label:
            way_out = "" if label.dataset else ", or tell two items apart by a column dataset"
            raise UsageError(f"{option}: {other.name} has two labels; keep one{way_out}")
    return labels


def _share(place: RowPlace, row: Mapping[str, Any], column: str, scale: tuple[float, float] | None) -> float:
    value = row[column]
    text = cell_text(value, column, place).strip().lower()
    if scale is None and text in _WORDS:
        return _WORDS[text]
    lowest, highest = scale or (0.0, 1.0)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not lowest <= number <= highest:
        wanted = f"a number from {lowest:g} to {highest:g}" + ("" if scale else ", or correct or wrong")
        raise UsageError(f"{place}: column {column}: {shown(value)} is not {wanted}")
    return (number - lowest) / (highest - lowest)


def with_judge_check(
    metrics: Metrics, samples: Sequence[Sample], labels: Labels | None, name_of: Callable[[DataKey], str]
) -> Metrics:
    """A run's metrics with how far its judge was checked, and the corrected score.

    Args:
        metrics: The metrics.
        samples: The items.
        labels: The labels; None where there are none.
        name_of: What a data set is called in reports.
    """
    if labels is None:
        return metrics
    by_name: defaultdict[str, set[int]] = defaultdict(set)
    for place, sample in enumerate(samples):
        for name in filter(None, (sample.item.key, sample.item.id)):
            by_name[name].add(place)
    datasets = [name_of(sample.selected.data) for sample in samples]
    # Where there is one, its name may be another one than it was: a file was moved.
    several = len(set(datasets)) > 1 or len({label.dataset for label in labels.own if label.dataset}) > 1
    found: dict[int, float] = {}
    for label in labels.own:
        # A label is of one answer: what somebody said of another one tells nothing of this, and a name that several
        # items have does not say which was meant.
        at = [
            place
            for place in by_name.get(label.name, ())
            if label.subset in (None, samples[place].item.subset)
            and (not several or label.dataset in (None, datasets[place]))
            and (label.answer is None or _plain(label.answer) == _plain(_answer_of(samples[place])))
        ]
        if len(at) == 1:
            found[at[0]] = label.value
    lost = len(labels.own) - len(found) + labels.unlabelled
    check = check_judge(samples, found, labels.elsewhere, random=labels.random and not lost, left_out=lost)
    return {**metrics, "judge": check}


def _answer_of(sample: Sample) -> str:
    return (sample.response.text or "") if sample.response else ""


def _plain(answer: str) -> str:
    """An answer without what a spreadsheet changes of it: line ends, spaces, the apostrophe before a formula."""
    return " ".join(nfc(cell(answer)).replace("'", "").split())
