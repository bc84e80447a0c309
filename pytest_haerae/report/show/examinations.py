"""Which examinations are passed, as the terminal, Markdown and the page show it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pytest_haerae.data.metadata import NO_VALUE
from pytest_haerae.report.show.breakdowns import MOST_SHOWN, value_name
from pytest_haerae.report.show.page_notices import Notice
from pytest_haerae.statistics.examined import ExaminationVerdict, Examined
from pytest_haerae.statistics.scores import Metrics

_SHOWN_SUBJECTS = 4


class ShownSubject(NamedTuple):
    """A subject, its mark, and whether that is below what passes; without a mark how many questions were answered."""

    name: str
    mark: str
    low: bool


class ShownExamination(NamedTuple):
    """An examination: its average, each subject's mark, why it came to its verdict, and what could not be measured."""

    name: str
    verdict: ExaminationVerdict
    average: str
    subjects: Sequence[ShownSubject]
    why: str
    unmeasured: Sequence[Notice]


class ShownSitting(NamedTuple):
    """Examinations that are passed by one rule: which, how many came to what, and the rule."""

    examinations: Sequence[ShownExamination]
    counts: Mapping[ExaminationVerdict, int]
    least_each: str
    least_average: str

    def title(self) -> str:
        """How many are passed of how many, and what that takes."""
        counts = self.counts
        unmeasured = f", {counts['unmeasured']} unmeasured" if counts["unmeasured"] else ""
        rule = f"{self.least_each} in each subject, {self.least_average} on average"
        return f"{counts['passed']} of {sum(counts.values())} passed{unmeasured} ({rule})"

    def rest(self) -> list[str]:
        """The line that says how many are not shown; none where all are."""
        hidden = len(self.examinations) - MOST_SHOWN
        return [f"… {hidden} more: all are in the report"] if hidden > 0 else []


def shown_sittings(metrics: Metrics) -> list[ShownSitting]:
    """The examinations of a report, those of one rule together."""
    groups: dict[tuple[float, float], dict[str, Examined]] = {}
    for name, examined in metrics.get("examinations", {}).items():
        groups.setdefault((examined["least_each"], examined["least_average"]), {})[name] = examined
    return [
        ShownSitting(
            [_shown(name, examined) for name, examined in group.items()],
            _counts([examined["verdict"] for examined in group.values()]),
            f"{each:g}",
            f"{average:g}",
        )
        for (each, average), group in groups.items()
    ]


def examination_lines(metrics: Metrics) -> list[str]:
    """A line that says how many are passed, and one for each."""
    lines = []
    for sitting in shown_sittings(metrics):
        lines.append(f"examinations: {sitting.title()}")
        lines += [f"{each.verdict:<10} {each.name}: {each.why}" for each in sitting.examinations[:MOST_SHOWN]]
        lines += sitting.rest()
    return lines


def _counts(verdicts: Sequence[ExaminationVerdict]) -> dict[ExaminationVerdict, int]:
    every: tuple[ExaminationVerdict, ...] = ("passed", "failed", "unmeasured")
    return {verdict: verdicts.count(verdict) for verdict in every}


def _shown(name: str, examined: Examined) -> ShownExamination:
    subjects = [
        ShownSubject(
            value_name(subject),
            f"{told['n']}/{told['questions']}" if told["mark"] is None else _mark(told["mark"]),
            told["mark"] is not None and told["mark"] < examined["least_each"],
        )
        for subject, told in examined["subjects"].items()
    ]
    average, unmeasured = examined["average"], _unmeasured(examined)
    why = "; ".join(each["values"]["detail"] for each in unmeasured) or _why(average or 0.0, examined, subjects)
    return ShownExamination(name, examined["verdict"], _mark(average), subjects, why, unmeasured)


def _unmeasured(examined: Examined) -> list[Notice]:
    """Why there is no average; nothing where there is one."""
    if examined["average"] is not None:
        return []
    every, found = examined["subjects"], list[Notice]()
    questions = sum(each["questions"] for each in every.values())
    if missing := questions - sum(each["n"] for each in every.values()):
        words = f"{missing:,} of {questions:,} questions {'has' if missing == 1 else 'have'} no answer"
        found.append(_notice("missing", words, missing=missing, questions=questions))
    if NO_VALUE in every and len(every) > 1:
        none = every[NO_VALUE]["questions"]
        words = f"{none:,} question has no subject" if none == 1 else f"{none:,} questions have no subject"
        found.append(_notice("subject", words, none=none))
    return found or [_notice("part", "not all of it was asked")]


def _notice(kind: str, words: str, **counts: int) -> Notice:
    values = {name: f"{count:,}" for name, count in counts.items()}
    return {"label": f"unmeasured {kind}", "values": {"detail": words, **values}}


def _why(average: float, examined: Examined, subjects: Sequence[ShownSubject]) -> str:
    told = f"{_mark(average)} on average"
    if average < examined["least_average"]:
        told += f", below {examined['least_average']:g}"
    low = [f"{each.name} {each.mark}" for each in subjects if each.low]
    if low:
        shown = low[:_SHOWN_SUBJECTS] + ["…"] * (len(low) > _SHOWN_SUBJECTS)
        return f"{told}; below {examined['least_each']:g}: {', '.join(shown)}"
    least = min(examined["subjects"].values(), key=lambda each: each["mark"] or 0.0)
    name = next(name for name, each in examined["subjects"].items() if each is least)
    return f"{told}, least {_mark(least['mark'])} ({value_name(name)})"


def _mark(mark: float | None) -> str:
    """A mark with one decimal, rounded down: what is shown as 40.0 is at least that."""
    return "\N{EN DASH}" if mark is None else f"{math.floor(round(mark * 10, 6)) / 10:.1f}"
