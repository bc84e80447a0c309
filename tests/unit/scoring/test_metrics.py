from __future__ import annotations

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.metrics import OF_METHOD, check_metrics, metric_names
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
