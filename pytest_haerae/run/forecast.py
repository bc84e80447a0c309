"""What a run would ask, counted without asking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pytest_haerae.backends.protocol import Prices
from pytest_haerae.backends.registry import refusing
from pytest_haerae.lazy import LazySequence
from pytest_haerae.run.calls import Callers
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.store import Store
from pytest_haerae.run.wanted import Wanted, wanted_of
from pytest_haerae.types import Capability, Request, Selected


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would ask its model.

    Attributes:
        items: Items that were selected.
        not_applicable: Those of them that the method does not apply to.
        answers: Answers to each of the others.
        stored: Answers that the store has.
        missing: Answers that would be asked for.
        prompt_tokens: Tokens of the missing ones' prompts, by the model's own tokenizer; None where that is not here.
        longest_answer: The most tokens that an answer may have; None where none is known, 0 where nothing is generated.
        prices: What tokens cost; None where nobody can tell.
        paid: Whether the model is somebody else's, who may want money for it.
        tests: Tests that ask the model themselves.
        declared: Questions that they declare.
        later_turns: Later questions of conversations, which are in none of the numbers above: what they are asked with
            is not answered yet.
        probes: Answers that probes want beside the run's own; they are in the numbers above.
    """

    items: int
    not_applicable: int
    answers: int
    stored: int
    missing: int
    prompt_tokens: int | None
    longest_answer: int | None
    prices: Prices | None
    paid: bool
    tests: int = 0
    declared: int = 0
    later_turns: int = 0
    probes: int = 0


def make_forecast(
    plan: Plan, questions: Questions, selection: Sequence[Selected], callers: Callers | None = None
) -> Forecast:
    """Count what a run would ask; no model is loaded, and nothing is sent or written.

    Args:
        plan: What would be measured.
        questions: Makes the requests.
        selection: The items, in the order in which they would be asked.
        callers: The tests that ask the model themselves; None where there are none.

    Raises:
        UsageError: A backend cannot count, the store cannot be read, or answers made elsewhere are of other items.
    """
    wanted, k = wanted_of(plan, questions, selection, callers), plan.config.repeats
    own, probes = len(wanted.asked_keys), wanted.variants.asked
    every = dict(zip(wanted.asked_keys, range(own), strict=True))
    for place, variant in enumerate(probes, own):
        every.setdefault(variant.key, place)
    missing = dict(every)
    if plan.given is not None:
        # None is asked for; what the run would refuse is refused.
        plan.given.join(plan, questions, wanted.asked, wanted.asked_keys)
        missing = {}
    for key in _stored(plan, wanted, every):
        missing.pop(key, None)
    kinds: dict[Capability, list[int]] = {}
    for place in missing.values():
        if place < own:
            kinds.setdefault(plan.part_of(wanted.asked[place // k].data).kind, []).append(place)
        else:
            kinds.setdefault(probes[place - own].kind(plan), []).append(place)
    requests = questions.requests(wanted.asked)

    def request(place: int) -> Request:
        variant = probes[place - own] if place >= own else None
        return requests[place] if variant is None else questions.in_way(variant.entry, variant.way)

    with refusing(f"--model={plan.config.model_name}: its count_tokens() or prices()"):
        counts = [
            _counted(plan.backend.count_tokens(plan.parameters, LazySequence(request, places)))
            for places in kinds.values()
        ]
        prices = plan.backend.prices(plan.parameters)
    if prices is not None and plan.config.batch_api:
        prices = Prices(prices.prompt / 2, prices.completion / 2)
    known = [count for count in counts if count is not None]
    return Forecast(
        items=len(selection),
        not_applicable=len(selection) - len(wanted.asked),
        answers=k,
        stored=len(every) - len(missing) if plan.given is None else 0,
        missing=len(missing),
        prompt_tokens=sum(known) if len(known) == len(counts) else None,
        longest_answer=plan.parameters.longest_answer() if kinds.get("generate") else 0,
        prices=prices,
        paid=plan.backend.remote,
        tests=0 if callers is None else len(callers.names),
        declared=0 if callers is None else len(callers.declared),
        later_turns=wanted.later_turns,
        probes=len(every) - len(set(wanted.asked_keys)),
    )


def _counted(counts: Iterator[int] | None) -> int | None:
    return None if counts is None else sum(counts)


def _stored(plan: Plan, wanted: Wanted, keys: dict[str, int]) -> Iterator[str]:
    """The keys whose answers the run would take from the store; none is made where there is none."""
    config = plan.config
    if not config.store.exists():
        return
    store = Store(config.store)
    try:
        run = store.earlier(
            wanted.fingerprint, resume=config.resume, rerun_errors=config.rerun == "errors", last=wanted.last
        )
        found = {key for key, _ in store.get_many(run, keys)} if run is not None else set()
        if config.reuse:
            found |= {key for key, _ in store.get_many(0, keys, any_run=True)}
        yield from found
    finally:
        store.close()
