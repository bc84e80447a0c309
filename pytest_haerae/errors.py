"""Errors that a user sees as one clear line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_haerae.types import Verdict


class _Worded:
    """Words that are shown as they are: each is one line without secrets, whatever it quotes."""

    def __init__(self, *words: object) -> None:
        # Imported here: every pytest start imports this module.
        from pytest_haerae.escaping import line
        from pytest_haerae.redact import redact_text

        super().__init__(*(line(redact_text(word)) if isinstance(word, str) else word for word in words))


class HaeraeError(_Worded, Exception):
    """Base of every error this package raises on purpose."""


class UsageError(HaeraeError):
    """Bad input: the message names the thing, the place and the way out. Exit code 4."""


class AnswerRefused(UsageError):  # noqa: N818 - what is refused is the answer
    """A backend ends the run over one answer: no other would fare better.

    Attributes:
        index: The place of its request among those that the backend was given.
    """

    index: int = 0


class StoreError(HaeraeError):
    """Responses cannot be kept (disk full, file not writable); the run stops rather than lose answers."""


class WrongAnswer(_Worded, AssertionError):  # noqa: N818 - pytest users read it as an outcome, not as an exception's name
    """The model answered, and the answer is wrong or could not be read. Raised by `assert_correct`.

    Attributes:
        verdict: The verdict that it says; None where somebody else raised it: that is an assertion like any other.
    """

    verdict: Verdict | None = None


class ScorerFailure(HaeraeError):  # noqa: N818 - what failed is the scorer, not this program
    """A scorer gave no verdict on an item: it raised, did not end or returned something else. The item is an error."""


class UnmeasurableRun(HaeraeError):  # noqa: N818 - what is wrong is the run, not this program
    """More items ended in an error, or have no readable verdict of a judge, than is allowed, so there is no score."""


class BackendFailure(HaeraeError):  # noqa: N818 - what failed is the backend, not this program
    """The backend gave no answer for one item, after its retries. Never counted as a wrong answer."""


def raised(error: BaseException) -> str:
    """Word what somebody else's function raised, in one line with the place, as no traceback follows."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    words = " ".join(f"raised {type(error).__name__}: {in_words(error)}".split())
    return words if trace is None else f"{words} ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"


def in_words(error: BaseException) -> str:
    """An exception's own words, or that they raise, too."""
    try:
        return str(error)
    except Exception:  # somebody else's
        return "(its words cannot be had)"


def unknown(kind: str, name: str, valid: Iterable[str]) -> str:
    """Word the error for a name that does not exist, with the nearest match and every valid value.

    Args:
        kind: What the name stands for, such as ``"backend"``.
        name: The name as given.
        valid: The names that exist.

    Returns:
        One line, such as ``unknown backend 'vlm': did you mean 'vllm'? Valid: openai, vllm``.
    """
    # Imported here: every pytest start imports this module.
    import difflib

    names = sorted(valid)
    # A subset's name alone, where it goes with its benchmark's, is nearer than it looks.
    with_more = [each for each in names if each.endswith(f"/{name}")]
    # A letter in the place of the digit that looks like it: difflib sees one wrong letter like any other.
    lookalikes = [each for each in names if _looks(each) == _looks(name)]
    nearest = with_more or lookalikes or difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f": did you mean '{nearest[0]}'?" if nearest else "."
    return f"unknown {kind} '{name}'{hint} Valid: {', '.join(names) or '(none)'}"


def _looks(name: str) -> str:
    return name.casefold().translate(str.maketrans("ol", "01"))
