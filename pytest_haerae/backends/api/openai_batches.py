"""The batch endpoint of the `openai` client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openai

LONGEST_FILE = 2**30
"""Bytes of a file of answers: 50,000 of them may be long."""


class OpenAIBatchCalls:
    """The calls of the client, with its address, key and headers.

    Args:
        client: The client, which takes files of `LONGEST_FILE` bytes, and sends nothing twice.
    """

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        self._client = client

    async def upload(self, content: bytes, seconds: float) -> Any:  # noqa: ANN401 - the client's answer
        """Bring a file."""
        file = ("pytest-haerae.jsonl", content, "application/jsonl")
        return await self._client.files.create(file=file, purpose="batch", timeout=seconds)

    async def create(self, file: str, path: str, labels: dict[str, str]) -> Any:  # noqa: ANN401 - as above
        """Make a batch of a file, for an endpoint's path."""
        endpoint: Any = path
        return await self._client.batches.create(
            completion_window="24h", endpoint=endpoint, input_file_id=file, metadata=labels
        )

    async def get(self, batch: str) -> Any:  # noqa: ANN401 - as above
        """Look at a batch."""
        return await self._client.batches.retrieve(batch)

    async def page(self, after: str | None, limit: int) -> Any:  # noqa: ANN401 - as above
        """A page of the list of all batches."""
        further: dict[str, Any] = {} if after is None else {"after": after}
        return await self._client.batches.list(limit=limit, **further)

    async def fetch(self, file: str, seconds: float) -> bytes:
        """The content of a file."""
        return (await self._client.files.content(file, timeout=seconds)).content

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
