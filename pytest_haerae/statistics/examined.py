"""Whether an examination is passed: a mark for each subject, an average, and a rule that both have to meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.catalogue.examination import FULL_MARK, Examination

Mark = Annotated[float, Field(ge=0, le=FULL_MARK, allow_inf_nan=False)]
ExaminationVerdict = Literal["passed", "failed", "unmeasured"]
_Count = Annotated[int, Field(ge=0)]


class SubjectMark(TypedDict):
    """What one subject of an examination came to."""

    mark: Mark | None
    """100 times the share of its questions that are right; null where some have no answer."""
    n: _Count
    """Questions that were answered."""
    questions: _Count
    """All that the data have."""


class Examined(TypedDict):
    """What one examination came to."""

    verdict: ExaminationVerdict
    """`unmeasured` where a question of it was not asked or has no answer: then it is neither passed nor failed."""
    average: Mark | None
    """The mean of the subjects' marks, each counted once; null where one is missing."""
    least_each: Mark
    """The least mark in each subject that passes."""
    least_average: Mark
    """The least average that passes."""
    subjects: dict[str, SubjectMark]


def examine(rule: Examination, subjects: Mapping[str, Sequence[Fraction | None]], *, whole: bool = True) -> Examined:
    """Judge one examination.

    Args:
        rule: What it takes to pass.
        subjects: Of each subject every question's share of right answers; None for one that has no answer.
        whole: Whether these are known to be all its questions.
    """
    # Fractions: a mark of exactly 40 is enough, and no rounding decides.
    marks = {name: _mark(rights) for name, rights in subjects.items()}
    known = [mark for mark in marks.values() if mark is not None]
    average = sum(known, Fraction(0)) / len(known) if whole and known and len(known) == len(marks) else None
    return {
        "verdict": "unmeasured" if average is None else _verdict(rule, known, average),
        "average": None if average is None else float(average),
        "least_each": float(rule.least_each),
        "least_average": float(rule.least_average),
        "subjects": {name: _shown(marks[name], rights) for name, rights in subjects.items()},
    }


def _mark(rights: Sequence[Fraction | None]) -> Fraction | None:
    known = [right for right in rights if right is not None]
    return FULL_MARK * sum(known, Fraction(0)) / len(known) if known and len(known) == len(rights) else None


def _verdict(rule: Examination, marks: Sequence[Fraction], average: Fraction) -> ExaminationVerdict:
    # By what was written: the float 40.1 is a little more than 40.1.
    least_each, least_average = Fraction(str(rule.least_each)), Fraction(str(rule.least_average))
    passed = average >= least_average and min(marks) >= least_each
    return "passed" if passed else "failed"


def _shown(mark: Fraction | None, rights: Sequence[Fraction | None]) -> SubjectMark:
    answered = sum(right is not None for right in rights)
    return {"mark": None if mark is None else float(mark), "n": answered, "questions": len(rights)}
