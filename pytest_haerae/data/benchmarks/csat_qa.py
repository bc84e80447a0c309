"""CSAT-QA: Korean of the college entrance examination, a passage and five numbered options each."""

from __future__ import annotations

from pytest_haerae.data.benchmarks import Benchmark
from pytest_haerae.data.rows import Question, Row, RowPlace, column_options, lettered_query, number_index, text_of

_OPTIONS = tuple(f"option#{number}" for number in range(1, 6))


def read(row: Row, place: RowPlace) -> Question:
    """A passage, a question, one column an option, the answer's number from 1."""
    options = column_options(row, _OPTIONS, place)
    index = number_index(text_of(row, "gold", place), 1, options, "gold", place)
    query = lettered_query(text_of(row, "question", place), options, str(row.get("context") or ""))
    return Question(query, options, index)


BENCHMARK = Benchmark(
    name="csat_qa",
    repository="HAERAE-HUB/csatqa",
    configurations={subset: subset for subset in ("GR", "LI", "RCH", "RCS", "RCSS", "WR")},
    layouts=((frozenset({"question", "context", *_OPTIONS, "gold"}), read),),
    prompts={"log_likelihood": "csat_qa"},
)
