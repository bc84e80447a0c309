"""The ways to log-likelihoods over HTTP, against servers of a model small enough to be summed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.api.scoring import Echo, FirstToken, Unsupported, Way, echoed_sum, labels_listed, logprob
from pytest_haerae.backends.api.tries import LlamaCppServer, TokenIds
from pytest_haerae.types import Request
from tests.unit.backends.small_model import IDS, Server, distribution, oracle, score, tokenize

EXACT = pytest.mark.parametrize(("way", "kind"), [(TokenIds(), "vllm"), (LlamaCppServer(), "llama"), (Echo(), "echo")])
texts = st.text("가나다라마유정답:\n ", max_size=20)
options = st.lists(st.text("ABCDE() 정답", min_size=1, max_size=6), min_size=2, max_size=6)


@EXACT
@given(context=texts, endings=options)
def test_every_exact_way_equals_the_sums_over_full_sequences(
    way: Way, kind: str, context: str, endings: list[str]
) -> None:
    request = Request("loglikelihood", context, tuple(f" {ending}" for ending in endings))
    straddles = any(tokenize(context + each)[: len(tokenize(context))] != tokenize(context) for each in endings)
    if straddles:
        return
    response = score(way, Server(kind), request)
    assert response.loglikelihoods == pytest.approx(oracle(request), abs=1e-9)


def test_the_first_tokens_way_reads_single_labels_alone() -> None:
    request = Request("loglikelihood", "정답", (" A", " B"))
    values = distribution(tokenize("정답"))
    expected = [values[IDS[label]] for label in "AB"]
    response = score(FirstToken(), Server("chat"), request)
    ranked = sorted(range(len(values)), key=lambda index: -values[index])[:20]
    assert {IDS["A"], IDS["B"]} <= set(ranked)
    assert response.loglikelihoods == pytest.approx(expected)
    with pytest.raises(Unsupported, match=r"\(A\) is none \(--prompt=letter asks for bare letters\)"):
        score(FirstToken(), Server("chat"), Request("loglikelihood", "정답", (" (A)", " (B)")))


def drop(label: str) -> Callable[[str, Any], Any]:
    def change(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
        entry = answer["choices"][0]["logprobs"]["content"][0]
        entry["top_logprobs"] = [one for one in entry["top_logprobs"] if one["token"] != label]
        return answer

    return change


def cap(label: str) -> Callable[[str, Any], Any]:
    def change(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
        for one in answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"]:
            one["logprob"] = -9999.0 if one["token"] == label else one["logprob"]
        return answer

    return change


@pytest.mark.parametrize("change", [drop("B"), cap("B")])
def test_a_label_outside_the_list_is_an_error_of_its_item(change: Callable[[str, Any], Any]) -> None:
    response = score(FirstToken(), Server("chat", change), Request("loglikelihood", "정답", (" A", " B")))
    assert response.loglikelihoods is None
    assert "label B is not among the top" in (response.error or "")


def without_values(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
    if endpoint == "completions":
        answer["choices"][0]["logprobs"] = None
    return answer


def zeros(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
    logprobs = answer["choices"][0]["logprobs"]
    logprobs["token_logprobs"] = [0.0] * len(logprobs["tokens"])
    return answer


def generated_instead(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
    answer["choices"][0]["logprobs"] = {"tokens": [" 서울"], "token_logprobs": [-1.0]}
    return answer


def foreign_tokenizer(endpoint: str, answer: Any) -> Any:  # noqa: ANN401
    return {"tokens": []} if endpoint == "tokenize" else answer


@pytest.mark.parametrize(
    ("way", "kind", "change"),
    [
        (TokenIds(), "vllm", without_values),
        (TokenIds(), "vllm", foreign_tokenizer),
        (LlamaCppServer(), "llama", without_values),
        (Echo(), "echo", without_values),
        (Echo(), "echo", zeros),
        (Echo(), "echo", generated_instead),
    ],
)
def test_a_server_without_the_values_is_refused_and_none_is_made_up(
    way: Way, kind: str, change: Callable[[str, Any], Any]
) -> None:
    with pytest.raises(Unsupported):
        score(way, Server(kind, change), Request("loglikelihood", "정답", (" (A)", " (B)")))


@pytest.mark.parametrize(
    ("tokens", "values"),
    [
        (["가 (", "A)"], [-1.0, -2.0]),  # a token across the boundary
        ([" (", "A)"], [None, -2.0]),
        ([" (", "A)"], [-1.0, -9999.0]),
        ([" (", "A)"], [-1.0, 0.5]),
        ([" (", "A)"], [-1.0]),
        ([], []),
        (None, None),
    ],
)
def test_an_echo_that_does_not_spell_the_continuation_is_no_sum(
    tokens: list[str] | None, values: list[float | None] | None
) -> None:
    with pytest.raises(Unsupported):
        echoed_sum(tokens, values, " (A)")


def test_an_echo_is_read_from_its_end() -> None:
    assert echoed_sum(["�", "�", " (", "A", ")"], [None, -9.0, -1.0, -2.0, -0.5], " (A)") == -3.5


def listed(**values: float) -> list[dict[str, Any]]:
    return [{"token": token.replace("_", " "), "logprob": value} for token, value in values.items()]


def test_d4_labels_are_compared_in_one_spelling() -> None:
    """Models begin an answer with a label or with a space before it; the one is never held against the other."""
    assert labels_listed(listed(_A=-1, _B=-2), "AB") == {"A": -1, "B": -2}
    assert labels_listed(listed(A=-1, B=-2), "AB") == {"A": -1, "B": -2}
    assert labels_listed(listed(A=-5, _A=-1, _B=-2), "AB") == {"A": -1, "B": -2}
    assert labels_listed(listed(A=-5, B=-4, _A=-1, _B=-2), "AB") == {"A": -1, "B": -2}
    assert labels_listed(listed(A=-1, B=-2, _A=-5, _B=-4), "AB") == {"A": -1, "B": -2}
    assert set(labels_listed(listed(A=-1, _B=-2), "AB")) != {"A", "B"}
    assert labels_listed([{"token": "▁A", "logprob": -1}, {"token": "▁B", "logprob": -2}], "AB") == {"A": -1, "B": -2}
    assert labels_listed([*listed(A=-1, B=-2), *listed(A=-3)], "AB") == {"B": -2}


def test_what_is_listed_without_a_value_is_not_listed() -> None:
    odd: list[Any] = [{"token": "A"}, {"token": 5, "logprob": -1}, "x", {"token": "B", "logprob": "-1"}, None]
    assert labels_listed(odd, "AB") == {}


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), float("inf"), 0.5, "x", True, None, [1], 10**400])
def test_a_log_probability_that_is_none_is_not_taken(value: object) -> None:
    assert logprob(value) is None


def test_a_log_probability_may_round_to_a_little_above_zero() -> None:
    assert (logprob(1e-7), logprob(0), logprob(-2)) == (0, 0, -2)
