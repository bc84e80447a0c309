"""The files of a batch in OpenAI's protocol: one JSON object a line, each with the key of its request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from pytest_haerae.backends.api.adaptation import Adaptations
from pytest_haerae.backends.api.answers import checked, count, field, read_answer
from pytest_haerae.backends.api.failures import is_permanent, worded
from pytest_haerae.backends.batches import Result
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.types import Request, Response

Find = Callable[[str], Request | None]
"""The request of a key; None where it is asked for by nobody."""

_REFUSES_FROM = 400
_NOT_CARRIED_OUT = frozenset({"batch_expired", "batch_cancelled"})
"""The codes of requests that were left over when a batch ended."""


class LineRefused(Exception):  # noqa: N818 - names what came
    """What a file has in place of one answer, as a client would have raised it."""

    def __init__(self, message: str, status_code: int, body: Any) -> None:  # noqa: ANN401 - any JSON
        super().__init__(message)
        self.status_code = status_code
        self.body = body


def is_left_over(said: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether the request of a line was not carried out before its batch ended."""
    code = field(said, "error", "code")
    return isinstance(code, str) and code in _NOT_CARRIED_OUT


def refusal_in(said: Any) -> LineRefused | None:  # noqa: ANN401 - any JSON
    """What stands in a line in place of an answer; None where there is one."""
    status, body = count(field(said, "response", "status_code")) or 0, field(said, "response", "body")
    problem = field(said, "error")
    if not problem and status < _REFUSES_FROM and body is not None:
        return None
    words = field(body, "error") or problem or body or "there is no answer"
    return LineRefused(f"Error code: {status} - {field(words, 'message') or words}", status, body)


@dataclass(frozen=True, slots=True)
class BatchLines:
    """Writes the lines of requests, and reads those of their answers.

    A body that cannot be sent at all is a `UsageError`.

    Attributes:
        name: The backend's name, for errors.
        path: The path of the endpoint that answers, such as ``/v1/chat/completions``.
        compose: The body that the backend would send for a request, to a server that takes everything.
        finish: Makes of a body, without what the server refuses, what stands in the file.
        adaptations: What the server was found to refuse.
        noted: Called when something more was found.
        price: What an answer costs in a batch; None where nobody knows.
        secrets: Texts that must not appear in an error.
    """

    name: str
    path: str
    compose: Callable[[Request], dict[str, Any]]
    finish: Callable[[dict[str, Any]], dict[str, Any]]
    adaptations: Adaptations
    noted: Callable[[], None]
    price: Callable[[Any], float | None]
    secrets: frozenset[str]

    def line(self, key: str, request: Request) -> bytes:
        """One request, with the line's end."""
        whole = {"custom_id": key, "method": "POST", "url": self.path, "body": self._finished(self.compose(request))}
        try:
            return json.dumps(whole, ensure_ascii=False).encode() + b"\n"
        except UnicodeEncodeError:  # half of a surrogate pair
            return json.dumps(whole).encode() + b"\n"

    def _finished(self, body: dict[str, Any]) -> dict[str, Any]:
        """A body without what is refused, also by who finishes it."""
        adaptation = self.adaptations.of(body)
        while True:
            sent = adaptation.apply(body)
            try:
                return self.finish(sent)
            except Exception as error:
                if not adaptation.learn(sent, error):
                    words = error_line(worded(error), self.secrets)
                    raise UsageError(f"--model={self.name}: {words}") from None
                self.noted()

    def results(self, content: bytes, find: Find) -> Iterator[Result]:
        """What came of the requests of a file; what is no such line is passed over.

        Args:
            content: The file.
            find: Finds requests that would be asked again.
        """
        # As they were sent: many are refused for what is learnt from the first of them.
        sent_by = deepcopy(self.adaptations)
        for line in content.split(b"\n"):
            try:
                said = json.loads(line) if line.strip() else None
            except (ValueError, RecursionError):
                continue
            if isinstance(key := field(said, "custom_id"), str):
                yield self._result(key, said, find(key), sent_by)

    def _result(self, key: str, said: Any, request: Request | None, sent_by: Adaptations) -> Result:  # noqa: ANN401 - any JSON
        body = field(said, "response", "body")
        if is_left_over(said):
            return Result(key, None)
        if refusal := refusal_in(said):
            return self._refused(key, refusal, request, sent_by)
        try:
            response = read_answer(checked(body), chat=self.path.endswith("chat/completions"))
        except Exception as error:
            return Result(key, self._failed(worded(error)))
        price = self.price(body)
        return Result(key, response if price is None else replace(response, cost_usd=price))

    def _refused(self, key: str, refusal: LineRefused, request: Request | None, sent_by: Adaptations) -> Result:
        if request is not None:
            body = self.compose(request)
            if self.adaptations.of(body).learn(sent_by.of(body).apply(body), refusal):
                self.noted()
                return Result(key, None, is_learnt=True)
        return Result(key, self._failed(str(refusal)), is_refusal=is_permanent(refusal))

    def _failed(self, words: str) -> Response:
        return Response(error=f"{self.name}: {error_line(words, self.secrets)}")
