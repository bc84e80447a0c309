from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from scipy.stats import chisquare, f_oneway, kstest

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


def test_the_log_probability_of_a_text_is_told_where_it_is_asked_for_and_changes_no_text() -> None:
    plain = [Request("generate", f"{number}\n{LISTED}", repeat=number % 3) for number in range(COUNT)]
    wanted = [replace(request, log_probability=True) for request in plain]
    backend = RandomBackend(RandomParameters())
    free, told = (dict(backend.run(requests)) for requests in (plain, wanted))
    assert all(free[number].log_probability is None for number in free)
    assert [free[number].text for number in free] == [told[number].text for number in told]
    assert {response.log_probability_tokens for response in told.values()} == {1}
    assert kstest([-(told[number].log_probability or 0) / 10 for number in told], "uniform").pvalue > 1e-3
    # It hangs together with nothing, least of all with the letter.
    letters: dict[str | None, list[float]] = {}
    for response in told.values():
        letters.setdefault(response.text, []).append(response.log_probability or 0)
    assert f_oneway(*letters.values()).pvalue > 1e-3
