"""What the reporting process keeps of finished tests: which items count, and which failures fail no run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pytest

from pytest_haerae.plugin.nodes import is_of_part, plain_nodeid, status_of
from pytest_haerae.types import Sample, Verdict


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a test ended, as far as it decides whether its item counts; and why, where a skip or a mark says so."""

    kind: Literal["ran", "skipped", "expected to fail"]
    reason: str = ""


_RAN = _Ending("ran")


class Received:
    """The finished tests of a session, its own process's and its workers'.

    An item's outcome is the verdict on it, however many tests ask it. It is taken out where all of them are skipped,
    and missing where none has reported.

    Args:
        samples: The judged items by their tests' node ids; all tests of an item have the same one.

    Attributes:
        tolerated: How many failed tests only say what the verdict on their item says: they fail no run.
    """

    def __init__(self, samples: Mapping[str, Sample]) -> None:
        self.tolerated = 0
        self._samples = samples
        self._ended: dict[str, _Ending] = {}
        self._tests: dict[int, tuple[Sample, list[str]]] = {}
        for nodeid, sample in samples.items():
            self._tests.setdefault(id(sample), (sample, []))[1].append(nodeid)

    def note(self, report: pytest.TestReport) -> None:
        """Take note of a finished test, or of a part of one."""
        nodeid = plain_nodeid(report.nodeid)
        sample = self._samples.get(nodeid)
        if sample is None:
            return
        # The last report counts: that of a test behind those of its parts, that of a rerun behind the first.
        ends = report.when == "call" or (report.when == "setup" and not report.passed)
        if ends and not is_of_part(report):
            self._ended[nodeid] = _ending(report)
        # A worker that found something else than this process is not to be trusted: its failure stands.
        if report.failed and status_of(report) == sample.verdict.outcome:
            self.tolerated += 1

    def counted(self) -> list[Sample]:
        """The items that tests have reported on, each once, in the order of their first tests."""
        found = (self._counted(sample, tests) for sample, tests in self._tests.values())
        return [sample for sample in found if sample is not None]

    def notes(self) -> list[str]:
        """Lines for people: what a mark says otherwise than the numbers do."""
        marked = {id(self._samples[nodeid]) for nodeid, ending in self._ended.items() if ending.kind not in _PLAIN}
        return [f"expected to fail (xfail): {len(marked)} of the items, which count as answered"] if marked else []

    def _counted(self, sample: Sample, tests: Sequence[str]) -> Sample | None:
        endings = [self._ended[nodeid] for nodeid in tests if nodeid in self._ended]
        if not endings:
            return None
        if sample.verdict.outcome == "skipped":
            return sample
        if all(ending.kind == "skipped" for ending in endings):
            # One that did not report might have asked it.
            verdict = Verdict("skipped", explanation=endings[0].reason)
            return replace(sample, verdict=verdict) if len(endings) == len(tests) else None
        expected = next((ending for ending in endings if ending.kind == "expected to fail"), None)
        if expected is None:
            return sample
        remark = f"expected to fail: {expected.reason}" if expected.reason else "expected to fail"
        words = f"{sample.verdict.explanation} ({remark})".strip()
        return replace(sample, verdict=replace(sample.verdict, explanation=words))


_PLAIN = ("ran", "skipped")


def _ending(report: pytest.TestReport) -> _Ending:
    # pytest's mark of an expected failure, which is skipped where it failed and passed where it did not.
    expected = vars(report).get("wasxfail")
    if expected is not None:
        return _Ending("expected to fail", _words(expected))
    # A plugin that turns failures into skips does not take a wrong answer out: the test itself did not skip.
    if not report.skipped or status_of(report) is not None:
        return _RAN
    where = report.longrepr
    # File, line and reason; a list where it came from a worker.
    reason = where[2] if isinstance(where, tuple | list) else where
    return _Ending("skipped", _words(str(reason or "").removeprefix("Skipped: ")) or "skipped by its test")


def _words(reason: object) -> str:
    """A reason as one line."""
    return " ".join(str(reason).split())
