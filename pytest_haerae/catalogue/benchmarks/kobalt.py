"""KoBALT: 700 questions on Korean syntax, meaning, use, sounds and words by linguists, up to ten options each.

Repository, configuration (`kobalt_v1`), split (`raw`) and columns (`ID`, `Class`, `Subclass`, `Question`, `Answer`, a
letter, `Level` and `Sampling_YN`) are those that NVIDIA's NeMo Skills (`nemo_skills/dataset/kobalt`) and other public
programs read. `Question` holds question and options in one text, an option a line: ``A: …`` to ``J: …``; so it does in
all 700 rows of the publisher's repository (snunlp/KoBALT-700 on GitHub, `data/train.jsonl`, commit 6da8f93), which a
test reads.
"""

from __future__ import annotations

import re

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import Question, Row, RowPlace, check_options, letter_index, lettered_query, text_of
from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS

CLASSES = {
    "Morphology": "Morphology",
    "Phonetics-Phonology": "Phonetics/Phonology",
    "Pragmatics": "Pragmatics",
    "Semantics": "Semantics",
    "Syntax": "Syntax",
}
"""Each subset, and its `Class`: a subset's name has no slash, which stands behind a benchmark's."""
_COLUMNS = frozenset({"ID", "Class", "Subclass", "Question", "Answer", "Level", "Sampling_YN"})
_OPTIONS = 10
"""What the publisher's rows have, which have these columns; with one less an option was taken for a part of another."""
_LINE = re.compile(r"^[^\S\n]*([A-Z])[^\S\n]*([:：.)])[^\S\n]*", re.MULTILINE)
"""A letter that a line begins with, and the sign behind it."""
_NO_PART = re.compile(r"^[^\S\n]*(?:[A-Za-z][^\S\n]*[:：.)]|※)", re.MULTILINE)
"""How a line begins that is hardly a part of the option before it: another option, or a note on the question."""


def belongs(subset: str, row: Row) -> bool:
    """Whether a row is of a subset.

    Raises:
        UsageError: Its class is none that KoBALT has.
    """
    found = str(row.get("Class") or "").strip()
    if found not in CLASSES.values():
        raise UsageError(f"the class {found!r} is none of {', '.join(CLASSES.values())}")
    return CLASSES[subset] == found


def split_question(text: str, field: str, place: RowPlace) -> tuple[str, tuple[str, ...]]:
    """Split a text that ends in its options into the question and these.

    The options are the last lines that begin with A, B, C and so on, with the same sign behind each letter; a line
    without one goes on with the option before it. A dialogue of A and B may stand before them.

    Raises:
        UsageError: There are no such lines, a list before them is as long and may be what is meant, or behind the last
            is a line that is no part of it.
    """
    runs = _runs(text)
    if not runs:
        raise place.error(field, "has no lines of options, such as 'A: …' and 'B: …'")
    *earlier, found = runs
    if more := _NO_PART.search(text, found[-1].end()):
        raise place.error(field, f"cannot be split: the line {more[0].strip()!r} is behind the options, and not next")
    if any(len(run) >= len(found) for run in earlier):
        raise place.error(field, f"cannot be split: two lists of lines go from A to {LETTERS[len(found) - 1]} or on")
    starts = [match.start() for match in found[1:]]
    options = [text[match.end() : end].strip() for match, end in zip(found, [*starts, len(text)], strict=True)]
    return text[: found[0].start()].strip(), check_options(tuple(options), field, place)


def _runs(text: str) -> list[list[re.Match[str]]]:
    """Lines that begin with A, B, C and so on, at least two, each run with one sign."""
    runs: list[list[re.Match[str]]] = []
    for match in _LINE.finditer(text):
        run = runs[-1] if runs else []
        if match[1] == "A":
            runs.append([match])
        elif run and match[1] == LETTERS[len(run)] and match[2] == run[0][2]:
            run.append(match)
    return [run for run in runs if len(run) > 1]


def read_row(row: Row, place: RowPlace) -> Question:
    """A question with its options in one text, and the letter of the right one.

    Raises:
        UsageError: They cannot be told apart, or the publisher's row has not ten.
    """
    question, options = split_question(text_of(row, "Question", place), "Question", place)
    if not question:
        raise place.error("Question", "has options and no question")
    if row.keys() >= _COLUMNS and len(options) != _OPTIONS:
        raise place.error("Question", f"has {len(options)} options, from A to {LETTERS[len(options) - 1]}, and not ten")
    index = letter_index(text_of(row, "Answer", place), options, "Answer", place)
    return Question(lettered_query(question, options), options, index)


BENCHMARK = Benchmark(
    name="kobalt",
    description="KoBALT: 700 questions on the Korean language by linguists, in five classes; up to ten options each.",
    suite="suites/kobalt/test_kobalt.py::test_kobalt",
    repository="snunlp/KoBALT-700",
    revision="30c30a431066508e6bef77cfa6d6059b85b12f0d",
    configurations=dict.fromkeys(CLASSES, "kobalt_v1"),
    splits={"test": "raw"},
    belongs=belongs,
    layouts=((frozenset({"Question", "Answer", "Class"}), read_row),),
)
