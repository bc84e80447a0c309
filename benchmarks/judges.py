"""What a corrected score is worth: simulated judges whose error is known, corrected as real ones are.

In each evaluation a judge says of 200 items whether the answer is right: of right answers with chance 0.85, of wrong
ones with 0.25; 3% of its verdicts are unreadable and out of n. 50 of the judged items, drawn at random, have labels, or
50 answers from elsewhere, half of them right, judged by the same judge. Printed for accuracies from 0.1 to 0.9: how
often the interval has the true accuracy in it, and its mean width, of the judge's score as it is, of the labels alone,
of prediction-powered inference, and of Rogan and Gladen's estimate with Lang and Reiczigel's interval; then
prediction-powered inference where the judge gives partial scores. The true accuracy is that of the population that the
items are drawn from: the target of every interval of a score in a report.

Then pairs of responses, compared by a judge that adds to the chance of whichever is shown first: the mean score of one
order and that of both, and how often the exact interval has the true rate of flips in it.

A share is held against its bounds as it stands, so with another seed or fewer evaluations one may be out by chance.

usage: python -m benchmarks.judges [--runs 1000] [--seed 0]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy

from pytest_haerae.statistics.estimates import mean_interval, wilson_interval
from pytest_haerae.statistics.judged import Judged, Labelled
from pytest_haerae.statistics.misclassification import rogan_gladen
from pytest_haerae.statistics.pairwise import BothOrders, flips
from pytest_haerae.statistics.prediction_powered import prediction_powered

ITEMS, LABELS, ACCURACIES = 200, 50, (0.1, 0.3, 0.5, 0.8, 0.9)
SENSITIVITY, SPECIFICITY, UNREADABLE = 0.85, 0.75, 0.03
CERTAINTY = 2.0
"""Of a judge that gives partial scores: the sum of the parameters of the beta distribution that they are from."""
LEAST, MOST, MOST_RAW = 0.93, 0.97, 0.8
ORDER, SCORES = 0.15, (0.5, 0.7)
"""What the judge of pairs adds to the chance of the response shown first; the scores without that."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Judge:
    """A judge whose error is known.

    Attributes:
        generator: Where chance comes from.
        partial: Whether it gives partial scores instead of right and wrong.
    """

    generator: numpy.random.Generator
    partial: bool = False

    def verdict(self, right: bool) -> float | None:
        """The verdict on an answer, None where it cannot be read."""
        if self.generator.random() < UNREADABLE:
            return None
        chance = SENSITIVITY if right else 1 - SPECIFICITY
        if self.partial:
            return round(float(self.generator.beta(CERTAINTY * chance, CERTAINTY * (1 - chance))), 1)
        return float(self.generator.random() < chance)

    def judged(self, rights: Sequence[bool]) -> list[Labelled]:
        """The verdicts that can be read, each with what is right."""
        verdicts = [(self.verdict(right), float(right)) for right in rights]
        return [Labelled(verdict, label) for verdict, label in verdicts if verdict is not None]

    def evaluation(self, accuracy: float) -> list[Judged]:
        """An evaluation's judged items, of which some have labels; the items come in no order, so the first have."""
        pairs = self.judged((self.generator.random(ITEMS) < accuracy).tolist())
        return [Judged(pair.verdict, pair.label if place < LABELS else None) for place, pair in enumerate(pairs)]

    def elsewhere(self) -> list[Labelled]:
        """Judged answers from elsewhere, half of them right, with their labels."""
        return self.judged([place % 2 == 0 for place in range(LABELS)])


@dataclass
class Table:
    """Prints lines, one a situation, and remembers whether all were within their bounds.

    Attributes:
        kept: Whether they were.
    """

    kept: bool = True

    def line(
        self, label: str, true: float, found: Sequence[Interval], *, least: float = 0.0, most: float = 1.0
    ) -> None:
        """Print how often the true value was in the interval.

        Args:
            label: The situation.
            true: The true value.
            found: The interval of each evaluation.
            least: The least share of them.
            most: The largest.
        """
        covered = sum(low <= true <= high for low, high in found) / len(found)
        width = sum(high - low for low, high in found) / len(found)
        kept = least <= covered <= most
        self.kept &= kept
        bounds = " to ".join([*([f"{least:.0%}"] if least else []), *([f"{most:.0%}"] if most < 1 else [])])
        words = bounds if least and most < 1 else f"at {'least' if least else 'most'} {bounds}" if bounds else ""
        print(
            f"| {label} | {true:g} | {covered:.1%} | {width:.3f} | {words} |{'' if kept else ' NOT KEPT'}", flush=True
        )


