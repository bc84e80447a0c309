"""The walk that every door takes: from options to a plan, to answers, to verdicts on their numbers, to a report.

A door prepares an evaluation, selects items from its source, asks them, and concludes. Each step takes what the one
before it gave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_haerae.backends.protocol import Backend
from pytest_haerae.collector import without_collector
from pytest_haerae.config.model_names import model_names
from pytest_haerae.config.option import RawOptions
from pytest_haerae.config.run_config import RunConfig, build_config, with_shorthands
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.gates.coverage import lost_items, warn_of_lost
from pytest_haerae.gates.judge import check_gates, judge_run
from pytest_haerae.gates.minimum import judge_suites
from pytest_haerae.gates.warnings import find_warnings
from pytest_haerae.report.build import make_report
from pytest_haerae.report.facts import Started, gather_facts
from pytest_haerae.report.history.baseline import Baseline
from pytest_haerae.report.history.folder import HISTORY
from pytest_haerae.report.labels import UNCHECKED, Labels, labels_of, with_judge_check
from pytest_haerae.report.outputs import Conclusion, check_data, check_outputs, write_outputs
from pytest_haerae.report.panel import warn_of_judges, with_panel
from pytest_haerae.report.probes import with_probes
from pytest_haerae.report.samples import SampleRows
from pytest_haerae.run.asking import Answers, ask, in_order, place_of
from pytest_haerae.run.calls import Callers
from pytest_haerae.run.constraint import check_constraint, describe_constraint
from pytest_haerae.run.engine import Progress
from pytest_haerae.run.identity import refuse_one_name
from pytest_haerae.run.images import check_images
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import Plan, make_plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.rewards import check_reward
from pytest_haerae.statistics.breakdown import check_breakdowns
from pytest_haerae.statistics.examinations import check_examinations
from pytest_haerae.statistics.further import FurtherMetrics, measure
from pytest_haerae.statistics.pairing import mark_of, outline_of
from pytest_haerae.types import DataKey, Sample, Selected, Verdict


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation, prepared: nothing is loaded or paid for yet.

    Attributes:
        plan: What is measured and how.
        source: The items that it is about.
        baseline: What its gate compares with.
        started: When it began.
        labels: What people say of answers that its judge grades; None where nobody does.
        others: Further files that the same session writes, by the options that name them.
    """

    plan: Plan
    source: ItemSource
    baseline: Baseline | None
    started: Started
    others: Mapping[str, Path] = field(default_factory=dict)
    labels: Labels | None = None

    def about(self, config: RunConfig, backends: Mapping[str, type[Backend]] | None) -> Evaluation:
        """The same evaluation with the data set that its suites decided on, and what that brings along."""
        return replace(self, plan=make_plan(config, backends, self.plan.given))

    def benchmark_of(self, data: DataKey) -> str:
        """What a data set is called beside others; empty in a run of one, whose subsets' names are enough."""
        return self.source.name_of(data) if self.plan.several else ""

    def ask(
        self,
        selection: Sequence[Selected],
        progress: Progress,
        *,
        about: Sequence[Selected] | None = None,
        by_hand: bool = False,
        callers: Callers | None = None,
    ) -> Answers:
        """Ask all selected items in one pass.

        Args:
            selection: The items.
            progress: Told after each answer.
            about: All that the run is about, those that it does not ask among them; None for the selection.
            by_hand: Whether that is a part of the scope, on which no gate is evaluated.
            callers: The tests that ask the model themselves; None where there are none.

        Raises:
            UsageError: The items do not suit what is asked for, or the model cannot be loaded.
            StoreError: Answers cannot be kept.
        """
        selection = self._checked(selection, about, by_hand=by_hand)
        return ask(self.plan, Questions(self.plan, self.source), selection, progress, callers)

    def forecast(
        self,
        selection: Sequence[Selected],
        *,
        about: Sequence[Selected] | None = None,
        by_hand: bool = False,
        callers: Callers | None = None,
    ) -> list[str]:
        """Say what `ask` would ask, by the same arguments, and refuse what it would refuse before it loads the model.

        Returns:
            Lines for people.

        Raises:
            UsageError: As `ask`; or the tokens cannot be counted.
        """
        # Imported here, as each part that few runs have: every run starts by importing this module.
        from pytest_haerae.report.show.forecast import forecast_lines, read_earlier
        from pytest_haerae.run.forecast import make_forecast

        selection = self._checked(selection, about, by_hand=by_hand)
        forecast = make_forecast(self.plan, Questions(self.plan, self.source), selection, callers)
        names = list(dict.fromkeys(entry.data for entry in selection)) or list(self.plan.parts)
        config = self.plan.config
        earlier = read_earlier(config, self.plan.parameters.model_label(), self.source.names_of(names))
        return [self.plan.describe(map(self.source.name_of, names)), *forecast_lines(forecast, config, earlier)]

    def _checked(
        self, selection: Sequence[Selected], about: Sequence[Selected] | None, *, by_hand: bool
    ) -> Sequence[Selected]:
        """The selection in its order, once nothing is wrong with it."""
        selection = in_order(selection)
        check_data(self.plan.config, {entry.data for entry in selection}, self.others)
        about = selection if about is None else about
        refuse_one_name(about)
        check_breakdowns(self.plan.config.by, about, self.source)
        check_examinations(about, self.source)
        check_constraint(self.plan, about)
        check_images(self.plan, about)
        check_reward(self.plan)
        if not by_hand:
            check_gates(self.plan, about)
        if self.baseline is not None:
            skipped = [] if by_hand else [Sample(entry, None, Verdict("skipped")) for entry in in_order(about)]
            self.baseline.check(self.plan, self.source, about, list(map(mark_of, self._rows(skipped))))
        return selection

    @without_collector()
    def conclude(
        self,
        selection: Sequence[Selected],
        samples: Sequence[Sample],
        answers: Answers,
        *,
        by_hand: bool = False,
        ended: bool = True,
    ) -> Conclusion:
        """Judge the gates, write the report and, where the run could be measured, mark it as finished in the store.

        Args:
            selection: All that was selected.
            samples: The samples that count, in any order.
            answers: What `ask` gave.
            by_hand: Whether they are a part of the scope, on which no gate is evaluated.
            ended: Whether all that the session was to ask beside the items was asked, too.

        Raises:
            UsageError: The report cannot be written; the same run goes on from its stored answers.
            StoreError: The store cannot be written.
        """
        config, samples = self.plan.config, answers.joined.present(samples)
        applies = any(map(self.plan.applies, selection))
        completeness = Completeness.of_samples(samples, asked=len(selection), by_hand=by_hand, applies=applies)
        ordered = sorted(samples, key=lambda sample: place_of(sample.selected))
        further = FurtherMetrics(self.plan)
        metrics, rows = measure(self.plan, ordered, further, self.source), self._rows(ordered, further)
        metrics, of_panel = with_panel(with_judge_check(metrics, ordered, self.labels, self.source.name_of), ordered)
        metrics = with_probes(metrics, config, ordered, answers.probed)
        earlier = None if self.baseline is None else self.baseline.report
        before = None if earlier is None else map(outline_of, earlier["samples"])
        of_suites = judge_suites(selection, ordered, self.plan.applies)
        judgement = judge_run(config, metrics, map(outline_of, rows), before, completeness, of_suites=of_suites)
        facts = gather_facts(
            self.plan,
            self.source,
            selection,
            usage=answers.usage,
            calls=answers.calls.totals(),
            completeness=completeness,
            started=self.started,
            constraint=describe_constraint(self.plan, [sample.selected for sample in ordered]),
            graded=answers.graded.totals,
            rewarded=answers.rewarded.totals,
            probed=answers.probed.totals,
        )
        looks_wrong = find_warnings(ordered, by_hand=completeness.by_hand)
        warnings = [*answers.joined.warnings(), *looks_wrong, *further.warnings(ordered), *judgement.warnings]
        warnings += self._further_warnings(selection, ordered)
        if self.baseline is not None:
            config = config.model_copy(update={"baseline": self.baseline.named})
        report = make_report(config, facts, metrics, ordered, rows=rows, judgement=judgement, warnings=warnings)
        unmeasurable = completeness.reason(config.max_error_rate, config.max_unjudged)
        whole = ended and not by_hand and unmeasurable is None and not answers.usage.cut_short
        notes = [*answers.notes, *of_panel, *(self.baseline.notes if self.baseline else [])]
        notes += write_outputs(report, config, earlier, whole=whole)
        # What was left out for its price is asked by the next run, whatever share of errors is tolerated; what a judge
        # said that cannot be read would stay unreadable, so the next run is another one.
        if completeness.reason(config.max_error_rate) is None and ended and not answers.usage.cut_short:
            answers.run.finish()
        return Conclusion(report, ordered, tuple(notes), unmeasurable)

    def _further_warnings(self, selection: Sequence[Selected], samples: Sequence[Sample]) -> list[str]:
        unchecked = [UNCHECKED] if self.plan.seconds and self.labels is None else []
        rows = self.baseline.report["samples"] if self.baseline else []
        lost = lost_items(rows, self.plan, self.source, selection)
        return [*warn_of_lost(lost), *warn_of_judges(self.plan, samples), *unchecked]

    def _rows(self, samples: Sequence[Sample], further: FurtherMetrics | None = None) -> SampleRows:
        return SampleRows(
            samples,
            Questions(self.plan, self.source).asked,
            self.source.name_of,
            lambda sample: self.plan.part_of(sample.selected.data).config.return_logits,
            None if further is None else further.hangul_of,
        )


