"""Loading a checkpoint with `transformers`: weights, tokenizer, adapter, quantization."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pytest_haerae.backends.installed import check_installed, extra
from pytest_haerae.backends.local.weights import check_exists, check_weights, checkpoint_identity
from pytest_haerae.backends.protocol import BackendParameters
from pytest_haerae.collector import without_collector
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line

DEFAULT_MODEL = "EleutherAI/polyglot-ko-1.3b"
"""The tutorial's model, which stands in where none is named; the `vllm` backend's, too."""
REQUIRES, INSTALL = ("torch", "transformers"), extra("hf")
"""What the `huggingface` backend cannot do without."""
_UNSET_LENGTH = 1_000_000_000
"""Tokenizers that know no limit name a larger one than this."""
_DEFAULT_LENGTH = 2048


class CheckpointParameters(BackendParameters):
    """Which checkpoint is loaded, and how."""

    uninfluential: ClassVar[frozenset[str]] = frozenset({"device", "device_map"})

    model_name_or_path: str = DEFAULT_MODEL
    revision: str | None = None
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    device_map: str | None = None
    trust_remote_code: bool = False
    attn_implementation: str | None = None
    adapter: str | None = None
    quantization: Literal["4bit", "8bit"] | None = None

    def identity(self) -> dict[str, Any]:
        """The parameters, and what model and adapter are: fingerprints of all their files, or the hub's commits."""
        # The revision is the model's alone: an adapter is loaded at its newest.
        adapter = checkpoint_identity(self.adapter) if self.adapter else None
        return {
            **super().identity(),
            "checkpoint": checkpoint_identity(self.model_name_or_path, self.revision),
            "adapter_checkpoint": adapter,
        }

    def model_label(self) -> str:
        """The hub id or the path."""
        return self.model_name_or_path


def check_checkpoint(parameters: CheckpointParameters) -> None:
    """Refuse a model that cannot be loaded, before any data are read; what only the hub knows passes.

    Raises:
        UsageError: A library or a local file is missing.
    """
    needed = (*REQUIRES, *(["accelerate"] if parameters.device_map or parameters.quantization else []))
    check_installed("--model=huggingface", needed, INSTALL)
    if parameters.adapter:
        check_installed("--model-params of huggingface: adapter", ["peft"], extra("peft"))
        check_exists("huggingface", parameters.adapter)
    if parameters.quantization:
        check_installed("--model-params of huggingface: quantization", ["bitsandbytes"], extra("quantization"))
    check_weights("huggingface", parameters.model_name_or_path)


def longest_input(config: Any, tokenizer: Any) -> int:  # noqa: ANN401 - transformers types them dynamically
    """The longest input of a model, where lm-evaluation-harness (0.4.13, `resolve_max_length`) looks for it."""
    text_config = config.get_text_config()
    for name in ("n_positions", "max_position_embeddings", "n_ctx"):
        if getattr(text_config, name, None):
            return int(getattr(text_config, name))
    length = int(getattr(tokenizer, "model_max_length", _UNSET_LENGTH))
    return length if length < _UNSET_LENGTH else _DEFAULT_LENGTH


def place_of(name: str) -> tuple[str, dict[str, str]]:
    """Where `transformers` is to look for a checkpoint, and what it is told beside: a GGUF file lies in a folder."""
    path = Path(name).expanduser()
    return (str(path.parent), {"gguf_file": path.name}) if path.suffix == ".gguf" else (name, {})


def load_config(parameters: CheckpointParameters) -> Any:  # noqa: ANN401 - transformers' configuration
    """A checkpoint's configuration, without its weights; one of the hub is fetched where it is not here.

    Raises:
        UsageError: It cannot be had.
    """
    from transformers import AutoConfig

    name, gguf = place_of(parameters.model_name_or_path)
    common = {"revision": parameters.revision, "trust_remote_code": parameters.trust_remote_code, **gguf}
    try:
        return AutoConfig.from_pretrained(name, **common)
    except Exception as error:
        raise _unloadable(parameters, error) from None


def _unloadable(parameters: CheckpointParameters, error: Exception) -> UsageError:
    """Whatever the library raises (no such folder, gated, truncated weights) concerns the model's name."""
    line = error_line(error, longest=300)
    return UsageError(f"huggingface cannot load {parameters.model_name_or_path}: {line}")


@without_collector()
def load_model(parameters: CheckpointParameters, *, images: bool = False, classifier: bool = False) -> tuple[Any, Any]:
    """Load tokenizer and model; what the libraries and a vocabulary are made of is no garbage.

    Args:
        parameters: Which checkpoint.
        images: Whether it is to read images, too: a processor stands in the tokenizer's place then.
        classifier: Whether it is to classify texts, and not to go on with them.

    Raises:
        UsageError: A library is missing, or the model, its adapter or its weights cannot be had.
    """
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise UsageError(f"--model=huggingface needs {error.name}: pip install 'pytest-haerae[hf]'") from None
    from pytest_haerae.backends.local.linear import multiply_faster

    check_weights("huggingface", parameters.model_name_or_path)
    name, gguf = place_of(parameters.model_name_or_path)
    common = {"revision": parameters.revision, "trust_remote_code": parameters.trust_remote_code, **gguf}
    device = parameters.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    placed = parameters.device_map or (device if parameters.quantization else None)
    options = {
        "dtype": parameters.dtype,
        "attn_implementation": parameters.attn_implementation,
        "device_map": placed,
        "quantization_config": _quantization(parameters.quantization),
    }
    given = {key: value for key, value in options.items() if value is not None}
    try:
        reader, kind = AutoTokenizer, AutoModelForCausalLM
        if images:
            from transformers import AutoModelForImageTextToText, AutoProcessor

            reader, kind = AutoProcessor, AutoModelForImageTextToText
        if classifier:
            from transformers import AutoModelForSequenceClassification

            kind = AutoModelForSequenceClassification
        tokenizer = reader.from_pretrained(name, **common)
        model = kind.from_pretrained(name, **common, **given)
        model = model if placed else model.to(device)
        model = _with_adapter(model, parameters.adapter) if parameters.adapter else model
    except UsageError:
        raise
    except Exception as error:
        raise _unloadable(parameters, error) from None
    multiply_faster(model)
    return tokenizer, model.eval()


def _quantization(name: str | None) -> Any:  # noqa: ANN401 - transformers' configuration
    if name is None:
        return None
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(load_in_4bit=name == "4bit", load_in_8bit=name == "8bit")


def _with_adapter(model: Any, adapter: str) -> Any:  # noqa: ANN401 - transformers' model
    """Apply a PEFT adapter; its layers take their places inside the model, which keeps its own interface.

    Raises:
        UsageError: peft is missing, or the adapter prepends virtual tokens, which no option trie can see.
    """
    try:
        from peft import PeftModel
    except ImportError:
        raise UsageError(
            "--model-params of huggingface: adapter needs peft: pip install 'pytest-haerae[peft]'"
        ) from None
    adapted = PeftModel.from_pretrained(model, adapter)
    if adapted.active_peft_config.is_prompt_learning:
        raise UsageError(f"--model-params of huggingface: adapter {adapter} is prompt tuning; only LoRA-like ones work")
    return adapted.get_base_model()
