"""KMMLU: 45 subjects of Korean examinations, four options each."""

from __future__ import annotations

from pytest_haerae.data.benchmarks import Benchmark
from pytest_haerae.data.rows import Question, Row, RowPlace, column_options, lettered_query, number_index, text_of

SUBJECTS = (
    "Accounting",
    "Agricultural-Sciences",
    "Aviation-Engineering-and-Maintenance",
    "Biology",
    "Chemical-Engineering",
    "Chemistry",
    "Civil-Engineering",
    "Computer-Science",
    "Construction",
    "Criminal-Law",
    "Ecology",
    "Economics",
    "Education",
    "Electrical-Engineering",
    "Electronics-Engineering",
    "Energy-Management",
    "Environmental-Science",
    "Fashion",
    "Food-Processing",
    "Gas-Technology-and-Engineering",
    "Geomatics",
    "Health",
    "Industrial-Engineer",
    "Information-Technology",
    "Interior-Architecture-and-Design",
    "Korean-History",
    "Law",
    "Machine-Design-and-Manufacturing",
    "Management",
    "Maritime-Engineering",
    "Marketing",
    "Materials-Engineering",
    "Math",
    "Mechanical-Engineering",
    "Nondestructive-Testing",
    "Patent",
    "Political-Science-and-Sociology",
    "Psychology",
    "Public-Safety",
    "Railway-and-Automotive-Engineering",
    "Real-Estate",
    "Refrigerating-Machinery",
    "Social-Welfare",
    "Taxation",
    "Telecommunications-and-Wireless-Technology",
)


def read(row: Row, place: RowPlace) -> Question:
    """A question, one column an option (A to D), the answer's number from 1."""
    options = column_options(row, "ABCD", place)
    index = number_index(text_of(row, "answer", place), 1, options, "answer", place)
    return Question(lettered_query(text_of(row, "question", place), options), options, index)


BENCHMARK = Benchmark(
    name="kmmlu",
    repository="HAERAE-HUB/KMMLU",
    configurations={subject: subject for subject in SUBJECTS},
    layouts=((frozenset({"question", "A", "B", "C", "D", "answer"}), read),),
    prompts={"log_likelihood": "kmmlu"},
)
