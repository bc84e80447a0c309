"""The output of a batch in OpenAI's protocol: a .jsonl file of answers, each with the ``custom_id`` of its request.

The layout is that of OpenAI's batch API for ``/v1/chat/completions`` and ``/v1/completions`` as of 2026, which vLLM's
``run-batch`` writes as well; it is read as the answers of ``--batch-api`` are. The file does not say what was asked, so
that `custom_id` has to be an item's id or key. Of several choices each is an answer of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_haerae.backends.api.answers import checked, field, read_answer
from pytest_haerae.backends.api.batch_lines import is_left_over, refusal_in
from pytest_haerae.backends.api.failures import worded
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.tables import read_placed_rows
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.report.responses.fields import refuse, text_in
from pytest_haerae.report.responses.looks import first_object
from pytest_haerae.run.given_responses import OPTION, GivenItem, GivenResponses
from pytest_haerae.types import Response

_CHAT = "message"
"""What a choice of a chat has, and one of plain text has not."""


def takes(path: Path) -> bool:
    """Whether a file looks like one of these."""
    return first_object(path).keys() >= {"custom_id", "response"}


def read(path: Path, columns: Mapping[str, Any]) -> GivenResponses:
    """Read the answers.

    Args:
        path: The file.
        columns: Of no log: it says by itself what is what.

    Raises:
        UsageError: A line is malformed, or has a request that an earlier one has.
    """
    places: dict[str, RowPlace] = {}
    items: list[GivenItem] = []
    models: dict[str, None] = {}
    chat = False
    try:
        for place, row in read_placed_rows(path):
            name = text_in(row, "custom_id", place).strip() or refuse(place, "custom_id", "is empty")
            if (earlier := places.setdefault(name, place)) is not place:
                raise UsageError(f"{place}: the custom_id '{name}' stands in row {earlier.number}, too; keep one")
            items.append(GivenItem(name, _responses(row, place), f"row {place.number}"))
            if isinstance(model := field(row, "response", "body", "model"), str):
                models[model] = None
            chat = chat or _is_chat(field(row, "response", "body", "choices", 0))
    except UsageError as error:
        raise UsageError(f"{OPTION} {error}") from None
    return GivenResponses(path, ", ".join(models) or path.name, items, chat=chat)


def _responses(row: Mapping[str, Any], place: RowPlace) -> tuple[Response | None, ...]:
    if is_left_over(row):
        return (None,)
    if refusal := refusal_in(row):
        return (Response(error=error_line(str(refusal))),)
    body = row["response"]["body"]
    choices = field(body, "choices")
    if not isinstance(choices, list) or not choices:
        refuse(place, "response", "has no choices: answers of chat/completions and completions are read")
    return tuple(_response({**body, "choices": [choice]}, number) for number, choice in enumerate(choices))


def _response(body: Mapping[str, Any], number: int) -> Response:
    try:
        response = read_answer(checked(body), chat=_is_chat(body["choices"][0]))
    except Exception as error:  # as of an answer that comes over the network
        return Response(error=error_line(worded(error)))
    # The tokens are those of all choices.
    return replace(response, prompt_tokens=None, completion_tokens=None) if number else response


def _is_chat(choice: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(choice, dict) and _CHAT in choice
