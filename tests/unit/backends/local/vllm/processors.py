"""As much of vLLM as is looked at before an engine starts on a processor, in its place."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


@dataclass
class MultipleOf:
    base: int


class CPUAttentionBackend:
    smallest = 32

    @classmethod
    def get_supported_kernel_block_sizes(cls, kv_cache_spec: Any = None) -> list[Any]:  # noqa: ANN401
        return [MultipleOf(cls.smallest)]


class CpuArchEnum(Enum):
    X86, ARM = 1, 2


class AttentionBackendEnum(Enum):
    CPU_ATTN = "vllm.CPUAttentionBackend"


class AdapterLogitsProcessor:
    def new_req_logits_processor(self, params: Any) -> Any:  # noqa: ANN401
        raise NotImplementedError


class InstalledVllm:
    """Stands for the installed package as long as a test runs.

    Attributes:
        model: What the engine finds out about the model.
        architecture: The processor's.
        amx: Whether it has AMX.
        registered: The classes that took a backend's place.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch

        self.model = SimpleNamespace(
            dtype=torch.float32, use_mla=False, is_hybrid=False, is_attention_free=False, is_encoder_decoder=False
        )
        self.architecture = CpuArchEnum.X86
        self.amx = False
        self.registered: dict[AttentionBackendEnum, type] = {}
        self.backend = type("Backend", (CPUAttentionBackend,), {})

        def register_backend(place: AttentionBackendEnum) -> Any:  # noqa: ANN401 - a decorator
            return lambda cls: self.registered.setdefault(place, cls)

        @dataclass
        class EngineArgs:
            model: str = ""
            dtype: str = "auto"
            block_size: int = 0
            enforce_eager: bool = False
            logits_processors: Any = None

            @staticmethod
            def create_model_config() -> Any:  # noqa: ANN401 - the engine's
                return self.model

        platform = SimpleNamespace(is_cpu=lambda: True, get_cpu_architecture=lambda: self.architecture)
        modules: dict[str, dict[str, Any]] = {
            "vllm": {},
            "vllm.engine": {},
            "vllm.engine.arg_utils": {"EngineArgs": EngineArgs},
            "vllm.platforms": {"CpuArchEnum": CpuArchEnum, "current_platform": platform},
            "vllm.v1": {},
            "vllm.v1.sample": {},
            "vllm.v1.sample.logits_processor": {"AdapterLogitsProcessor": AdapterLogitsProcessor},
            "vllm.envs": {},
            "vllm.triton_utils": {},
            "vllm.v1.attention": {},
            "vllm.v1.attention.backend": {"MultipleOf": MultipleOf},
            "vllm.v1.attention.backends": {},
            "vllm.v1.attention.backends.cpu_attn": {"CPUAttentionBackend": self.backend},
            "vllm.v1.attention.backends.registry": {
                "AttentionBackendEnum": AttentionBackendEnum,
                "register_backend": register_backend,
            },
        }
        for name, content in modules.items():
            module = ModuleType(name)
            vars(module).update(content)
            monkeypatch.setitem(sys.modules, name, module)
        vars(sys.modules["vllm"])["envs"] = sys.modules["vllm.envs"]
        self.runners(False, None)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: self.amx)

    @staticmethod
    def runners(triton: bool, chosen: bool | None) -> None:
        """Whether there is Triton, without which the first model runner serves, and what the environment chose."""
        vars(sys.modules["vllm.triton_utils"])["HAS_TRITON"] = triton
        vars(sys.modules["vllm.envs"])["VLLM_USE_V2_MODEL_RUNNER"] = chosen
