"""IFEval-Ko: 342 questions whose instructions a program can check, IFEval's in Korean.

Repository, split (`train`), columns (`key`, `prompt`, `instruction_id_list`, `kwargs`) and the 21 of IFEval's 25 kinds
of instructions that there are, none of which is of capitals or of the number of letters, are known from public
programs that read it (developer0hye/llm-evals, samprate1st/ifeval_ko). What an answer has to do stands in the rows,
and how it is checked is written here: see `pytest_haerae.scoring.instructions`. No rows come along.
"""

from __future__ import annotations

from typing import Any

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.literals import parse_literal
from pytest_haerae.data.metadata import json_value
from pytest_haerae.data.rows import Layout, Question, Row, RowPlace, text_of
from pytest_haerae.scoring.instructions import IFEVAL

_PROMPT, _NAMES, _ARGUMENTS = "prompt", "instruction_id_list", "kwargs"


def _read(row: Row, place: RowPlace) -> Question:
    """A row as google/IFEval has it: the question as it is asked, names of instructions, and arguments for each.

    A table gives every instruction every argument, most of them null.
    """
    # Imported here: whoever reads a file of his own imports all benchmarks, whose layouts it may have.
    from pytest_haerae.scoring.instructions.registry import Malformed, read_asked, write_reference

    names, arguments = _structure(row.get(_NAMES)), _structure(row.get(_ARGUMENTS))
    try:
        asked = read_asked(names, arguments)
    except Malformed as problem:
        raise place.error(_ARGUMENTS if problem.of_arguments else _NAMES, str(problem)) from None
    return Question(text_of(row, _PROMPT, place), None, write_reference(asked))


def _structure(value: Any) -> Any:  # noqa: ANN401 - a cell
    """A cell as JSON has lists and objects, also where a table without those has them as a text."""
    if isinstance(value, str):
        try:
            return parse_literal(value)
        except ValueError:
            return value
    return json_value(value)


_LAYOUT: Layout = (frozenset({_PROMPT, _NAMES, _ARGUMENTS}), _read)

BENCHMARK = Benchmark(
    name="ifeval_ko",
    description=__doc__,
    suite="suites/ifeval_ko/test_ifeval_ko.py::test_ifeval_ko",
    repository="allganize/IFEval-Ko",
    configurations={"ifeval_ko": None},
    revision="54199e3801116897697babf341865741dcd06fc8",
    splits={"test": "train"},
    layouts=(_LAYOUT,),
    prompts={"string_match": "raw"},
    scorers={"string_match": IFEVAL},
    notice="ifeval_ko: in some of the rows question and check disagree (27 of 342, as HanIFEval counts them), and these"
    " checkers read Korean otherwise than the published ones: published numbers are of other rules",
)
