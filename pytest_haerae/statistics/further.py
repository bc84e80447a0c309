"""Which further metrics a run tells beside the accuracy, of which items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.data.texts import is_text_alone
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import Part, Plan
from pytest_haerae.scoring.instructions import IFEVAL
from pytest_haerae.scoring.language import is_in
from pytest_haerae.scoring.metrics import (
    BIAS,
    GIVEN_ATTEMPTED,
    HANGUL,
    MACRO_F1,
    SIMPLEQA_F1,
    metric_names,
    wanted_language,
)
from pytest_haerae.statistics.attempts import Attempts, correct_given_attempted, simpleqa_f1
from pytest_haerae.statistics.breakdown import with_breakdowns
from pytest_haerae.statistics.estimate import FurtherScore, mean_of
from pytest_haerae.statistics.estimates import known_mean
from pytest_haerae.statistics.examinations import with_examinations
from pytest_haerae.statistics.macro_f1 import Labelled, estimate_macro_f1
from pytest_haerae.statistics.normalised import Options, accuracies_over, characters, utf8_bytes
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.statistics.scores import Metrics, make_metrics
from pytest_haerae.types import DataKey, Sample

if TYPE_CHECKING:
    from pytest_haerae.statistics.instructions import OfItem


def measure(
    plan: Plan, samples: Sequence[Sample], metrics: FurtherMetrics | None = None, source: ItemSource | None = None
) -> Metrics:
    """The report's `metrics`, with all that a run's options ask for.

    Args:
        plan: What was measured and how.
        samples: The judged items.
        metrics: What the run's items are worth, where others look at it, too.
        source: Where the items came from, which tells what examinations they are of; None where nobody asks that.
    """
    told = metrics or FurtherMetrics(plan)
    found = with_breakdowns(make_metrics(samples, told.of), samples, plan.config.by, told.of)
    if checked := told.checked(samples):
        # Imported here, as what each metric that few runs tell is made by: every run imports this module.
        from pytest_haerae.statistics.instructions import INSTRUCTION, by_instruction

        # A column of this name that somebody asks for is told in its place.
        found["by"] = {INSTRUCTION: by_instruction(checked, plan.config.pass_if), **found.get("by", {})}
    return found if source is None else with_examinations(found, source, samples, several=plan.several)


@dataclass(frozen=True, slots=True)
class FurtherMetrics:
    """Makes the further metrics of some of a run's items; what an item's texts are worth is found out once.

    Attributes:
        plan: How the run's items were asked and judged.
    """

    plan: Plan
    _followed: dict[int, OfItem | None] = field(default_factory=dict, repr=False)
    _worth: dict[tuple[str, int], float | None] = field(default_factory=dict, repr=False)
    _wanted: dict[DataKey, frozenset[str]] = field(default_factory=dict, repr=False)

    def of(self, samples: Sequence[Sample]) -> FurtherScore:
        """The metrics of those items that were answered."""
        answered = [sample for sample in samples if sample.verdict.outcome in ANSWERED]
        found: FurtherScore = {}
        by_characters, by_bytes = accuracies_over(partial(self._scored, answered), (characters, utf8_bytes))
        if by_characters is not None:
            found["acc_norm"] = by_characters
        if by_bytes is not None:
            found["acc_bytes"] = by_bytes
        if groups := self._labelled(answered):
            found["macro_f1"] = estimate_macro_f1(groups)
        if (given := correct_given_attempted(self._attempts(GIVEN_ATTEMPTED, answered))) is not None:
            found["correct_given_attempted"] = given
        if (f1 := simpleqa_f1(self._attempts(SIMPLEQA_F1, answered))) is not None:
            found["simpleqa_f1"] = f1
        if followed := [each for _, each in self.checked(answered)]:
            from pytest_haerae.statistics.instructions import instruction_metrics

            found |= instruction_metrics(followed)
        if shares := [*self._known(HANGUL, self._wanting(HANGUL, answered), self._hangul)]:
            found["hangul"] = mean_of(shares)
        if shares := [*self._known("language", filter(self._language, answered), self._in_language)]:
            found["language_penalizer_average"] = mean_of(shares)
        if of_bias := [*self._wanting(BIAS, answered)]:
            from pytest_haerae.statistics.bias import bias_scores

            found |= bias_scores(of_bias)
        if alone := [sample for sample in samples if is_text_alone(sample.item)]:
            found |= _of_texts(alone)
        return found

    def warnings(self, samples: Sequence[Sample]) -> list[str]:
        """The lines on what is asked for and could not be told."""
        of_bias = [*self._wanting(BIAS, samples)]
        if not of_bias:
            return []
        from pytest_haerae.statistics.bias import warn_of_bias

        return warn_of_bias(of_bias)

    def _part(self, sample: Sample) -> Part:
        return self.plan.part_of(sample.selected.data)

    def _wants(self, sample: Sample, metric: str) -> bool:
        data = sample.selected.data
        if data not in self._wanted:
            benchmark = find_benchmark(data.name)
            told = metric_names(self._part(sample).config.evaluator_params)
            self._wanted[data] = frozenset((*told, *(benchmark.further_metrics if benchmark else ())))
        return metric in self._wanted[data]

    def checked(self, samples: Sequence[Sample]) -> list[tuple[Sample, OfItem]]:
        """The items whose instructions a program checks, and what their answers follow."""
        asked = [each for each in samples if self._part(each).scorer.scorer.name == IFEVAL]
        if not asked:
            return []
        from pytest_haerae.statistics.instructions import of_item

        for sample in asked:
            if id(sample) not in self._followed:
                self._followed[id(sample)] = of_item(sample)
        return [(sample, followed) for sample in asked if (followed := self._followed[id(sample)]) is not None]

    def _scored(self, answered: Sequence[Sample]) -> Iterator[Options]:
        texts: tuple[str, ...] = ()
        same: tuple[object, ...] | None = None
        for sample in answered:
            item, values = sample.item, sample.response.loglikelihoods if sample.response else None
            if values is not None and item.labels is not None:
                prompt = self._part(sample).prompt
                # Letters are written alike for most items; what was written is told by being the same object.
                what = (id(prompt), item.labels, item.options if prompt.continuation == "text" else None)
                if what != same:
                    same, texts = what, tuple(prompt.write_continuation(item, label) for label in item.labels)
                yield Options(texts, values, item.labels.index(item.reference))

    def _labelled(self, answered: Sequence[Sample]) -> list[list[Labelled]]:
        """The lettered items by data set and subset, but no subset whose items have other labels than each other."""
        groups: dict[tuple[str, str], list[Sample]] = {}
        for sample in answered:
            if sample.item.labels is not None:
                groups.setdefault((sample.selected.data.name, sample.item.subset), []).append(sample)
        return [
            [_labelled(sample) for sample in group]
            for group in groups.values()
            if self._wants(group[0], MACRO_F1) and len({sample.item.labels for sample in group}) == 1
        ]

    def _attempts(self, metric: str, answered: Sequence[Sample]) -> list[Attempts]:
        return [Attempts.of(sample.verdicts) for sample in self._wanting(metric, answered)]

    def _wanting(self, metric: str, answered: Iterable[Sample]) -> Iterator[Sample]:
        return (sample for sample in answered if self._wants(sample, metric))

    def _known(self, name: str, answered: Iterable[Sample], worth: Callable[[Sample], float | None]) -> Iterator[float]:
        """What the items' texts are worth, without those of which nothing can be said."""
        return (value for sample in answered if (value := self._worth_of(name, sample, worth)) is not None)

    def _worth_of(self, name: str, sample: Sample, worth: Callable[[Sample], float | None]) -> float | None:
        place = (name, id(sample))
        if place not in self._worth:
            self._worth[place] = worth(sample)
        return self._worth[place]

    def hangul_of(self, sample: Sample) -> float | None:
        """The share of Hangul in the answers to an item; None where nobody asks for it, or they have no letters."""
        if sample.verdict.outcome not in ANSWERED or not self._wants(sample, HANGUL):
            return None
        return self._worth_of(HANGUL, sample, self._hangul)

    def _hangul(self, sample: Sample) -> float | None:
        from pytest_haerae.scoring.hangul import hangul_share

        return known_mean(hangul_share(text, sample.item.query) for text in _texts(sample))

    def _language(self, sample: Sample) -> str | None:
        return wanted_language(self._part(sample).config.evaluator_params)

    def _in_language(self, sample: Sample) -> float | None:
        language = self._language(sample)
        return None if language is None else known_mean(float(is_in(language, text)) for text in _texts(sample))


def _texts(sample: Sample) -> Iterator[str]:
    return (response.text for response in sample.responses if response.text is not None)


def _of_texts(samples: Sequence[Sample]) -> FurtherScore:
    """How likely the texts are that were scored for themselves."""
    from pytest_haerae.statistics.perplexity import Text, bits_per_byte, byte_perplexity, word_perplexity

    scored = ((sample.item.options, sample.response and sample.response.loglikelihoods) for sample in samples)
    if not (texts := [Text(options[0], values[0]) for options, values in scored if options and values]):
        return {}
    return {
        "bits_per_byte": bits_per_byte(texts),
        "byte_perplexity": byte_perplexity(texts),
        "word_perplexity": word_perplexity(texts),
    }


def _labelled(sample: Sample) -> Labelled:
    item, labels = sample.item, sample.item.labels or ()
    chosen = (item.reference if verdict.outcome == "correct" else verdict.prediction for verdict in sample.verdicts)
    return Labelled(item.reference, tuple(label if label in labels else None for label in chosen))
