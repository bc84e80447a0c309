"""Runs what the store does not have, in one pass, and turns what goes wrong into error responses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import perf_counter

from pytest_haerae.backends.arrivals import ContractBroken, arriving
from pytest_haerae.backends.protocol import Backend, Model
from pytest_haerae.errors import AnswerRefused, HaeraeError, UsageError
from pytest_haerae.escaping import shown
from pytest_haerae.interrupts import holdable_interrupts
from pytest_haerae.lazy import LazySequence
from pytest_haerae.redact import error_line, redact_text
from pytest_haerae.run.budget import Budget
from pytest_haerae.run.loaded import KeptModel, ended, is_failure, take_words
from pytest_haerae.run.patience import NoAnswer, others_time_limit, patience, unswallowed_interrupts
from pytest_haerae.run.store import Store
from pytest_haerae.run.usage import Usage
from pytest_haerae.run.validation import Malformed, masked, thought_apart, validated_answer
from pytest_haerae.types import Request, Response

Progress = Callable[[int, int], None]
"""Called with the number of answered requests, and of all."""

Send = Callable[[Model, Sequence[str], Sequence[Request]], Iterator[tuple[int, Response]]]
"""Puts requests, with their keys, to a model; yields as a backend's `run` does."""


def send_directly(model: Model, keys: Sequence[str], requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
    """Have the model itself run requests."""
    return model.run(requests)


class Engine:
    """Requests to one model, through one run of a store.

    Args:
        model: The model; whoever made it closes it.
        store: Where responses are kept.
        run: The run's number in the store.
        reuse: Take answers of any run.
        secrets: Texts that must not appear in an error message.
        limit: Seconds that the next answer is waited for; None for no limit.
        notes_words: Keep what the backend says of itself as the run's, for the report of its items.
        budget: What may be spent; None for no limit.
        called: What the item of a key is called, for messages; empty where there is none.
        send: How requests are put to the model.
    """

    def __init__(
        self,
        model: KeptModel,
        store: Store,
        run: int,
        *,
        reuse: bool = False,
        secrets: Sequence[str] = (),
        limit: float | None = None,
        notes_words: bool = True,
        budget: Budget | None = None,
        called: Callable[[str], str] = lambda key: "",
        send: Send = send_directly,
    ) -> None:
        self._send = send
        self._called = called
        self._budget = budget or Budget()
        self._model = model
        self._store = store
        self._run = run
        self._reuse = reuse
        self._secrets = secrets
        self._name = model.name
        self._limit = limit
        self._notes_words = notes_words
        self.usage = Usage()

    def ask(
        self,
        keys: Sequence[str],
        requests: Sequence[Request],
        progress: Progress,
        note: Callable[[str, Response], None] = lambda key, response: None,
    ) -> Mapping[str, Response]:
        """Answer requests; called again, the next ones: what was used adds up.

        Args:
            keys: Each request's key; of equal ones one is asked.
            requests: What to ask, all of one kind and with the same sampling.
            progress: Told after each answer.
            note: Told of each answer that arrives, by its key, once it is stored.

        Returns:
            One response a key; each is an answer or an error.

        Raises:
            UsageError: The model cannot be loaded, or refuses this kind of run as a whole.
            StoreError: Answers cannot be kept.
            BaseException: What somebody's timer raised meanwhile, as it is.
        """
        started = perf_counter()
        missing: dict[str, int] = {}
        for index, key in enumerate(keys):
            missing.setdefault(key, index)
        answers = self._stored(missing)
        for key in answers:
            del missing[key]
        self.usage.reused += len(answers)
        self.usage.computed += len(missing)
        if missing:
            try:
                with others_time_limit():
                    self._compute(missing, requests, answers, progress, note)
            except HaeraeError as error:
                # It may be in a server's words, and servers repeat the keys they refuse.
                raise type(error)(redact_text(str(error), self._secrets)) from None
        self.usage.said = [error_line(note, self._secrets) for note in self.usage.said]
        self.usage.notes = [error_line(note, self._secrets) for note in self.usage.notes]
        self.usage.seconds += perf_counter() - started
        if self._notes_words:
            self.usage.method_detail, self.usage.generation = self._store.words(self._run)
        elif self.usage.method_detail:
            self.usage.method_detail = error_line(self.usage.method_detail, self._secrets)
        return answers

    def _stored(self, keys: Iterable[str]) -> dict[str, Response]:
        """The answers that the store has, of this run or, with `reuse`, of any."""
        found = {key: thought_apart(response) for key, response in self._store.get_many(self._run, keys)}
        for response in found.values():
            self._budget.pay(response)
        if self._reuse:
            for key, response in self._store.get_many(
                self._run, [key for key in keys if key not in found], any_run=True
            ):
                found[key] = thought_apart(response)
                self._store.put(self._run, key, response)
        return found

    def _compute(
        self,
        missing: Mapping[str, int],
        every: Sequence[Request],
        answers: dict[str, Response],
        progress: Progress,
        note: Callable[[str, Response], None],
    ) -> None:
        """Ask for what is missing: keys, and where their requests stand among `every`."""
        keys, requests = list(missing), LazySequence(every.__getitem__, list(missing.values()))
        done, total = len(answers), len(answers) + len(missing)
        progress(done, total)
        if self._budget.is_spent:
            self._fail_others(keys, answers, self._budget.words())
            return
        problem: BaseException | str = "the backend ended without an answer"
        backend = self._model.get()
        if isinstance(backend, Backend):
            backend.proven = bool(answers)
        arrived = arriving(lambda: self._send(backend, keys, requests), len(requests), self._name)
        try:
            with (
                unswallowed_interrupts() as presses,
                holdable_interrupts() as hold,
                ended(arrived, self.usage, self._name),
            ):
                while not self._budget.is_spent and (answer := self._next(arrived)) is not None:
                    index, response = answer
                    with hold:
                        checked = masked(self._checked(requests[index], response), self._secrets)
                        self._store.put(self._run, keys[index], checked)
                        answers[keys[index]] = told = thought_apart(checked)
                    self._budget.pay(checked)
                    note(keys[index], told)
                    done += 1
                    progress(done, total)
                    presses.heed()
        except ContractBroken as error:
            self._store.take_back(self._run, [key for key in keys if key in answers])
            raise ContractBroken(f"{error}; none of the answers that it gave now is kept") from None
        except AnswerRefused as error:
            item = self._called(keys[error.index])
            raise UsageError(f"{item}: {error}" if item else str(error)) from None
        except HaeraeError:
            raise
        except NoAnswer as error:
            problem = f"{self._name}: {error} (--answer-timeout)"
        except BaseException as error:
            if not is_failure(error):
                raise
            problem = error
        take_words(backend, self.usage, self._name)
        if self._notes_words:
            self._store.note_words(self._run, self.usage.method_detail, self.usage.generation)
        self._fail_others(keys, answers, self._budget.words() if self._budget.is_spent else problem)

    def _fail_others(self, keys: Sequence[str], answers: dict[str, Response], problem: BaseException | str) -> None:
        """Note why the keys without an answer have none."""
        left = [key for key in keys if key not in answers]
        self.usage.cut_short |= bool(left) and self._budget.is_spent
        for key in left:
            answers[key] = self._failed(problem)
            self._store.put(self._run, key, answers[key])

    def _next(self, arrived: Iterator[tuple[int, Response]]) -> tuple[int, Response] | None:
        """The next answer, waited for no longer than the limit; None after the last one."""
        with patience(self._limit):
            return next(arrived, None)

    def _failed(self, problem: BaseException | str) -> Response:
        line = error_line(problem, self._secrets) or "unknown error"
        # Half of a surrogate pair is no character: neither a file nor the store takes it.
        return Response(error=line.encode(errors="replace").decode())

    def _checked(self, request: Request, response: Response) -> Response:
        """Refuse an answer that is none: wrong kind or count, not a number; an error is one redacted line."""
        if response.error is not None:
            return self._failed(response.error if isinstance(response.error, str) else shown(response.error))
        try:
            return validated_answer(request, response)
        except Malformed as error:
            return self._failed(f"{self._name} gave {error}")
