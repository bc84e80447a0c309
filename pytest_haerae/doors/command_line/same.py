"""``pytest-haerae same A.json B.json``: whether what is served is the model that was tested."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.config.parsing import parse_share
from pytest_haerae.doors.command_line.command import Command, add_option, print_json, print_lines
from pytest_haerae.doors.command_line.compare import SHOWN_ITEMS, Comparison, Side, describe, side_of, title
from pytest_haerae.errors import UsageError

if TYPE_CHECKING:
    from pytest_haerae.report.copies.causes import Cause
    from pytest_haerae.report.copies.held import Held
    from pytest_haerae.statistics.divergence import Divergences

MARGIN = 0.02
"""The share of flips, and the change of accuracy, that is tolerated by default: the accuracy never changes by more than
the share of flips, and about 190 items without a flip are enough to tell."""


def add_arguments(parser: ArgumentParser) -> None:
    """Two reports, and how much may differ."""
    parser.add_argument("before", type=Path, metavar="A.json", help="the report of the model that was tested")
    parser.add_argument(
        "after", type=Path, metavar="B.json", help="the report of the copy: quantized, ported or served"
    )
    parser.add_argument(
        "--margin",
        metavar="X",
        help=f"the share of items with another answer, and change of accuracy, that is tolerated (default: {MARGIN})",
    )
    add_option(parser, "inconclusive")
    parser.add_argument("--json", action="store_true", help="write JSON, with the ids of all items with another answer")


class Flips(TypedDict):
    """Items with another answer; `ci95` is Clopper and Pearson's exact interval."""

    count: int
    n: int
    rate: float
    ci95: list[float]
    tied: int
    items: list[str]


class Outputs(TypedDict):
    """Generated texts, and how many of them are equal."""

    n: int
    equal: int


class Result(TypedDict):
    """What ``--json`` writes."""

    before: Side
    after: Side
    verdict: str
    detail: str
    margin: float
    items_to_tell: int | None
    differing: dict[str, tuple[object, object]]
    only_before: int
    only_after: int
    answered_in_one: int
    options: Divergences | None
    outputs: Outputs | None
    flips: Flips | None
    accuracy: Comparison | None
    causes: list[Cause]


def run(arguments: Namespace) -> int:
    """Hold two reports against each other; the exit code is 1 where they are of different models.

    Raises:
        UsageError: A report cannot be read, they have no item in common, or were measured by different methods.
    """
    from pytest_haerae.report.copies.held import hold
    from pytest_haerae.report.copies.traces import read_traces

    margin = _margin(arguments.margin)
    inconclusive = BY_NAME["inconclusive"].read(vars(arguments))
    before, after = (read_traces(path, str(path)) for path in (arguments.before, arguments.after))
    for path, report in ((arguments.before, before), (arguments.after, after)):
        if not report.info["complete"]:
            raise UsageError(f"{path}: its run is not complete; the command that wrote it goes on where it stopped")
    held = hold(before, after, margin)
    place = f"{arguments.before} and {arguments.after}"
    for name, (old, new) in held.differing.items():
        if name.split()[0] == "method":
            raise UsageError(f"{place} differ in {name}: {old}, {new}; measure both with the same --method")
    if not held.pairing.total.n and not held.shifts:
        raise UsageError(f"{place} have no answered item in common")
    result = _result(held, margin, side_of(arguments.before, before.info), side_of(arguments.after, after.info))
    if arguments.json:
        print_json(result)
    else:
        print_lines(*_lines(result, shutil.get_terminal_size().columns))
    told = held.verdict != "cannot be told" or inconclusive == "pass"
    return 0 if held.verdict != "different" and told else 1


def _margin(typed: str | None) -> float:
    if typed is None:
        return MARGIN
    margin = parse_share("--margin", typed)
    if margin in (0, 1):
        raise UsageError(
            f"--margin: {typed}: name a number between 0 and 1; that nothing at all differs cannot be shown"
        )
    return margin


