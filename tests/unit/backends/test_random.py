from __future__ import annotations

from collections import Counter

import pytest
from scipy.stats import chisquare, kstest

from pytest_haerae.backends.random import RandomBackend, RandomParameters
from pytest_haerae.testing import check_backend
from pytest_haerae.types import Request

LISTED = "\n".join(f"({letter}) 선택지" for letter in "ABCDE")
COUNT = 2000


def test_it_keeps_the_contract() -> None:
    check_backend(RandomBackend, {"seed": 3})


def test_the_labels_that_are_shown_are_equally_likely() -> None:
    requests = [Request("generate", f"{number}\n{LISTED}") for number in range(COUNT)]
    found = Counter(response.text for _, response in RandomBackend(RandomParameters()).run(requests))
    assert set(found) == {f"정답: ({letter})" for letter in "ABCDE"}
    assert chisquare(list(found.values())).pvalue > 1e-3


def test_the_loglikelihoods_are_spread_evenly() -> None:
    requests = [Request("loglikelihood", f"{number}", (" (A)", " (B)")) for number in range(COUNT)]
    values = [
        value for _, answer in RandomBackend(RandomParameters()).run(requests) for value in answer.loglikelihoods or ()
    ]
    assert len(values) == 2 * COUNT
    assert kstest([-value / 10 for value in values], "uniform").pvalue > 1e-3


@pytest.mark.parametrize("kind", ["generate", "loglikelihood"])
def test_the_seed_decides(kind: str) -> None:
    requests = [Request(kind, f"{number}\n{LISTED}", (" (A)", " (B)")) for number in range(20)]  # type: ignore[arg-type]
    answers = [list(RandomBackend(RandomParameters(seed=seed)).run(requests)) for seed in (1, 1, 2)]
    assert answers[0] == answers[1] != answers[2]


def test_where_no_label_is_shown_none_is_made_up() -> None:
    ((_, response),) = RandomBackend(RandomParameters()).run([Request("generate", "빈칸을 채우시오.")])
    assert response.text == "모르겠습니다."
