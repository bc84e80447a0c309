"""With pytest-xdist: one model on the controller, scoring on the workers."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.types import Item

if TYPE_CHECKING:
    from pytest_haerae.session import EvaluationSession

_FOLDER = "haerae_folder"
_MANIFEST, _RUN = "manifest.json", "run.json"


class XdistHooks:
    """Hooks of the controller and of the workers.

    The workers write one manifest of what they selected; the controller batches once, while they wait for their tests;
    then they read its store.

    Args:
        config: This process's configuration.
        evaluation: Gives this process's evaluation.
    """

    def __init__(self, config: pytest.Config, evaluation: Callable[[pytest.Config], EvaluationSession]) -> None:
        self._config = config
        self._evaluation = evaluation
        self._batched = False
        worker = getattr(config, "workerinput", None)
        self._worker_folder = Path(worker[_FOLDER]) if worker and _FOLDER in worker else None
        self._folder: Path | None = None

    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 - xdist's WorkerController
        """Tell a worker where to leave its manifest."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pytest-haerae-"))
        node.workerinput[_FOLDER] = str(self._folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """On a worker: write the manifest, the first one wins, all are equal."""
        if self._worker_folder is None or (self._worker_folder / _MANIFEST).exists():
            return
        evaluation = self._evaluation(session.config)
        content = {
            "problem": str(evaluation.problem) if evaluation.problem else None,
            "by_hand": evaluation.selected_by_hand(),
            "selection": [asdict(selected) for selected in evaluation.select(session.items)],
        }
        temporary = self._worker_folder / f"{_MANIFEST}.{os.getpid()}"
        temporary.write_text(json.dumps(content), encoding="utf-8")
        temporary.replace(self._worker_folder / _MANIFEST)

    def pytest_xdist_node_collection_finished(self) -> None:
        """On the controller: batch once, before tests are handed out.

        Raises:
            pytest.UsageError: What a worker found wrong, or the model can not be loaded.
        """
        if self._batched or self._folder is None or not (self._folder / _MANIFEST).exists():
            return
        self._batched = True
        content = json.loads((self._folder / _MANIFEST).read_text(encoding="utf-8"))
        if content["problem"]:
            raise pytest.UsageError(content["problem"])
        evaluation = self._evaluation(self._config)
        evaluation.by_hand = content["by_hand"]
        try:
            evaluation.batch([_selected(entry) for entry in content["selection"]])
            if evaluation.selection:
                (self._folder / _RUN).write_text(json.dumps(evaluation.run.run_number), encoding="utf-8")
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """On a worker: learn the run's number before the first test reads the store."""
        if self._worker_folder is None or self._batched:
            return
        self._batched = True
        path = self._worker_folder / _RUN
        if path.exists():
            self._evaluation(item.config).run.run_number = json.loads(path.read_text(encoding="utf-8"))

    def pytest_unconfigure(self) -> None:
        """On the controller: take the folder away."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _selected(entry: dict[str, Any]) -> Any:  # noqa: ANN401 - a Selected, imported late
    from pytest_haerae.types import DataKey, Selected

    item = dict(entry["item"])
    for name in ("options", "labels"):
        item[name] = None if item[name] is None else tuple(item[name])
    return Selected(Item(**item), entry["nodeid"], DataKey(**entry["data"]))
