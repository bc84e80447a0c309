from __future__ import annotations

import pytest

from tests.unit.scoring.instructions.tables import Case, agrees, cases_of, check


@pytest.mark.parametrize("case", cases_of("shapes"), ids=str)
def test_the_verdicts_are_those_of_the_table(case: Case) -> None:
    agrees(case)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("하나", "1 answers, 2 asked"),
        ("하나******둘******셋", "3 answers, 2 asked"),
        ("하나******하나", "2 answers that are not different"),
        ("하나************둘", "1 answers, 2 asked"),
        ("하나\n******\n******\n둘", "an empty answer between two dividers"),
    ],
)
def test_the_number_of_answers_is_told(text: str, counted: str) -> None:
    assert check("combination:two_responses", text) == (False, counted)


def test_commas_are_counted() -> None:
    assert check("punctuation:no_comma", "가, 나，다、라").counted == "3 commas, none asked"
