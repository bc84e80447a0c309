"""KMMLU: 45 subjects of Korean examinations, four options each."""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import numbered_layout

SUPERCATEGORIES = {
    "STEM": (
        "Biology",
        "Chemical-Engineering",
        "Chemistry",
        "Civil-Engineering",
        "Computer-Science",
        "Ecology",
        "Electrical-Engineering",
        "Information-Technology",
        "Materials-Engineering",
        "Math",
        "Mechanical-Engineering",
    ),
    "Applied Science": (
        "Aviation-Engineering-and-Maintenance",
        "Electronics-Engineering",
        "Energy-Management",
        "Environmental-Science",
        "Gas-Technology-and-Engineering",
        "Geomatics",
        "Industrial-Engineer",
        "Machine-Design-and-Manufacturing",
        "Maritime-Engineering",
        "Nondestructive-Testing",
        "Railway-and-Automotive-Engineering",
        "Telecommunications-and-Wireless-Technology",
    ),
    "HUMSS": (
        "Accounting",
        "Criminal-Law",
        "Economics",
        "Education",
        "Korean-History",
        "Law",
        "Management",
        "Political-Science-and-Sociology",
        "Psychology",
        "Social-Welfare",
        "Taxation",
    ),
    "Other": (
        "Agricultural-Sciences",
        "Construction",
        "Fashion",
        "Food-Processing",
        "Health",
        "Interior-Architecture-and-Design",
        "Marketing",
        "Patent",
        "Public-Safety",
        "Real-Estate",
        "Refrigerating-Machinery",
    ),
}
"""The subjects by the four groups of KMMLU's paper (G. Son et al., 2024), as lm-evaluation-harness' tasks have them."""

SUBJECTS = tuple(sorted(subject for subjects in SUPERCATEGORIES.values() for subject in subjects))
_GROUP = {subject: group for group, subjects in SUPERCATEGORIES.items() for subject in subjects}


def metadata(subject: str) -> dict[str, str]:
    """Which of the four groups a subject is of."""
    return {"supercategory": _GROUP[subject]}


BENCHMARK = Benchmark(
    name="kmmlu",
    description=__doc__,
    suite="suites/kmmlu/test_kmmlu.py::test_kmmlu",
    repository="HAERAE-HUB/KMMLU",
    configurations={subject: subject for subject in SUBJECTS},
    layouts=(numbered_layout("ABCD"),),
    prompts={"log_likelihood": "kmmlu"},
    metadata=metadata,
)
