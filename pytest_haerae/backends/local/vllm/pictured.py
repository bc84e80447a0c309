"""Chats with images on a vLLM engine, which renders them itself: where an image stands is its model's own affair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_haerae.backends.chats import chat_of
from pytest_haerae.backends.local.vllm.asking import Enqueue, Refusal, enqueue_tokens
from pytest_haerae.errors import HaeraeError, UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.typed_files import named_path
from pytest_haerae.types import Request

if TYPE_CHECKING:
    from pytest_haerae.backends.local.vllm.engine import VllmParameters
    from pytest_haerae.images import Image

_MOST = 64
"""Chats with images in flight: what is made of an image waits in memory for its turn."""
_PROCESSORS = ("preprocessor_config.json", "processor_config.json", "params.json")
"""Files, one of which a model that reads images has: the last one is that of Mistral's own format."""
_LAST_TOKENS = 64
"""Of a prompt, in which the mark stands that opens a thought."""


def has_images(request: Request) -> bool:
    """Whether a request is a chat with images."""
    return any(message.images for message in request.messages or ())


def most_in_flight(first: Request, most: int) -> int:
    """How many requests may be in flight of a run that begins with this one, where that many texts may be."""
    return min(most, _MOST) if has_images(first) else most


def images_problem(parameters: VllmParameters, images: Iterable[Image]) -> str | None:
    """Why the model cannot read images, as far as that is known before the engine starts.

    Args:
        parameters: The backend's.
        images: All that it would be shown.
    """
    far = next((image for image in images if isinstance(image.source, str)), None)
    if far is not None:
        return f"of which one is at an address ({far.name}), and only an API fetches it"
    folder = named_path(parameters.model_name_or_path)
    if folder is not None and not any((Path(folder) / name).exists() for name in _PROCESSORS):
        return f"and {parameters.model_name_or_path} reads texts alone: it has no {_PROCESSORS[0]}"
    return None


def reads_images(engine: Any) -> bool:  # noqa: ANN401 - the library is optional
    """Whether the model of a `vllm.LLM` reads images."""
    return bool(engine.llm_engine.model_config.is_multimodal_model)


def check_reads_images(engine: Any, name: str) -> None:  # noqa: ANN401 - the library is optional
    """Refuse an engine whose model reads texts alone.

    Args:
        engine: A `vllm.LLM`.
        name: What its model is called.

    Raises:
        UsageError: It is such a one.
    """
    if not reads_images(engine):
        raise UsageError(
            f"vllm: {name} reads texts alone, and there are items with images; take a model that reads them"
        )


def enqueue_chats(arguments: Mapping[str, Any]) -> Enqueue:
    """How prompts go into the engine some of which are chats with images.

    Args:
        arguments: What the chat template is given.
    """

    def enqueue(engine: Any, fresh: Sequence[tuple[Any, Any]]) -> list[str | Refusal]:  # noqa: ANN401 - as above
        if not any(isinstance(prompt, Request) for prompt, _ in fresh):
            return enqueue_tokens(engine, fresh)
        return [name for question in fresh for name in _enqueue_one(engine, question, arguments)]

    return enqueue


def _enqueue_one(
    engine: Any,  # noqa: ANN401 - as above
    question: tuple[Any, Any],
    arguments: Mapping[str, Any],
) -> list[str | Refusal]:
    prompt, settings = question
    if not isinstance(prompt, Request):
        return enqueue_tokens(engine, [question])
    chat = chat_of(prompt.messages)
    try:
        return list(engine.enqueue_chat([chat], [settings], use_tqdm=False, chat_template_kwargs=dict(arguments)))
    except HaeraeError:
        raise
    except Exception as error:  # of this chat alone: an image that cannot be decoded, or more tokens than fit
        return [Refusal(error_line(error, longest=300))]


def end_of_prompt(engine: Any, output: Any) -> str:  # noqa: ANN401 - as above
    """The end of the prompt that the engine made of a chat, with its marks."""
    return str(engine.get_tokenizer().decode(list(output.prompt_token_ids[-_LAST_TOKENS:])))
