from __future__ import annotations

import pytest

from pytest_haerae.config.tolerated_drops import EACH_SUBSET, ToleratedDrops, parse_tolerated_drops
from pytest_haerae.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "drops"),
    [
        ("0.01", ToleratedDrops(0.01)),
        (0.01, ToleratedDrops(0.01)),
        (["0.01", "law=0.05", "each=0.1"], ToleratedDrops(0.01, 0.1, {"law": 0.05})),
        (["law=0.05", "0.02", "law=0.5", "0.01"], ToleratedDrops(0.01, None, {"law": 0.5})),
        (["kmmlu/law=0", "a=b=1"], ToleratedDrops(0.0, None, {"kmmlu/law": 0.0, "a=b": 1.0})),
    ],
)
def test_what_is_typed_is_what_is_tolerated(typed: object, drops: ToleratedDrops) -> None:
    assert parse_tolerated_drops("--max-drop", typed) == drops


@pytest.mark.parametrize("typed", ["1.1", "law=5%", "=0.1", f"{EACH_SUBSET}=x", ["0.1", "nan"]])
def test_what_is_no_share_or_names_nothing_is_refused(typed: object) -> None:
    with pytest.raises(UsageError, match="--max-drop: "):
        parse_tolerated_drops("--max-drop", typed)


def test_a_subset_has_a_gate_where_it_or_each_is_named() -> None:
    drops = ToleratedDrops(0.01, None, {"law": 0.0})
    assert (drops.of_subset("law"), drops.of_subset("history")) == (0.0, None)
    assert (drops.of_benchmark("law"), drops.of_benchmark("kmmlu")) == (0.0, 0.01)
    assert ToleratedDrops(each=0.2).of_subset("history") == 0.2