def _result(held: Held, margin: float, before: Side, after: Side) -> Result:
    from pytest_haerae.report.copies.words import why
    from pytest_haerae.statistics.divergence import divergences_of
    from pytest_haerae.statistics.equivalence import flip_interval, items_to_tell

    answers, total = held.answers, held.pairing.total
    interval = flip_interval(answers)
    unknown = held.verdict == "cannot be told"
    return {
        "before": before,
        "after": after,
        "verdict": held.verdict,
        "detail": why(held, margin),
        "margin": margin,
        "items_to_tell": items_to_tell(answers, margin) if unknown else None,
        "differing": held.differing,
        "only_before": len(held.pairing.only_before),
        "only_after": len(held.pairing.only_after),
        "answered_in_one": answers.one_sided,
        "options": divergences_of(held.shifts),
        "outputs": {"n": held.outputs, "equal": held.equal_outputs} if held.outputs else None,
        "flips": {
            "count": len(held.flipped),
            "n": answers.n,
            "rate": len(held.flipped) / answers.n,
            "ci95": list(interval),
            "tied": sum(shift.tied for shift in held.shifts),
            "items": held.flipped,
        }
        if interval
        else None,
        "accuracy": describe(total) if total.n else None,
        "causes": held.causes,
    }


def _lines(result: Result, width: int) -> list[str]:
    from pytest_haerae.report.show.layout import wrap

    lines = [title("A", result["before"]), title("B", result["after"])]
    notes = [f"verdict: {result['verdict'].upper()} - {result['detail']}", *_numbers(result)]
    for cause in result["causes"]:
        notes.append(f"{'seen in the items' if cause['seen'] else 'the settings differ'}: {cause['detail']}")
    if result["only_before"] or result["only_after"]:
        notes.append(f"not paired: {result['only_before']} items only in A, {result['only_after']} only in B")
    if result["answered_in_one"]:
        notes.append(f"answered in one of the two only: {result['answered_in_one']} items")
    return lines + [part for note in notes for part in wrap(note, width)]


def _numbers(result: Result) -> Iterator[str]:
    from pytest_haerae.report.show.layout import shown_p_value

    if (options := result["options"]) is not None:
        yield (
            f"options' shares ({options['n']} items): KL divergence {options['kl_mean']:.3g} nats in the mean, "
            f"{options['kl_largest']:.3g} at most ({options['kl_largest_item']})"
        )
        yield (
            f"log-likelihoods: they differ by {options['mean_difference']:.3g} in the mean, "
            f"{options['largest_difference']:.3g} at most ({options['largest_difference_item']})"
        )
    if (outputs := result["outputs"]) is not None:
        yield f"outputs: {outputs['equal']} of {outputs['n']} are equal"
    if (flips := result["flips"]) is not None:
        low, high = flips["ci95"]
        tied = f", {flips['tied']} more by rounding alone" if flips["tied"] else ""
        yield (
            f"another answer: {flips['count']} of {flips['n']} items ({flips['rate']:.2%}, 95% interval {low:.2%} to "
            f"{high:.2%}){tied}{_listed(flips['items'])}"
        )
    if (accuracy := result["accuracy"]) is not None:
        low, high = accuracy["ci95"]
        lost, gained = len(accuracy["lost"]), len(accuracy["gained"])
        interval = f"95% interval {low:+.4f} to {high:+.4f}, p {shown_p_value(accuracy['p_value'])}"
        changed = f"{lost + gained} of {accuracy['n']} items ({lost} lost, {gained} gained)"
        before, after = accuracy["accuracy_before"], accuracy["accuracy_after"]
        difference = f"B - A {accuracy['difference']:+.4f} ({interval})"
        yield f"accuracy: A {before:.4f}, B {after:.4f}, {difference}; right in one only: {changed}"


def _listed(items: list[str]) -> str:
    more = f" and {len(items) - SHOWN_ITEMS} more" if len(items) > SHOWN_ITEMS else ""
    return f": {', '.join(items[:SHOWN_ITEMS])}{more}" if items else ""


COMMAND = Command(
    "same", "Tell whether a quantized, ported or served copy is the model that was tested.", add_arguments, run
)
