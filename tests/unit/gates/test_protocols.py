from __future__ import annotations

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.gates.compatibility import Measured
from pytest_haerae.gates.protocols import protocols_apart, refuse_apart

ONE, OTHER, NONE = (Measured({}, several=False, protocol=protocol) for protocol in ("p@1 (f)", "p@2 (g)", ""))


def test_protocols_are_apart_where_they_differ_or_one_has_none() -> None:
    assert protocols_apart(ONE, ONE) is None
    assert protocols_apart(NONE, NONE) is None
    assert protocols_apart(ONE, OTHER) == "p@1 (f) and p@2 (g); --across compares them all the same"
    assert protocols_apart(NONE, OTHER) == "none and p@2 (g); --across compares them all the same"


def test_reports_of_different_protocols_are_refused_unless_somebody_says_so() -> None:
    assert not refuse_apart("a.json", "b.json", ONE, ONE, across=False)
    assert refuse_apart("a.json", "b.json", ONE, OTHER, across=True)
    with pytest.raises(UsageError, match=r"^a.json and b.json are of different protocols: p@1 \(f\) and p@2 \(g\); "):
        refuse_apart("a.json", "b.json", ONE, OTHER, across=False)
