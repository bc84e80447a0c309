from __future__ import annotations

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.metrics import OF_METHOD, check_metrics, metric_names, wanted_language
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.types import CAPABILITY, Method


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("macro_f1", ("macro_f1",)),
        (["macro_f1"], ("macro_f1",)),
        ([], ()),
        (("macro_f1", "macro_f1"), ("macro_f1",) * 2),
    ],
)
def test_one_or_a_list_is_named(given: object, names: tuple[str, ...]) -> None:
    assert metric_names({"further_metrics": given}) == names
    choose_scorer("string_match", {"further_metrics": given})


@pytest.mark.parametrize("method", CAPABILITY)
def test_without_the_parameter_none_is(method: Method) -> None:
    assert metric_names({}) == ()
    check_metrics(method, {})
    for name in OF_METHOD[method]:
        check_metrics(method, {"further_metrics": name})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("macro_f", "--evaluator-params: unknown metric 'macro_f': did you mean 'macro_f1'?"),
        (["macro_f1", "f1"], "--evaluator-params: unknown metric 'f1'"),
        (1, "--evaluator-params: further_metrics is a name or a list of names, not 1"),
        ([1], "--evaluator-params: further_metrics is a name or a list of names, not [1]"),
        (
            {"macro_f1": True},
            "--evaluator-params: further_metrics is a name or a list of names, not {'macro_f1': True}",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_it(given: object, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose_scorer("log_likelihood", {"further_metrics": given})
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("params", "language"),
    [
        ({}, None),
        ({"language_penalize": False}, None),
        ({"language_penalize": False, "target_lang": "ko"}, None),
        ({"language_penalize": True}, "ko"),
        ({"language_penalize": True, "target_lang": "ja"}, "ja"),
    ],
)
def test_the_language_is_korean_where_none_is_named(params: dict[str, object], language: str | None) -> None:
    assert wanted_language(params) == language


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"target_lang": "ko"}, "target_lang is of language_penalize: add language_penalize=true"),
        ({"language_penalize": "yes"}, "language_penalize is true or false, not 'yes'"),
        ({"language_penalize": True, "target_lang": 1}, "target_lang is a name, not 1"),
    ],
)
def test_a_language_that_is_not_asked_for_rightly_is_refused(params: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose_scorer("string_match", params)
    assert str(caught.value) == f"--evaluator-params: {said}"


def test_the_share_of_hangul_is_of_generated_answers() -> None:
    choose_scorer("string_match", {"further_metrics": "hangul"})
    with pytest.raises(UsageError, match="unknown metric 'hangul'"):
        choose_scorer("log_likelihood", {"further_metrics": "hangul"})
