"""Asks a selection in one pass, and joins the answers to their items by key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial

from pytest_haerae.errors import UsageError
from pytest_haerae.run.budget import Budget
from pytest_haerae.run.calls import Callers, Calls
from pytest_haerae.run.engine import Engine, Progress, send_directly
from pytest_haerae.run.joined import Joined
from pytest_haerae.run.loaded import KeptModel
from pytest_haerae.run.passes import AskAll, ask_in_passes
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.probing import NOTHING_PROBED, Probed, probe
from pytest_haerae.run.progress import follow, show, tell
from pytest_haerae.run.provider_batches import ProviderBatches
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.rewards import NOTHING_REWARDED, Rewarded, reward
from pytest_haerae.run.second_batch import NOTHING_GRADED, Graded, grade
from pytest_haerae.run.store import Store
from pytest_haerae.run.stored_run import StoredRun
from pytest_haerae.run.stored_samples import make_sample
from pytest_haerae.run.tally import Tally
from pytest_haerae.run.turns import turn
from pytest_haerae.run.usage import Usage
from pytest_haerae.run.wanted import Wanted, wanted_of
from pytest_haerae.types import Response, Sample, Selected


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of asking.

    Attributes:
        samples: One judged item for each that was selected, in the order in which they were asked.
        usage: What was asked of the model for them.
        run: Where the responses are stored.
        calls: Asks what tests ask beside the items.
        model: The model; it is loaded still where tests ask it.
        has_callers: Whether there are tests that ask it.
        graded: What second models said of the answers.
        rewarded: What a reward model gave them.
        joined: How answers that were made elsewhere were found; of none where a model was asked.
        probed: What probes were answered.
    """

    samples: Sequence[Sample]
    usage: Usage
    run: StoredRun
    calls: Calls
    model: KeptModel
    has_callers: bool
    graded: Graded
    rewarded: Rewarded
    joined: Joined
    probed: Probed
    _held: ExitStack = field(repr=False)

    @property
    def notes(self) -> list[str]:
        """Lines for people: what the model says of itself, as it said it last, and what happened around it."""
        calls, detail = self.calls.usage, self.calls.usage.method_detail
        # Of the items the report has it.
        of_calls = [f"haerae_model: {detail}"] if detail and detail != self.usage.method_detail else []
        said = calls.said if calls.computed else self.usage.said
        of_others = [*self.probed.notes, *self.graded.notes, *self.rewarded.notes, *self.joined.notes()]
        return list(dict.fromkeys([*said, *of_calls, *self.usage.notes, *calls.notes, *of_others]))

    def release(self) -> None:
        """Close the model, where tests kept it; what goes wrong becomes a note. Nothing is asked any more."""
        self.calls.end()
        self.usage.notes += self.model.close()

    def close(self) -> None:
        """Close what is open: the model, then the store."""
        self.model.close()
        self._held.close()


def in_order(selection: Iterable[Selected]) -> list[Selected]:
    """Selected items by benchmark, subset, and there as in the data set: one order, whichever door asks."""
    return sorted(selection, key=place_of)


def place_of(entry: Selected) -> tuple[str, str, int, str]:
    """Where an item stands among all: by benchmark and subset, there as in the data set, and then by its test."""
    return entry.benchmark, entry.item.subset, entry.item.index, entry.nodeid


