"""KorMedMCQA: Korean licensing examinations of doctors, nurses, pharmacists and dentists, five options each."""

from __future__ import annotations

from pytest_haerae.data.benchmarks import Benchmark
from pytest_haerae.data.rows import Question, Row, RowPlace, column_options, lettered_query, number_index, text_of


def read(row: Row, place: RowPlace) -> Question:
    """A question, one column an option (A to E), the answer's number from 1."""
    options = column_options(row, "ABCDE", place)
    index = number_index(text_of(row, "answer", place), 1, options, "answer", place)
    return Question(lettered_query(text_of(row, "question", place), options), options, index)


BENCHMARK = Benchmark(
    name="kormedmcqa",
    repository="sean0042/KorMedMCQA",
    configurations={subset: subset for subset in ("dentist", "doctor", "nurse", "pharm")},
    layouts=((frozenset({"question", "A", "B", "C", "D", "E", "answer"}), read),),
    prompts={"log_likelihood": "kmmlu"},
)
