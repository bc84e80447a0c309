"""The further ways in which probes ask a run's items: with their options in other orders, or by other prompts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pytest_haerae.backends.protocol import Backend
from pytest_haerae.config.run_config import RunConfig
from pytest_haerae.data.option_orders import Order, orders_of, own_labels, reordered
from pytest_haerae.data.texts import is_text_alone
from pytest_haerae.errors import UsageError
from pytest_haerae.prompts.prompt import Prompt
from pytest_haerae.scoring.parameters import ChosenScorer
from pytest_haerae.types import Item

if TYPE_CHECKING:
    from pytest_haerae.run.plan import Part

ProbeName = Literal["shuffle_options", "prompts", "row_order"]
LeftOut = Literal[
    "no_options", "alike", "about_each_other", "own_labels", "not_found", "not_shown", "judged", "conversation"
]
"""Why a probe leaves an item out: it has no options, two of them are alike, they are about each other, their texts
begin with labels of their own, they are not found in the question, what is asked does not show their order, a second
model would have to judge, it has turns."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of asking an item that is not the run's own; what it does not say is as in the run.

    Attributes:
        probe: What it is asked for.
        number: Which of the probe's ways it is, from 1: 0 is the run's own.
        order: In which order the options stand; None for the data's.
        prompt: By which prompt it is asked; None for the run's.
        rows: Rows that are scored as one text in the item's place, in this order; none where it is asked. Of these ways
            the one with the number 0 is the data's own order.
    """

    probe: ProbeName
    number: int
    order: Order | None = None
    prompt: Prompt | None = field(default=None, repr=False)
    rows: tuple[Item, ...] = field(default=(), repr=False)

    def asks(self, item: Item) -> Item:
        """An item as it is asked this way: one whose options can stand in this order."""
        made = item if self.order is None else reordered(item, self.order)
        assert made is not None  # noqa: S101 - such an item is left out before
        return made


def check_probes(config: RunConfig, backend: type[Backend], scorers: Iterable[ChosenScorer], given: object) -> None:
    """Refuse probes of what is not asked.

    Args:
        config: The configuration.
        backend: The class of the model's backend.
        scorers: What judges the answers.
        given: The answers that were made elsewhere; None where a model is asked.

    Raises:
        UsageError: No model is asked, second models judge all that it says, or it scores no texts at once.
    """
    judging = {"--shuffle-options": config.shuffle_options, "--prompts": config.prompts}
    place = " and ".join(option for option, value in judging.items() if value)
    every = " and ".join(filter(None, [place, "--probe-order" if config.probe_order else ""]))
    if every and given is not None:
        raise UsageError(f"{every}: a model is asked again for it, and --responses stands for the model; leave it out")
    if config.probe_order and "loglikelihood" not in backend.methods:
        raise UsageError(f"--probe-order: backend '{config.model}' scores no texts; leave it out")
    if config.probe_order and config.batch_api:
        raise UsageError(
            "--probe-order: texts are scored at once, and --batch-api answers later; leave one of them out"
        )
    if not place:
        return
    judged = [chosen for chosen in scorers if chosen.asks]
    if judged and len(judged) == len(config.parts):
        name = judged[0].scorer.name
        raise UsageError(
            f"{place}: the scorer {name} asks a second model about answers, a probe does not; leave it out"
        )


def ways_of(part: Part, item: Item) -> dict[ProbeName, Sequence[Way] | LeftOut]:
    """The ways in which a run's probes ask an item beside the run itself, or why one leaves it out.

    Args:
        part: How the run asks the item's data set.
        item: The item.
    """
    found: dict[ProbeName, Sequence[Way] | LeftOut] = {}
    if part.config.shuffle_options is not None:
        found["shuffle_options"] = _orders(part, item, part.config.shuffle_options)
    if part.further_prompts:
        further = enumerate(part.further_prompts, 1)
        ways = [Way("prompts", number, prompt=prompt) for number, prompt in further]
        found["prompts"] = _never(part, item) or ("no_options" if is_text_alone(item) else ways)
    return found


def _orders(part: Part, item: Item, k: int) -> Sequence[Way] | LeftOut:
    options = item.options
    if options is None or is_text_alone(item):
        return "no_options"
    if (reason := _never(part, item) or _stuck(item, options)) is not None:
        return reason
    _, *others = orders_of(item, k)
    if reordered(item, others[0]) is None:
        return "not_found"
    return [Way("shuffle_options", number, order=order) for number, order in enumerate(others, 1)]


def _stuck(item: Item, options: Sequence[str]) -> LeftOut | None:
    """Why options say something else in other places."""
    from pytest_haerae.data.option_references import are_about_each_other  # many patterns, which few runs need

    if len(set(options)) < len(options):
        return "alike"
    if own_labels(options):
        return "own_labels"
    return "about_each_other" if are_about_each_other(item) else None


def _never(part: Part, item: Item) -> LeftOut | None:
    """Why no probe asks an item."""
    if item.turns:
        return "conversation"
    return "judged" if part.scorer.asks else None
