"""The real checkpoint that the engines' tests share, and the browser of the page's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.types import Message, Request
from tests.e2e.browser import chromium_path, open_browser
from tests.e2e.make_checkpoint import make_checkpoint

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VLLM_SETTINGS = {"dtype": "float32", "max_num_seqs": 128, "max_num_batched_tokens": 4096, "max_model_len": 2048}

CHAT = Request("generate", "", messages=(Message("user", "대한민국의 수도는?"),))
TEMPLATE = (
    "{{ bos_token }}{{ messages[0].content }}\n{% if enable_thinking %}<think>{% else %}<think></think>\n{% endif %}"
)
NO_SECOND = {"236820": -100}
"""Of Gemma's ``<``: the model is not to begin another thought in its answer."""


@pytest.fixture(scope="session")
def checkpoint(request: pytest.FixtureRequest) -> Path:
    """The demo's 270M model as a Hugging Face folder; made once and kept in pytest's cache."""
    assert request.config.cache is not None
    folder = request.config.cache.mkdir("gemma-3-270m")
    try:
        return make_checkpoint(folder)
    except ImportError as error:
        pytest.skip(f"the checkpoint is made by the environment with the extras demo and hf ({error})")


@pytest.fixture(scope="session")
def thinking_checkpoint(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real model with a template that has a switch."""
    folder = tmp_path_factory.mktemp("thinking") / "model"
    shutil.copytree(checkpoint, folder)
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def vllm_backend(checkpoint: Path) -> Iterator[VllmBackend]:
    """One in-process engine for all tests that need one: it takes a minute to start."""
    values = {"model_name_or_path": str(checkpoint), "max_tokens": 16, **VLLM_SETTINGS}
    opened = VllmBackend(VllmParameters.model_validate(values))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium, as Playwright drives it."""
    if chromium_path() is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    pytest.importorskip("playwright", reason="Playwright's Python package drives the browser")
    with open_browser() as opened:
        yield opened
