"""A model from its loading to its end: whatever it raises there is one line, and costs no answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pytest_haerae.backends.protocol import Model
from pytest_haerae.errors import HaeraeError, UsageError, in_words, raised
from pytest_haerae.escaping import shown
from pytest_haerae.redact import error_line
from pytest_haerae.run.patience import NoAnswer, TimeIsUp, patience
from pytest_haerae.run.usage import Usage

_CLOSE_SECONDS = 120.0


def is_failure(error: BaseException) -> bool:
    """Whether what came out of a backend is its failure, which ends no program: an interrupt is nobody's.

    What is no `Exception`, such as `pytest.skip`, is the backend's own, too.
    """
    return not isinstance(error, KeyboardInterrupt | NoAnswer | TimeIsUp)


class KeptModel:
    """A model that is loaded when it is first needed, once, and kept until it is closed.

    Args:
        load: Loads it.
        name: What messages begin with, such as ``--model=mine``.
        secrets: Texts that must not appear in what `close` says.
    """

    def __init__(self, load: Callable[[], Model], name: str, secrets: Sequence[str] = ()) -> None:
        self.name = name
        self._secrets = secrets
        self._load = load
        self._model: Model | None = None
        self._refusal: str | None = None

    def get(self) -> Model:
        """The model.

        Raises:
            UsageError: It cannot be loaded; it is not tried again.
        """
        if self._refusal is not None:
            raise UsageError(self._refusal)
        if self._model is None:
            try:
                self._model = self._load()
            except UsageError as error:
                self._refusal = str(error)
                raise
            except HaeraeError:
                raise
            except BaseException as error:
                if not is_failure(error):
                    raise
                self._refusal = f"{self.name}: it cannot be loaded: {raised(error)}"
                raise UsageError(self._refusal) from None
        return self._model

    def close(self) -> list[str]:
        """Release it, where it was loaded; it can be loaded again.

        Returns:
            What went wrong, in redacted lines for people.
        """
        model, self._model = self._model, None
        problem = None if model is None else _ended_badly(model.close)
        return (
            [error_line(f"{self.name}: its close() {problem}; the answers are whole", self._secrets)] if problem else []
        )


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
    """Take over what a model says of itself, in place of what it said before.

    What is no such thing is left out, with a note.
    """
    usage.method_detail = _said(model, "method_detail", _as_detail, usage, name)
    usage.generation = _said(model, "generation", _as_generation, usage, name)
    usage.said = list(_said(model, "notes", _as_notes, usage, name) or ())


def _said(model: Model, what: str, read: Callable[[Model], Any], usage: Usage, name: str) -> Any:  # noqa: ANN401 - as read
    try:
        return read(model)
    except BaseException as error:
        if not is_failure(error):
            raise
        note = f"{name}: left out of the report: its {what} ({in_words(error)})"
        usage.notes += [note] if note not in usage.notes else []
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
