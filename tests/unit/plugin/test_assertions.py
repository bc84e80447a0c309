from __future__ import annotations

from typing import get_args

import pytest

from pytest_haerae.errors import WrongAnswer
from pytest_haerae.plugin.assertions import assert_correct
from pytest_haerae.types import Outcome, Verdict


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_only_a_right_answer_passes(outcome: Outcome) -> None:
    verdict = Verdict(outcome, explanation="why")
    if outcome == "correct":
        assert_correct(verdict)
    else:
        with pytest.raises(WrongAnswer, match=r"^why$"):
            assert_correct(verdict)
