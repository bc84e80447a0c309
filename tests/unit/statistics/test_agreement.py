"""Krippendorff's alpha against his own example and against all pairs, one by one."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.statistics import agreement
from pytest_haerae.statistics.agreement import Level, Rating, krippendorff_alpha
from tests.unit.statistics.tables import EXACT

# "Computing Krippendorff's alpha-reliability" (2011), section C: four observers, twelve units, five values; . is none.
EXAMPLE = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def ratings(judges: tuple[str, ...]) -> list[Rating]:
    return [
        Rating(f"judge {number}", f"item {place}", float(value))
        for number, values in enumerate(judges)
        for place, value in enumerate(values)
        if value != "."
    ]


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_his_own_example(level: Level, alpha: float) -> None:
    pytest.importorskip("nltk")
    assert krippendorff_alpha(ratings(EXAMPLE), level) == pytest.approx(alpha, abs=0.0005)


def by_pairs(given: list[Rating], level: Level) -> float:
    """The same from the definition: 1 - observed / expected disagreement, each pair of verdicts counted."""
    units: dict[str, list[float]] = {}
    for rating in given:
        units.setdefault(rating.item, []).append(rating.verdict)
    kept = [values for values in units.values() if len(values) > 1]
    every = [value for values in kept for value in values]
    counts = Counter(every)

    def distance(one: float, other: float) -> float:
        if level == "nominal":
            return float(one != other)
        if level == "interval":
            return (one - other) ** 2
        low, high = sorted((one, other))
        between = sum(count for value, count in counts.items() if low <= value <= high)
        return (between - (counts[one] + counts[other]) / 2) ** 2 if low != high else 0.0

    observed = sum(
        sum(itertools.starmap(distance, itertools.permutations(values, 2))) / (len(values) - 1) for values in kept
    )
    expected = sum(itertools.starmap(distance, itertools.permutations(every, 2))) / (len(every) - 1)
    return 1 - observed / expected


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_that_of_all_pairs(level: Level) -> None:
    pytest.importorskip("nltk")
    generator = random.Random(7)  # noqa: S311 - no secret
    for _ in range(20):
        given = [
            Rating(judge, f"{place}", generator.choice([0.0, 0.25, 0.75, 1.0]))
            for place in range(15)
            for judge in "abc"
            if generator.random() < 0.7
        ]
        assert krippendorff_alpha(iter(given), level) == pytest.approx(by_pairs(given, level), abs=EXACT)


@pytest.mark.parametrize("judges", [("111", "111"), ("10.", "..1"), ("1.0", "1.."), ("", "")])
def test_where_it_is_not_defined(judges: tuple[str, ...]) -> None:
    pytest.importorskip("nltk")
    assert krippendorff_alpha(ratings(judges), "nominal") is None


def test_two_judges_who_agree() -> None:
    pytest.importorskip("nltk")
    assert krippendorff_alpha(ratings(("10", "10")), "nominal") == 1


def test_without_the_library_one_line_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement, "find_spec", {"nltk": None}.__getitem__)
    with pytest.raises(UsageError, match=r"^a panel of judges needs NLTK, .*: pip install 'pytest-haerae\[judge\]'$"):
        krippendorff_alpha(ratings(EXAMPLE), "nominal")
