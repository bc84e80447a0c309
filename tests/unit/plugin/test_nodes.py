from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.plugin.nodes import function_nodeid, plain_nodeid


@pytest.mark.parametrize("suffix", ["", "@gpu", "@a_b", "@a]b"])
@pytest.mark.parametrize("place", ["suites/test_a.py::", "test_a.py::TestA::"])
def test_a_group_of_loadgroup_is_no_part_of_a_node_id(place: str, suffix: str) -> None:
    item: Any = SimpleNamespace(
        name="test_a[csat_geo-0003]", originalname="test_a", nodeid=f"{place}test_a[csat_geo-0003]{suffix}"
    )
    assert plain_nodeid(item.nodeid) == f"{place}test_a[csat_geo-0003]"
    assert function_nodeid(item) == f"{place}test_a"


def test_an_at_sign_of_ones_own_stays() -> None:
    for nodeid in (
        "[x]@home/test_a.py::test_a[i]",
        "test_a.py::test_a[x@y]",
        "folder@2/test_a.py::test_a",
        "test_a.py::test_a[csat_geo-0003]",
    ):
        assert plain_nodeid(nodeid) == nodeid
