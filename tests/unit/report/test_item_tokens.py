from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.report.item_tokens import tokens_an_item


def tokens(completion: int | None) -> dict[str, Any]:
    return {"tokens": {"prompt": None, "completion": completion}}


@pytest.mark.parametrize(
    ("info", "answered", "mean"),
    [
        (tokens(12), 3, 4.0),
        ({**tokens(12), "calls": tokens(6)}, 3, 2.0),
        ({**tokens(12), "calls": tokens(None)}, 3, 4.0),
        ({**tokens(6), "calls": tokens(6)}, 3, None),
        (tokens(None), 3, None),
        ({**tokens(None), "calls": tokens(6)}, 3, None),
        (tokens(12), 0, None),
    ],
)
def test_what_tests_asked_themselves_is_of_no_item(info: Any, answered: int, mean: float | None) -> None:  # noqa: ANN401 - a part of a report's facts
    assert tokens_an_item(info, answered) == mean
