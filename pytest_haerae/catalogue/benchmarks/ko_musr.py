"""Ko-MuSR: long Korean stories and questions that take several steps: murders, things that are moved, teams.

Repository, configurations, split (`test`) and columns (`narrative`, `question`, `choices`, a list or a list as a text,
and the right one's number from 0 as `answer` or `answer_index`, beside which `answer_choice` may have its text) are
those of the publisher's own tasks for lm-evaluation-harness (mcrl/Ko-MuSR, commit ee4f8de). The repository is gated.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.cells import is_missing, nfc
from pytest_haerae.data.options import read_choices
from pytest_haerae.data.rows import (
    Question,
    Row,
    RowPlace,
    any_index,
    given_answer,
    is_numeral,
    letter_index,
    lettered_query,
    number_index,
    text_of,
)

_NUMBER, _ANSWER, _TEXT = "answer_index", "answer", "answer_choice"


def read_row(row: Row, place: RowPlace) -> Question:
    """A story, a question about it, its options, and the number of the right one from 0.

    What `answer_choice` or `answer` says beside the number has to be the same option. Without either nothing tells
    that a row is the publisher's: then `answer` is read as in any file, numbers by the whole column.

    Raises:
        UsageError: The answer is no such number, or what stands beside it means another option.
    """
    choices = read_choices(row.get("choices"), "choices", place)
    options = choices.texts
    query = lettered_query(text_of(row, "question", place), options, text_of(row, "narrative", place))
    told = None if is_missing(row.get(_TEXT)) else text_of(row, _TEXT, place).strip()
    if _NUMBER not in row and told is None:
        return Question(query, options, given_answer(row, _ANSWER, choices, place))
    field = _NUMBER if _NUMBER in row else _ANSWER
    answer = text_of(row, field, place).strip()
    if field == _ANSWER and not is_numeral(answer):
        index = any_index(answer, options, field, place)
    else:
        index = number_index(answer, 0, options, field, place)
    if told is not None and nfc(told) != options[index]:
        raise place.error(_TEXT, f"{told!r} is not the option that {field} names, {options[index]!r}")
    if field == _NUMBER and not is_missing(row.get(_ANSWER)):
        _check_same(text_of(row, _ANSWER, place).strip(), index, options, place)
    return Question(query, options, index)


def _check_same(answer: str, index: int, options: tuple[str, ...], place: RowPlace) -> None:
    """Refuse an answer beside the number that means another option: its text, its letter, or again its number."""
    if nfc(answer) in options:
        same = nfc(answer) == options[index]
    elif is_numeral(answer):
        same = number_index(answer, 0, options, _ANSWER, place) == index
    else:
        same = letter_index(answer, options, _ANSWER, place) == index
    if not same:
        raise place.error(_ANSWER, f"{answer!r} is not the option that {_NUMBER} names, {options[index]!r}")


BENCHMARK = Benchmark(
    name="ko_musr",
    description="Ko-MuSR: long Korean stories and questions that take several steps; two options and more.",
    suite="suites/ko_musr/test_ko_musr.py::test_ko_musr",
    repository="thunder-research-group/SNU_Ko-MuSR",
    configurations={domain: domain for domain in ("murder_mysteries", "object_placements", "team_allocation")},
    layouts=tuple((frozenset({"narrative", "question", "choices", answer}), read_row) for answer in (_NUMBER, _ANSWER)),
    in_all=False,
)
