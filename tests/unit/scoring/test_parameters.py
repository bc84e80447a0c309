from __future__ import annotations

from typing import Any

import pytest
from pydantic import ConfigDict, Field

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring import registry
from pytest_haerae.scoring.parameters import ScorerParameters, choose_scorer
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.types import CAPABILITY, Item, Method, Response, Verdict
from tests.helpers import lettered

VALID = (
    "Valid: constrain, extract_final_answer, further_metrics, ignore_case, ignore_numbers, ignore_punctuation,"
    " language_penalize, rank, regexes_to_ignore, scorer, strict, target_lang, time_limit"
)


class Mine(ScorerParameters):
    longest: int = Field(gt=0)
    case: bool = False
    with_: str = Field("", alias="with")


class Open(ScorerParameters):
    model_config = ConfigDict(extra="allow")


def missing() -> None:
    raise UsageError("scorer needy: no library")


@pytest.fixture(autouse=True)
def scorers(monkeypatch: pytest.MonkeyPatch) -> None:
    for method in CAPABILITY:
        registry.scorer_names(method)  # those of the package are there, whatever is registered beside them
    monkeypatch.setattr(registry, "_SCORERS", dict(registry._SCORERS))

    @register_scorer("string_match", "mine", parameters=Mine)
    def mine(item: Item, response: Response, parameters: Mine) -> Verdict:
        return Verdict("correct" if len(response.text or "") <= parameters.longest else "wrong")

    @register_scorer("string_match", "open", parameters=Open)
    def opened(item: Item, response: Response, parameters: Open) -> Verdict:
        return Verdict("wrong", str(parameters.model_extra))

    @register_scorer("string_match", "needy", require=missing)
    def needy(item: Item, response: Response) -> Verdict:
        return Verdict("wrong")


def test_parameters_reach_the_scorer_validated() -> None:
    chosen = choose_scorer("string_match", {"scorer": "mine", "longest": 3, "with": "x"})
    assert chosen.parameters == Mine(longest=3, **{"with": "x"})
    assert chosen.judge(lettered(), Response(text="abc")).outcome == "correct"
    assert chosen.judge(lettered(), Response(text="abcd")).outcome == "wrong"


def test_a_model_may_allow_further_names() -> None:
    chosen = choose_scorer("string_match", {"scorer": "open", "anything": 1})
    assert chosen.judge(lettered(), Response(text="")).prediction == "{'anything': 1}"


def test_parameters_cannot_be_changed_afterwards() -> None:
    chosen = choose_scorer("string_match", {"scorer": "mine", "longest": 3})
    with pytest.raises(ValueError, match="frozen"):
        chosen.parameters.longest = 4  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("method", "params", "default", "name"),
    [
        ("string_match", None, None, "default"),
        ("string_match", {"strict": True}, None, "strict"),
        ("string_match", {"strict": True, "scorer": "strict"}, None, "strict"),
        ("string_match", {"strict": False}, "math", "math"),
        ("string_match", {}, "math", "math"),
        ("string_match", {"strict": True}, "math", "strict"),
        ("string_match", {"scorer": "default"}, "math", "default"),
        ("log_likelihood", {"return_logits": False}, None, "default"),
    ],
)
def test_what_is_chosen(method: Method, params: dict[str, Any] | None, default: str | None, name: str) -> None:
    assert choose_scorer(method, params, default).scorer.name == name


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("string_match", {"scorer": "mne"}, "unknown scorer 'mne': did you mean 'mine'?"),
        ("string_match", {"scorer": 3}, "scorer is a name, not 3"),
        ("string_match", {"strict": "yes"}, "strict is true or false, not 'yes'"),
        (
            "string_match",
            {"strict": True, "scorer": "mine"},
            "strict is a scorer of its own; leave out either it or 'mine'",
        ),
        (
            "string_match",
            {"return_logits": True},
            "return_logits is of --method=log_likelihood, not of string_match",
        ),
        (
            "string_match",
            {"strct": True},
            f"unknown parameter 'strct': did you mean 'strict'? {VALID}",
        ),
        ("string_match", {"longest": 3}, "longest is of scorer mine, not of default: add scorer=mine"),
        ("string_match", {"weight": 3}, f"unknown parameter 'weight'. {VALID}"),
        (
            "log_likelihood",
            {"strict": True},
            "strict is of --method=string_match, not of log_likelihood",
        ),
        (
            "log_likelihood",
            {"strct": True},
            "unknown parameter 'strct'. Valid: further_metrics, return_logits, scorer, time_limit",
        ),
        ("string_match", {"constrain": "digits"}, "unknown constraint 'digits'. Valid: letters"),
        ("string_match", {"constrain": "leters"}, "unknown constraint 'leters': did you mean 'letters'?"),
        ("string_match", {"rank": "length"}, "unknown rank 'length'. Valid: log_probability, log_probability_sum"),
        ("string_match", {"rank": "log_probabilty"}, "unknown rank 'log_probabilty': did you mean 'log_probability'?"),
        ("string_match", {"rank": 1}, "rank is a name, not 1"),
        ("log_likelihood", {"rank": "log_probability"}, "rank is of --method=string_match, not of log_likelihood"),
        ("string_match", {"constrain": True}, "constrain is a name, not True"),
        (
            "log_likelihood",
            {"constrain": "letters"},
            "constrain is of --method=string_match, not of log_likelihood",
        ),
        ("log_likelihood", {"return_logits": "maybe"}, "return_logits is true or false, not 'maybe'"),
        (
            "string_match",
            {"scorer": "mine", "longst": 3},
            "unknown parameter 'longst': did you mean 'longest'? Valid: case, constrain, further_metrics, language_",
        ),
        ("string_match", {"scorer": "mine"}, "--evaluator-params of scorer mine: longest: Field required"),
        (
            "string_match",
            {"scorer": "mine", "longest": "x"},
            "of scorer mine: longest: Input should be a valid integer",
        ),
        ("string_match", {"scorer": "mine", "longest": 0}, "of scorer mine: longest: Input should be greater than 0"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(method: Method, params: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose_scorer(method, params)
    assert said in str(caught.value)
    assert str(caught.value).startswith("--evaluator-params")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", ["string_match", "log_likelihood"])
def test_the_time_limit_of_a_scorer_is_set_or_a_minute(method: Method) -> None:
    assert choose_scorer(method).time_limit == 60
    assert choose_scorer(method, {"time_limit": 2}).time_limit == 2
    assert choose_scorer(method, {"time_limit": 0.5}).time_limit == 0.5


@pytest.mark.parametrize("limit", [0, -1, True, "5", None, float("nan"), float("inf"), 86_401])
def test_a_time_limit_that_is_no_number_of_seconds_is_refused(limit: object) -> None:
    with pytest.raises(UsageError, match="--evaluator-params: time_limit is a number of seconds above 0"):
        choose_scorer("string_match", {"time_limit": limit})


def test_what_a_scorer_needs_is_looked_for_when_it_is_checked() -> None:
    chosen = choose_scorer("string_match", {"scorer": "needy"})
    with pytest.raises(UsageError, match="scorer needy: no library"):
        chosen.check()
    choose_scorer("string_match").check()
