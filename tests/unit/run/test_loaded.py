from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.run import loaded as module
from pytest_haerae.run.loaded import KeptModel, ended, is_failure, take_words
from pytest_haerae.run.patience import NoAnswer, TimeIsUp, others_time_limit
from pytest_haerae.run.usage import Usage
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import Request, Response
from tests.helpers import time_limit

FAILURES = [
    RuntimeError("out of luck"),
    SystemExit(0),
    asyncio.CancelledError("out of luck"),
    GeneratorExit("out of luck"),
    pytest.skip.Exception("out of luck"),
]


class Told(ScriptedBackend):
    """Says of itself what it is told to."""

    told: Mapping[str, Any]

    def __init__(self, **told: Any) -> None:  # noqa: ANN401 - whatever a backend may say
        super().__init__()
        self.told = told
        for name in ("method_detail", "notes"):
            if name in told:
                setattr(self, name, told[name])

    def generation(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.told.get("generation", {})
        return found


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_d5_an_init_that_raises_is_one_line_that_names_the_backend(failure: BaseException) -> None:
    """D5: a backend's `__init__` that raised: a traceback, and with `sys.exit(0)` a green run."""

    def load() -> ScriptedBackend:
        raise failure

    words = rf"^--model=mine: it cannot be loaded: raised {type(failure).__name__}: .* \(.*test_loaded\.py:\d+\)$"
    model = KeptModel(load, "--model=mine")
    with pytest.raises(UsageError, match=words):
        model.get()


def test_what_cannot_be_loaded_is_not_tried_again() -> None:
    loads: list[int] = []

    def load() -> ScriptedBackend:
        loads.append(1)
        raise UsageError("not for you") if len(loads) == 1 else RuntimeError("a second time")

    model = KeptModel(load, "--model=mine")
    for _ in range(2):
        with pytest.raises(UsageError, match=r"^not for you$"):
            model.get()
    assert model.close() == []


def test_a_model_is_loaded_once_until_it_is_closed() -> None:
    loads: list[ScriptedBackend] = []

    def load() -> ScriptedBackend:
        loads.append(ScriptedBackend())
        return loads[-1]

    model = KeptModel(load, "--model=mine")
    assert model.get() is model.get() is loads[0]
    assert (model.close(), model.close()) == ([], [])
    assert loads[0].closed
    assert model.get() is loads[1]


def test_a_refusal_to_load_keeps_its_words() -> None:
    def load() -> ScriptedBackend:
        raise UsageError("not for you")

    with pytest.raises(UsageError, match=r"^not for you$"):
        KeptModel(load, "--model=mine").get()


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_d5_a_close_that_raises_is_a_note(failure: BaseException) -> None:
    """D5: a backend's `close()` that raised: a traceback, and no report."""

    class Stuck(ScriptedBackend):
        def close(self) -> None:
            raise failure

    model = KeptModel(Stuck, "--model=mine")
    model.get()
    (note,) = model.close()
    assert note.startswith(f"--model=mine: its close() raised {type(failure).__name__}: ")


def test_d5_a_close_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    class Stuck(ScriptedBackend):
        def close(self) -> None:
            time.sleep(60)

    monkeypatch.setattr(module, "_CLOSE_SECONDS", 0.1)
    model = KeptModel(Stuck, "--model=mine")
    model.get()
    assert model.close() == ["--model=mine: its close() did not end within 0.1 s; the answers are whole"]


@pytest.mark.filterwarnings("error")
def test_what_a_generator_raises_at_its_end_is_a_note() -> None:
    def run(requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        try:
            yield 0, Response(text="")
        finally:
            raise OSError("the socket is gone")

    usage = Usage()
    answers: Any = run([])
    with ended(answers, usage, "--model=mine"):
        next(answers)
    (note,) = usage.notes
    assert note.startswith("--model=mine: at its end, its run() raised OSError: the socket is gone")


def test_what_a_backend_says_of_itself_is_taken_over() -> None:
    usage = Usage(notes=["before"])
    take_words(Told(method_detail="echo", notes=("a", "b"), generation={"top_k": 4}), usage, "--model=mine")
    assert (usage.method_detail, usage.said, usage.generation) == ("echo", ["a", "b"], {"top_k": 4})
    take_words(Told(notes=("a", "c")), usage, "--model=mine")
    assert (usage.method_detail, usage.said, usage.generation) == (None, ["a", "c"], None)
    assert usage.notes == ["before"]


@pytest.mark.parametrize(
    ("told", "note"),
    [
        ({"method_detail": 7}, "its method_detail (7 is no string)"),
        ({"notes": 5}, "its notes ('int' object is not iterable)"),
        ({"notes": [5]}, "its notes ([5] are no lines)"),
        ({"generation": 5}, "its generation (5 is no mapping)"),
        ({"generation": {"x": math.nan}}, "its generation (Out of range float values are not JSON compliant"),
        ({"generation": {"x": b"1"}}, "its generation (Object of type bytes is not JSON serializable"),
    ],
)
def test_d2_malformed_words_are_left_out_with_a_note(told: dict[str, Any], note: str) -> None:
    usage = Usage()
    take_words(Told(**told), usage, "--model=mine")
    assert (usage.method_detail, usage.generation) == (None, None)
    (line,) = usage.notes
    assert line.startswith(f"--model=mine: left out of the report: {note}")


def test_one_string_is_one_note_and_half_a_character_none() -> None:
    usage = Usage()
    take_words(Told(notes="a note", method_detail="\ud83d"), usage, "--model=mine")
    assert (usage.said, usage.method_detail) == (["a note"], "?")


def test_an_interrupt_is_no_failure_and_neither_is_the_end_of_somebodys_time() -> None:
    assert not any(map(is_failure, [KeyboardInterrupt(), NoAnswer(), TimeIsUp()]))
    assert all(map(is_failure, FAILURES))


@pytest.mark.parametrize("raised", [pytest.fail.Exception("time"), TimeoutError("time")], ids=repr)
def test_a_model_whose_loading_took_too_long_for_one_test_is_loaded_for_the_next(raised: BaseException) -> None:
    seconds = iter([60, 0])

    def load() -> ScriptedBackend:
        time.sleep(next(seconds))
        return ScriptedBackend()

    model = KeptModel(load, "--model=mine")
    with pytest.raises(type(raised), match="time"), time_limit(raised), others_time_limit():
        model.get()
    assert isinstance(model.get(), ScriptedBackend)
