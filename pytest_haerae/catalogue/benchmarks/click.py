"""CLIcK: Korean culture and language, from examinations and textbooks; all subsets share one configuration."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import Row
from pytest_haerae.errors import UsageError

_DIALOGUE = ("대화", "발화", "질의")
"""Words that mark a question of the basic Korean examination (Kedu 16) as one on the use of language."""
_OLD_PAPERS, _OLD_FUNCTIONAL, _NEW_FUNCTIONAL, _TOPIK_GRAMMAR = 21, 11, 35, 5
"""Up to which year a paper of the entrance examination has grammar in it, and where its kinds of questions begin."""

Rule = Callable[[str, Sequence[str], str], bool]
"""From a row's id, the id's parts, and its question."""


def _has(*marks: str) -> Rule:
    return lambda identifier, parts, question: any(mark in identifier.lower() for mark in marks)


def _is_dialogue(question: str) -> bool:
    return any(word in question for word in _DIALOGUE)


def _is_text(identifier: str, parts: Sequence[str], question: str) -> bool:
    number = _number(parts)
    if "CSAT_korean" in identifier:
        return parts[2].startswith("22") or (parts[2].startswith("23") and number < _NEW_FUNCTIONAL)
    return "TK" in identifier and number >= _TOPIK_GRAMMAR


def _is_grammar(identifier: str, parts: Sequence[str], question: str) -> bool:
    if "CSAT_korean" in identifier:
        return int(parts[2]) < _OLD_PAPERS and int(parts[3]) >= _OLD_FUNCTIONAL
    if "Kedu_1" in identifier:
        return not (parts[1] == "16" and _is_dialogue(question))
    return "TK" in identifier and _number(parts) < _TOPIK_GRAMMAR


def _is_function(identifier: str, parts: Sequence[str], question: str) -> bool:
    if "CSAT_korean" in identifier:
        return _number(parts) >= _NEW_FUNCTIONAL or (int(parts[2]) < _OLD_PAPERS and int(parts[3]) < _OLD_FUNCTIONAL)
    return ("Kedu_16" in identifier and _is_dialogue(question)) or "PSE_korean" in identifier


def _number(parts: Sequence[str]) -> int:
    """The question's number, which ends an id."""
    return int(parts[-1])


RULES: dict[str, Rule] = {
    "culture_economy": _has("economy"),
    "culture_geography": _has("geography"),
    "culture_history": lambda identifier, parts, question: "KHB" in identifier or "history" in identifier.lower(),
    "culture_kpop": _has("popular"),
    "culture_law": lambda identifier, parts, question: "PSAT" in identifier or "law" in identifier.lower(),
    "culture_politics": _has("politics"),
    "culture_society": _has("society"),
    "culture_tradition": _has("tradition"),
    "language_function": _is_function,
    "language_grammar": _is_grammar,
    "language_text": _is_text,
}
"""How a row's id tells its subset; the assignment is that of lm-evaluation-harness' tasks, row by row."""


def belongs(subset: str, row: Row) -> bool:
    """Whether a row is of a subset.

    Raises:
        UsageError: The row's id is not of a kind that CLIcK has.
    """
    identifier = str(row.get("id") or "")
    try:
        return RULES[subset](identifier, identifier.split("_"), str(row.get("question") or ""))
    except (IndexError, ValueError):
        raise UsageError(f"the id {identifier!r} does not tell which subset its row is of") from None


def metadata(subset: str) -> dict[str, str]:
    """Which of CLIcK's two categories a subset is of: culture, or language."""
    return {"category": subset.partition("_")[0]}


BENCHMARK = Benchmark(
    name="click",
    description=__doc__,
    suite="suites/click/test_click.py::test_click",
    repository="EunsuKim/CLIcK",
    configurations=dict.fromkeys(RULES),
    splits={"test": "train"},
    belongs=belongs,
    metadata=metadata,
)
