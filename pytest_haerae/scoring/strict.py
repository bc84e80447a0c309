"""The scorer ``strict``: a lettered item's answer counts only in the format that the prompts demand."""

from __future__ import annotations

from pytest_haerae.scoring.reading.choice import read_strictly
from pytest_haerae.scoring.registry import STRICT_SCORER, register_scorer
from pytest_haerae.scoring.string_match import judge_reading
from pytest_haerae.types import Item, Response, Verdict


@register_scorer("string_match", STRICT_SCORER, quick=True)
def judge_strictly(item: Item, response: Response) -> Verdict:
    """Compare letters, but only those that are given as a bare label or as `정답: (A)` on the last line.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
    """
    return judge_reading(item, response, read_strictly)
