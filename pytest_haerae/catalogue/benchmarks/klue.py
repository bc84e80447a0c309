"""KLUE's classification: topics of headlines, inference between sentences, and whether sentences mean the same.

The configurations (`ynat`, `nli`, `sts`), their columns, and the classes by number are on the data card of `klue/klue`.
`ynat` has `title` and `label` (IT과학, 경제, 사회, 생활문화, 세계, 스포츠, 정치); `nli` has `premise`, `hypothesis` and
`label` (entailment, neutral, contradiction); `sts` has `sentence1`, `sentence2` and, in the structure `labels`,
`binary-label` (negative, positive). The test sets are not public, so that `validation` is read where `test` is asked
for.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import Layout, Question, Row, RowPlace, lettered_query, number_index, text_of
from pytest_haerae.scoring.metrics import MACRO_F1

TOPICS = ("IT과학", "경제", "사회", "생활문화", "세계", "스포츠", "정치")
RELATIONS = ("함의", "중립", "모순")
_DIFFERENT_OR_SAME = ("아니오", "예")


def read_topic(row: Row, place: RowPlace) -> Question:
    """A headline of the news, and its topic."""
    question = f"다음 뉴스 제목의 주제는 무엇인가?\n제목: {text_of(row, 'title', place)}"
    return _question(question, TOPICS, row, "label", place)


def read_inference(row: Row, place: RowPlace) -> Question:
    """Two sentences, and what the first says of the second: that it is so, perhaps, or that it is not so."""
    premise, hypothesis = text_of(row, "premise", place), text_of(row, "hypothesis", place)
    question = f"다음 전제와 가설의 관계는 무엇인가?\n전제: {premise}\n가설: {hypothesis}"
    return _question(question, RELATIONS, row, "label", place)


def read_similarity(row: Row, place: RowPlace) -> Question:
    """Two sentences, and whether they mean the same, by the publisher's own threshold of their similarity."""
    first, second = text_of(row, "sentence1", place), text_of(row, "sentence2", place)
    labels = row.get("labels")
    if not isinstance(labels, Mapping):
        raise place.error("labels", "is no structure that has binary-label")
    question = f"다음 두 문장의 뜻이 같은가?\n문장1: {first}\n문장2: {second}"
    return _question(question, _DIFFERENT_OR_SAME, labels, "binary-label", place)


def _question(question: str, options: tuple[str, ...], row: Row, field: str, place: RowPlace) -> Question:
    """All of them number their classes from 0."""
    index = number_index(text_of(row, field, place), 0, options, field, place)
    return Question(lettered_query(question, options), options, index)


_LAYOUTS: dict[str, Layout] = {
    "nli": (frozenset({"premise", "hypothesis", "label"}), read_inference),
    "sts": (frozenset({"sentence1", "sentence2", "labels"}), read_similarity),
    "ynat": (frozenset({"guid", "title", "label"}), read_topic),
}

BENCHMARK = Benchmark(
    name="klue",
    description="KLUE's classification: topics of headlines, inference, and whether sentences mean the same.",
    suite="suites/klue/test_klue.py::test_klue",
    repository="klue/klue",
    configurations={subset: subset for subset in _LAYOUTS},
    revision="349481ec73fff722f88e0453ca05c77a447d967c",
    splits={"test": "validation"},
    layouts=tuple(_LAYOUTS.values()),
    shares_layouts=False,
    further_metrics=(MACRO_F1,),
)
