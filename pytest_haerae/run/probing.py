"""Asks what probes want of the model, after the run's own items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pytest_haerae.errors import UsageError
from pytest_haerae.lazy import LazySequence
from pytest_haerae.run.calls import CallTotals
from pytest_haerae.run.engine import Engine, Progress
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.progress import tell
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.stored_run import StoredRun
from pytest_haerae.run.usage import Usage
from pytest_haerae.run.validation import thought_apart
from pytest_haerae.run.variants import NO_VARIANTS, Variant, Variants
from pytest_haerae.run.ways import ProbeName, Way
from pytest_haerae.types import Outcome, Response, Selected

_NO_ANSWER = Response(error="no answer was given")
_NOT_ASKED = Response(error="not asked: the run's own question got no answer")
_CUT = "not all that the probes ask was asked (--max-cost); --rerun=errors with a higher one goes on"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking an item in one way.

    Attributes:
        way: The way.
        outcome: What the answer came to.
        chosen: The place, from 0, of the label that was read as the answer; None where none was.
        value: The log-likelihood of a text of rows; None where an item was asked.
    """

    way: Way
    outcome: Outcome
    chosen: int | None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Probed:
    """What a run's probes were answered.

    Attributes:
        variants: What they asked, and what they left out.
        found: What came of it, by the items' tests.
        totals: What it took; None where nothing was asked.
        usage: What was asked of the model.
    """

    variants: Variants = NO_VARIANTS
    found: Mapping[str, Sequence[Asked]] = field(default_factory=dict)
    totals: CallTotals | None = None
    usage: Usage = field(default_factory=Usage)

    @property
    def notes(self) -> list[str]:
        """Lines for people: what the model says of itself, and what happened around it."""
        cut = [_CUT] if self.usage.cut_short else []
        return [*self.usage.said, *self.usage.notes, *cut]


NOTHING_PROBED = Probed()
"""Where there is no probe."""


def probe(
    plan: Plan,
    questions: Questions,
    wanted: Variants,
    own: Iterable[tuple[Selected, Response | None]],
    engine: Engine,
    *,
    stored: StoredRun,
    progress: Progress,
) -> Probed:
    """Ask all that probes want in one pass a kind, and judge the answers.

    What the model refuses is an error of the probe: the run's own items are answered by now. One that ended in an error
    is not asked about again, so that a server that is gone is not waited for once more.

    Args:
        plan: What is measured.
        questions: Makes the requests.
        wanted: What is asked.
        own: The run's items and its own answers to them.
        engine: Asks the model, through the run's store.
        stored: The run in the store.
        progress: Told after each answer.

    Raises:
        StoreError: Answers cannot be kept.
    """
    if not wanted.asked:
        return Probed(wanted)
    lost = {entry.nodeid for entry, response in own if response is None or response.error is not None}
    # A text of rows asks for nothing that the run's own question asked.
    kept = [each for each in wanted.asked if each.way.rows or each.entry.nodeid not in lost]
    variants = replace(wanted, asked=kept)
    if len(kept) < len(wanted.asked):
        _note_failed(stored, {each.key for each in wanted.asked} - {each.key for each in kept}, _NOT_ASKED)
    if not variants.asked:
        return Probed(variants)
    tell(progress, f"haerae: {_words(variants.asked)}")
    answers: dict[str, Response] = {}
    for kind in variants.by_kind(plan).values():
        keys = [variant.key for variant in kind]
        requests = LazySequence(lambda variant: questions.in_way(variant.entry, variant.way), kind)
        try:
            answers |= engine.ask(keys, requests, progress)
        except UsageError as error:
            engine.usage.notes.append(f"not all that the probes ask was answered: {error}")
            _note_failed(stored, keys, _NO_ANSWER)
            answers |= {key: thought_apart(answer) for key, answer in stored.store.get_many(stored.number, keys)}
    found: dict[str, list[Asked]] = {}
    errors = 0
    for variant in variants.asked:
        asked = _judged(plan, variant, answers.get(variant.key, _NO_ANSWER))
        errors += asked.outcome == "error"
        found.setdefault(variant.entry.nodeid, []).append(asked)
    return Probed(variants, found, CallTotals.of(engine.usage, errors, list(answers.values())), engine.usage)


def _note_failed(stored: StoredRun, keys: Iterable[str], response: Response) -> None:
    """Keep that keys without an answer were wanted: a finished run without a trace of them asked for less."""
    wanted = list(dict.fromkeys(keys))
    answered = {key for key, _ in stored.store.get_many(stored.number, wanted)}
    for key in wanted:
        # Where a prompt asks what the run's own asked, the error is the run's.
        if key not in answered and stored.store.failure(stored.number, key) is None:
            stored.store.put(stored.number, key, response)


def _judged(plan: Plan, variant: Variant, response: Response) -> Asked:
    if variant.way.rows:
        # A text that was cut is another one.
        (value,) = response.loglikelihoods if response.loglikelihoods and not response.truncated else (None,)
        return Asked(variant.way, "error" if value is None else "correct", None, value)
    part, item = plan.part_of(variant.entry.data), variant.way.asks(variant.entry.item)
    verdict = part.judge(item, response)
    labels = item.labels or ()
    chosen = labels.index(verdict.prediction) if verdict.prediction in labels else None
    return Asked(variant.way, verdict.outcome, chosen)


def _words(asked: Iterable[Variant]) -> str:
    """What is asked beside the run's own items, for people."""
    counts: dict[ProbeName, int] = {}
    for variant in asked:
        counts[variant.way.probe] = counts.get(variant.way.probe, 0) + 1
    named: dict[ProbeName, str] = {
        "shuffle_options": "questions with other orders of the options",
        "prompts": "questions by other prompts",
        "row_order": "texts of rows in several orders",
    }
    return "probes: " + ", ".join(f"{count:,} {named[name]}" for name, count in counts.items())
