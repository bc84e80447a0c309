"""Causal models of `transformers`, by hub id, folder or GGUF file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field

from pytest_haerae.backends import BackendParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.files import file_fingerprint
from pytest_haerae.redact import redact_text
from pytest_haerae.trie import Tokens, build_trie, encode_pair
from pytest_haerae.types import Capability, Request, Response

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

DEFAULT_MODEL = "EleutherAI/polyglot-ko-1.3b"
_AUTO_ROWS, _AUTO_TOKENS = 8, 4096
"""An automatic batch: at most this many contexts, and this many tokens with their padding."""
_ACCELERATOR_FACTOR = 16


class HuggingFaceParameters(BackendParameters):
    """Parameters of the `huggingface` backend; sizes are in tokens."""

    uninfluential: ClassVar[frozenset[str]] = frozenset({"device", "device_map"})

    model_name_or_path: str = DEFAULT_MODEL
    revision: str | None = None
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    device_map: str | None = None
    batch_size: int | Literal["auto"] = "auto"
    max_length: int | None = Field(default=None, ge=8)
    trust_remote_code: bool = False
    attn_implementation: str | None = None
    max_tokens: int = Field(default=128, ge=1)
    temperature: float = Field(default=0.0, ge=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    stop: tuple[str, ...] = ()
    seed: int = Field(default=0, ge=0)

    def identity(self) -> dict[str, Any]:
        """The parameters, with a fingerprint of local weights."""
        path = Path(self.model_name_or_path).expanduser()
        files = sorted(path.glob("*.safetensors")) or sorted(path.glob("*.bin")) if path.is_dir() else []
        files = [path] if path.is_file() else files
        return {**super().identity(), "weights": [file_fingerprint(file) for file in files]}

    def model_label(self) -> str:
        """The hub id or the path."""
        return self.model_name_or_path


class HuggingFaceBackend:
    """One model in this process; log-likelihoods are exact, in batches that are halved when memory runs out."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters = HuggingFaceParameters
    libraries: ClassVar[tuple[str, ...]] = ("torch", "transformers")

    def __init__(self, parameters: HuggingFaceParameters) -> None:
        from pytest_haerae.backends.causal_scoring import CausalScorer

        self._parameters = parameters
        self._tokenizer, self._model = _load(parameters)
        self._pad = self._tokenizer.pad_token_id or self._tokenizer.eos_token_id or 0
        self._scorer = CausalScorer(self._model, self._pad)
        self._max_length = parameters.max_length or _window(self._model.config)
        # State-space and hybrid models keep a state that can not be copied and cropped as keys and values can.
        # Chunked attention counts its chunks from the padding on.
        text_config = self._model.config.get_text_config()
        self._reusable_cache = not (
            getattr(self._model, "_is_stateful", False) or getattr(text_config, "attention_chunk_size", None)
        )

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests, batch by batch."""
        if requests and requests[0].kind == "loglikelihood":
            yield from self._loglikelihoods(requests)
        else:
            yield from self._generations(requests)

    def close(self) -> None:
        """Free the model."""
        self._scorer.forget()
        del self._model, self._scorer

    def _loglikelihoods(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        from pytest_haerae.backends.causal_scoring import Scorable, make_groups, make_scorable

        scorables: list[Scorable] = []
        for index, request in enumerate(requests):
            try:
                context, continuations = self._encode(request)
                trie = build_trie(continuations)
            except ValueError as error:
                yield index, Response(error=f"huggingface: {error}")
                continue
            longest = max(map(len, continuations))
            if not self._reusable_cache or len(context) + longest - 1 > self._max_length:
                yield index, self._score_sequences(context, continuations)
            else:
                scorables.append(make_scorable(index, context, trie))
        for group in make_groups(scorables):
            members = list(group.members)
            while members:
                batch = self._scorer.next_batch(group.prefix, members, self._batch_rows(len(members[0].fed)))
                for index, values in self._halving(partial(self._scorer.score, group.prefix), batch):
                    tokens = sum(len(entry.context) for entry in batch if entry.index == index)
                    yield index, Response(loglikelihoods=values, prompt_tokens=tokens, completion_tokens=0)
                members = members[len(batch) :]

    def _halving(
        self, answer: Callable[[Sequence[Asked]], Iterable[Answered]], batch: Sequence[Asked]
    ) -> Iterator[Answered]:
        """Answer a batch; where memory runs out, its halves. No item is lost, a single one that does not fit raises."""
        try:
            yield from list(answer(batch))
            return
        except (RuntimeError, MemoryError) as error:
            if len(batch) == 1 or not _is_out_of_memory(error):
                raise
        self._release()
        middle = len(batch) // 2
        yield from self._halving(answer, batch[:middle])
        yield from self._halving(answer, batch[middle:])

    def _score_sequences(self, context: Tokens, continuations: Sequence[Tokens]) -> Response:
        """Full sequences, cut from the left as lm-evaluation-harness cuts them: (context + continuation)[-(max+1):]."""
        values, truncated = [], False
        for continuation in continuations:
            room = self._max_length + 1 - len(continuation)
            if room < 1:
                return Response(error=f"huggingface: an option is longer than the model's {self._max_length} tokens")
            truncated = truncated or room < len(context)
            values.append(min(0.0, self._scorer.score_sequence(context[-room:], continuation)))
        return Response(loglikelihoods=tuple(values), prompt_tokens=len(context), truncated=truncated)

    def _encode(self, request: Request) -> tuple[Tokens, list[Tokens]]:
        """Tokens of the context and of each continuation, encoded together and cut at the context's length.

        An empty context is the model's BOS, or its EOS where there is none, as in lm-evaluation-harness.
        """
        text = self._render(request)
        context = self._tokenize(text)
        if not context:
            start = self._tokenizer.bos_token_id
            start = self._tokenizer.eos_token_id if start is None else start
            if start is None:
                raise ValueError("the context is empty and the tokenizer has neither BOS nor EOS")
            return (start,), [self._tokenize(continuation) for continuation in request.continuations]
        return context, [encode_pair(context, self._tokenize(text + each)) for each in request.continuations]

    def _render(self, request: Request) -> str:
        if request.messages is None:
            return request.context
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        return str(self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))

    def _tokenize(self, text: str) -> Tokens:
        """Tokens with the BOS that the tokenizer adds by itself, without a second one, and without its EOS."""
        bos, eos = self._tokenizer.bos_token, self._tokenizer.eos_token_id
        add = not (bos and text.startswith(bos))
        tokens = tuple(self._tokenizer(text, add_special_tokens=add)["input_ids"])
        return tokens[:-1] if add and tokens and tokens[-1] == eos else tokens

    def _batch_rows(self, longest: int) -> int:
        if self._parameters.batch_size != "auto":
            return max(1, self._parameters.batch_size)
        factor = 1 if self._model.device.type == "cpu" else _ACCELERATOR_FACTOR
        return max(1, min(_AUTO_ROWS * factor, _AUTO_TOKENS * factor // max(1, longest)))

    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        order = sorted(range(len(requests)), key=lambda index: -len(requests[index].context))
        while order:
            rows = self._batch_rows(len(requests[order[0]].context))
            batch, order = order[:rows], order[rows:]
            yield from self._halving(self._generate, [(index, requests[index]) for index in batch])

    def _generate(self, batch: Sequence[tuple[int, Request]]) -> list[tuple[int, Response]]:
        import torch

        parameters = self._parameters
        room = max(1, self._max_length - parameters.max_tokens)
        prompts = [self._tokenize(self._render(request)) for _, request in batch]
        kept = [tokens[-room:] for tokens in prompts]
        width = max(map(len, kept))
        stops = tuple(dict.fromkeys((*parameters.stop, *batch[0][1].stop)))
        sampling: dict[str, Any] = {"do_sample": False}
        if parameters.temperature > 0:
            torch.manual_seed(parameters.seed)
            sampling = {"do_sample": True, "temperature": parameters.temperature, "top_p": parameters.top_p}
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=torch.tensor([[self._pad] * (width - len(one)) + list(one) for one in kept]).to(
                    self._model.device
                ),
                attention_mask=torch.tensor([[0] * (width - len(one)) + [1] * len(one) for one in kept]).to(
                    self._model.device
                ),
                max_new_tokens=parameters.max_tokens,
                pad_token_id=self._pad,
                **({"stop_strings": list(stops), "tokenizer": self._tokenizer} if stops else {}),
                **sampling,
            )
        return [
            (index, self._completion(output[row, width:].tolist(), stops, len(one), len(one) < len(prompt)))
            for row, ((index, _), one, prompt) in enumerate(zip(batch, kept, prompts, strict=True))
        ]

    def _completion(self, tokens: list[int], stops: Sequence[str], prompt_tokens: int, truncated: bool) -> Response:
        ends = self._model.generation_config.eos_token_id
        ends = set(ends if isinstance(ends, list) else [ends])
        length = next((place for place, token in enumerate(tokens) if token in ends), None)
        own = tokens if length is None else tokens[:length]
        text = str(self._tokenizer.decode(own, skip_special_tokens=True))
        cut = min((place for place in (text.find(stop) for stop in stops) if place >= 0), default=None)
        finished = length is not None or cut is not None
        return Response(
            text=text if cut is None else text[:cut],
            finish_reason="stop" if finished else "length",
            prompt_tokens=prompt_tokens,
            completion_tokens=len(own),
            truncated=truncated,
        )

    def _release(self) -> None:
        import gc

        import torch

        self._scorer.forget()
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _is_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text


def _window(config: Any) -> int:  # noqa: ANN401 - transformers' configurations are typed dynamically
    """The longest input of a model, by the names lm-evaluation-harness looks for; 2,048 where it says nothing."""
    text_config = config.get_text_config()
    for name in ("n_positions", "max_position_embeddings", "n_ctx"):
        if getattr(text_config, name, None):
            return int(getattr(text_config, name))
    return 2048


def _load(parameters: HuggingFaceParameters) -> tuple[Any, Any]:
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise UsageError(f"--model=huggingface needs {error.name}: pip install 'pytest-haerae[hf]'") from None
    name, gguf = parameters.model_name_or_path, {}
    path = Path(name).expanduser()
    if path.suffix == ".gguf":
        name, gguf = str(path.parent), {"gguf_file": path.name}
    common = {"revision": parameters.revision, "trust_remote_code": parameters.trust_remote_code, **gguf}
    device = parameters.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    options: dict[str, Any] = {"dtype": parameters.dtype}
    if parameters.attn_implementation:
        options["attn_implementation"] = parameters.attn_implementation
    if parameters.device_map:
        options["device_map"] = parameters.device_map
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, **common)
        model = AutoModelForCausalLM.from_pretrained(name, **common, **options)
        model = model if parameters.device_map else model.to(device)
    except Exception as error:
        # Whatever the library raises here (no such folder, gated, truncated weights) concerns the model's name.
        line = redact_text(" ".join(str(error).split()))[:300]
        raise UsageError(
            f"huggingface can not load {parameters.model_name_or_path}: {type(error).__name__}: {line}"
        ) from None
    return tokenizer, model.eval()