def ask(
    plan: Plan,
    questions: Questions,
    selection: Sequence[Selected],
    progress: Progress,
    callers: Callers | None = None,
) -> Answers:
    """Ask all selected items in one pass and judge the answers.

    Args:
        plan: What is measured.
        questions: Makes the requests.
        selection: The items, in the order in which they are asked: the same run is resumed by the same order.
        progress: Told after each answer.
        callers: The tests that ask the model themselves later on; the model is kept for them, and what they declare is
            asked now. None where there are none.

    Raises:
        UsageError: The model cannot be loaded, or the store cannot be opened.
        StoreError: Answers cannot be kept.
    """
    config, k = plan.config, plan.config.repeats
    wanted = wanted_of(plan, questions, selection, callers)
    asked, asked_keys = wanted.asked, wanted.asked_keys
    joined = None if plan.given is None else plan.given.join(plan, questions, asked, asked_keys)
    tally = Tally(plan, zip((entry for entry in asked for _ in range(k)), asked_keys, strict=True))
    follow(progress, tally.words)
    for notice in plan.notices() if asked else ():
        tell(progress, f"haerae: {notice}")
    model = KeptModel(plan.load, f"--model={config.model_name}", plan.secrets)
    with ExitStack() as held:
        store = Store(config.store)
        held.callback(store.close)
        with ExitStack() as meanwhile:
            waited = meanwhile.enter_context(turn(config.store, wanted.fingerprint, partial(tell, progress)))
            meanwhile.callback(model.close)
            # What the other process asked meanwhile is taken, also where it is finished by now.
            goes_on = config.rerun == "errors" or (waited and config.resume)
            number, resumed = store.begin(
                wanted.fingerprint, resume=config.resume, rerun_errors=goes_on, last=wanted.last
            )
            store.note_identity(number, plan.identity)
            stored = StoredRun(store, number, resumed)
            budget = Budget(config.max_cost, f"--model={config.model_name}")
            make = partial(Engine, model, store, number, reuse=config.reuse, secrets=plan.secrets, budget=budget)
            # A batch's answers are waited for as long as it takes, and what tests ask by themselves is not sent in one.
            send = _batches(plan, store, number, progress).send if config.batch_api else send_directly

            def called(key: str) -> str:
                return asked[asked_keys.index(key) // k].item.id

            engine = make(called=called, limit=None if config.batch_api else config.answer_timeout, send=send)
            second = make(limit=config.answer_timeout, notes_words=False)
            ask_all: AskAll = partial(engine.ask, note=tally.note)
            if joined is not None:
                ask_all = partial(joined.answer, stored, engine.usage)
            responses, own = ask_in_passes(plan, questions, selection, wanted, ask_all=ask_all, progress=progress)
            ask_probes = partial(
                probe,
                plan,
                questions,
                wanted.variants,
                zip(selection, own[::k], strict=True),
                make(limit=None if config.batch_api else config.answer_timeout, notes_words=False, send=send),
                stored=stored,
                progress=progress,
            )
            # What the run itself needs is paid for first; where nothing is paid, the loaded model is asked at once.
            probed = ask_probes() if config.max_cost is None else NOTHING_PROBED
            # Where no test asks, the mapping and its keys are not kept beside the samples.
            calls = Calls(second, plan.identity, responses if callers is not None else None)
            if callers is None:
                engine.usage.notes += model.close()
            else:
                if config.batch_api:
                    tell(progress, "haerae: what tests ask the model themselves is not sent in a batch")
                # What is refused of it is told by the tests that ask it: the items are answered by now.
                with suppress(UsageError) if asked else nullcontext():
                    calls.ask(callers.declared)
            if plan.seconds or plan.reward is not None:
                # Two models at once may be more than fits; a test that asks the first one loads it again.
                engine.usage.notes += model.close()
            graded, rewarded = _ask_seconds(
                plan, questions, selection, own, budget=budget, stored=stored, progress=progress
            )
            if config.max_cost is not None:
                probed = ask_probes()
                engine.usage.notes += model.close() if callers is None else []
            if callers is not None:
                # Until the session's end: no second process asks the same of this store meanwhile.
                held.push(meanwhile.pop_all())
        samples = _samples(plan, selection, own, wanted, tally=tally, graded=graded, rewarded=rewarded)
        engine.usage.cut_short |= graded.cut_short or rewarded.usage.cut_short
        return Answers(
            samples=samples,
            usage=engine.usage,
            run=stored,
            calls=calls,
            model=model,
            has_callers=callers is not None,
            graded=graded,
            rewarded=rewarded,
            joined=joined or Joined(),
            probed=probed,
            _held=held.pop_all(),
        )


def _samples(
    plan: Plan,
    selection: Sequence[Selected],
    own: Sequence[Response | None],
    wanted: Wanted,
    *,
    tally: Tally,
    graded: Graded,
    rewarded: Rewarded,
) -> list[Sample]:
    """The items with their answers and what these came to."""
    k, told = plan.config.repeats, {**graded.verdicts, **rewarded.lost}
    samples = []
    for place, entry in enumerate(selection):
        places = range(k * place, k * (place + 1))
        verdicts = [told.get(at) or tally.verdict(entry, wanted.keys[at], own[at]) for at in places]
        rewards = [rewarded.ranks.get(at) for at in places] if rewarded.ranks else ()
        samples.append(make_sample(entry, [own[at] for at in places], verdicts, plan.config, rewards))
    return samples


def _ask_seconds(
    plan: Plan,
    questions: Questions,
    selection: Sequence[Selected],
    own: Sequence[Response | None],
    *,
    budget: Budget,
    stored: StoredRun,
    progress: Progress,
) -> tuple[Graded, Rewarded]:
    """What second models say of the answers: first those that grade them, then the one that ranks them."""
    graded, rewarded = NOTHING_GRADED, NOTHING_REWARDED

    def answers() -> Iterator[tuple[Selected, Response | None]]:
        return zip((entry for entry in selection for _ in range(plan.config.repeats)), own, strict=True)

    if plan.seconds:
        graded = grade(plan, plan.seconds, answers(), budget=budget, stored=stored, progress=progress)
    if plan.reward is not None:
        rewarded = reward(plan, plan.reward, questions, answers(), budget=budget, stored=stored, progress=progress)
    return graded, rewarded


def _batches(plan: Plan, store: Store, run: int, progress: Progress) -> ProviderBatches:
    return ProviderBatches(
        store,
        run,
        tell=partial(tell, progress),
        show=partial(show, progress),
        patience=plan.config.answer_timeout,
        send_again=plan.config.yes,
        secrets=plan.secrets,
    )
