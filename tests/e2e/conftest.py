"""The real checkpoint that the engines' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.make_checkpoint import make_checkpoint


@pytest.fixture(scope="session")
def checkpoint(request: pytest.FixtureRequest) -> Path:
    """The demo's 270M model as a Hugging Face folder; made once and kept in pytest's cache."""
    assert request.config.cache is not None
    folder = request.config.cache.mkdir("gemma-3-270m")
    try:
        return make_checkpoint(folder)
    except ImportError as error:
        pytest.skip(f"the checkpoint is made by the environment with the extras demo and hf ({error})")
