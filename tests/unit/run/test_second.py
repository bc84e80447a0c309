from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from pytest_haerae.run.plan import make_plan
from pytest_haerae.run.second import SecondModel, make_second
from pytest_haerae.scoring.parameters import ChosenScorer, choose_scorer
from pytest_haerae.types import Message, Request

OPTIONS: Mapping[str, Any] = {"model": "random", "judge": "random"}


JUDGE = choose_scorer("string_match", {"scorer": "judge"})
STRUCTURED = choose_scorer("string_match", {"scorer": "judge", "structured": True})


def second(options: Mapping[str, Any] = OPTIONS) -> SecondModel:
    found = make_second(build_config(options, Path("/nowhere")), [JUDGE])
    assert found is not None
    return found


def test_its_answers_are_never_those_of_the_model_that_answers_items() -> None:
    plan = make_plan(build_config({**OPTIONS, "evaluator_params": {"scorer": "judge"}}, Path("/nowhere")))
    assert plan.second is not None
    assert plan.second.identity != plan.identity
    assert second({**OPTIONS, "judge_params": {"seed": 1}}).identity != second().identity


def test_a_chat_is_plain_text_to_a_model_without_a_template() -> None:
    request = Request("generate", "", messages=(Message("system", "가"), Message("user", "나")), repeat=1)
    plain = second().asked(request)
    assert (plain.context, plain.messages, plain.repeat) == ("가\n\n나", None, 1)
    assert second({**OPTIONS, "apply_chat_template": True}).asked(request) is request


def test_no_scorer_asks_and_no_judge_is_named() -> None:
    assert make_second(build_config({"model": "random"}, Path("/nowhere")), []) is None


@pytest.mark.parametrize(
    ("options", "asking", "words"),
    [
        ({"model": "random"}, [JUDGE], "a second model grades the answers and none is named: add --judge=NAME"),
        (OPTIONS, [], "--judge=random: no scorer of this run asks it"),
        ({"model": "random", "judge_params": {"seed": 1}}, [], "no model is named that takes them"),
        ({**OPTIONS, "judge": "randon"}, [JUDGE], "--judge: unknown backend 'randon'"),
        ({**OPTIONS, "judge_params": {"sed": 1}}, [JUDGE], "--judge-params of random: unknown parameter 'sed'"),
        ({**OPTIONS, "max_cost": 1.0}, [JUDGE], "--max-cost: --judge=random: its answers have no price"),
        (OPTIONS, [STRUCTURED], "structured: backend 'random' cannot keep its texts to choices; huggingface, .*can"),
    ],
)
def test_what_cannot_grade_is_refused(options: Mapping[str, Any], asking: list[ChosenScorer], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make_second(build_config(options, Path("/nowhere")), asking)
