"""Item and response to verdict: one file a scorer, each a pure function; imported when it is looked up."""

from pytest_haerae.scoring.registry import register_scorer

__all__ = ["register_scorer"]
