from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.run.calls import Calls, CallTotals, known_sum
from pytest_haerae.run.engine import Engine
from pytest_haerae.run.keys import response_key
from pytest_haerae.run.loaded import KeptModel
from pytest_haerae.run.store import Store
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import Message, Request, Response
from tests.helpers import time_limit

Made = Callable[..., Calls]


class Counting(ScriptedBackend):
    """Notes what each pass asked; answers with the request's text."""

    def __init__(self, error: str | None = None, refusal: str | None = None, seconds: float = 0) -> None:
        super().__init__()
        self.passes: list[list[str]] = []
        self._error, self._refusal, self.seconds = error, refusal, seconds

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        self.passes.append([request.context for request in requests])
        assert len({(request.kind, request.sampling, request.repeat) for request in requests}) == 1
        if self._refusal and requests[0].kind == "loglikelihood":
            raise UsageError(self._refusal)
        time.sleep(self.seconds)
        for index, request in enumerate(requests):
            if request.context == self._error:
                yield index, Response(error="HTTP 500")
            elif request.kind == "generate":
                yield index, Response(text=request.context, prompt_tokens=2, completion_tokens=3, cost_usd=0.5)
            else:
                yield index, Response(loglikelihoods=tuple(-1.0 for _ in request.continuations))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Made]:
    with closing(Store(tmp_path / "s.sqlite")) as store:

        def made(backend: Counting, items: Mapping[str, Response] | None = None) -> Calls:
            number = store.begin("f", resume=True, rerun_errors=False)[0]
            return Calls(Engine(KeptModel(lambda: backend, "--model=mine"), store, number), "identity", items)

        yield made


def generate(text: str, **more: object) -> Request:
    return Request("generate", text, **more)  # type: ignore[arg-type] # as the field has it


def test_an_equal_question_shares_the_answer(make: Made) -> None:
    backend = Counting()
    calls = make(backend)
    assert [answer.text for answer in calls.ask([generate("a"), generate("b"), generate("a")])] == ["a", "b", "a"]
    assert calls.ask([generate("a")])[0].text == "a"
    assert backend.passes == [["a", "b"]]
    assert calls.totals() == CallTotals(2, 0, 0, 4, 6, 1.0)


def test_what_differs_is_asked_in_passes_of_its_own_and_answered_in_order(make: Made) -> None:
    backend = Counting()
    requests = [
        generate("a", repeat=1),
        Request("loglikelihood", "c", (" x", " y")),
        generate("a"),
        generate("a", sampling=(("temperature", 1.0),)),
        generate("b"),
    ]
    answers = make(backend).ask(requests)
    assert [answer.text for answer in answers] == ["a", None, "a", "a", "b"]
    assert answers[1].loglikelihoods == (-1.0, -1.0)
    assert sorted(map(sorted, backend.passes)) == [["a"], ["a"], ["a", "b"], ["c"]]


def test_what_threads_ask_meanwhile_is_asked_in_one_pass(make: Made) -> None:
    backend = Counting(seconds=0.2)
    calls = make(backend)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(calls.ask, [generate("first")])
        while not backend.passes:
            time.sleep(0.001)
        others = [pool.submit(calls.ask, [generate(str(number))]) for number in range(8)]
        assert first.result()[0].text == "first"
        assert [other.result()[0].text for other in others] == [str(number) for number in range(8)]
    assert len(backend.passes) == 2
    assert sorted(backend.passes[1]) == [str(number) for number in range(8)]


def test_what_a_threads_pass_answered_meanwhile_is_not_asked_once_more(make: Made) -> None:
    backend = Counting(seconds=0.2)
    calls = make(backend)
    with ThreadPoolExecutor(9) as pool:
        same = [pool.submit(calls.ask, [generate("one")]) for _ in range(9)]
        assert {each.result()[0].text for each in same} == {"one"}
    assert [prompt for asked in backend.passes for prompt in asked] == ["one"]
    assert (calls.usage.computed, calls.usage.reused) == (1, 0)


def test_an_error_is_kept_for_the_session_and_leaves_the_run_open(make: Made) -> None:
    backend = Counting(error="a")
    calls = make(backend)
    assert not calls.failed
    assert [answer.error for answer in calls.ask([generate("a"), generate("b")])] == ["HTTP 500", None]
    assert calls.ask([generate("a")])[0].error == "HTTP 500"
    assert backend.passes == [["a", "b"]]
    assert calls.failed
    assert calls.totals().errors == 1


