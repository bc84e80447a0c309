"""One item judged, by the scorer's name."""

from __future__ import annotations

from pytest_haerae.scoring.judging import judge
from pytest_haerae.scoring.parameters import choose_scorer
from pytest_haerae.types import Item, Method, Response, Verdict


def judged(item: Item, response: Response | None, method: Method, scorer: str = "default") -> Verdict:
    """The verdict on a response."""
    return judge(item, response, choose_scorer(method, {"scorer": scorer}))
