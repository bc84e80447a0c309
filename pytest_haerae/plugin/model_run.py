"""One model's part of a session: what was asked of it, what tests reported of its answers, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.evaluation import Evaluation
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.plugin.batch import Batch, ask_batch
from pytest_haerae.plugin.received import Received
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.report.outputs import Conclusion
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.stored_samples import StoredSamples, judged
from pytest_haerae.types import Request, Response, Sample, Selected, Verdict


class ModelRun:
    """The run of one model, on whichever process this is.

    Args:
        evaluation: What is measured.

    Attributes:
        evaluation: What is measured.
        batch: What came of asking; None on a worker, and before anything was asked.
        received: What tests reported; None as `batch`.
        conclusion: What it came to; None before its end.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.batch: Batch | None = None
        self.received: Received | None = None
        self.conclusion: Conclusion | None = None
        self._stored: StoredSamples | None = None

    def ask(self, config: pytest.Config, selection: Selection) -> None:
        """Ask all selected items in one pass.

        Raises:
            HaeraeError: The model cannot be loaded, or the store cannot be written.
        """
        batch = ask_batch(config, self.evaluation, selection)
        # Only now: where the batch was not done, an earlier report is not written over by an empty one.
        self.batch, self.received = batch, Received(batch.samples)

    def answer(self, requests: Sequence[Request]) -> Sequence[Response]:
        """Answer what a test asks the model itself, which was asked its batch.

        Raises:
            UsageError: The model cannot be loaded, or refuses this kind of question.
            StoreError: Answers cannot be kept.
        """
        assert self.batch is not None  # noqa: S101 - it was asked, or it raised
        return self.batch.answers.calls.ask(requests)

    def make_room(self) -> None:
        """Release the model, so that another one can be loaded; a test that asks it again loads it again."""
        if self.batch is not None:
            self.batch.answers.usage.notes += self.batch.answers.model.close()

    def where(self) -> dict[str, Any] | None:
        """Where its answers are, and the verdicts on them, as JSON has them; None where it was asked nothing."""
        if self.batch is None:
            return None
        # A scorer may be slow, or say something else the second time: one process asks it.
        samples = self.batch.samples.items()
        verdicts = {nodeid: [asdict(verdict) for verdict in sample.verdicts] for nodeid, sample in samples}
        stored = self.batch.answers.run
        return {"store": str(stored.store.path), "run_number": stored.number, "verdicts": verdicts}

    def read_from(self, store: Path, run: int, verdicts: Mapping[str, Sequence[Verdict]]) -> None:
        """Read the answers that another process stored.

        Args:
            store: The file.
            run: The run's number in it.
            verdicts: That process's verdicts on each answer, by the node ids of their tests.
        """
        plan = self.evaluation.plan
        self._stored = StoredSamples(plan, Questions(plan, self.evaluation.source), store, run, verdicts)

    def sample_of(self, selected: Selected) -> Sample:
        """The judged item of a test."""
        if self.batch is not None and selected.nodeid in self.batch.samples:
            return self.batch.samples[selected.nodeid]
        if self._stored is not None:
            return self._stored.sample(selected)
        return judged(self.evaluation.plan, selected, [Response(error="it was not asked")])

    def finish(self, *, ended: bool) -> int:
        """Judge the gates and write the report.

        Args:
            ended: Whether all tests ran: else the next run of the same tests goes on with what is stored.

        Returns:
            By how many tests the session's number of failed ones changes: wrong answers and tolerated errors do not
            fail it; a failed gate or an unmeasurable run does.

        Raises:
            HaeraeError: The report or the store cannot be written.
        """
        batch, received = self.batch, self.received
        if batch is None or received is None:
            return 0
        batch.answers.release()
        calls, run = batch.answers.calls, batch.answers.run
        # What fails a second time is measured again with the rest: else earlier answers would be kept for ever.
        whole = ended and not (calls.failed and not run.resumed)
        if not batch.items:
            if whole:
                run.finish()
            return 0
        self.conclusion = self.evaluation.conclude(
            batch.items,
            received.counted(),
            batch.answers,
            by_hand=batch.by_hand,
            ended=whole or not (batch.answers.has_callers or calls.used),
        )
        tolerated, received.tolerated = received.tolerated, 0
        return int(self._broke(self.conclusion)) - tolerated

    @property
    def has_items(self) -> bool:
        """Whether items were asked: else there is nothing that a gate could be about."""
        return self.batch is not None and bool(self.batch.items)

    def fails(self) -> bool:
        """Whether something was asked that is no success: a gate broke, or the end was not reached."""
        return self.has_items and (self.conclusion is None or self._broke(self.conclusion))

    @staticmethod
    def _broke(conclusion: Conclusion) -> bool:
        return bool(failing_gates(conclusion.report["info"]))

    def close(self) -> None:
        """Close the stores, and the model that tests kept."""
        if self.batch is not None:
            self.batch.answers.close()
        if self._stored is not None:
            self._stored.close()