def test_what_a_tests_own_time_limit_cut_off_is_asked_again(make: Made) -> None:
    backend = Counting(seconds=60)
    calls = make(backend)
    with pytest.raises(pytest.fail.Exception), time_limit(pytest.fail.Exception("time")):
        calls.ask([generate("a")])
    assert calls.used
    assert calls.failed
    assert calls.totals() == CallTotals(1, 0, 1, None, None, None)
    backend.seconds = 0
    assert calls.ask([generate("a")])[0].text == "a"
    assert not calls.failed


def test_a_refusal_is_repeated_and_not_tried_again_and_other_kinds_go_on(make: Made) -> None:
    backend = Counting(refusal="it cannot score")
    calls = make(backend)
    for _ in range(2):
        with pytest.raises(UsageError, match=r"^it cannot score$"):
            calls.ask([Request("loglikelihood", "c", (" x",))])
    assert backend.passes == [["c"]]
    assert calls.ask([generate("a")])[0].text == "a"
    assert calls.failed


def test_another_threads_refusal_is_not_this_ones(make: Made) -> None:
    """A pass takes along what others ask; where it is refused, each of them is told in its own thread."""
    backend = Counting(refusal="it cannot score", seconds=0.1)
    calls = make(backend)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(calls.ask, [generate("first")])
        while not backend.passes:
            time.sleep(0.001)
        refused = pool.submit(calls.ask, [Request("loglikelihood", "c", (" x",))])
        answered = pool.submit(calls.ask, [generate("a")])
        assert first.result()[0].text == "first"
        with pytest.raises(UsageError, match="it cannot score"):
            refused.result()
        assert answered.result()[0].text == "a"


def test_another_session_of_the_same_run_takes_what_is_stored(make: Made) -> None:
    make(Counting()).ask([generate("a"), generate("b")])
    backend = Counting()
    calls = make(backend)
    calls.ask([generate("a"), generate("c")])
    assert backend.passes == [["c"]]
    assert (calls.totals().computed, calls.totals().reused) == (1, 1)


def test_what_an_items_answer_cost_is_not_added_once_more(make: Made) -> None:
    """Of an item that ended in an error nothing is known to have been paid; its question is asked again."""
    same, failed, own = generate("a"), generate("b"), generate("c")
    items = {response_key("identity", same): Response(text="a", prompt_tokens=2, completion_tokens=3, cost_usd=0.5)}
    items[response_key("identity", failed)] = Response(error="HTTP 500")
    calls = make(Counting(), items=items)
    calls.ask([same])
    assert calls.totals() == CallTotals(1, 0, 0, None, None, None)
    calls.ask([same, failed, own])
    assert calls.totals() == CallTotals(3, 0, 0, 4, 6, 1.0)


def test_only_what_is_known_is_added_up() -> None:
    assert known_sum([None, 1, None, 2]) == 3
    assert known_sum([None, None]) is None
    assert known_sum([]) is None


def test_a_refusal_is_of_its_own_sampling(make: Made) -> None:
    class Picky(Counting):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            if requests[0].sampling:
                raise UsageError("too hot")
            yield from super().run(requests)

    calls = make(Picky())
    with pytest.raises(UsageError, match="too hot"):
        calls.ask([generate("a", sampling=(("temperature", 9.0),))])
    assert calls.ask([generate("a")])[0].text == "a"


def test_a_refusal_of_chats_is_not_one_of_texts(make: Made) -> None:
    class Plain(Counting):
        def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
            if any(request.messages for request in requests):
                raise UsageError("it cannot score chats")
            yield from super().run(requests)

    calls = make(Plain())
    text = Request("loglikelihood", "c", (" x",))
    with pytest.raises(UsageError, match="it cannot score chats"):
        calls.ask([Request("loglikelihood", "", (" x",), (Message("user", "c"),)), text])
    assert calls.ask([text])[0].loglikelihoods == (-1.0,)


def test_after_the_end_nothing_is_asked(make: Made) -> None:
    backend = Counting()
    calls = make(backend)
    calls.ask([generate("a")])
    calls.end()
    assert calls.ask([generate("a")])[0].text == "a", "what is known is known"
    with pytest.raises(UsageError, match="the session has ended"):
        calls.ask([generate("b")])
    assert backend.passes == [["a"]]
