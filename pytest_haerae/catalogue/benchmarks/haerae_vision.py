"""HAERAE-VISION: what people in Korea asked about their images, in their own words and put clearly; a judge grades it.

The columns (`question_idx`, `question_original`, `question_explicit`, `category`, `source`, `images`, `checklist`) and
the split, `train`, are those that the publisher's evaluation code reads (HAE-RAE/HAERAE-VISION at commit 0b3614f);
`answer` is in some copies alone. That a checklist is a list of numbered sentences is known from files that a public
script made of all 165 rows of its time (hsr87/evaluate-llm-on-korean-dataset at commit dc312a7). Each row is asked in
both subsets; rows of other columns are refused.
"""

from __future__ import annotations

from pathlib import PurePath

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.cells import is_missing, plain
from pytest_haerae.data.rows import Question, Row, RowPlace, text_of
from pytest_haerae.errors import ScorerFailure, UsageError

REPOSITORY = "HAERAE-HUB/HAERAE-VISION"
QUESTIONS = {"original": "question_original", "explicit": "question_explicit"}
"""Each subset, and the column with its questions."""
CHECKLIST, _IMAGES, _ANSWER = "checklist", "images", "answer"
_COLUMNS = (*QUESTIONS.values(), _IMAGES, CHECKLIST)


def belongs(subset: str, row: Row) -> bool:
    """Each row is of both subsets.

    Raises:
        UsageError: It has other columns.
    """
    missing = [column for column in _COLUMNS if column not in row]
    if missing:
        raise UsageError(
            f"the columns {', '.join(map(str, row))} are not those of HAERAE-VISION, which are"
            f" known: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; name a revision that has"
            " them by --dataset-revision"
        )
    return True


def read_row(row: Row, place: RowPlace) -> Question:
    """The question in the words of its subset: of a file that is called ``explicit`` the clear one, else the original.

    Raises:
        UsageError: The row has no question, no image, or no checklist.
    """
    # Imported here: whoever reads a file of his own imports all benchmarks, whose layouts it may have.
    from pytest_haerae.scoring.judge.rubric import read_rubric

    # A copy, because what a reader looks at is no metadata, and there the judge finds the checklist.
    cells = dict(row)
    images = plain(cells[_IMAGES])
    if all(is_missing(each) for each in (images if isinstance(images, list | tuple) else [images])) or images == "[]":
        raise place.error(_IMAGES, "is empty")
    try:
        read_rubric(plain(cells[CHECKLIST]))
    except ScorerFailure as failure:
        raise place.error(CHECKLIST, str(failure)) from None
    answer = "" if is_missing(row.get(_ANSWER)) else text_of(row, _ANSWER, place).strip()
    return Question(text_of(row, _column_of(place), place), None, answer)


def _column_of(place: RowPlace) -> str:
    # A file may have its split behind its subset: explicit-test.jsonl.
    subset, _, _ = PurePath(place.source).stem.partition("-")
    return QUESTIONS.get(subset, QUESTIONS["original"])


BENCHMARK = Benchmark(
    name="haerae_vision",
    description=__doc__,
    suite="suites/haerae_vision/test_haerae_vision.py::test_haerae_vision",
    repository=REPOSITORY,
    configurations=dict.fromkeys(QUESTIONS),
    splits={"test": "train"},
    belongs=belongs,
    layouts=((frozenset(_COLUMNS), read_row),),
    prompts={"string_match": "raw"},
    scorers={"string_match": "judge"},
    scorer_params={"string_match": {"template": "checklist_ko", "rubric": CHECKLIST}},
    in_all=False,
    notice="haerae_vision: published numbers are of another judge in other words, which gives half points; those of"
    " this template are not comparable with them",
)
