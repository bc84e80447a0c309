"""The binomial distribution: tails, terms and the exact interval of a share; plain arithmetic.

The tests hold it against scipy, whose import would cost more than all that is computed here.
"""

from __future__ import annotations

import math

_SMALL = 60
_TAIL = 0.025
"""What a 95% interval leaves out on either side."""
_HALVINGS = 60
"""Steps of a bisection from 0 and 1 to neighbouring numbers."""


def exact_interval(k: int, n: int) -> tuple[float, float] | None:
    """Exact 95% interval of a share, `k` of `n`; None for n = 0.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934): the shares at which neither tail of the binomial
    distribution is below 2.5%. It covers at least as often as it says, at every n and every share.
    """
    if n == 0:
        return None
    return _least_share(k, n), 1.0 - _least_share(n - k, n)


def _least_share(k: int, n: int) -> float:
    """The share at which `k` or more of `n` are as likely as the tail; 0 for k = 0."""
    if k == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if binomial_tail(k, n, middle) < _TAIL:
            low = middle
        else:
            high = middle
    return high


def binomial_tail(k: int, n: int, share: float) -> float:
    """P(X >= k) for X ~ Bin(n, share), exact to about 1e-10.

    Source: the binomial distribution, its terms summed from the tail's largest on; each term is the one before times
    (n - k) / (k + 1) * share / (1 - share).
    """
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    if share in (0.0, 1.0):
        return share
    if k > n * share:
        return _tail_sum(k, n, share)
    return 1.0 - _tail_sum(n - k + 1, n, 1.0 - share)


def _tail_sum(k: int, n: int, share: float) -> float:
    """The upper tail from k > n * share on, where the terms fall."""
    term, odds, total = binomial_term(k, n, share), share / (1.0 - share), 0.0
    while term > total * 1e-17:
        total += term
        term *= (n - k) / (k + 1) * odds
        k += 1
    return min(1.0, total)


def binomial_term(k: int, n: int, share: float) -> float:
    """P(X = k) for X ~ Bin(n, share); 0 < share < 1.

    Source: the binomial distribution; above n = 60 through the logarithm of the gamma function.
    """
    if n <= _SMALL:
        return math.comb(n, k) * share**k * (1.0 - share) ** (n - k)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))
