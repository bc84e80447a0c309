"""The backend of `first_answer.py`: the `huggingface` backend, which notes its marks and ends the process."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.types import Request, Response


class Watched(HuggingFaceBackend):
    """Notes when it is asked for, loaded, and has stored answers; its process ends with the first batch."""

    def __init__(self, parameters: HuggingFaceParameters) -> None:
        self._started = float(os.environ["HAERAE_STARTED"])
        self._marks: dict[str, Any] = {"answers": 0}
        self._model_seconds = self._model_processor = 0.0
        self._begun = (0.0, 0.0)
        self._mark("asked")
        super().__init__(parameters)
        self._mark("loaded")
        self._model.register_forward_pre_hook(self._begin)
        self._model.register_forward_hook(self._end)

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Whoever comes back for the next answer has stored the one before."""
        for answer in super().run(requests):
            yield answer
            if not self._marks["answers"]:
                self._mark("first")
            self._marks["answers"] += 1

    def _mark(self, name: str) -> None:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        seconds = time.monotonic() - self._started
        self._marks[name] = {"seconds": seconds, "processor": time.process_time(), "memory": memory}

    def _begin(self, *_: object) -> None:
        if self._marks["answers"]:
            self._mark("batch")
            self._marks["model"] = {"seconds": self._model_seconds, "processor": self._model_processor}
            Path(os.environ["HAERAE_MARKS"]).write_text(json.dumps(self._marks), encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)
        self._begun = time.monotonic(), time.thread_time()

    def _end(self, *_: object) -> None:
        self._model_seconds += time.monotonic() - self._begun[0]
        self._model_processor += time.thread_time() - self._begun[1]
