from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.formulas import with_plain_formulas
from pytest_haerae.scoring.reading.traced import Traced


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        (r"\frac{1}{2}", "1/2"),
        (r"\dfrac12", "1/2"),
        (r"\frac{x+1}{2}", "(x+1)/2"),
        (r"\frac{\sqrt{3}}{2}", "√3/2"),
        (r"2\sqrt 3", "2√3"),
        (r"\sqrt{x+1}", "√(x+1)"),
        (r"10^{5}", "105"),
        (r"90^\circ", "90°"),
        (r"\mathrm{H_2O}", r"\mathrm{H2O}"),
        (r"x \leq 3", "x ≤ 3"),
        ("x <= 3", "x ≤ 3"),
        (r"50\%", "50%"),
        (r"\alpha\times\beta", "α×β"),
        (r"\\times", "×"),
        ("user_id", "user_id"),
        ("a => b", "a => b"),
        (r"\left", r"\left"),
        (r"\textbf{B}", r"\textbf{B}"),
        ("2^", "2^"),
    ],
)
def test_a_formula_reads_as_it_prints(written: str, printed: str) -> None:
    assert with_plain_formulas(Traced.of(written)).text == printed


def test_what_a_formula_was_is_found_again() -> None:
    raw = r"답은 $\frac{1}{2}$"
    plain = with_plain_formulas(Traced.of(raw))
    start = plain.text.index("1/2")
    assert plain.words(raw, start, start + 3) == r"\frac{1}{2}"
