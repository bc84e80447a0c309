"""What it takes to pass the examinations that a benchmark's questions are of."""

from __future__ import annotations

from dataclasses import dataclass

FULL_MARK = 100


@dataclass(frozen=True, slots=True)
class Examination:
    """A rule by which examinations are passed: so much in each subject, and so much on average.

    The mark of a subject is 100 times the share of its questions that are right; the average is that of the subjects,
    each counted once.

    Attributes:
        group: The metadata column that names the examination a question is of, such as a licence.
        subject: The metadata column that names its subject.
        least_each: The least mark in each subject, of 100.
        least_average: The least average of the subjects' marks, of 100.

    Raises:
        ValueError: A mark is not from 0 to 100.
    """

    group: str
    subject: str
    least_each: float
    least_average: float

    def __post_init__(self) -> None:
        for mark in (self.least_each, self.least_average):
            if not 0 <= mark <= FULL_MARK:
                raise ValueError(f"examination by {self.group}: a mark is from 0 to {FULL_MARK}, not {mark:g}")