def _ends(interval: Sequence[float] | None) -> Interval:
    """Both ends; those of the whole range where there is no interval."""
    low, high = interval or (0.0, 1.0)
    return low, high


def raw(items: Sequence[Judged]) -> Interval:
    """The interval of the judge's score as it is."""
    return _ends(wilson_interval(sum(item.verdict for item in items), len(items)))


def labels_alone(items: Sequence[Judged]) -> Interval:
    """The interval of the labels without the judge."""
    return _ends(mean_interval([item.label for item in items if item.label is not None]))


def judge_scores(accuracy: float, runs: int, seed: int, table: Table) -> None:
    """The lines of one accuracy."""
    judge = Judge(numpy.random.default_rng([seed, round(100 * accuracy)]))
    drawn = [(judge.evaluation(accuracy), judge.elsewhere()) for _ in range(runs)]
    evaluations = [items for items, _ in drawn]
    table.line("the judge's score as it is", accuracy, [*map(raw, evaluations)], most=MOST_RAW)
    table.line("the labels alone", accuracy, [*map(labels_alone, evaluations)])
    table.line("prediction-powered", accuracy, [*_powered(evaluations)], least=LEAST, most=MOST)
    corrected = [_ends(rogan_gladen([item.verdict for item in items], pairs)["ci95"]) for items, pairs in drawn]
    table.line("labels from elsewhere", accuracy, corrected, least=LEAST)
    partial = Judge(numpy.random.default_rng([seed, round(100 * accuracy), 1]), partial=True)
    scored = [partial.evaluation(accuracy) for _ in range(runs)]
    table.line("prediction-powered, partial scores", accuracy, [*_powered(scored)], least=LEAST, most=MOST)


def _powered(evaluations: Sequence[Sequence[Judged]]) -> Iterator[Interval]:
    return (_ends(prediction_powered(items)["ci95"]) for items in evaluations)


def judge_pairs(score: float, runs: int, seed: int, table: Table) -> str:
    """The lines of pairs in which the first response's score is this without an order.

    Returns:
        The mean scores in words.
    """
    generator = numpy.random.default_rng([seed, round(100 * score), 2])
    # Two kinds of pairs, as many of either; what the order adds keeps every chance from 0 to 1.
    kinds = score + (min(score, 1 - score) - ORDER) * numpy.array([-1, 1])
    evaluations = []
    for _ in range(runs):
        chance = generator.choice(kinds, ITEMS)
        both = numpy.column_stack([generator.random(ITEMS) < chance + added for added in (ORDER, -ORDER)])
        evaluations.append([BothOrders(*pair) for pair in both.astype(float).tolist()])

    def means(of: Callable[[BothOrders], float]) -> list[Interval]:
        return [_ends(mean_interval([of(pair) for pair in pairs])) for pairs in evaluations]

    table.line("pairs, one order", score, means(lambda pair: pair.first), most=MOST_RAW)
    table.line("pairs, the mean of both orders", score, means(lambda pair: pair.score), least=LEAST)
    high, low = kinds + ORDER, kinds - ORDER
    rate = float((high * (1 - low) + low * (1 - high)).mean())
    table.line("the rate of flips", rate, [_ends(flips(pairs)["ci95"]) for pairs in evaluations], least=LEAST)
    every = [pair for pairs in evaluations for pair in pairs]
    one, mean = sum(pair.first for pair in every) / len(every), sum(pair.score for pair in every) / len(every)
    return f"Pairs whose true score is {score:g}: {one:.3f} in one order, {mean:.3f} in the mean of both."


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line a situation; exit code 1 if one is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    print("| interval of | true | covered | mean width | bound |\n|---|---:|---:|---:|---|")
    table = Table()
    for accuracy in ACCURACIES:
        judge_scores(accuracy, given.runs, given.seed, table)
    said = [judge_pairs(score, given.runs, given.seed, table) for score in SCORES]
    print("\n" + "\n".join(said))
    raise SystemExit(0 if table.kept else 1)


if __name__ == "__main__":
    main()
