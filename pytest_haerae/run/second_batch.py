"""The second batch: what scorers want to know of the answers, asked of each second model in few passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pytest_haerae.errors import HaeraeError
from pytest_haerae.run.budget import Budget
from pytest_haerae.run.calls import CallTotals
from pytest_haerae.run.engine import Engine, Progress
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.loaded import KeptModel
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.progress import tell
from pytest_haerae.run.second import SecondModel
from pytest_haerae.run.stored_run import StoredRun
from pytest_haerae.run.usage import Usage
from pytest_haerae.scoring.judging import further_requests
from pytest_haerae.scoring.panel import Vote
from pytest_haerae.types import Request, Response, Selected, Verdict

MOST_ROUNDS = 16
"""Passes after which a scorer that goes on asking is stopped."""


@dataclass(slots=True)
class _Asked:
    """One answer, and what the second model said of it so far."""

    entry: Selected
    response: Response
    said: list[Response] = field(default_factory=list)
    failed: Verdict | None = None
    verdict: Verdict | None = None

    @property
    def is_lost(self) -> bool:
        return any(response.error is not None for response in self.said)


@dataclass(frozen=True, slots=True)
class Graded:
    """What second models said of answers.

    Attributes:
        verdicts: The verdicts on the answers they were asked about, by their places among all.
        totals: What each of them took, by its name.
        usages: What was asked of each.
    """

    verdicts: Mapping[int, Verdict]
    totals: Mapping[str, CallTotals]
    usages: Sequence[Usage]

    @property
    def notes(self) -> list[str]:
        """Lines for people: what they say of themselves, and what happened around them."""
        return [line for usage in self.usages for line in (*usage.said, *usage.notes)]

    @property
    def cut_short(self) -> bool:
        """Whether questions were left out for their price."""
        return any(usage.cut_short for usage in self.usages)


NOTHING_GRADED = Graded({}, {}, ())
"""Where no second model is asked."""


class SecondBatch:
    """Asks the second model about answers.

    Args:
        plan: What is measured.
        model: The second model.
        engine: Asks it through the store.
        progress: Told after each answer.
    """

    def __init__(self, plan: Plan, model: SecondModel, engine: Engine, progress: Progress) -> None:
        self._plan = plan
        self._model = model
        self._engine = engine
        self._progress = progress
        self._said: dict[str, Response] = {}

    def ask(
        self, answers: Iterable[tuple[Selected, Response | None]], announce: Callable[[int], None]
    ) -> Mapping[int, _Asked]:
        """What it says of those answers whose scorers ask, by their places.

        A round puts all that is to be asked next, of all answers, to the model at once. Which rounds there are is
        decided by what was answered alone, so a run that is killed asks no question again.

        Args:
            answers: Items and the responses to them; None where an item was not asked.
            announce: Told how many answers are asked about, before they are.

        Raises:
            UsageError: The model cannot be loaded, or refuses the requests.
            StoreError: What it answers cannot be kept.
        """
        asked = {
            place: _Asked(entry, response)
            for place, (entry, response) in enumerate(answers)
            if response is not None and response.error is None and self._plan.part_of(entry.data).scorer.asks
        }
        going_on = list(asked.values())
        for _ in range(MOST_ROUNDS):
            going_on = self._round(going_on, announce)
            announce = _say_nothing
            if not going_on:
                break
        for each in going_on:
            words = f"{each.entry.item.id}: its scorer still asked the second model after {MOST_ROUNDS} rounds"
            each.failed = Verdict("error", explanation=words)
        for each in asked.values():
            each.verdict = each.failed or self._verdict(each)
        return asked

    def _round(self, going_on: Sequence[_Asked], announce: Callable[[int], None]) -> list[_Asked]:
        """Ask what is to be asked next; those of which more may be."""
        owners: list[_Asked] = []
        requests: list[Request] = []
        for each in going_on:
            found = further_requests(
                each.entry.item, each.response, self._plan.part_of(each.entry.data).scorer, each.said
            )
            if isinstance(found, Verdict):
                each.failed = found
                continue
            requests += map(self._model.asked, found)
            owners += [each] * len(found)
        if not requests:
            return []
        announce(len(set(map(id, owners))))
        keys = [response_key(self._model.identity, request) for request in requests]
        said = self._engine.ask(keys, requests, self._progress)
        for owner, key in zip(owners, keys, strict=True):
            answer = in_its_words(self._model, said[key])
            owner.said.append(answer)
            self._said[key] = answer
        # What is lost of one answer ends the questions about it: its item is an error, and the next run asks again.
        return [each for each in {id(owner): owner for owner in owners}.values() if not each.is_lost]

    def _verdict(self, each: _Asked) -> Verdict:
        return self._plan.part_of(each.entry.data).judge(each.entry.item, each.response, each.said)

    def totals(self) -> CallTotals:
        """What it came to: each question once, however many answers shared it."""
        said = list(self._said.values())
        return CallTotals.of(self._engine.usage, sum(each.error is not None for each in said), said)


def in_its_words(model: SecondModel, answer: Response) -> Response:
    """What a second model answered; where that is an error, with the options that name this model."""
    return answer if answer.error is None else replace(answer, error=model.role.words(answer.error))


def _say_nothing(count: int) -> None:
    """Only the first round is announced: a later one asks about some of the same answers."""


def _announce(progress: Progress, model: SecondModel) -> Callable[[int], None]:
    def announce(count: int) -> None:
        answers = "1 answer" if count == 1 else f"{count} answers"
        tell(progress, f"haerae: {model.named} grades {answers} ({model.role.option})")

    return announce


@contextmanager
def asking(plan: Plan, model: SecondModel, *, budget: Budget | None, stored: StoredRun) -> Iterator[Engine]:
    """What asks a second model, loaded when it is first needed and released at the end of the block.

    Args:
        plan: What is measured.
        model: The second model.
        budget: What may be spent; None for no limit.
        stored: The run in the store; what it answers is kept beside the first model's answers.

    Raises:
        UsageError: The model cannot be loaded, or refuses the requests.
        StoreError: What it answers cannot be kept.
    """
    kept = KeptModel(model.load, model.option, model.secrets)
    engine = Engine(
        kept,
        stored.store,
        stored.number,
        reuse=plan.config.reuse,
        secrets=model.secrets,
        limit=plan.config.answer_timeout,
        notes_words=False,
        budget=budget,
    )
    try:
        yield engine
    except HaeraeError as error:
        raise type(error)(model.role.words(str(error))) from None
    finally:
        engine.usage.notes += kept.close()


def grade(
    plan: Plan,
    models: Sequence[SecondModel],
    answers: Iterable[tuple[Selected, Response | None]],
    *,
    budget: Budget,
    stored: StoredRun,
    progress: Progress,
) -> Graded:
    """Load the second models one after another, ask each about the answers, and release it before the next.

    Args:
        plan: What is measured.
        models: The second models; several give a verdict each, which the scorer combines.
        answers: Items and the responses to them; None where an item was not asked.
        budget: What may be spent; what the first model cost is in it.
        stored: The run in the store; what they answer is kept beside the first model's answers.
        progress: Told after each answer.

    Raises:
        UsageError: A model cannot be loaded, or refuses the requests.
        StoreError: What it answers cannot be kept.
    """
    given = list(answers)
    totals: dict[str, CallTotals] = {}
    usages: list[Usage] = []
    asked: dict[str, Mapping[int, _Asked]] = {}
    for model in models:
        with asking(plan, model, budget=budget, stored=stored) as engine:
            batch = SecondBatch(plan, model, engine, progress)
            asked[model.name] = batch.ask(given, _announce(progress, model))
        totals[model.name] = batch.totals()
        usages.append(engine.usage)
    return Graded(_combined(plan, asked), totals, usages)


def _combined(plan: Plan, asked: Mapping[str, Mapping[int, _Asked]]) -> dict[int, Verdict]:
    """The verdicts by places: of one model its own, of several what the scorer makes of theirs."""
    first, *others = asked.values()
    verdicts: dict[int, Verdict] = {}
    for place, own in first.items():
        every = {name: of[place] for name, of in asked.items()}
        votes = [Vote(name, each.verdict) for name, each in every.items() if each.verdict is not None]
        # What nobody was asked about is the scorer's own verdict, and no panel's.
        if others and any(each.said or each.failed for each in every.values()):
            verdicts[place] = plan.part_of(own.entry.data).combine(own.entry.item, own.response, votes)
        else:
            verdicts[place] = votes[0].verdict
    return verdicts
