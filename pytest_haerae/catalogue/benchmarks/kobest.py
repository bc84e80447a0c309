"""KoBEST: five tasks of Korean language understanding."""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import (
    Layout,
    Question,
    Row,
    RowPlace,
    column_options,
    lettered_query,
    number_index,
    text_of,
)
from pytest_haerae.scoring.metrics import MACRO_F1

_ENDINGS = ("ending_1", "ending_2", "ending_3", "ending_4")
_ALTERNATIVES = ("alternative_1", "alternative_2")
_CONNECTIVES = {"원인": "왜냐하면", "결과": "그래서"}
_NO_OR_YES, _SENTIMENTS = ("아니오", "예"), ("부정", "긍정")


def _question(row: Row, place: RowPlace, question: str, options: tuple[str, ...], context: str = "") -> Question:
    """All five number their answers from 0 in the column `label`."""
    index = number_index(text_of(row, "label", place), 0, options, "label", place)
    return Question(lettered_query(question, options, context), options, index)


def read_boolq(row: Row, place: RowPlace) -> Question:
    """A paragraph, and a question that is answered with no or yes."""
    return _question(row, place, text_of(row, "question", place), _NO_OR_YES, text_of(row, "paragraph", place))


def read_copa(row: Row, place: RowPlace) -> Question:
    """A sentence, and two for its cause or its effect: the connective that asks for either ends the question."""
    relation = text_of(row, "question", place).strip()
    if relation not in _CONNECTIVES:
        raise place.error("question", f"{relation!r} is neither of {', '.join(_CONNECTIVES)}")
    # Two spaces, as lm-evaluation-harness' prompt has them: its numbers are of exactly this text.
    question = f"{text_of(row, 'premise', place)}  {_CONNECTIVES[relation]}"
    return _question(row, place, question, column_options(row, _ALTERNATIVES, place))


def read_hellaswag(row: Row, place: RowPlace) -> Question:
    """A story, and four sentences that might end it."""
    return _question(row, place, f"문장: {text_of(row, 'context', place)}", column_options(row, _ENDINGS, place))


def read_sentineg(row: Row, place: RowPlace) -> Question:
    """A sentence of a review, negative or positive."""
    return _question(row, place, f"문장: {text_of(row, 'sentence', place)} 긍부정:", _SENTIMENTS)


def read_wic(row: Row, place: RowPlace) -> Question:
    """Two sentences, and whether a word means the same in both."""
    first, second, word = (text_of(row, column, place) for column in ("context_1", "context_2", "word"))
    question = f"문장1: {first} 문장2: {second} 두 문장에서 {word}가 같은 뜻으로 쓰였나?"
    return _question(row, place, question, _NO_OR_YES)


_LAYOUTS: dict[str, Layout] = {
    "boolq": (frozenset({"paragraph", "question", "label"}), read_boolq),
    "copa": (frozenset({"premise", "question", *_ALTERNATIVES, "label"}), read_copa),
    "hellaswag": (frozenset({"context", *_ENDINGS, "label"}), read_hellaswag),
    "sentineg": (frozenset({"sentence", "label"}), read_sentineg),
    "wic": (frozenset({"word", "context_1", "context_2", "label"}), read_wic),
}

BENCHMARK = Benchmark(
    name="kobest",
    description=__doc__,
    suite="suites/kobest/test_kobest.py::test_kobest",
    repository="skt/kobest_v1",
    configurations={subset: subset for subset in _LAYOUTS},
    layouts=tuple(_LAYOUTS.values()),
    further_metrics=(MACRO_F1,),
    prompts={"log_likelihood": "kobest"},
)
