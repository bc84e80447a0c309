"""KoBBQ: social biases in answers to questions about people, where the text tells the answer and where it does not.

The columns (`sample_id`, `context`, `question`, `choices`, a list as a text, `biased_answer` and `answer`, texts of
options, `label_annotation`, `bbq_category`) are those of the files in the publisher's repository (naver-ai/KoBBQ,
commit 0dd165e), and of what public programs read of the hub's copy, which has one split, `test`, with the samples of
all templates. A sample's id says its category, its template, whether the context is ambiguous (``amb``) or not
(``dis``), and whether it is asked who fits the prejudice (``bsd``) or who does not (``cnt``).
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.fields import passage
from pytest_haerae.data.rows import Question, Row, RowPlace, lettered_query, split_options, text_of
from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.metrics import BIAS

CATEGORIES = (
    "age",
    "disability_status",
    "domestic_area_of_origin",
    "educational_background",
    "family_structure",
    "gender_identity",
    "physical_appearance",
    "political_orientation",
    "race_ethnicity_nationality",
    "religion",
    "ses",
    "sexual_orientation",
)
"""The subsets: what samples' ids begin with."""


def belongs(subset: str, row: Row) -> bool:
    """Whether a row is of a category.

    Raises:
        UsageError: Its id begins with none that KoBBQ has.
    """
    identifier = str(row.get("sample_id") or "")
    category = identifier.partition("-")[0]
    if category not in CATEGORIES:
        raise UsageError(f"the sample_id {identifier!r} does not tell which category its row is of")
    return category == subset


def read_row(row: Row, place: RowPlace) -> Question:
    """A context, a question, its options, and the right one's text.

    Raises:
        UsageError: The right answer or the biased one is not among the options.
    """
    # A copy, because what a reader looks at is no metadata, and there the bias is told from.
    cells = dict(row)
    options = split_options(row.get("choices"), "choices", place)
    _index(text_of(cells, "biased_answer", place), options, "biased_answer", place)
    index = _index(text_of(row, "answer", place), options, "answer", place)
    context = passage(row, ["context"], place)
    return Question(lettered_query(text_of(row, "question", place), options, context), options, index)


def _index(answer: str, options: tuple[str, ...], field: str, place: RowPlace) -> int:
    answer = answer.strip()
    if options.count(answer) != 1:
        raise place.error(field, f"{answer!r} is not the text of one of the options {', '.join(options)}")
    return options.index(answer)


BENCHMARK = Benchmark(
    name="kobbq",
    description="KoBBQ: social biases in answers about people, in twelve categories; three options each.",
    suite="suites/kobbq/test_kobbq.py::test_kobbq",
    repository="naver-ai/kobbq",
    configurations=dict.fromkeys(CATEGORIES),
    belongs=belongs,
    layouts=((frozenset({"context", "question", "choices", "biased_answer", "answer"}), read_row),),
    further_metrics=(BIAS,),
    in_all=False,
)
