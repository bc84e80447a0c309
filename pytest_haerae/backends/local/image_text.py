"""Models of `transformers` that read images beside texts: their texts, one question after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pytest_haerae.backends.local.checkpoint import load_model
from pytest_haerae.backends.local.choosing import ChoicePaths, kept_to, paths_of
from pytest_haerae.backends.sampling import draw_seed
from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.errors import HaeraeError, UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.types import Request, Response

if TYPE_CHECKING:
    import torch

    from pytest_haerae.backends.local.huggingface import HuggingFaceParameters
    from pytest_haerae.images import Image


class ImageTextModel:
    """A checkpoint with its processor, which turns a chat with images into what the model reads.

    Args:
        parameters: The backend's.

    Raises:
        UsageError: It cannot be loaded, reads no images, or has no chat template.
    """

    def __init__(self, parameters: HuggingFaceParameters) -> None:
        self._parameters = parameters
        self._processor, self.model = load_model(parameters, images=True)
        name = parameters.model_name_or_path
        if not getattr(self._processor, "image_processor", None):
            raise UsageError(f"huggingface: {name} reads no images: it has no image processor")
        if not self._processor.chat_template:
            raise UsageError(f"huggingface: {name} has no chat template, in which images stand")
        ends = self.model.generation_config.eos_token_id
        self._ends = {end for end in (ends if isinstance(ends, list) else [ends]) if end is not None}

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Generate a text after each request."""
        for index, request in enumerate(requests):
            try:
                yield index, self._answer(request)
            except HaeraeError:
                raise
            except Exception as error:  # of this question alone, such as an image that cannot be decoded
                yield index, Response(error=f"huggingface: {error_line(error)}")

    def _answer(self, request: Request) -> Response:
        import torch
        from transformers import LogitsProcessorList

        from pytest_haerae.backends.local.generations import arguments_of

        parameters = self._parameters.of_request(request)
        inputs = self._inputs(request).to(self.model.device)
        arguments = arguments_of(parameters, int(self.model.get_output_embeddings().weight.shape[0]))
        if arguments["do_sample"]:
            torch.manual_seed(draw_seed(parameters.seed, request))
        stops = stop_texts(parameters.stop, request)
        tokenizer, length = self._processor.tokenizer, int(inputs["input_ids"].shape[1])
        kept = paths_of(request.choices, tokenizer, sorted(self._ends)) if request.choices else None

        def keep(tokens: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            # As many rows as there are beams, also where the model's own settings say how many.
            return kept_to([kept] * len(tokens), tokens[:, length:].tolist(), scores)

        with torch.inference_mode():
            output = self.model.generate(
                **inputs,
                max_new_tokens=parameters.max_tokens,
                pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id or 0,
                num_return_sequences=1,
                return_dict_in_generate=False,
                logits_processor=LogitsProcessorList([keep] if kept else []),
                **({"stop_strings": stops, "tokenizer": tokenizer} if stops else {}),
                **arguments,
            )
        return self._response(output[0, length:].tolist(), length, stops, kept)

    def _inputs(self, request: Request) -> Any:  # noqa: ANN401 - of transformers
        messages = [
            {
                "role": each.role,
                "content": [*({"type": "image"} for _ in each.images), {"type": "text", "text": each.content}],
            }
            for each in request.messages or ()
        ]
        text = self._processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        images = [opened(image) for message in request.messages or () for image in message.images]
        return self._processor(
            # A template writes the BOS itself, where its model has one.
            text=[text],
            images=images or None,
            add_special_tokens=False,
            return_tensors="pt",
        )

    def _response(
        self, tokens: Sequence[int], prompt_tokens: int, stops: Sequence[str], kept: ChoicePaths | None
    ) -> Response:
        length = next((place for place, token in enumerate(tokens) if token in self._ends), None)
        own = tokens[:length]
        choice = None if kept is None else kept.choice(own)
        text = str(self._processor.tokenizer.decode(own, skip_special_tokens=True)) if choice is None else choice
        cut = min((place for stop in stops if (place := text.find(stop)) >= 0), default=None)
        return Response(
            text=text[:cut],
            finish_reason="length" if length is None and cut is None and choice is None else "stop",
            prompt_tokens=prompt_tokens,
            completion_tokens=len(own),
        )


def opened(image: Image) -> Any:  # noqa: ANN401 - Pillow's
    """An image as Pillow reads it, in red, green and blue.

    Raises:
        HaeraeError: Its file is gone or was changed.
        OSError: It cannot be decoded.
    """
    from PIL.Image import open as decode

    return decode(BytesIO(image.content() or b"")).convert("RGB")
