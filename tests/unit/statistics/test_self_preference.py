"""What a judge gives its own family beyond a second judge, on items counted by hand and simulated ones."""

from __future__ import annotations

import numpy
import pytest
from pydantic import TypeAdapter, ValidationError

from pytest_haerae.statistics.self_preference import SelfPreference, TwoJudges, self_preference

RUNS = 100


def test_the_difference_of_differences() -> None:
    items = [TwoJudges(1, 0.5, 0.75, 0.5), TwoJudges(0.5, 0.5, 0, 0.75), TwoJudges(0.25, 1, 1, 0)]
    assert [item.excess for item in items] == [0.25, 0.75, -1.75]
    found = self_preference(items)
    assert found["difference"] == pytest.approx(-0.25)
    assert found["n"] == 3
    assert found["ci95"] is not None
    assert -2 <= found["ci95"][0] < -0.25 < found["ci95"][1] <= 2
    assert self_preference([]) == {"difference": None, "ci95": None, "n": 0}


def test_the_interval_turns_with_the_judges() -> None:
    generator = numpy.random.default_rng(1)
    scores = generator.choice([0, 0.25, 0.5, 0.75, 1], (60, 4)).tolist()
    low, high = self_preference([TwoJudges(*row) for row in scores])["ci95"] or (0, 0)
    turned = self_preference([TwoJudges(row[2], row[3], row[0], row[1]) for row in scores])["ci95"]
    assert turned == pytest.approx([-high, -low], abs=1e-6)


@pytest.mark.parametrize("preference", [0.0, 0.2])
def test_the_interval_covers(preference: float) -> None:
    generator = numpy.random.default_rng(2)
    covered = above = 0
    for _ in range(RUNS):
        # Two graders of the same responses, of which the first lifts its own family's.
        quality = generator.uniform(0.2, 0.6, (60, 2))
        first, second = (quality + generator.uniform(-0.2, 0.2, (60, 2)) for _ in range(2))
        first[:, 0] += preference
        rows = numpy.column_stack([first, second]).round(1)
        low, high = self_preference([TwoJudges(*row) for row in rows.tolist()])["ci95"] or (1, 0)
        covered += low <= preference <= high
        above += low > 0
    assert covered >= 0.91 * RUNS
    assert (above > 0.95 * RUNS) if preference else (above < 0.08 * RUNS)


def test_a_difference_is_from_minus_2_to_2() -> None:
    shape = TypeAdapter(SelfPreference)
    for items in ([TwoJudges(1, 0, 0, 1)] * 2, [TwoJudges(0, 1, 1, 0)] * 2, []):
        assert shape.validate_python(self_preference(items)) == self_preference(items)
    for difference in (-2.1, 2.1):
        with pytest.raises(ValidationError):
            shape.validate_python({**self_preference([TwoJudges(1, 0, 0, 1)]), "difference": difference})
