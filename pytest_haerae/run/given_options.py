"""Log-likelihoods of another program's file, in the order of an item's own options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_haerae.data.cells import nfc
from pytest_haerae.data.labels import plain_label
from pytest_haerae.types import Item, Response


def in_order(response: Response, continuations: Sequence[str], item: Item) -> Response | None:
    """A response with its log-likelihoods `by_option`; None where these are all that it has, and cannot be told."""
    if response.loglikelihoods is None:
        return response
    values = by_option(response.loglikelihoods, continuations, item)
    return None if values is None and response.text is None else replace(response, loglikelihoods=values)


def by_option(values: Sequence[float], continuations: Sequence[str], item: Item) -> tuple[float, ...] | None:
    """Log-likelihoods in the order of an item's options.

    Args:
        values: One for each continuation.
        continuations: The texts, or the labels, of options, in any order; more than the item has are left out.
        item: The item.

    Returns:
        None where a continuation of some option cannot be told: there is none, or it is as well another one's.
    """
    if item.options is None or item.labels is None or len(values) != len(continuations):
        return None
    said = [nfc(each).strip() for each in continuations]
    labels = [plain_label(each) for each in said]
    counted = [str(number) for number in range(1, len(said) + 1)]
    ways = [(said, [option.strip() for option in item.options]), (labels, list(item.labels))]
    if said == counted:  # numbers that count are labels, too
        ways.append((said, counted[: len(item.options)]))
    found = {
        tuple(values[names.index(name)] for name in wanted)
        for names, wanted in ways
        if all(names.count(name) == 1 for name in wanted)
    }
    # Options that are labels themselves, in another order: nobody can say which of the two was meant.
    return found.pop() if len(found) == 1 else None
