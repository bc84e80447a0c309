"""lm-evaluation-harness 0.4.13, the oracle of prompts and numbers: its own tasks and model, over rows of ours."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

Rows = list[dict[str, Any]]


@contextmanager
def quiet_harness() -> Iterator[Path]:
    """Make it importable without the hub and without a word; gives the folder of its tasks."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of its own imports
        patch.setattr(os, "environ", {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"})
        reason = "lm-evaluation-harness is installed by the extra oracle"
        lm_eval = pytest.importorskip("lm_eval", reason=reason, exc_type=ImportError)
        from importlib.metadata import version

        assert version("lm_eval") == "0.4.13"
        logging.getLogger("lm_eval").setLevel(logging.ERROR)
        yield Path(lm_eval.__file__).parent / "tasks"


@contextmanager
def open_harness(
    checkpoint: Path, settings: str, prefix: str, rows: Callable[[str], Mapping[str, Rows]], **model: object
) -> Iterator[SimpleNamespace]:
    """Give its `model` over a checkpoint, and its `task` over a subset's rows.

    Args:
        checkpoint: The model's folder.
        settings: The file of the task's settings, below its folder of tasks.
        prefix: What a task's name begins with, before the subset's.
        rows: Gives a subset's rows by split.
        **model: How its model is loaded.
    """
    with quiet_harness() as tasks:
        import datasets
        from lm_eval.api.task import ConfigurableTask
        from lm_eval.models.huggingface import HFLM

        config = yaml.safe_load((tasks / settings).read_text(encoding="utf-8"))

        # Its own task with its own settings; only the rows are ours, for those of the hub are downloaded.
        class OurRows(ConfigurableTask):  # type: ignore[misc]
            def download(self, *_: object, **__: object) -> None:
                found = rows(self.config.dataset_name)
                self.dataset = {split: datasets.Dataset.from_list(own) for split, own in found.items()}

        yield SimpleNamespace(
            model=HFLM(pretrained=str(checkpoint), device="cpu", **model),
            task=lambda subset: OurRows(config={**config, "task": f"{prefix}{subset}", "dataset_name": subset}),
        )


class Recorder:
    """Draws few-shot examples as lm-evaluation-harness does, and remembers the last ones."""

    def __init__(self, draw: Callable[..., Rows]) -> None:
        self._draw = draw
        self.drawn: Rows = []

    def __call__(self, **settings: object) -> Rows:
        self.drawn = self._draw(**settings)
        return self.drawn
