"""What a report's generated answers look like as texts: their length, their words, what they leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import TypedDict

from pytest_haerae.report.schema import Report, SampleRow
from pytest_haerae.report.words import Words
from pytest_haerae.scoring.reading.cleaning import normalise
from pytest_haerae.scoring.reading.marks import answered_text
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.types import grouped

LONGEST_ANALYSED = 20_000
"""Characters of an answer whose words are looked at."""


class Lengths(TypedDict):
    """How long some texts are."""

    mean: float
    median: float
    longest: int


class TextStatistics(TypedDict):
    """What some answers are like."""

    answers: int
    characters: Lengths
    eojeol: Lengths
    type_token_ratio: float | None
    """Different words over all words of all answers together; null without words. It falls as texts grow."""


class Omissions(TypedDict):
    """What of the references is not in the answers."""

    items: int
    """Free-text answers whose reference has keywords."""
    left_out: float
    """The mean share of a reference's keywords that are not in the answer."""
    most: list[tuple[str, int]]
    """The keywords that were left out most often, and how often."""


class Analysis(TypedDict):
    """All that is told of a report's answers."""

    words: str
    """What texts were taken apart into."""
    every: TextStatistics
    outcomes: dict[str, TextStatistics]
    subsets: dict[str, TextStatistics]
    omissions: Omissions | None
    """Null where no answer is free text."""
    wrong_words: list[tuple[str, int]]
    """The most frequent words of answers that are wrong, and in how many of them."""


@dataclass(frozen=True, slots=True)
class _Answer:
    row: SampleRow
    group: str
    outcome: str
    text: str
    words: Sequence[str]


def analyse(report: Report, words: Words, top: int) -> Analysis | None:
    """Look at the answers of a report, without reasoning; None where it has no generated ones.

    Args:
        report: The report.
        words: How texts are taken apart.
        top: How many words are listed.
    """
    answers = [*_answers(report, words)]
    if not answers:
        return None
    wrong = Counter(word for answer in answers if answer.outcome == "wrong" for word in {*answer.words})
    return {
        "words": words.name,
        "every": _statistics(answers),
        "outcomes": _by(answers, lambda answer: answer.outcome),
        "subsets": _by(answers, lambda answer: answer.group),
        "omissions": _omissions(answers, words, top),
        "wrong_words": _most(wrong, top),
    }


def _answers(report: Report, words: Words) -> Iterator[_Answer]:
    several = "benchmarks" in report["info"]
    for row in report["samples"]:
        given = [(each["outcome"], each["raw_output"]) for each in row.get("answers", ())]
        given = given or [(row["outcome"], row["raw_output"])]
        for outcome, output in given:
            if output is not None and outcome in ANSWERED:
                text = answered_text(output)
                group = grouped(row["dataset"] if several else "", row["subset"])
                yield _Answer(row, group, outcome, text, words.of(text[:LONGEST_ANALYSED]))


def _by(answers: Iterable[_Answer], key: Callable[[_Answer], str]) -> dict[str, TextStatistics]:
    groups: dict[str, list[_Answer]] = {}
    for answer in answers:
        groups.setdefault(key(answer), []).append(answer)
    return {name: _statistics(group) for name, group in groups.items()}


def _statistics(answers: Sequence[_Answer]) -> TextStatistics:
    count = sum(len(answer.words) for answer in answers)
    types = {word for answer in answers for word in answer.words}
    return {
        "answers": len(answers),
        "characters": _lengths([len(answer.text) for answer in answers]),
        "eojeol": _lengths([len(answer.text.split()) for answer in answers]),
        "type_token_ratio": len(types) / count if count else None,
    }


def _lengths(values: Sequence[int]) -> Lengths:
    return {"mean": fmean(values), "median": float(median(values)), "longest": max(values)}


def _omissions(answers: Sequence[_Answer], words: Words, top: int) -> Omissions | None:
    """What is missing of free-text references; a keyword is there where the answer has its characters in a row."""
    shares: list[float] = []
    missing: Counter[str] = Counter()
    known: dict[str, Sequence[str]] = {}
    for answer in answers:
        if answer.row["options"] is None:
            reference = answer.row["reference"]
            keywords = known.setdefault(reference, words.keywords(reference[:LONGEST_ANALYSED]))
            if keywords:
                text = normalise(answer.text)
                left = [keyword for keyword in keywords if normalise(keyword) not in text]
                missing.update(left)
                shares.append(len(left) / len(keywords))
    return {"items": len(shares), "left_out": fmean(shares), "most": _most(missing, top)} if shares else None


def _most(counts: Counter[str], top: int) -> list[tuple[str, int]]:
    """The most frequent words; of equally frequent ones those that come first in order of their characters."""
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:top]
