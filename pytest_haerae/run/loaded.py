"""A model from its loading to its end: whatever it raises there is one line, and costs no answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pytest_haerae.backends.protocol import Model
from pytest_haerae.errors import HaeraeError, UsageError, in_words, raised
from pytest_haerae.escaping import shown
from pytest_haerae.run.patience import NoAnswer, is_timed, patience
from pytest_haerae.types import Usage

_CLOSE_SECONDS = 120.0
_FAILURES = (Exception, SystemExit, asyncio.CancelledError)


def is_failure(error: BaseException) -> bool:
    """Whether what came out of a backend is its failure, which ends no program: an interrupt is nobody's.

    What is no `Exception`, such as `pytest.skip`, is the backend's own, too, unless somebody's timer runs, as that of a
    test with a time limit: then it may be what the timer raised, and stands.
    """
    if isinstance(error, _FAILURES):
        return True
    return not (isinstance(error, KeyboardInterrupt | NoAnswer) or is_timed())


@contextmanager
def loaded(load: Callable[[], Model], usage: Usage, name: str) -> Iterator[Model]:
    """Load a model and close it at the end of the block; what it raises while it closes becomes a note.

    Args:
        load: Loads it.
        usage: Where notes go.
        name: What messages begin with, such as ``--model=mine``.

    Raises:
        UsageError: It cannot be loaded.
    """
    try:
        model = load()
    except HaeraeError:
        raise
    except BaseException as error:
        if not is_failure(error):
            raise
        raise UsageError(f"{name}: it cannot be loaded: {raised(error)}") from None
    try:
        yield model
    finally:
        if problem := _ended_badly(model.close):
            usage.notes.append(f"{name}: its close() {problem}; the answers are whole")


@contextmanager
def ended(answers: Generator[Any], usage: Usage, name: str) -> Iterator[None]:
    """End a backend's generator with the block; what its own end raises becomes a note."""
    try:
        yield
    finally:
        if problem := _ended_badly(answers.close):
            usage.notes.append(f"{name}: at its end, its run() {problem}")


def _ended_badly(close: Callable[[], None]) -> str | None:
    """Call what ends something, within its time; what went wrong, None where nothing did."""
    try:
        with patience(_CLOSE_SECONDS):
            close()
    except NoAnswer:
        return f"did not end within {_CLOSE_SECONDS:g} s"
    except BaseException as error:
        if not is_failure(error):
            raise
        return raised(error)
    return None


def take_words(model: Model, usage: Usage, name: str) -> None:
    """Take over what a model says of itself; what is no such thing is left out, with a note."""
    usage.method_detail = _said(model, "method_detail", _as_detail, usage, name)
    usage.generation = _said(model, "generation", _as_generation, usage, name)
    usage.notes = [*(_said(model, "notes", _as_notes, usage, name) or ()), *usage.notes]


def _said(model: Model, what: str, read: Callable[[Model], Any], usage: Usage, name: str) -> Any:  # noqa: ANN401 - as read
    try:
        return read(model)
    except BaseException as error:
        if not is_failure(error):
            raise
        usage.notes.append(f"{name}: left out of the report: its {what} ({in_words(error)})")
        return None


def _as_detail(model: Model) -> str | None:
    detail: object = model.method_detail
    if detail is None:
        return None
    if isinstance(detail, str):
        return detail.encode(errors="replace").decode()
    raise TypeError(f"{shown(detail)} is no string")


def _as_notes(model: Model) -> list[str]:
    notes: object = model.notes
    if isinstance(notes, str):
        return [notes]
    found: list[Any] = list(notes)  # type: ignore[call-overload] # found out here
    if all(isinstance(note, str) for note in found):
        return found
    raise TypeError(f"{shown(found)} are no lines")


def _as_generation(model: Model) -> dict[str, Any] | None:
    said: object = model.generation()
    if not isinstance(said, Mapping):
        raise TypeError(f"{shown(said)} is no mapping")
    # As JSON has it, so that the report of a run that is resumed says the same.
    found: dict[str, Any] = json.loads(json.dumps({str(name): said[name] for name in said}, allow_nan=False))
    return found or None
