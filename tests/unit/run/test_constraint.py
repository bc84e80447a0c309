from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.evaluation import prepare
from pytest_haerae.run.constraint import check_constraint, describe_constraint
from pytest_haerae.run.plan import Plan
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import Selected
from tests.unit.fakes import everything


class Constraining(ScriptedBackend):
    constrains: ClassVar[bool] = True


LETTERED, FREE = "csat_geo", "lyrics_denoising"


def run_of(folder: Path, *subsets: str, **options: Any) -> tuple[Plan, list[Selected]]:  # noqa: ANN401 - an option's value
    raw = {"model": "mine", "dataset": "sample", "subset": ",".join(subsets), "limit": 2, **options}
    evaluation = prepare(raw, folder, {"mine": Constraining})
    return evaluation.plan, [entry for entry in everything(evaluation) if entry.item.subset in subsets]


@pytest.mark.parametrize(
    ("subsets", "said"),
    [
        ([LETTERED], "each answer was kept to the letters of its options"),
        (
            [LETTERED, FREE, "csat_law"],
            "4 of 6 answers were kept to the letters of their options; the other items have none",
        ),
    ],
)
def test_the_report_says_how_many_were_kept_to_letters(tmp_path: Path, subsets: list[str], said: str) -> None:
    plan, asked = run_of(tmp_path, *subsets, evaluator_params="constrain=letters")
    check_constraint(plan, asked)
    assert describe_constraint(plan, asked) == said
    plan, asked = run_of(tmp_path, *subsets)
    check_constraint(plan, asked)
    assert describe_constraint(plan, asked) is None


def test_a_run_without_options_is_refused(tmp_path: Path) -> None:
    plan, asked = run_of(tmp_path, FREE, evaluator_params="constrain=letters")
    words = f"--evaluator-params constrain=letters: no item of {FREE} has options whose letters it could be kept to; "
    with pytest.raises(UsageError, match=words):
        check_constraint(plan, asked)
    check_constraint(plan, [])
    check_constraint(*run_of(tmp_path, FREE))