def prepare(
    raw: RawOptions,
    rootdir: Path,
    backends: Mapping[str, type[Backend]] | None = None,
    others: Mapping[str, Path] | None = None,
    *,
    beside: Evaluation | None = None,
    several: bool = False,
) -> Evaluation:
    """Make an evaluation of options as typed, and refuse what can be refused before any data are read.

    Args:
        raw: Option name to value.
        rootdir: Folder below which ``.haerae/`` lies.
        backends: Backends beside those of the entry points, by name.
        others: Further files that the same session writes, by the options that name them.
        beside: Another model's evaluation of the same session, whose items are this one's, too.
        several: Whether the session evaluates several models: then the files of each have its name.

    Raises:
        UsageError: An option, the backend, the prompt, the scorer, an output folder or the baseline is not usable.
    """
    started = Started()
    config = build_config(raw, rootdir, beside=several)
    given = None
    if config.responses is not None:
        from pytest_haerae.report.responses import given_of

        given = given_of(config)
    plan = make_plan(config, backends, given)
    check_outputs(config, others)
    baseline = None
    if config.baseline is not None:
        model = config.called or plan.parameters.model_label() or config.model
        baseline = Baseline(config.baseline, config.rootdir / HISTORY, model)
    source = ItemSource(config) if beside is None else beside.source
    return Evaluation(plan, source, baseline, started, others or {}, labels_of(plan))


def prepare_each(
    raw: RawOptions,
    rootdir: Path,
    backends: Mapping[str, type[Backend]] | None = None,
    others: Mapping[str, Path] | None = None,
) -> dict[str, Evaluation]:
    """Make the evaluation of each model that options name, all before any of them is asked.

    Args:
        raw: Option name to value.
        rootdir: Folder below which ``.haerae/`` lies.
        backends: Backends beside those of the entry points, by name.
        others: Further files that the same session writes, by the options that name them.

    Returns:
        By the models' names, in the order in which they are asked; one alone has an empty name.

    Raises:
        UsageError: As `prepare`.
    """
    names = model_names(with_shorthands(raw))
    if len(names) <= 1:
        return {"": prepare(raw, rootdir, backends, others)}
    made: dict[str, Evaluation] = {}
    for name in names:
        first = next(iter(made.values()), None)
        made[name] = prepare({**raw, "model": name}, rootdir, backends, others, beside=first, several=True)
    return made
