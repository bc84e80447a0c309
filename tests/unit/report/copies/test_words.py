from __future__ import annotations

import re

from pytest_haerae.report.copies.words import why
from pytest_haerae.report.schema import Report
from pytest_haerae.statistics.equivalence import items_to_tell
from tests.unit.report.copies.twins import MARGIN, held, report, values_of, written
from tests.unit.reports import make


def told(before: Report, after: Report) -> str:
    return why(held(before, after), MARGIN)


def answered(letters: str, **info: object) -> Report:
    return make([written(number, letter) for number, letter in enumerate(letters)], method="string_match", **info)


def test_same_says_of_what() -> None:
    assert told(report(3), report(3)) == "the log-likelihoods of 3 items are equal to 0.001"
    assert told(answered("AB"), answered("AB")) == "2 outputs are equal, character by character"


def test_different_says_what_is_beyond_the_margin() -> None:
    assert told(answered("A" * 10), answered("C" * 10)) == (
        "10 of 10 items have another answer: at least 0.6915 of all do, 0.02 is tolerated"
    )
    drawn = {"model_params": {"temperature": 1}}
    assert told(answered("B" * 50, **drawn), answered("BA" * 25, **drawn)) == (
        "accuracy changed by -0.5000, 0.02 is tolerated"
    )


def test_equivalent_says_how_much_may_differ() -> None:
    nearly = report(400, lambda number: {"loglikelihoods": [0.99 * value for value in values_of(number)]})
    assert re.fullmatch(
        r"up to 0\.00\d\d of all items may have another answer and accuracy may differ by up to 0\.0\d\d\d; "
        r"0\.02 is tolerated",
        told(report(400), nearly),
    )


def test_too_few_says_how_many_would_tell() -> None:
    nearly = report(20, lambda number: {"loglikelihoods": [0.99 * value for value in values_of(number)]})
    found = held(report(20), nearly)
    words = why(found, MARGIN)
    assert words.startswith("too few items: up to 0.1684 of all items may have another answer and accuracy")
    assert words.endswith(f"0.02 is tolerated; about {items_to_tell(found.answers, MARGIN)} items would tell")


def test_where_more_items_would_not_tell() -> None:
    lacking = report(400, lambda number: {"outcome": "error", "error": "503"} if number < 40 else {})
    assert (
        told(report(400), lacking) == "40 items were answered in one of the two only; ask them again (--rerun errors)"
    )
    just = told(answered("A" * 50), answered("C" + "A" * 49))
    assert just.endswith("0.02 is tolerated; more items would not tell")
    skipped = {"outcome": "skipped"}
    apart = told(
        report(1, lambda number: {"loglikelihoods": [-1.0], **skipped}),
        report(1, lambda number: {"loglikelihoods": [-2.0], **skipped}),
    )
    assert apart == "no answer is right or wrong, 0.02 is tolerated; more items would not tell"
