"""Logs of inspect_ai: ``.eval``, a zip of JSON, and ``.json``.

The layout is that of version 0.3.285 (log format 2: `inspect_ai.log.EvalLog` and `EvalSample`, and for ``.eval`` the
recorder `inspect_ai.log._recorders.eval`): ``header.json`` and a file for each sample below ``samples/``, compressed
by zstd or deflate. A sample has `id`, `epoch`, `input`, `choices`, `target`, `messages`, `output` and `error`. An id
may be a number in the order of the data set there, so that a sample is an item only where its text, or its options,
say so too. Epochs are the answers to an item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_haerae.data.rows import lettered_query
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.report.responses.fields import (
    MOST_REPEATS,
    count_in,
    in_order,
    json_file,
    json_object,
    lines_of,
    list_in,
    mapping_in,
    refuse,
    text_in,
    texts_in,
)
from pytest_haerae.report.responses.looks import keys_of
from pytest_haerae.report.responses.zipped import read_members
from pytest_haerae.run.given_questions import GivenQuestion
from pytest_haerae.run.given_responses import OPTION, GivenItem, GivenResponses
from pytest_haerae.types import Response

_EVAL = ".eval"
_HEADER, _START, _SAMPLES = "header.json", "_journal/start.json", "samples/"
_NEWEST = 2
"""The format of a log that is known."""
_ATTACHED = "attachment://"


def takes(path: Path) -> bool:
    """Whether a file looks like one of these."""
    return path.suffix.lower() == _EVAL or keys_of(path) >= {"version", "status", "eval"}


def read(path: Path, columns: Mapping[str, Any]) -> GivenResponses:
    """Read a log.

    Args:
        path: The file.
        columns: Of no log: it says by itself what is what.

    Raises:
        UsageError: It is malformed, of a newer format, or has a sample twice.
    """
    place = f"{OPTION} {path}"
    zipped = path.suffix.lower() == _EVAL
    header, samples = _unzipped(path, place) if zipped else _whole(path, place)
    version = header.get("version")
    if not isinstance(version, int) or not 1 <= version <= _NEWEST:
        raise UsageError(f"{place}: a log of format {version!r}; those up to {_NEWEST} are read")
    answers: dict[str, dict[int, Response | None]] = {}
    asked: dict[str, GivenItem] = {}
    for where, sample in samples:
        name, epoch = _named(sample, where)
        if epoch - 1 in answers.setdefault(name, {}):
            raise UsageError(f"{where}: sample '{name}' of epoch {epoch} stands there twice; keep one")
        answers[name][epoch - 1] = _response(sample, where)
        if name not in asked:  # what happened in a sample may be large, and is not kept
            asked[name] = _item(name, sample, where)
    items = [replace(asked[name], responses=in_order(given)) for name, given in answers.items()]
    spec = mapping_in(header, "eval", place)
    return GivenResponses(
        path, text_in(spec, "model", place) or path.name, items, chat=any(item.shown for item in items)
    )


def _whole(path: Path, place: str) -> tuple[dict[str, Any], Iterator[tuple[str, dict[str, Any]]]]:
    log = json_file(path, place)
    listed = list_in(log, "samples", place) if log.get("samples") is not None else []
    return log, (
        (f"{place}, sample {number}", _object(each, f"{place}, sample {number}"))
        for number, each in enumerate(listed, 1)
    )


def _unzipped(path: Path, place: str) -> tuple[dict[str, Any], Iterator[tuple[str, dict[str, Any]]]]:
    """The header of a zipped log, and its samples, one in memory at a time.

    One that is being written, or was broken off, has only what it was started with.
    """
    members = read_members(path, place)
    header = _HEADER if _HEADER in members else _START
    if header not in members:
        raise UsageError(f"{place}: has no {_HEADER}, so it is no log of inspect")
    names = [name for name in members if name.startswith(_SAMPLES) and name.endswith(".json")]
    found = json_object(members[header](), f"{place}, {header}")
    return found, ((where, json_object(members[name](), where)) for name in names for where in [f"{place}, {name}"])


def _object(value: Any, place: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        raise UsageError(f"{place}: is no JSON object")
    return value


def _named(sample: Mapping[str, Any], where: str) -> tuple[str, int]:
    name, epoch = sample.get("id"), sample.get("epoch")
    if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
        refuse(where, "id", f"is {name!r}, not a text or a number")
    if not isinstance(epoch, int) or isinstance(epoch, bool) or not 1 <= epoch <= MOST_REPEATS:
        refuse(where, "epoch", f"is {epoch!r}, not a number from 1")
    return str(name), epoch


def _item(name: str, sample: Mapping[str, Any], where: str) -> GivenItem:
    said = sample.get("input")
    texts = (
        [said] if isinstance(said, str) else [text for _, text in _messages(list_in(sample, "input", where), sample)]
    )
    options = texts_in(sample, "choices", where) or None
    # The form in which a data set lays out a question with its options.
    forms = [lettered_query(text, options) for text in texts] if options else []
    target = sample.get("target")
    targets = (target,) if isinstance(target, str) else texts_in(sample, "target", where) or ()
    return GivenItem(
        name,
        (),
        f"sample '{name}'",
        shown=_shown(sample),
        question=GivenQuestion((*texts, *forms), options, tuple(filter(None, targets)), is_named=True),
    )


def _shown(sample: Mapping[str, Any]) -> str:
    """What was sent before the first answer, as reports show a chat."""
    asked = []
    messages = sample.get("messages")
    for role, text in _messages(messages if isinstance(messages, list) else [], sample):
        if role == "assistant":
            break
        asked.append(f"[{role}]\n{text}")
    return "\n\n".join(asked)


def _messages(listed: list[Any], sample: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for message in listed:
        if isinstance(message, dict):
            yield str(message.get("role")), _parts(message.get("content"), sample)[0]


def _response(sample: Mapping[str, Any], where: str) -> Response | None:
    """An answer; None where there is none, or its sample was declared invalid."""
    if sample.get("invalidation") is not None:
        return None
    if (error := sample.get("error")) is not None:
        words = error.get("message") if isinstance(error, dict) else error
        return Response(error=error_line(str(words or "an error without a message")))
    output = mapping_in(sample, "output", where)
    choices = output.get("choices")
    if not isinstance(choices, list) or not choices:
        return Response(error=error_line(str(output["error"]))) if output.get("error") else None
    choice = _object(choices[0], where)
    text, reasoning = _parts(mapping_in(choice, "message", where).get("content"), sample)
    usage = output.get("usage")
    tokens = usage if isinstance(usage, dict) else {}
    reason = choice.get("stop_reason")
    return Response(
        text,
        finish_reason=reason if isinstance(reason, str) else None,
        reasoning=reasoning or None,
        prompt_tokens=count_in(tokens, "input_tokens"),
        completion_tokens=count_in(tokens, "output_tokens"),
        reasoning_tokens=count_in(tokens, "reasoning_tokens"),
        cached_tokens=count_in(tokens, "input_tokens_cache_read"),
    )


def _parts(content: Any, sample: Mapping[str, Any]) -> tuple[str, str]:  # noqa: ANN401 - JSON
    """The text and the reasoning of a message."""
    if isinstance(content, str):
        return _attached(content, sample), ""
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    found: dict[str, list[str]] = {"text": [], "reasoning": []}
    for part in parts:
        kind = part.get("type")
        value = part.get("summary") if part.get("redacted") else part.get(str(kind))
        if kind in found and isinstance(value, str):
            found[kind].append(_attached(value, sample))
    return lines_of(found["text"]), lines_of(found["reasoning"])


def _attached(text: str, sample: Mapping[str, Any]) -> str:
    """A text, which may be kept once beside the messages."""
    kept = sample.get("attachments")
    if text.startswith(_ATTACHED) and isinstance(kept, dict):
        found = kept.get(text.removeprefix(_ATTACHED))
        return found if isinstance(found, str) else text
    return text
