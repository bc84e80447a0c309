"""What holding two copies of a model against each other needs of a sample: numbers and hashes, no texts."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pytest_haerae.backends.api.scoring import NOT_LISTED
from pytest_haerae.gates.compatibility import Measured
from pytest_haerae.report.read import read_kept
from pytest_haerae.report.schema import Info, SampleRow
from pytest_haerae.statistics.pairing import ANSWERED, Outline, outline_of


class Trace(NamedTuple):
    """A sample without its texts.

    Attributes:
        outline: Which item it is of, and how it was judged.
        prediction: The letter that was read as the answer; None where none was, and of free text.
        options: How many options the item has; 0 of free text.
        loglikelihoods: Of each option; None where there are none.
        written: Hash of all that was generated; None where nothing was.
        prompt_tokens: Tokens of the prompt of one answer; None where they are not known, or of a conversation, whose
            later prompts hold answers.
        chat: Whether it was sent as a chat.
        squeezed: Hash of the text as sent without its white space.
        truncated: Whether the context was cut from the left.
        unlisted: Whether it has no answer because a label was not among the listed tokens.
        answers: How many answers were asked for.
    """

    outline: Outline
    prediction: str | None
    options: int
    loglikelihoods: tuple[float, ...] | None
    written: int | None
    prompt_tokens: int | None
    chat: bool
    squeezed: int
    truncated: bool
    unlisted: bool
    answers: int

    @property
    def answered(self) -> bool:
        """Whether it counts in n."""
        return self.outline.outcome in ANSWERED

    @property
    def input(self) -> int:
        """Hash of the text as sent."""
        return self.outline.mark.input


class TracedReport(NamedTuple):
    """A report whose samples are traces."""

    info: Info
    samples: list[Trace]

    def measured(self) -> Measured:
        """How each of its data sets was measured."""
        return Measured.of_report(self.info, (sample.outline.mark.dataset for sample in self.samples))


def read_traces(path: Path, place: str) -> TracedReport:
    """Read a report, as `read.read_report` does.

    Args:
        path: The file.
        place: What the user named it by, for messages.

    Raises:
        UsageError: It is none.
    """
    report, samples, _ = read_kept(path, place, trace_of)
    return TracedReport(report["info"], samples)


def trace_of(row: SampleRow) -> Trace:
    """A sample without its texts."""
    values, options = row["loglikelihoods"], row["options"]
    return Trace(
        outline=outline_of(row),
        prediction=row["prediction"] if options else None,
        options=len(options or ()),
        loglikelihoods=None if values is None else tuple(values),
        written=_written(row),
        prompt_tokens=_prompt_tokens(row),
        chat=bool(row.get("messages")),
        squeezed=hash("".join(row["input"].split())),
        truncated=bool(row.get("truncated")),
        unlisted=NOT_LISTED in (row["error"] or ""),
        answers=len(row.get("answers") or ()) or 1,
    )


def _written(row: SampleRow) -> int | None:
    answers = row.get("answers")
    texts = tuple(each["raw_output"] for each in answers) if answers else (row["raw_output"],)
    turns = tuple(turn["answer"] for turn in row.get("turns") or ())
    return hash((texts, turns)) if any(text is not None for text in texts) else None


def _prompt_tokens(row: SampleRow) -> int | None:
    answers = row.get("answers")
    if row.get("turns"):
        return None
    return (answers[0] if answers else row)["tokens"]["prompt"]
