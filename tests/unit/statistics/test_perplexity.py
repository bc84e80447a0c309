from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.statistics.perplexity import Text, bits_per_byte, byte_perplexity, word_perplexity

TEXTS = st.lists(st.builds(Text, st.text(min_size=1, max_size=30), st.floats(-500, -0.1)), min_size=1, max_size=12)


@given(TEXTS)
def test_they_are_what_the_harness_defines(texts: list[Text]) -> None:
    total = sum(text.loglikelihood for text in texts)
    byte_count = sum(len(text.text.encode("utf-8", "surrogatepass")) for text in texts)
    assert bits_per_byte(texts)["value"] == pytest.approx(-total / byte_count / math.log(2))
    assert byte_perplexity(texts)["value"] == pytest.approx(math.exp(min(600, -total / byte_count)))
    assert bits_per_byte(texts)["value"] == pytest.approx(math.log2(byte_perplexity(texts)["value"]), rel=1e-6)


@pytest.mark.server
def test_their_sums_are_those_of_the_harness() -> None:
    metrics = pytest.importorskip("lm_eval.api.metrics")
    texts = [Text("한국의 수도는  서울이다. ", -35.3), Text("Seoul\nis the capital", -26.4), Text("가", -9.0)]
    by_word = [(text.loglikelihood, text.words) for text in texts]
    by_byte = [(text.loglikelihood, text.bytes) for text in texts]
    assert word_perplexity(texts)["value"] == pytest.approx(metrics.weighted_perplexity(by_word))
    assert byte_perplexity(texts)["value"] == pytest.approx(metrics.weighted_perplexity(by_byte))
    assert bits_per_byte(texts)["value"] == pytest.approx(metrics.bits_per_byte(by_byte))


@pytest.mark.parametrize(
    ("text", "words", "bytes_"), [("가 나", 2, 7), (" 가\n\n나 ", 4, 10), ("", 1, 0), ("a가", 1, 4)]
)
def test_words_and_bytes_are_counted_as_there(text: str, words: int, bytes_: int) -> None:
    assert (Text(text, -1.0).words, Text(text, -1.0).bytes) == (words, bytes_)


def test_of_equally_likely_texts_it_is_certain() -> None:
    found = bits_per_byte([Text("가나", -6 * math.log(2)), Text("다라마바", -12 * math.log(2))])
    assert found["value"] == pytest.approx(1.0)
    assert found["stderr"] == pytest.approx(0.0, abs=1e-9)
    assert found["ci95"] == pytest.approx([1.0, 1.0])


def test_the_standard_error_is_that_of_a_ratio_and_of_its_power() -> None:
    texts = [Text("가나", -3.0), Text("다라마바", -9.0), Text("사", -4.0)]
    rate = 16 / 21
    squares = sum((-text.loglikelihood - rate * text.bytes) ** 2 for text in texts)
    spread = math.sqrt(squares * 3 / 2) / 21
    assert bits_per_byte(texts)["stderr"] == pytest.approx(spread / math.log(2))
    assert byte_perplexity(texts)["stderr"] == pytest.approx(math.exp(rate) * spread)
    assert bits_per_byte(texts[:1])["stderr"] is None


@given(TEXTS)
def test_the_interval_holds_the_value_and_is_finite(texts: list[Text]) -> None:
    for metric in (bits_per_byte, byte_perplexity, word_perplexity):
        found = metric(texts)
        low, high = found["ci95"]
        assert low <= found["value"] * (1 + 1e-9)
        assert found["value"] <= high * (1 + 1e-9)
        assert math.isfinite(high)
