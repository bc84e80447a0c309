"""KBL: Korean law, as knowledge, reasoning and bar examinations; two to five options."""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import (
    Question,
    Row,
    RowPlace,
    column_choices,
    letter_index,
    lettered_columns,
    lettered_query,
    passage,
    text_of,
)

_KNOWLEDGE = (
    "common_legal_mistake_qa",
    "common_legal_mistake_qa_reasoning",
    "legal_concept_qa",
    "offense_component_qa",
    "query_and_statute_matching_qa",
    "statute_hallucination_qa",
    "statute_number_and_content_matching_qa",
)
_REASONING = ("case_relevance_qa_p", "case_relevance_qa_q", "causal_reasoning_qa", "statement_consistency_qa")
_BAR_EXAMS = {
    "civil": range(2012, 2026),
    "criminal": range(2012, 2025),
    "public": range(2012, 2025),
    "responsibility": range(2010, 2024),
}
SUBSETS = (
    *(f"kbl_knowledge_{name}" for name in _KNOWLEDGE),
    *(f"kbl_reasoning_{name}" for name in _REASONING),
    *(f"bar_exam_{field}_{year}" for field, years in _BAR_EXAMS.items() for year in years),
)

_HEADINGS = {
    "statement1": "진술 1",
    "statement2": "진술 2",
    "facts_charged": "공소사실",
    "defendant_claim": "피고인의 주장",
    "facts_accepted": "증거",
    "cause": "X",
    "effect": "Y",
    "query": "의뢰인의 주장",
    "query_case_appellant": "첫 번째 판결의 상고인",
    "query_case_fact": "첫 번째 판결의 사실관계",
    "query_case_claim": "첫 번째 판결 당사자들의 주장",
    "query_case_judicial_opinion": "첫 번째 판결의 판단",
    "retrieved_case_appellant": "비교할 판결의 상고인",
    "retrieved_case_fact": "비교할 판결의 사실관계",
    "retrieved_case_claim": "비교할 판결 당사자들의 주장",
    "retrieved_case_judicial_opinion": "비교할 판결의 판단",
}
"""The columns of the reasoning tasks that make up what a question is about, in the order in which they are shown."""


def read(row: Row, place: RowPlace) -> Question:
    """A question, what it is about in columns of its own, one column an option, a letter."""
    options = column_choices(row, lettered_columns(row, "AB"), place).texts
    column = "gt" if "gt" in row else "label"
    index = letter_index(text_of(row, column, place), options, column, place)
    about = [(heading, passage(row, [name], place)) for name, heading in _HEADINGS.items()]
    shown = "\n".join(f"{heading}: {text}" for heading, text in about if text)
    return Question(lettered_query(text_of(row, "question", place), options, shown), options, index)


def metadata(subset: str) -> dict[str, str | int]:
    """Which of KBL's categories a subset is of, and of an examination its field and year."""
    if subset.startswith("bar_exam_"):
        field, year = subset.removeprefix("bar_exam_").rsplit("_", 1)
        return {"category": "bar_exam", "field": field, "year": int(year)}
    return {"category": subset.split("_")[1]}


BENCHMARK = Benchmark(
    name="kbl",
    description=__doc__,
    suite="suites/kbl/test_kbl.py::test_kbl",
    repository="lbox/kbl",
    configurations={subset: subset for subset in SUBSETS},
    layouts=((frozenset({"question", "A", "B", "label"}), read), (frozenset({"question", "A", "B", "gt"}), read)),
    metadata=metadata,
)
