"""Item and response to verdict: one file a scorer, each a pure function."""

# Each registers itself, before anybody can register another one of its name.
import pytest_haerae.scoring.log_likelihood
import pytest_haerae.scoring.mathematics.scorer
import pytest_haerae.scoring.strict
import pytest_haerae.scoring.string_match  # noqa: F401
from pytest_haerae.scoring.registry import register_scorer

__all__ = ["register_scorer"]
