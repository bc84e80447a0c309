"""A plugin (``-p``) for a run that is to be killed: writes down each prompt that is put into vLLM's engine."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.local.vllm.engine import VllmParameters, start_engine

LEDGER = "HAERAE_TEST_LEDGER"


def pytest_configure() -> None:
    """Each prompt is a line of the file that the environment names, written before the engine has it."""

    def start_noting(parameters: VllmParameters) -> Any:  # noqa: ANN401 - the engine
        engine = start_engine(parameters)
        enqueue = engine.enqueue

        def noted(prompts: Sequence[dict[str, Any]], *arguments: Any, **settings: Any) -> Any:  # noqa: ANN401
            with Path(os.environ[LEDGER]).open("a", encoding="utf-8") as ledger:
                ledger.writelines(json.dumps(prompt["prompt_token_ids"]) + "\n" for prompt in prompts)
            return enqueue(prompts, *arguments, **settings)

        engine.enqueue = noted
        return engine

    pytest.MonkeyPatch().setattr("pytest_haerae.backends.local.vllm.backend.start_engine", start_noting)


def asked(ledger: Path) -> Counter[str]:
    """How often each prompt was put into an engine."""
    return Counter(ledger.read_text(encoding="utf-8").splitlines()) if ledger.exists() else Counter()
