"""The evaluation inside one pytest session, from collection to exit code: each phase is an object of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_haerae.errors import HaeraeError
from pytest_haerae.evaluation import Conclusion
from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.plugin.batch import Batch, ask_batch
from pytest_haerae.plugin.collection import Collection
from pytest_haerae.plugin.nodes import add_suite_properties, is_worker, plain_nodeid, refused
from pytest_haerae.plugin.outcomes import Outcomes
from pytest_haerae.plugin.received import Received
from pytest_haerae.plugin.selection import Selection
from pytest_haerae.report.show.ci import suite_properties
from pytest_haerae.run.asking import StoredSamples, judged
from pytest_haerae.run.questions import Questions
from pytest_haerae.types import Response, Sample, Verdict


class EvaluationSession:
    """The evaluation on whichever process this is.

    Attributes:
        collection: Which items the tests are about.
        batch: What came of asking them; None on a worker, and before anything was asked.
        received: What tests reported; None as `batch`.
        outcomes: The verdicts of the tests that run here.
        conclusion: What it came to; None before its end.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.collection = Collection(config)
        self.batch: Batch | None = None
        self.received: Received | None = None
        self.outcomes = Outcomes(self._sample_of)
        self.conclusion: Conclusion | None = None
        self._config = config
        self._stored: StoredSamples | None = None

    def ask(self, selection: Selection) -> None:
        """Ask all selected items in one pass, before the first test.

        Raises:
            pytest.UsageError: The model cannot be loaded, or the store cannot be written; exit code 4.
        """
        if not selection:
            return
        try:
            batch = ask_batch(self._config, self.collection.evaluation, selection)
        except HaeraeError as error:
            raise refused(self._config, error) from None
        # Only now: where the batch was not done, an earlier report is not written over by an empty one.
        self.batch, self.received = batch, Received(batch.samples)

    def read_from(self, store: Path, run: int, verdicts: Mapping[str, Verdict] | None = None) -> None:
        """Read the answers that another process stored.

        Args:
            store: The file.
            run: The run's number in it.
            verdicts: That process's verdicts, by the node ids of their tests; without them this one judges.
        """
        evaluation = self.collection.evaluation
        questions = Questions(evaluation.plan, evaluation.source)
        self._stored = StoredSamples(evaluation.plan, questions, store, run, verdicts)

    def _sample_of(self, test: pytest.Item) -> Sample:
        nodeid = plain_nodeid(test.nodeid)
        if self.batch is not None and nodeid in self.batch.samples:
            return self.batch.samples[nodeid]
        selected = self.collection.selected(test)
        assert selected is not None  # noqa: S101 - only a test of an item asks for its verdict
        if self._stored is not None:
            return self._stored.sample(selected)
        return judged(self.collection.evaluation.plan, selected, Response(error="it was not asked"))

    def finish(self, session: pytest.Session) -> None:
        """Judge the gates, write the report, and set what the exit code is made from.

        Wrong answers and tolerated errors do not fail a run; a failed gate or an unmeasurable run does.

        Raises:
            HaeraeError: The report or the store cannot be written.
        """
        batch, received = self.batch, self.received
        if batch is None or received is None or is_worker(self._config):
            return
        evaluation, samples = self.collection.evaluation, received.counted()
        self.conclusion = evaluation.conclude(batch.items, samples, batch.answers, by_hand=batch.by_hand)
        add_suite_properties(self._config, suite_properties(self.conclusion.report))
        session.testsfailed -= received.tolerated
        received.tolerated = 0
        if failing_gates(self.conclusion.report["info"]["gates"]):
            session.testsfailed += 1

    def fails(self) -> bool:
        """Whether something was asked that is no success: a gate broke, or the end was not reached."""
        if self.batch is None or is_worker(self._config):
            return False
        return self.conclusion is None or bool(failing_gates(self.conclusion.report["info"]["gates"]))

    def close(self) -> None:
        """Close the stores."""
        if self.batch is not None:
            self.batch.answers.close()
        if self._stored is not None:
            self._stored.close()
